// misconception: when the peer is over there is nothing to report
// caught-by: handle, a protocol’s message > hears EndOfStream when the peer is over before the protocol takes it

import { recv, select, send } from '#impl/csp/select.ts';
import { baseProtocolLength, discMsg, pingMsg } from '#impl/p2p/base-protocol.ts';
import type { Msg } from '#impl/p2p/message.ts';
import { DiscError } from '#impl/p2p/peer-error.ts';
import type { Peer } from '#impl/p2p/peer.ts';
import { decodeDisconnect } from '#impl/p2p/rlpx/disconnect.ts';

export async function handle(
  peer: Pick<Peer, 'pingRecv' | 'closed' | 'getProto'>,
  msg: Msg,
): Promise<void> {
  if (msg.code === pingMsg) {
    await select({ queued: send(peer.pingRecv, undefined), closed: recv(peer.closed) });
    return;
  }
  if (msg.code === discMsg) throw new DiscError(decodeDisconnect(msg.payload));
  if (msg.code < baseProtocolLength) return;
  const proto = peer.getProto(msg.code);
  await select({ taken: send(proto.in, msg), closed: recv(peer.closed) });
}
