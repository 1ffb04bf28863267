import { describe, expect, it } from 'vitest';
import { Done } from '../../../impl/csp/done.ts';
import { RealRuntime } from '../../../impl/csp/real.ts';
import { runtime } from '../../../impl/csp/runtime.ts';
import { sleep } from '../../../impl/csp/timer.ts';
import { WaitGroup } from '../../../impl/csp/wait-group.ts';
import { ConnClosed, DeadlineExceeded } from '../../../impl/net/net-conn.ts';
import { headerLength, maxFrameSize } from '../../../impl/p2p/rlpx/frame.ts';
import {
  BudgetShare,
  pieceLength,
  ReadBudget,
} from '../../../impl/p2p/rlpx/read-budget.ts';
import { compress } from '../../../impl/p2p/rlpx/snappy-encoder.ts';
import type { Transport } from '../../../impl/p2p/conn.ts';
import { attempt, failureOf, run, withHelloDone, type RawPeer } from './helpers.ts';

const fifo = { schedule: '' };
const never = Number.MAX_SAFE_INTEGER;

describe('ReadBudget', () => {
  it('gives at once what is free', async () => {
    await run(async () => {
      const budget = new ReadBudget(10);
      await budget.take(4, never, new Done('stop'));
      await budget.take(6, never, new Done('stop'));
      expect(budget.free).toBe(0);
      budget.give(10);
      expect(budget.free).toBe(10);
    });
  });

  it('has 64 MiB unless it is told otherwise', () => {
    expect(new ReadBudget().free).toBe(64 * 2 ** 20);
  });

  it('serves in the order of asking, whatever would fit earlier', async () => {
    await run(async () => {
      const budget = new ReadBudget(10);
      await budget.take(8, never, new Done('stop'));
      const order: string[] = [];
      const tasks = new WaitGroup();
      for (const [name, bytes] of [
        ['large', 10],
        ['small', 1],
        ['last', 2],
      ] as const) {
        tasks.go(name, async () => {
          await budget.take(bytes, never, new Done('stop'));
          order.push(name);
        });
      }
      await sleep(1);
      expect(order).toEqual([]);
      budget.give(8);
      await sleep(1);
      expect(order).toEqual(['large']);
      budget.give(10);
      await tasks.wait();
      expect(order).toEqual(['large', 'small', 'last']);
      expect(budget.free).toBe(7);
    }, fifo);
  });

  it.each(['late', 'stopped'])(
    'lets the next one pass who waits behind one that is %s',
    async (how) => {
      await run(async () => {
        const budget = new ReadBudget(10);
        await budget.take(8, never, new Done('stop'));
        const stop = new Done('stop');
        const tasks = new WaitGroup();
        tasks.go('first', async () => {
          const until = how === 'late' ? 50 : never;
          const result = await attempt(() => budget.take(5, until, stop));
          const error = how === 'late' ? DeadlineExceeded : ConnClosed;
          expect(result).toMatchObject({ error: expect.any(error) as unknown, at: 50 });
        });
        tasks.go('second', async () => {
          await sleep(1);
          await budget.take(2, never, new Done('stop'));
          expect(runtime().now()).toBe(50);
        });
        await sleep(50);
        if (how === 'stopped') stop.close();
        await tasks.wait();
        expect(budget.free).toBe(0);
      });
    },
  );

  it.each([
    [['give', 'stop'], 'granted'],
    [['stop', 'give'], 'ConnClosed'],
    [['give', 'wait', 'stop'], 'granted'],
    [['stop', 'wait', 'give'], 'ConnClosed'],
    [['wait', 'give', 'stop'], 'DeadlineExceeded'],
  ])('loses nothing when all comes at once: %j', async (steps, expected) => {
    for (let n = 0; n < 20; n++) {
      await run(
        async () => {
          const budget = new ReadBudget(10);
          await budget.take(10, never, new Done('stop'));
          const stop = new Done('stop');
          const tasks = new WaitGroup();
          tasks.go('waiter', async () => {
            const result = await attempt(() => budget.take(5, 20, stop));
            if (!('error' in result)) budget.give(5);
            const { error } = 'error' in result ? result : { error: undefined };
            expect(error instanceof Error ? error.name : 'granted').toBe(expected);
          });
          await sleep(19);
          for (const step of steps) {
            if (step === 'give') budget.give(10);
            else if (step === 'stop') stop.close();
            else await sleep(2);
          }
          await tasks.wait();
          expect(budget.free).toBe(10);
        },
        { seed: `at once ${n}` },
      );
    }
  });
});

/** Two connections of one node, with room for four pieces. */
async function twoPeers(): Promise<{
  budget: ReadBudget;
  first: { ours: Transport; raw: RawPeer };
  second: { ours: Transport; raw: RawPeer };
}> {
  const budget = new ReadBudget(4 * pieceLength);
  const options = { readBudget: budget };
  return {
    budget,
    first: await withHelloDone({}, options),
    second: await withHelloDone({}, options),
  };
}

/** A frame whose body is between `pieces − 1` and `pieces` pieces long. */
function frame(raw: RawPeer, pieces: number): Uint8Array {
  const data = runtime().randomBytes(pieces * pieceLength - 30_000);
  return raw.seal(16, compress(data));
}

describe('BudgetShare.read', () => {
  it('brings at most 2 MiB in within one turn, however fast they come', async () => {
    expect(runtime()).toBeInstanceOf(RealRuntime);
    let read = 0;
    const fd = {
      setReadDeadline: () => undefined,
      readFull: (length: number) => {
        read += length;
        return runtime().ready(new Uint8Array(length));
      },
    };
    const share = new BudgetShare(new ReadBudget());
    const length = 16 * 2 ** 20;
    const reading = share.read(fd, length, never, new Done('stop'));
    const perTurn: number[] = [];
    while (read < length) {
      const before = read;
      await new Promise(setImmediate);
      perTurn.push(read - before);
    }
    expect(Math.max(...perTurn)).toBeLessThanOrEqual(2 * 2 ** 20);
    expect(await reading).toHaveLength(length / pieceLength);
  });
});

describe('RLPX with a ReadBudget', () => {
  it('holds a large message until the next is asked for, and others wait', async () => {
    await run(async () => {
      const { budget, first, second } = await twoPeers();
      const tasks = new WaitGroup();
      tasks.go('first remote', () => first.raw.fd.write(frame(first.raw, 3)));
      const msg = await first.ours.readMsg();
      expect(budget.free).toBeLessThan(2 * pieceLength);
      tasks.go('second remote', () => second.raw.fd.write(frame(second.raw, 3)));
      let isRead = false;
      tasks.go('second', async () => {
        await second.ours.readMsg();
        isRead = true;
      });
      await sleep(1000);
      expect(isRead).toBe(false);
      expect(msg.payload.length).toBe(msg.size); // all of it is there meanwhile

      tasks.go('first', async () => {
        await failureOf(() => first.ours.readMsg());
      });
      await sleep(1);
      expect(isRead).toBe(true);
      await first.ours.close(undefined);
      await second.ours.close(undefined);
      await tasks.wait();
      expect(budget.free).toBe(4 * pieceLength);
    });
  });

  it('lets small messages pass when it is used up', async () => {
    await run(async () => {
      const { budget, first, second } = await twoPeers();
      await budget.take(budget.free, never, new Done('stop'));
      const tasks = new WaitGroup();
      tasks.go('second remote', () => second.raw.fd.write(frame(second.raw, 1)));
      expect((await second.ours.readMsg()).size).toBe(pieceLength - 30_000);
      await first.ours.close(undefined);
      await second.ours.close(undefined);
      await tasks.wait();
      expect(budget.free).toBe(0);
    });
  });

  it('pays for bytes as they come: a header that claims 16 MiB holds one piece', async () => {
    await run(async () => {
      const { budget, first, second } = await twoPeers();
      const huge = first.raw.seal(16, new Uint8Array(maxFrameSize - 1));
      await first.raw.fd.write(huge.subarray(0, headerLength));
      const tasks = new WaitGroup();
      tasks.go('first', async () => {
        await first.ours.close(await failureOf(() => first.ours.readMsg()));
      });
      await sleep(1);
      expect(budget.free).toBe(3 * pieceLength);
      tasks.go('second remote', () => second.raw.fd.write(frame(second.raw, 3)));
      await second.ours.readMsg();
      expect(runtime().now()).toBe(1);
      await second.ours.close(undefined);
      await tasks.wait();
      expect(budget.free).toBe(4 * pieceLength);
    });
  });

  it('goes on after the 30 s of a remote that stalls with all of it', async () => {
    await run(async () => {
      const { budget, first, second } = await twoPeers();
      const tasks = new WaitGroup();
      const long = frame(first.raw, 5).subarray(0, 4 * pieceLength);
      tasks.go('first remote', () => first.raw.fd.write(long));
      tasks.go('first', async () => {
        const result = await attempt(() => first.ours.readMsg());
        expect(result).toMatchObject({
          error: expect.any(DeadlineExceeded) as unknown,
          at: 30_000,
        });
        await first.ours.close(undefined);
      });
      await sleep(1000);
      tasks.go('second remote', () => second.raw.fd.write(frame(second.raw, 4)));
      await second.ours.readMsg();
      expect(runtime().now()).toBe(30_000);
      await second.ours.close(undefined);
      await tasks.wait();
      expect(budget.free).toBe(4 * pieceLength);
    });
  });

  it.each([
    ['is read', 2, undefined],
    ['has the rest of its own 30 s, if it then stalls', 1, 59_000],
  ])(
    'lets one that was quiet for 22 s wait for its first piece, whoever stalls: it %s',
    async (_, piecesSent, lateAt) => {
      await run(async () => {
        const { budget, first, second } = await twoPeers();
        const tasks = new WaitGroup();
        tasks.go('second', async () => {
          const result = await attempt(() => second.ours.readMsg());
          expect([result.at, 'error' in result]).toEqual([
            lateAt ?? 51_000,
            lateAt !== undefined,
          ]);
          await second.ours.close(undefined);
        });
        await sleep(21_000);
        const long = frame(first.raw, 5).subarray(0, 4 * pieceLength);
        tasks.go('first remote', () => first.raw.fd.write(long));
        tasks.go('first', async () => {
          await failureOf(() => first.ours.readMsg());
          expect(runtime().now()).toBe(51_000);
          await first.ours.close(undefined);
        });
        await sleep(1000);
        const bytes = frame(second.raw, 2).subarray(0, piecesSent * pieceLength);
        tasks.go('second remote', () => second.raw.fd.write(bytes));
        await tasks.wait();
        expect(budget.free).toBe(4 * pieceLength);
      });
    },
  );

  it('comes out of it when each of two holds half of what both need', async () => {
    await run(async () => {
      const { budget, first, second } = await twoPeers();
      const ends: string[] = [];
      const tasks = new WaitGroup();
      for (const { ours, raw } of [first, second]) {
        const bytes = frame(raw, 4);
        // In halves, so that neither is ahead.
        tasks.go('remote', async () => {
          await raw.fd.write(bytes.subarray(0, 2 * pieceLength + headerLength));
          await sleep(100);
          await attempt(() =>
            raw.fd.write(bytes.subarray(2 * pieceLength + headerLength)),
          );
        });
        tasks.go('reader', async () => {
          const result = await attempt(() => ours.readMsg());
          ends.push(`${'error' in result ? 'late' : 'read'} at ${result.at}`);
          await ours.close(undefined);
        });
        await sleep(10); // the second has 30 s from here
      }
      await tasks.wait();
      expect(ends).toEqual(['late at 30000', 'read at 30000']);
      expect(budget.free).toBe(4 * pieceLength);
    });
  });

  it('leaves the queue when the connection is closed', async () => {
    await run(async () => {
      const { budget, first, second } = await twoPeers();
      await budget.take(budget.free, never, new Done('stop'));
      const tasks = new WaitGroup();
      tasks.go('remote', async () => {
        await attempt(() => first.raw.fd.write(frame(first.raw, 2)));
      });
      tasks.go('reader', async () => {
        expect(await failureOf(() => first.ours.readMsg())).toBeInstanceOf(ConnClosed);
      });
      await sleep(100);
      await first.ours.close(undefined);
      await tasks.wait();
      expect(runtime().now()).toBe(100);
      await second.ours.close(undefined);
      budget.give(4 * pieceLength);
      expect(budget.free).toBe(4 * pieceLength);
    });
  });
});
