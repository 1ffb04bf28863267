// misconception: to wait is to look again every millisecond
// caught-by: readMsg > waits as long as no message comes, and takes it when it comes

import { sleep } from '#impl/csp/timer.ts';
import { EndOfStream } from '#impl/net/net-conn.ts';
import { withCode, type Msg } from '#impl/p2p/message.ts';
import type { ProtoRW } from '#impl/p2p/proto-rw.ts';

export async function readMsg(
  proto: Pick<ProtoRW, 'in' | 'closed' | 'offset'>,
): Promise<Msg> {
  for (;;) {
    if (proto.closed.closed) throw new EndOfStream();
    const next = proto.in.tryRecv();
    if (next !== undefined) {
      return withCode(next.value, next.value.code - proto.offset);
    }
    await sleep(1);
  }
}
