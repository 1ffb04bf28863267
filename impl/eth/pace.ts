/** How fast a peer answers requests of one kind, measured at each answer. */

/** No request waits longer. @geth eth/downloader/downloader.go ttlLimit */
export const requestTimeoutMs = 60_000;

/** What a round trip takes, until one was measured. @geth eth/downloader/downloader.go rttMaxEstimate */
const firstRoundTripMs = 20_000;

/** @geth eth/downloader/downloader.go rttMinEstimate */
const leastRoundTripMs = 2_000;

/** An answer may take so many round trips. @geth eth/downloader/downloader.go ttlScaling */
const patience = 3;

/** Share of the newest measurement. @geth eth/downloader/peer.go measurementImpact */
const impact = 0.1;

/** A request asks for what should come within this time. Ours: geth takes a round trip. */
const targetMs = 2_000;

/** Of a peer that was not measured, or was late: little is lost if it stays silent. */
const leastBatch = 2;

// #region pace
export class Pace {
  #roundTripMs = firstRoundTripMs;
  #itemsPerSecond = 0;

  /** @geth eth/downloader/peer.go peerConnection.setIdle */
  answered(items: number, ms: number): void {
    const perSecond = (1000 * items) / Math.max(1, ms);
    this.#itemsPerSecond += impact * (perSecond - this.#itemsPerSecond);
    this.#roundTripMs += impact * (ms - this.#roundTripMs);
  }

  /** No answer came in time: the next request is a small one. */
  wasLate(): void {
    this.#itemsPerSecond = 0;
  }

  get itemsPerSecond(): number {
    return this.#itemsPerSecond;
  }

  /** Items to ask for next. @geth eth/downloader/peer.go peerConnection.BlockCapacity */
  batch(most: number): number {
    const inTime = Math.floor((this.#itemsPerSecond * targetMs) / 1000);
    return Math.min(most, leastBatch + inTime);
  }

  /** How long to wait for an answer. @geth eth/downloader/downloader.go Downloader.requestTTL */
  get timeoutMs(): number {
    const roundTrip = Math.max(leastRoundTripMs, this.#roundTripMs);
    return Math.min(requestTimeoutMs, patience * roundTrip);
  }
}
// #endregion pace
