/**
 * Who may open a connection to us: addresses of the allowed ranges, and none of them
 * again and again. geth has the second rule since v1.9.0.
 */

import { runtime } from '../csp/runtime.ts';
import { contains, hostOf, isLocal, parseIP, type Cidr } from './ip.ts';

/** One attempt of an address in this time. */
export const inboundHistoryMs = 30_000;
/** Handshakes of one address at the same time. */
export const maxHandshakesPerAddress = 3;

export type AcceptRefusal = 'not-allowed' | 'too-soon' | 'too-many-handshakes';

export class InboundThrottle {
  readonly #runtime = runtime();
  readonly #netRestrict: readonly Cidr[] | undefined;
  // BOUNDED by inboundHistoryMs and the rate of accepts; expired entries leave at each check.
  readonly #lastSeen = new Map<string, number>();
  readonly #handshaking = new Map<string, number>(); // BOUNDED by maxPendingPeers

  constructor(netRestrict: readonly Cidr[] | undefined) {
    this.#netRestrict = netRestrict;
  }

  /**
   * Judges an inbound connection by its address, before a byte is spent on it.
   *
   * @param remoteAddr `host:port`
   */
  check(remoteAddr: string): AcceptRefusal | undefined {
    const host = hostOf(remoteAddr);
    const address = parseIP(host);
    if (this.#netRestrict !== undefined) {
      const allowed = this.#netRestrict.some((range) => {
        return address !== undefined && contains(range, address);
      });
      if (!allowed) return 'not-allowed';
    }
    //: Machines on our own network share an address more often than strangers do.
    if (address === undefined || isLocal(address)) return undefined;
    const now = this.#runtime.now();
    this.#forgetBefore(now - inboundHistoryMs);
    if (this.#lastSeen.has(host)) return 'too-soon';
    this.#lastSeen.set(host, now);
    if ((this.#handshaking.get(host) ?? 0) >= maxHandshakesPerAddress)
      return 'too-many-handshakes';
    return undefined;
  }

  begin(remoteAddr: string): void {
    const host = hostOf(remoteAddr);
    this.#handshaking.set(host, (this.#handshaking.get(host) ?? 0) + 1);
  }

  end(remoteAddr: string): void {
    const host = hostOf(remoteAddr);
    const left = (this.#handshaking.get(host) ?? 1) - 1;
    if (left === 0) this.#handshaking.delete(host);
    else this.#handshaking.set(host, left);
  }

  #forgetBefore(time: number): void {
    for (const [host, seen] of this.#lastSeen) {
      if (seen >= time) break; // in the order they came
      this.#lastSeen.delete(host);
    }
  }
}
