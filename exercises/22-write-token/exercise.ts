import { recv, select } from '#impl/csp/select.ts';
import { asError } from '#impl/p2p/as-error.ts';
import { withCode, type Msg } from '#impl/p2p/message.ts';
import { PeerError } from '#impl/p2p/peer-error.ts';
import { ShuttingDown, type ProtoRW } from '#impl/p2p/proto-rw.ts';
import { Unsolved } from '#kit/unsolved.ts';

/**
 * Writes a message of a protocol when it has the write token, and reports how it went.
 *
 * @param proto its end of the connection: `protocol.length` (how many codes it has),
 *   `offset` (wire code of its message 0), and `link`, which it shares with the others:
 *   `closed`, `writeStart` (holds the token while it is free), `writeErr` (takes the
 *   report) and `writer` (the transport)
 * @param msg under the protocol's own code
 * @throws {PeerError} `invalid-msg-code`: the protocol has no such code
 * @throws {ShuttingDown} the peer was over before the token was free
 * @throws what the write threw
 */
export async function writeMsg(
  proto: Pick<ProtoRW, 'protocol' | 'offset' | 'link'>,
  msg: Msg,
): Promise<void> {
  // TODO 1: refuse a code that the protocol does not have.
  // TODO 2: wait for the token, or for `closed`.
  // TODO 3: write the message under its code on the wire.
  // TODO 4: report how it went, once; let an error pass.
  throw new Unsolved(
    'writeMsg',
    { proto, msg },
    { select, recv, withCode, asError, PeerError, ShuttingDown },
  );
}
