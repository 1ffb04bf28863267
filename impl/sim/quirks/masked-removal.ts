/**
 * geth until v1.10.4: a peer that is registered with eth and leaves it is not only forgotten
 * but also told "useless peer", before the error that made it leave has reached `Peer.run`.
 * So the remote hears 3, whatever eth found wrong, unless the peer's end had begun before.
 */

import type { EthPeer } from '../../eth/peer.ts';
import { ProtocolManager } from '../../eth/handler.ts';
import { discUselessPeer } from '../../p2p/peer-error.ts';

export class MaskingProtocolManager extends ProtocolManager {
  override async leave(peer: EthPeer): Promise<void> {
    await super.leave(peer);
    await peer.disconnect(discUselessPeer);
  }
}
