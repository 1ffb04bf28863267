import { describe, expect, it } from 'vitest';
import { Chan } from '../../impl/csp/chan.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { recv, select, trySelect } from '../../impl/csp/select.ts';
import { sleep, Timer } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { simulate } from '../../impl/sim/simulate.ts';

/** The value of a program that must end by itself, and when it ended. */
async function virtually<T>(main: () => Promise<T>): Promise<{ value: T; at: number }> {
  const { outcome, duration } = await simulate({ schedule: '' }, main);
  if (outcome.status === 'threw') throw outcome.error as Error;
  if (outcome.status !== 'done') throw new Error(JSON.stringify(outcome));
  return { value: outcome.value, at: duration };
}

describe('Timer', () => {
  it('delivers once, when its time has come', async () => {
    const { value, at } = await virtually(async () => {
      const timer = new Timer('t', 30);
      expect(trySelect({ t: recv(timer) })).toBeUndefined();
      await select({ t: recv(timer) });
      return { again: trySelect({ t: recv(timer) }), now: runtime().now() };
    });
    expect(value).toEqual({ again: undefined, now: 30 });
    expect(at).toBe(30);
  });

  it('without a time runs only when it is reset', async () => {
    const { at } = await virtually(async () => {
      const timer = new Timer('t');
      await sleep(100);
      expect(trySelect({ t: recv(timer) })).toBeUndefined();
      timer.reset(5);
      await select({ t: recv(timer) });
    });
    expect(at).toBe(105);
  });

  it('that is reset forgets the earlier time', async () => {
    const { at } = await virtually(async () => {
      const timer = new Timer('t', 10);
      await sleep(5);
      timer.reset(50);
      await select({ t: recv(timer) });
    });
    expect(at).toBe(55);
  });

  it('that is reset after it fired forgets that too', async () => {
    const { at } = await virtually(async () => {
      const timer = new Timer('t', 10);
      await sleep(20);
      timer.reset(50);
      expect(trySelect({ t: recv(timer) })).toBeUndefined();
      await select({ t: recv(timer) });
    });
    expect(at).toBe(70);
  });

  it('that is reset while somebody waits wakes them at the new time', async () => {
    const { at } = await virtually(async () => {
      const timer = new Timer('t', 10);
      const group = new WaitGroup();
      group.go('waits', async () => {
        await select({ t: recv(timer) });
      });
      await sleep(5);
      timer.reset(100);
      await group.wait();
    });
    expect(at).toBe(105);
  });

  it('that is stopped wakes nobody, and never', async () => {
    const { outcome, duration } = await simulate({}, async () => {
      const timer = new Timer('t', 10);
      const group = new WaitGroup();
      group.go('waits', async () => {
        await select({ t: recv(timer) });
      });
      await sleep(5);
      timer.stop();
      await group.wait();
    });
    expect(outcome.status).toBe('deadlock');
    expect(duration).toBe(5);
  });

  it('that is stopped after it fired is not received any more', async () => {
    await virtually(async () => {
      const timer = new Timer('t', 10);
      await sleep(20);
      timer.stop();
      expect(trySelect({ t: recv(timer) })).toBeUndefined();
    });
  });

  it('that lost a select can be received later', async () => {
    const { at } = await virtually(async () => {
      const timer = new Timer('t', 10);
      const channel = new Chan<number>('c', 1);
      channel.trySend(1);
      expect((await select({ c: recv(channel), t: recv(timer) })).case).toBe('c');
      expect((await select({ c: recv(channel), t: recv(timer) })).case).toBe('t');
    });
    expect(at).toBe(10);
  });
});

describe('sleep', () => {
  it('wakes by time, and at one moment in the order in which it began', async () => {
    const woken: string[] = [];
    const { at } = await virtually(async () => {
      const group = new WaitGroup();
      for (const [name, ms] of [
        ['c', 30],
        ['a', 10],
        ['d', 30],
        ['b', 20],
        ['zero', 0],
        ['negative', -5],
      ] as const) {
        group.go(name, async () => {
          await sleep(ms);
          woken.push(`${name} ${runtime().now()}`);
        });
      }
      await group.wait();
    });
    expect(woken).toEqual(['zero 0', 'negative 0', 'a 10', 'b 20', 'c 30', 'd 30']);
    expect(at).toBe(30);
  });

  it('costs no time in a simulation', async () => {
    // In real time the test would be ended long before.
    const { at } = await virtually(() => sleep(24 * 60 * 60 * 1000));
    expect(at).toBe(86_400_000);
  });

  it('does not move the time while a task can run', async () => {
    await virtually(async () => {
      const group = new WaitGroup();
      group.go('sleeps', () => sleep(10));
      const channel = new Chan<number>('c', 1);
      for (let i = 0; i < 1000; i++) {
        await channel.send(i);
        await channel.recv();
      }
      expect(runtime().now()).toBe(0);
      await group.wait();
      expect(runtime().now()).toBe(10);
    });
  });
});
