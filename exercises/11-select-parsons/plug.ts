import type { Peer, PeerEnd } from '#impl/p2p/peer.ts';
import { compileParsons } from '#kit/parsons.ts';
import { puzzle } from './lines.ts';
import type * as Mine from './solution.ts';

type Run = (peer: Peer) => Promise<PeerEnd>;

export function adapt({
  order,
  blanks,
}: typeof Mine): (this: Peer) => Promise<PeerEnd> {
  const run = compileParsons(puzzle, { order, blanks }) as Run; // the lines make one
  return function () {
    return run(this);
  };
}
