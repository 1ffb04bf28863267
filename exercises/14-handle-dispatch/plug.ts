import type { Msg } from '#impl/p2p/message.ts';
import type { Peer } from '#impl/p2p/peer.ts';
import type * as Mine from './solution.ts';

/** `Peer.handle` is a method: the peer is `this`. */
export function adapt({
  handle,
}: typeof Mine): (this: Peer, msg: Msg) => Promise<void> {
  return function (msg) {
    return handle(this, msg);
  };
}
