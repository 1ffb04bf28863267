import { compareBytes, utf8 } from '#impl/bytes.ts';
import { baseProtocolLength } from '#impl/p2p/base-protocol.ts';
import type { Match } from '#impl/p2p/proto-rw.ts';
import type { Cap, Protocol } from '#impl/p2p/protocol.ts';

/**
 * The protocols to run with a peer: for each name the highest version that both have,
 * in ranges of codes from 16 on, in the order of their names.
 *
 * This one first chooses and then cuts. The node's own does both in one pass, and gives
 * the codes of a lower version back when a higher one follows.
 */
export function matchProtocols(
  protocols: readonly Protocol[],
  caps: readonly Cap[],
): Map<string, Match> {
  const highest = new Map<string, Protocol>();
  for (const own of protocols) {
    if (!caps.some((cap) => isSame(own, cap))) continue;
    const other = highest.get(own.name);
    if (other === undefined || own.version > other.version) highest.set(own.name, own);
  }

  const matches = new Map<string, Match>();
  let offset = baseProtocolLength;
  for (const protocol of [...highest.values()].sort(byName)) {
    matches.set(protocol.name, { protocol, offset });
    offset += protocol.length;
  }
  return matches;
}

function isSame(a: Cap, b: Cap): boolean {
  return a.name === b.name && a.version === b.version;
}

function byName(a: Cap, b: Cap): number {
  return compareBytes(utf8(a.name), utf8(b.name));
}
