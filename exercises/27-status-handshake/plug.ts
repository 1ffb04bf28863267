import type { EthPeer } from '#impl/eth/peer.ts';
import type { StatusData } from '#impl/eth/protocol.ts';
import type * as Mine from './solution.ts';

/** `EthPeer.handshake` is a method: the peer is `this`. */
export function adapt({
  handshake,
}: typeof Mine): (this: EthPeer, ours: StatusData) => Promise<StatusData> {
  return function (ours) {
    return handshake(this, ours);
  };
}
