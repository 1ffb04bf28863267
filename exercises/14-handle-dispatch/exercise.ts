import { recv, select, send } from '#impl/csp/select.ts';
import { EndOfStream } from '#impl/net/net-conn.ts';
import { baseProtocolLength, discMsg, pingMsg } from '#impl/p2p/base-protocol.ts';
import type { Msg } from '#impl/p2p/message.ts';
import { DiscError } from '#impl/p2p/peer-error.ts';
import type { Peer } from '#impl/p2p/peer.ts';
import { decodeDisconnect } from '#impl/p2p/rlpx/disconnect.ts';
import { Unsolved } from '#kit/unsolved.ts';

/**
 * Answers base-protocol messages and hands the rest to the protocol that owns the code.
 *
 * @param peer `pingRecv` (a Chan with room for 16), `closed` (a Done: the peer is over),
 *   and `getProto(code)`, which gives the protocol that owns the code, with its channel
 *   `in`, or throws
 * @param msg its code is the one on the wire
 * @throws {DiscError} the remote disconnects; carries its reason
 * @throws {EndOfStream} the peer was over before the protocol took the message
 * @throws what `getProto` throws: no running protocol has such a code
 */
export async function handle(
  peer: Pick<Peer, 'pingRecv' | 'closed' | 'getProto'>,
  msg: Msg,
): Promise<void> {
  // TODO 1: a Ping: offer `undefined` on `peer.pingRecv`, unless the peer is over first.
  // TODO 2: a Disconnect: throw a DiscError with the reason that it carries.
  // TODO 3: the other codes below 16: nothing.
  // TODO 4: a protocol's message: offer it on the protocol's `in`, unless the peer is
  //   over first. Then throw an EndOfStream.
  throw new Unsolved(
    'handle',
    { peer, msg },
    {
      ...{ select, send, recv, pingMsg, discMsg, baseProtocolLength },
      ...{ decodeDisconnect, DiscError, EndOfStream },
    },
  );
}
