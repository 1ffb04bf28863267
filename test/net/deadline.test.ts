import { afterEach, describe, expect, it, vi } from 'vitest';
import { Chan } from '../../impl/csp/chan.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { ConnClosed, DeadlineExceeded } from '../../impl/net/net-conn.ts';
import { pipe } from '../../impl/net/pipe.ts';
import { VirtualClock } from '../../impl/sim/clock.ts';
import { simulate, type SimulateOptions } from '../../impl/sim/simulate.ts';
import { failureOf, pattern, together } from './grounds.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs `main` on the virtual clock; says what came of it and which timers were set. */
async function timersOf(
  main: () => Promise<unknown>,
  options: SimulateOptions = { schedule: '' },
): Promise<{ value: unknown; timers: number[]; wakes: number }> {
  const startTimer = vi.spyOn(VirtualClock.prototype, 'startTimer');
  const { outcome, trace } = await simulate({ ...options, record: true }, main);
  const timers = startTimer.mock.calls.map(([ms]) => ms);
  startTimer.mockRestore();
  const wakes = trace?.events.filter(({ e, k }) => e === 'wake' && k === 'task 0');
  const value = outcome.status === 'done' ? outcome.value : outcome;
  return { value, timers, wakes: wakes?.length ?? -1 };
}

const now = (): number => runtime().now();

describe('Deadline', () => {
  it('costs no timer for messages that are there, or have room', async () => {
    const { value, timers } = await timersOf(async () => {
      const [a, b] = pipe();
      for (let i = 0; i < 1_000; i++) {
        a.setWriteDeadline(now() + 20_000);
        await a.write(pattern(10));
        b.setReadDeadline(now() + 30_000);
        await b.readFull(10);
      }
      return 'done';
    });
    expect(value).toBe('done');
    expect(timers).toEqual([]);
  });

  it('keeps its timer over many messages, and wakes nobody when that fires early', async () => {
    const { value, timers, wakes } = await timersOf(async () => {
      const [a, b] = pipe();
      const ends: unknown[] = [];
      await together(
        async () => {
          for (let i = 0; i < 100; i++) {
            b.setReadDeadline(now() + 30_000);
            await b.readFull(1);
          }
          b.setReadDeadline(now() + 30_000);
          ends.push(await failureOf(b.readFull(1)), now());
        },
        async () => {
          for (let i = 1; i <= 100; i++) {
            await sleep(1_000);
            await a.write(pattern(1));
          }
        },
      );
      return ends;
    });
    expect(value).toEqual([expect.any(DeadlineExceeded), 130_000]);
    const deadlines = timers.filter((ms) => ms !== 1_000);
    // At 0, 30 (deadline 59), 59 (88), 88 (117), 117 (130).
    expect(deadlines).toEqual([30_000, 29_000, 29_000, 29_000, 13_000]);
    // Each byte woke the reader once, and the end did.
    expect(wakes).toBe(101);
  });

  it('fires in time when it is moved forward while something waits', async () => {
    const { value, timers } = await timersOf(async () => {
      const [, b] = pipe();
      b.setReadDeadline(30_000);
      const ends: unknown[] = [];
      await together(
        async () => {
          ends.push(await failureOf(b.readFull(1)), now());
        },
        async () => {
          await sleep(10);
          b.setReadDeadline(5_000);
        },
      );
      return ends;
    });
    expect(value).toEqual([expect.any(DeadlineExceeded), 5_000]);
    expect(timers).toEqual([30_000, 10, 4_990]);
  });

  it('set for the first time while something waits ends it', async () => {
    const { value } = await timersOf(async () => {
      const [, b] = pipe();
      await together(
        async () => {
          expect(await failureOf(b.readFull(1))).toBeInstanceOf(DeadlineExceeded);
        },
        async () => {
          await sleep(10);
          b.setReadDeadline(50);
        },
      );
      return now();
    });
    expect(value).toBe(50);
  });

  it('that is taken away leaves no timer', async () => {
    const { outcome, duration } = await simulate({}, async () => {
      const [a, b] = pipe();
      b.setReadDeadline(30_000);
      await together(
        () => b.fill(1),
        () => a.write(pattern(1)),
      );
      b.setReadDeadline(undefined);
      await new Chan('nobody sends').recv();
    });
    expect([outcome.status, duration]).toEqual(['deadlock', 0]);
  });

  it('stays passed until it is set again, also for what need not wait', async () => {
    const { value } = await timersOf(async () => {
      const [a, b] = pipe();
      b.setReadDeadline(20);
      a.setWriteDeadline(20);
      const ends = [await failureOf(b.fill(1)), now()];
      await a.write(pattern(4)).catch((error: unknown) => ends.push(error));
      a.setWriteDeadline(undefined);
      await a.write(pattern(4));
      ends.push(await failureOf(b.fill(1)), await failureOf(b.readFull(1)));
      b.setReadDeadline(50);
      await b.fill(1);
      ends.push(b.peek().length);
      return ends;
    });
    const exceeded: unknown = expect.any(DeadlineExceeded);
    expect(value).toEqual([exceeded, 20, exceeded, exceeded, exceeded, 4]);
  });

  it('that passed while nobody waited gives one moment more, once', async () => {
    const { value } = await timersOf(async () => {
      const [, b] = pipe();
      b.setReadDeadline(100);
      await sleep(1_000); // nothing says whether this was our own stall
      const ends = [await failureOf(b.readFull(1)), now()];
      ends.push(await failureOf(b.readFull(1)), now());
      return ends;
    });
    const exceeded: unknown = expect.any(DeadlineExceeded);
    expect(value).toEqual([exceeded, 1_250, exceeded, 1_250]);
  });

  it('that fires while the connection closes sets no timer any more, in any order', async () => {
    const errors = new Set<string>();
    for (let n = 0; n < 40; n++) {
      const main = async (): Promise<unknown> => {
        const [a, b] = pipe({ capacity: 1 });
        a.setReadDeadline(30);
        a.setWriteDeadline(30);
        const ends: unknown[] = [];
        await together(
          async () => {
            ends.push(await failureOf(a.readFull(1)));
          },
          async () => {
            ends.push(await failureOf(a.write(pattern(2))));
          },
          async () => {
            await sleep(30); // the same moment
            await a.close();
            await b.close();
          },
        );
        expect(now()).toBe(30);
        return ends;
      };
      const { value, timers } = await timersOf(main, { seed: `order ${n}` });
      expect(timers).toEqual([30, 30, 30]);
      for (const error of value as unknown[]) {
        if (error instanceof DeadlineExceeded || error instanceof ConnClosed) {
          errors.add(error.name);
        }
      }
    }
    expect([...errors].sort()).toEqual(['ConnClosed', 'DeadlineExceeded']);
  });
});
