import { recv, select } from '#impl/csp/select.ts';
import { EndOfStream } from '#impl/net/net-conn.ts';
import { withCode, type Msg } from '#impl/p2p/message.ts';
import type { ProtoRW } from '#impl/p2p/proto-rw.ts';

/**
 * Waits for the next message of a protocol.
 *
 * @returns the message under the protocol's own code
 * @throws {EndOfStream} the peer is over
 */
export async function readMsg(
  proto: Pick<ProtoRW, 'in' | 'closed' | 'offset'>,
): Promise<Msg> {
  const event = await select({ msg: recv(proto.in), closed: recv(proto.closed) });
  if (event.case === 'closed') throw new EndOfStream();
  return withCode(event.value, event.value.code - proto.offset);
}
