import type { ProtoHandshake } from '#impl/p2p/conn.ts';
import type { MsgReader } from '#impl/p2p/message.ts';
import type * as Mine from './solution.ts';

/** The node reads the message, and asks yours what it is. */
export function adapt({
  readHello,
}: typeof Mine): (reader: MsgReader) => Promise<ProtoHandshake> {
  return async (reader) => readHello(await reader.readMsg());
}
