/** What a peer is known to have, so that it is not told twice. */

import type { Hash } from '../core/hash.ts';

/** @geth eth/peer.go maxKnownTxs */
export const maxKnownTxs = 32_768;

/** @geth eth/peer.go maxKnownBlocks */
export const maxKnownBlocks = 1024;

// #region known-set
/** So many hashes at most, whoever adds them: the peer by what it sends, we by what we send. */
export class KnownSet {
  readonly #max: number;
  readonly #hashes = new Set<Hash>(); // BOUNDED by #max

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#hashes.size;
  }

  has(hash: Hash): boolean {
    return this.#hashes.has(hash);
  }

  /** The one that was added first makes room. geth throws out a random one. */
  add(hash: Hash): void {
    if (this.#hashes.has(hash)) return;
    if (this.#hashes.size >= this.#max) {
      for (const oldest of this.#hashes) {
        this.#hashes.delete(oldest);
        break;
      }
    }
    this.#hashes.add(hash);
  }
}
// #endregion known-set
