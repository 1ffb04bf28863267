// misconception: whoever hands a message over turns its code into the protocol’s own
// caught-by: handle, a protocol’s message > offers the first code of the first protocol to its owner

import { recv, select, send } from '#impl/csp/select.ts';
import { EndOfStream } from '#impl/net/net-conn.ts';
import { baseProtocolLength, discMsg, pingMsg } from '#impl/p2p/base-protocol.ts';
import { withCode, type Msg } from '#impl/p2p/message.ts';
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
  const event = await select({
    taken: send(proto.in, withCode(msg, msg.code - proto.offset)),
    closed: recv(peer.closed),
  });
  if (event.case === 'closed') throw new EndOfStream();
}
