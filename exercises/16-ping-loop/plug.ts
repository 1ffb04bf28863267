import type { Peer } from '#impl/p2p/peer.ts';
import type * as Mine from './solution.ts';

/** `Peer.pingLoop` is a method: the peer is `this`. */
export function adapt({ pingLoop }: typeof Mine): (this: Peer) => Promise<void> {
  return function () {
    return pingLoop(this);
  };
}
