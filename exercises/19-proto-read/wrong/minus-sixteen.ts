// misconception: every protocol begins at 16
// caught-by: readMsg > gives the second protocol’s first message its own code

import { recv, select } from '#impl/csp/select.ts';
import { EndOfStream } from '#impl/net/net-conn.ts';
import { baseProtocolLength } from '#impl/p2p/base-protocol.ts';
import { withCode, type Msg } from '#impl/p2p/message.ts';
import type { ProtoRW } from '#impl/p2p/proto-rw.ts';

export async function readMsg(
  proto: Pick<ProtoRW, 'in' | 'closed' | 'offset'>,
): Promise<Msg> {
  const event = await select({ msg: recv(proto.in), closed: recv(proto.closed) });
  if (event.case === 'closed') throw new EndOfStream();
  return withCode(event.value, event.value.code - baseProtocolLength);
}
