import { compareBytes, utf8 } from '#impl/bytes.ts';
import { baseProtocolLength } from '#impl/p2p/base-protocol.ts';
import type { Match } from '#impl/p2p/proto-rw.ts';
import type { Cap, Protocol } from '#impl/p2p/protocol.ts';
import { Unsolved } from '#kit/unsolved.ts';

/**
 * The protocols to run with a peer: for each name the highest version that both have,
 * in ranges of codes from 16 on, in the order of their names.
 *
 * @param protocols ours: `name`, `version`, and `length`, how many codes each uses
 * @param caps the remote's: `name` and `version`, in any order
 * @returns by name: `protocol`, from our list, and `offset`, the wire code of its message 0
 */
export function matchProtocols(
  protocols: readonly Protocol[],
  caps: readonly Cap[],
): Map<string, Match> {
  // TODO: find what both sides speak, keep the highest version of each name,
  // and give each its codes, in the order of the names.
  throw new Unsolved(
    'matchProtocols',
    { protocols, caps },
    { baseProtocolLength, compareBytes, utf8 },
  );
}
