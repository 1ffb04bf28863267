import { recv, select, send } from '#impl/csp/select.ts';
import { EndOfStream } from '#impl/net/net-conn.ts';
import { baseProtocolLength, discMsg, pingMsg } from '#impl/p2p/base-protocol.ts';
import type { Msg } from '#impl/p2p/message.ts';
import { DiscError } from '#impl/p2p/peer-error.ts';
import type { Peer } from '#impl/p2p/peer.ts';
import { decodeDisconnect } from '#impl/p2p/rlpx/disconnect.ts';

/**
 * Answers base-protocol messages and hands the rest to the protocol that owns the code.
 *
 * @throws {DiscError} the remote disconnects; carries its reason
 * @throws {EndOfStream} the peer was over before the protocol took the message
 * @throws what `getProto` throws: no running protocol has such a code
 */
export async function handle(
  peer: Pick<Peer, 'pingRecv' | 'closed' | 'getProto'>,
  msg: Msg,
): Promise<void> {
  if (msg.code === pingMsg) {
    await select({ queued: send(peer.pingRecv, undefined), closed: recv(peer.closed) });
    return;
  }
  if (msg.code === discMsg) throw new DiscError(decodeDisconnect(msg.payload));
  if (msg.code < baseProtocolLength) return; // a second Hello, Pong, reserved codes

  const proto = peer.getProto(msg.code);
  const event = await select({
    taken: send(proto.in, msg),
    closed: recv(peer.closed),
  });
  if (event.case === 'closed') throw new EndOfStream();
}
