/**
 * A peer's end in small: six tasks that share a stop signal, wait in different ways,
 * and must all be over after it. The tests replay it; the measurements count it.
 */

import { Chan } from '../../impl/csp/chan.ts';
import { Done } from '../../impl/csp/done.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { recv, select, send } from '../../impl/csp/select.ts';
import { Timer } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';

/** Returns what each task did last, in the order of their ends. */
export async function teardown(): Promise<string[]> {
  const closed = new Done('closed');
  const incoming = new Chan<number>('in');
  const outgoing = new Chan<number>('out');
  const errors = new Chan<string>('errors', 1);
  const ended: string[] = [];
  const group = new WaitGroup();

  group.go('readLoop', async () => {
    for (let message = 1; message <= 2; message++) {
      const event = await select({
        delivered: send(incoming, message),
        closed: recv(closed),
      });
      if (event.case === 'closed') break;
    }
    ended.push('readLoop');
    errors.trySend(`EOF ${runtime().randomBytes(1)[0] ?? 0}`);
  });
  group.go('handler', async () => {
    for (;;) {
      const event = await select({ message: recv(incoming), closed: recv(closed) });
      if (event.case === 'closed') break;
      const answer = await select({
        sent: send(outgoing, event.value),
        closed: recv(closed),
      });
      if (answer.case === 'closed') break;
    }
    ended.push('handler');
  });
  group.go('writer', async () => {
    for (;;) {
      const event = await select({ message: recv(outgoing), closed: recv(closed) });
      if (event.case === 'closed') break;
    }
    ended.push('writer');
  });
  group.go('pingLoop', async () => {
    const ping = new Timer('ping', 15_000);
    for (;;) {
      const event = await select({ ping: recv(ping), closed: recv(closed) });
      if (event.case === 'closed') break;
      ping.reset(15_000);
    }
    ping.stop();
    ended.push('pingLoop');
  });
  group.go('run', async () => {
    const error = await errors.recv();
    closed.close();
    ended.push(`run: ${error}`);
  });
  await group.wait();
  return ended;
}
