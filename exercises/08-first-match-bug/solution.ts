import { compareBytes, utf8 } from '#impl/bytes.ts';
import { baseProtocolLength } from '#impl/p2p/base-protocol.ts';
import type { Cap, Protocol } from '#impl/p2p/protocol.ts';

/** A protocol that runs with a peer, and its codes on the wire. */
export interface Range {
  readonly protocol: Protocol;
  readonly first: number;
  readonly last: number;
}

/**
 * The protocols to run with a peer, and the codes of each.
 *
 * @param protocols ours: `name`, `version`, and `length`, how many codes each uses
 * @param caps the remote's: `name` and `version`, in any order
 */
export function rangesOf(
  protocols: readonly Protocol[],
  caps: readonly Cap[],
): Range[] {
  const ranges: Range[] = [];
  let free = baseProtocolLength;
  for (const own of protocols.toSorted(inOrder)) {
    if (!caps.some((cap) => isSame(own, cap))) continue;
    const isTaken = ranges.some(({ protocol }) => protocol.name === own.name);
    const range = { protocol: own, first: free, last: free + own.length - 1 };
    if (isTaken) continue;
    ranges.push(range);
    free += own.length;
  }
  return ranges;
}

function isSame(a: Cap, b: Cap): boolean {
  return a.name === b.name && a.version === b.version;
}

/** By name, and of one name the newest first. */
function inOrder(a: Cap, b: Cap): number {
  return compareBytes(utf8(a.name), utf8(b.name)) || b.version - a.version;
}
