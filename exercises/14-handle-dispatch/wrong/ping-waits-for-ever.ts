// misconception: pingLoop always comes back for the next Ping
// caught-by: handle, a Ping > waits for room no longer than the peer lives

import { recv, select, send } from '#impl/csp/select.ts';
import { EndOfStream } from '#impl/net/net-conn.ts';
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
    await peer.pingRecv.send(undefined);
    return;
  }
  if (msg.code === discMsg) throw new DiscError(decodeDisconnect(msg.payload));
  if (msg.code < baseProtocolLength) return;
  const proto = peer.getProto(msg.code);
  const event = await select({
    taken: send(proto.in, msg),
    closed: recv(peer.closed),
  });
  if (event.case === 'closed') throw new EndOfStream();
}
