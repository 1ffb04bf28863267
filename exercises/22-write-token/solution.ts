import { recv, select } from '#impl/csp/select.ts';
import { asError } from '#impl/p2p/as-error.ts';
import { withCode, type Msg } from '#impl/p2p/message.ts';
import { PeerError } from '#impl/p2p/peer-error.ts';
import { ShuttingDown, type ProtoRW } from '#impl/p2p/proto-rw.ts';

/**
 * Writes a message of a protocol when it has the write token, and reports how it went.
 *
 * @throws {PeerError} `invalid-msg-code`: the protocol has no such code
 * @throws {ShuttingDown} the peer was over before the token was free
 * @throws what the write threw
 */
export async function writeMsg(
  { protocol, offset, link }: Pick<ProtoRW, 'protocol' | 'offset' | 'link'>,
  msg: Msg,
): Promise<void> {
  if (msg.code >= protocol.length) {
    throw new PeerError('invalid-msg-code', 'not handled');
  }
  const { closed, writeStart, writeErr, writer } = link;
  const event = await select({ token: recv(writeStart), closed: recv(closed) });
  if (event.case === 'closed') throw new ShuttingDown();
  try {
    await writer.writeMsg(withCode(msg, msg.code + offset));
  } catch (error) {
    writeErr.trySend(asError(error));
    throw error;
  }
  writeErr.trySend(undefined);
}
