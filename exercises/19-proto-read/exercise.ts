import { recv, select } from '#impl/csp/select.ts';
import { EndOfStream } from '#impl/net/net-conn.ts';
import { withCode, type Msg } from '#impl/p2p/message.ts';
import type { ProtoRW } from '#impl/p2p/proto-rw.ts';
import { Unsolved } from '#kit/unsolved.ts';

/**
 * Waits for the next message of a protocol.
 *
 * @param proto its end of the connection: `in` (a Chan of messages, codes as on the
 *   wire), `closed` (a Done: the peer is over), `offset` (wire code of its message 0)
 * @returns the message under the protocol's own code
 * @throws {EndOfStream} the peer is over
 */
export async function readMsg(
  proto: Pick<ProtoRW, 'in' | 'closed' | 'offset'>,
): Promise<Msg> {
  // TODO 1: wait for a message on `proto.in`, or for `proto.closed`.
  // TODO 2: `closed` came: throw an EndOfStream.
  // TODO 3: a message came: return it under the protocol's own code.
  throw new Unsolved('readMsg', { proto }, { select, recv, withCode, EndOfStream });
}
