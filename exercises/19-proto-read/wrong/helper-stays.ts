// misconception: a task that is no longer wanted ends by itself
// caught-by: readMsg > takes no message after it gave up

import { Chan } from '#impl/csp/chan.ts';
import { recv, select } from '#impl/csp/select.ts';
import { WaitGroup } from '#impl/csp/wait-group.ts';
import { EndOfStream } from '#impl/net/net-conn.ts';
import { withCode, type Msg } from '#impl/p2p/message.ts';
import type { ProtoRW } from '#impl/p2p/proto-rw.ts';

export async function readMsg(
  proto: Pick<ProtoRW, 'in' | 'closed' | 'offset'>,
): Promise<Msg> {
  const taken = new Chan<Msg>('taken', 1);
  new WaitGroup().go('taker', async () => {
    taken.trySend(await proto.in.recv());
  });
  const event = await select({ msg: recv(taken), closed: recv(proto.closed) });
  if (event.case === 'closed') throw new EndOfStream();
  return withCode(event.value, event.value.code - proto.offset);
}
