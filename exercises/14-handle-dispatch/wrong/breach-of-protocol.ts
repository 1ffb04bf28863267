// misconception: a code that nobody owns is a breach of protocol
// caught-by: handle, a protocol’s message > has no owner for code 21

import { recv, select, send } from '#impl/csp/select.ts';
import { EndOfStream } from '#impl/net/net-conn.ts';
import { baseProtocolLength, discMsg, pingMsg } from '#impl/p2p/base-protocol.ts';
import type { Msg } from '#impl/p2p/message.ts';
import { DiscError, discProtocolError } from '#impl/p2p/peer-error.ts';
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
  let proto: ReturnType<Peer['getProto']>;
  try {
    proto = peer.getProto(msg.code);
  } catch {
    throw new DiscError(discProtocolError);
  }
  const event = await select({
    taken: send(proto.in, msg),
    closed: recv(peer.closed),
  });
  if (event.case === 'closed') throw new EndOfStream();
}
