// misconception: a wait on a channel ends by itself when the peer is gone
// caught-by: readMsg > hears EndOfStream when the peer ends while it waits

import { EndOfStream } from '#impl/net/net-conn.ts';
import { withCode, type Msg } from '#impl/p2p/message.ts';
import type { ProtoRW } from '#impl/p2p/proto-rw.ts';

export async function readMsg(
  proto: Pick<ProtoRW, 'in' | 'closed' | 'offset'>,
): Promise<Msg> {
  if (proto.closed.closed) throw new EndOfStream();
  const msg = await proto.in.recv();
  return withCode(msg, msg.code - proto.offset);
}
