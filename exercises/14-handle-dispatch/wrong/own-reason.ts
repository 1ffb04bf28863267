// misconception: a Disconnect is answered with a reason of ours
// caught-by: handle, a Disconnect > ends the peer with reason 4, too many peers

import { recv, select, send } from '#impl/csp/select.ts';
import { EndOfStream } from '#impl/net/net-conn.ts';
import { baseProtocolLength, discMsg, pingMsg } from '#impl/p2p/base-protocol.ts';
import type { Msg } from '#impl/p2p/message.ts';
import { DiscError, discRequested } from '#impl/p2p/peer-error.ts';
import type { Peer } from '#impl/p2p/peer.ts';

export async function handle(
  peer: Pick<Peer, 'pingRecv' | 'closed' | 'getProto'>,
  msg: Msg,
): Promise<void> {
  if (msg.code === pingMsg) {
    await select({ queued: send(peer.pingRecv, undefined), closed: recv(peer.closed) });
    return;
  }
  if (msg.code === discMsg) throw new DiscError(discRequested);
  if (msg.code < baseProtocolLength) return;
  const proto = peer.getProto(msg.code);
  const event = await select({
    taken: send(proto.in, msg),
    closed: recv(peer.closed),
  });
  if (event.case === 'closed') throw new EndOfStream();
}
