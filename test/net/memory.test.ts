import { describe, expect, it } from 'vitest';
import { Done } from '../../impl/csp/done.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { MemoryNetwork } from '../../impl/net/memory.ts';
import { ConnClosed } from '../../impl/net/net-conn.ts';
import { simulate } from '../../impl/sim/simulate.ts';
import { failureOf, together } from './grounds.ts';

async function inVirtualTime(main: () => Promise<unknown>): Promise<unknown> {
  const { outcome, left } = await simulate({}, main);
  expect(left).toEqual([]);
  return outcome.status === 'done' ? outcome.value : outcome;
}

describe('MemoryNetwork.dial', () => {
  it('takes a question and an answer, and then each byte takes its way', async () => {
    const story = inVirtualTime(async () => {
      const network = new MemoryNetwork(25);
      const listener = await network.listen('10.0.0.1', 30_303);
      const ours = await network.dial('10.0.0.1', 30_303);
      const dialedAt = runtime().now();
      const theirs = await listener.accept();
      await ours.write(Uint8Array.of(7));
      const [byte] = await theirs.readFull(1);
      return [dialedAt, byte, runtime().now()];
    });
    expect(await story).toEqual([50, 7, 75]);
  });

  it('takes as long to learn that nobody listens', async () => {
    const story = inVirtualTime(async () => {
      const error = await failureOf(new MemoryNetwork(25).dial('10.0.0.1', 30_303));
      return [error, runtime().now()];
    });
    expect(await story).toEqual([expect.any(ConnClosed), 50]);
  });

  it('ends at once when it is stopped', async () => {
    const story = inVirtualTime(async () => {
      const network = new MemoryNetwork(25);
      const stop = new Done('stop');
      let end: unknown;
      await together(
        async () => {
          const error = await failureOf(network.dial('10.0.0.1', 30_303, 15_000, stop));
          end = [error, runtime().now()];
        },
        async () => {
          await sleep(10);
          stop.close();
        },
      );
      return end;
    });
    expect(await story).toEqual([expect.any(ConnClosed), 10]);
  });
});
