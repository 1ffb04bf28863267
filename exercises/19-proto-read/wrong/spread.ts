// misconception: a spread copies a message, getters and all
// caught-by: readMsg > keeps the size and the payload

import { recv, select } from '#impl/csp/select.ts';
import { EndOfStream } from '#impl/net/net-conn.ts';
import type { Msg } from '#impl/p2p/message.ts';
import type { ProtoRW } from '#impl/p2p/proto-rw.ts';

export async function readMsg(
  proto: Pick<ProtoRW, 'in' | 'closed' | 'offset'>,
): Promise<Msg> {
  const event = await select({ msg: recv(proto.in), closed: recv(proto.closed) });
  if (event.case === 'closed') throw new EndOfStream();
  return { ...event.value, code: event.value.code - proto.offset };
}
