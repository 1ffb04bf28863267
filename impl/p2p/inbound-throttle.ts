/**
 * Who may open a connection to us: addresses of the allowed ranges, and, from outside the
 * local network, none of them again and again. geth has the second rule since v1.9.0.
 */

import { toHex } from '../bytes.ts';
import { runtime } from '../csp/runtime.ts';
import { hostOf, isAllowed, isLocal, parseIP, type Cidr } from './ip.ts';

/**
 * One attempt of an address in this time. It also bounds the handshakes that an address
 * can have under way: each is over long before the next may begin.
 */
export const inboundHistoryMs = 30_000;

/** An IPv6 host has so many leading bytes of its own; the rest it can choose anew. */
const ipv6NetworkBytes = 8;

export type AcceptRefusal = 'not-allowed' | 'too-soon';

/** Closed by its address alone. */
export class AcceptRefused extends Error {
  override readonly name = 'AcceptRefused';
  readonly code: AcceptRefusal;

  constructor(code: AcceptRefusal) {
    super(
      code === 'too-soon'
        ? 'address came again too soon'
        : 'address is in no allowed range',
    );
    this.code = code;
  }
}

// #region inbound-throttle
export class InboundThrottle {
  readonly #runtime = runtime();
  readonly #netRestrict: readonly Cidr[] | undefined;
  // BOUNDED by inboundHistoryMs and the rate of accepts; expired entries leave at each check.
  readonly #lastSeen = new Map<string, number>();

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
    if (!isAllowed(this.#netRestrict, host)) return 'not-allowed';
    const address = parseIP(host);
    //: Machines on our own network share an address more often than strangers do.
    if (address === undefined || isLocal(address)) return undefined;
    // Not the text: the same address can be written in many ways.
    const owner = toHex(address.length === 4 ? address : networkOf(address));
    const now = this.#runtime.now();
    this.#forgetBefore(now - inboundHistoryMs);
    if (this.#lastSeen.has(owner)) return 'too-soon';
    this.#lastSeen.set(owner, now);
    return undefined;
  }

  // #endregion inbound-throttle

  #forgetBefore(time: number): void {
    for (const [owner, seen] of this.#lastSeen) {
      if (seen >= time) break; // in the order they came
      this.#lastSeen.delete(owner);
    }
  }
}

function networkOf(ipv6: Uint8Array): Uint8Array {
  return ipv6.subarray(0, ipv6NetworkBytes);
}
