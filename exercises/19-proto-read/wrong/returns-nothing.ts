// misconception: a stream that has ended gives empty messages
// caught-by: readMsg > hears EndOfStream when the peer has ended already

import { recv, select } from '#impl/csp/select.ts';
import { newMsg, withCode, type Msg } from '#impl/p2p/message.ts';
import type { ProtoRW } from '#impl/p2p/proto-rw.ts';

export async function readMsg(
  proto: Pick<ProtoRW, 'in' | 'closed' | 'offset'>,
): Promise<Msg> {
  const event = await select({ msg: recv(proto.in), closed: recv(proto.closed) });
  if (event.case === 'closed') return newMsg(0, new Uint8Array());
  return withCode(event.value, event.value.code - proto.offset);
}
