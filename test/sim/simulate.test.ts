import { describe, expect, it } from 'vitest';
import { Chan } from '../../impl/csp/chan.ts';
import { Done } from '../../impl/csp/done.ts';
import { RealRuntime } from '../../impl/csp/real.ts';
import { runtime, useRuntime } from '../../impl/csp/runtime.ts';
import { RuntimeMisuse } from '../../impl/csp/seam.ts';
import { recv, select, send } from '../../impl/csp/select.ts';
import { sleep, Timer } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { ScheduleError } from '../../impl/sim/schedule.ts';
import { simulate } from '../../impl/sim/simulate.ts';
import { explore } from '../csp/explore.ts';

const tick = (ms = 1): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

describe('simulate', () => {
  it('gives what the program returns', async () => {
    const run = await simulate({}, () => Promise.resolve(42));
    expect(run.outcome).toEqual({ status: 'done', value: 42 });
    expect(run.left).toEqual([]);
    expect(run.duration).toBe(0);
  });

  it('gives what the program throws, also before its first wait', async () => {
    const error = new Error('broken');
    expect((await simulate({}, () => Promise.reject(error))).outcome).toEqual({
      status: 'threw',
      error,
    });
    const throwsAtOnce = (): Promise<void> => {
      throw error;
    };
    expect((await simulate({}, throwsAtOnce)).outcome).toEqual({
      status: 'threw',
      error,
    });
  });

  it('names the tasks that are alive when the program ends', async () => {
    const run = await simulate({ schedule: '' }, async () => {
      const group = new WaitGroup();
      const quit = new Done('quit');
      group.go('loop', () => quit.wait(), { node: 'B' });
      group.go('late', () => sleep(50));
      await sleep(10);
    });
    expect(run.outcome.status).toBe('done');
    expect(run.left).toEqual([
      { node: 'B', task: 'loop', on: 'quit' },
      { node: '', task: 'late', on: 'sleep 50 ms' },
    ]);
  });

  it('runs nothing after the program has ended', async () => {
    let ran = false;
    await simulate({ schedule: '' }, async () => {
      const group = new WaitGroup();
      group.go('late', async () => {
        await sleep(1);
        ran = true;
      });
      await sleep(0);
    });
    await tick(5);
    expect(ran).toBe(false);
  });

  it('reports a deadlock with every task and what it waits on', async () => {
    const run = await simulate({ schedule: '' }, async () => {
      const [a, b] = [new Chan<number>('a'), new Chan<number>('b')];
      const quit = new Done('quit');
      const group = new WaitGroup();
      group.go('one', () => a.send(1), { node: 'A' });
      group.go(
        'two',
        async () => {
          await select({ b: recv(b), quit: recv(quit), out: send(b, 1) });
        },
        { node: 'B' },
      );
      await b.recv();
      await b.recv();
    });
    expect(run.outcome).toEqual({
      status: 'deadlock',
      blocked: [
        { node: '', task: 'main', on: 'recv b' },
        { node: 'A', task: 'one', on: 'send a' },
      ],
    });
  });

  it('lets timers run before it calls a wait a deadlock', async () => {
    const run = await simulate({}, async () => {
      const channel = new Chan<number>('c');
      const group = new WaitGroup();
      group.go('late', async () => {
        await sleep(1_000);
        await channel.send(1);
      });
      return channel.recv();
    });
    expect(run.outcome).toEqual({ status: 'done', value: 1 });
    expect(run.duration).toBe(1_000);
  });

  it('stops at the step limit', async () => {
    const run = await simulate({ maxSteps: 100 }, async () => {
      const channel = new Chan<number>('c');
      const group = new WaitGroup();
      group.go('chatter', async () => {
        for (;;) await channel.send(1);
      });
      for (;;) await channel.recv();
    });
    expect(run.outcome.status).toBe('step-limit');
    expect(run.steps).toBe(101);
    if (run.outcome.status === 'step-limit') {
      expect(run.outcome.blocked.map(({ task }) => task)).toEqual(['main', 'chatter']);
    }
  });

  it('reports a task that waits on something else', async () => {
    const release: (() => void)[] = [];
    const elsewhere = (): Promise<void> =>
      new Promise((resolve) => release.push(resolve));
    expect((await simulate({}, elsewhere)).outcome).toEqual({
      status: 'foreign-wait',
      task: 'main',
    });
    const inner = await simulate({}, async () => {
      const group = new WaitGroup();
      group.go('reader', elsewhere);
      await group.wait();
    });
    expect(inner.outcome).toEqual({ status: 'foreign-wait', task: 'reader' });
    for (const end of release) end(); // what was left of them
    await tick(5);
  });

  it('takes promises that are settled already for no wait at all', async () => {
    const run = await simulate({}, async () => {
      for (let i = 0; i < 100; i++) await Promise.resolve();
      await sleep(1);
      await Promise.allSettled([Promise.reject(new Error()), Promise.resolve()]);
      return 'done';
    });
    expect(run.outcome).toEqual({ status: 'done', value: 'done' });
  });

  it('collects the errors that nobody claimed', async () => {
    const error = new Error('broken');
    const run = await simulate({}, async () => {
      runtime().spawn('loose', () => Promise.reject(error));
      await sleep(1);
    });
    expect(run.outcome.status).toBe('done');
    expect(run.failures).toEqual([{ task: 'loose', error }]);
  });

  it('refuses a schedule that is not base 36', async () => {
    await expect(simulate({ schedule: '0A' }, tick)).rejects.toThrow(ScheduleError);
    // The runtime of before is back.
    expect(runtime()).toBeInstanceOf(RealRuntime);
  });

  it('gives the runtime back, however the run ended', async () => {
    const real = runtime();
    expect(real).toBeInstanceOf(RealRuntime);
    await simulate({}, () => Promise.reject(new Error()));
    expect(runtime()).toBe(real);
    await simulate({}, () => new Done('never').wait());
    expect(runtime()).toBe(real);
  });
});

describe('RuntimeMisuse', () => {
  it('is thrown for a run inside a run', async () => {
    const run = await simulate({}, () => simulate({}, () => Promise.resolve(1)));
    expect(run.outcome).toMatchObject({
      status: 'threw',
      error: expect.any(RuntimeMisuse) as unknown,
    });
    const release = useRuntime(new RealRuntime());
    expect(() => useRuntime(new RealRuntime())).toThrow(RuntimeMisuse);
    release();
  });

  it('is thrown for a second wait before the first is over', async () => {
    const run = await simulate({}, async () => {
      const first = sleep(1);
      let error: unknown;
      try {
        await sleep(2);
      } catch (thrown) {
        error = thrown;
      }
      await first;
      return error;
    });
    expect(run.outcome).toMatchObject({
      status: 'done',
      value: expect.any(RuntimeMisuse) as unknown,
    });
  });

  it('is thrown for a wait outside of tasks', async () => {
    let error: unknown;
    const run = await simulate({}, () => {
      const channel = new Chan<number>('c', 1);
      const outside = tick().then(() => {
        try {
          // A callback may do this …
          channel.trySend(1);
          // … but it is no task, so it cannot wait.
          return channel.send(2);
        } catch (thrown) {
          error = thrown;
          return undefined;
        }
      });
      return runtime().external('callback', outside);
    });
    expect(run.outcome.status).toBe('done');
    expect(error).toBeInstanceOf(RuntimeMisuse);
    expect(String(error)).toContain('send c');
  });
});

describe('the empty schedule', () => {
  it('resumes the task that has waited longest for its turn', async () => {
    const order: string[] = [];
    await simulate({ schedule: '' }, async () => {
      const group = new WaitGroup();
      const called = ['a', 'b', 'c'].map((name) => [name, new Done(name)] as const);
      for (const [name, done] of called) {
        group.go(name, async () => {
          await done.wait();
          order.push(name);
          await runtime().pause(); // behind those who can go on by now
          order.push(`${name} again`);
        });
      }
      await sleep(1); // all three wait
      for (const nth of [1, 2, 0]) called[nth]?.[1].close();
      await group.wait();
    });
    expect(order).toEqual(['b', 'c', 'a', 'b again', 'c again', 'a again']);
  });
});

describe('SerialRuntime.startTimer', () => {
  /** Two tasks that sleep until the same instant; the first to wake ends the other. */
  async function race(): Promise<string> {
    const order: string[] = [];
    const group = new WaitGroup();
    const over = new Done('over');
    for (const name of ['a', 'b']) {
      const timer = new Timer(name, 5);
      group.go(name, async () => {
        const event = await select({ time: recv(timer), over: recv(over) });
        order.push(`${name} ${event.case}`);
        over.close();
        timer.stop();
      });
    }
    await group.wait();
    return order.join(', ');
  }

  it('fires timers of one instant in the order they were set, by the empty schedule', async () => {
    const run = await simulate({ schedule: '' }, race);
    expect(run.outcome).toEqual({ status: 'done', value: 'a time, b time' });
  });

  it('leaves it to the schedule which fires first, and whether a task runs between', async () => {
    const ends = new Set<string>();
    const { complete } = await explore(race, ({ outcome }) => {
      if (outcome.status === 'done') ends.add(outcome.value);
    });
    expect(complete).toBe(true);
    // With one timer fired, the task that it wakes can end the other's wait.
    expect([...ends].sort()).toEqual([
      'a time, b over',
      'a time, b time',
      'b time, a over',
      'b time, a time',
    ]);
  });

  it('has no choice where one timer is due', async () => {
    const run = await simulate({ schedule: '' }, async () => {
      await sleep(1);
      await sleep(1);
    });
    expect(run.options).toEqual([]);
  });
});

describe('SerialRuntime.external', () => {
  it('waits for a promise of the platform, and hands on its value or error', async () => {
    const run = await simulate({}, async () => {
      const rt = runtime();
      const value = await rt.external(
        'file',
        tick().then(() => 5),
      );
      const error: unknown = await rt
        .external(
          'file',
          tick().then(() => Promise.reject(new Error('gone'))),
        )
        .catch((thrown: unknown) => thrown);
      return [value, String(error)];
    });
    expect(run.outcome).toEqual({ status: 'done', value: [5, 'Error: gone'] });
  });

  it('lets the other tasks run meanwhile, and stops the virtual clock', async () => {
    const order: string[] = [];
    const run = await simulate({ schedule: '' }, async () => {
      const group = new WaitGroup();
      const channel = new Chan<number>('c');
      group.go('sleeper', async () => {
        await sleep(1);
        order.push('slept');
      });
      group.go('sends', () => channel.send(1));
      group.go('receives', async () => {
        await channel.recv();
        order.push('received');
      });
      await runtime().external('work', tick(10));
      order.push(`worked at ${runtime().now()}`);
      await group.wait();
    });
    expect(run.outcome.status).toBe('done');
    expect(order).toEqual(['received', 'worked at 0', 'slept']);
  });
});

describe('SerialRuntime.ready', () => {
  // What needs no waiting, done twice by each of two tasks.
  const operations: Record<string, () => () => Promise<unknown>> = {
    'a send into a buffer': () => {
      const channel = new Chan<number>('c', 9);
      return () => channel.send(1);
    },
    'a receive from a buffer': () => {
      const channel = new Chan<number>('c', 9);
      for (let i = 0; i < 9; i++) channel.trySend(i);
      return () => channel.recv();
    },
    'a select with a case that is ready': () => {
      const channel = new Chan<number>('c', 9);
      return () => select({ c: send(channel, 1) });
    },
    'a wait for what is closed': () => {
      const done = new Done('done');
      done.close();
      return () => done.wait();
    },
    'a wait for a group that is over': () => {
      const group = new WaitGroup();
      return () => group.wait();
    },
  };

  it.each(Object.entries(operations))(
    'makes %s a place to change tasks',
    async (_, make) => {
      const orders = new Set<string>();
      let order = '';
      const { complete } = await explore(
        async () => {
          order = '';
          const operation = make();
          const group = new WaitGroup();
          for (const name of ['a', 'b']) {
            group.go(name, async () => {
              order += name;
              await operation();
              order += name;
            });
          }
          await group.wait();
        },
        () => orders.add(order),
      );
      expect(complete).toBe(true);
      expect([...orders].sort()).toEqual([
        'aabb',
        'abab',
        'abba',
        'baab',
        'baba',
        'bbaa',
      ]);
    },
  );

  it('is not a place inside a call: who wakes another finishes its turn', async () => {
    await explore(
      async () => {
        const channel = new Chan<number>('c', 1);
        const done = new Done('done');
        const group = new WaitGroup();
        let turn = '';
        const waiter = (name: string, wait: () => Promise<unknown>): void => {
          group.go(name, async () => {
            await wait();
            expect(turn).toBe('');
          });
        };
        waiter('receiver', () => channel.recv());
        waiter('waiter', () => done.wait());
        group.go('waker', async () => {
          turn = 'waker';
          channel.trySend(1);
          done.close();
          for (let i = 0; i < 5; i++) await Promise.resolve();
          turn = '';
        });
        await group.wait();
      },
      ({ failures, outcome }) => {
        expect(failures).toEqual([]);
        expect(outcome.status).toBe('done');
      },
    );
  });
});

describe('SerialRuntime.randomBytes', () => {
  /** What each of two tasks draws. */
  async function draws(
    seed: string,
    schedule: string,
  ): Promise<Record<string, string>> {
    const drawn: Record<string, string> = {};
    await simulate({ seed, schedule }, async () => {
      const group = new WaitGroup();
      for (const [name, node] of [
        ['a', 'A'],
        ['b', 'A'],
        ['a', 'B'],
      ] as const) {
        group.go(
          name,
          async () => {
            const first = runtime().randomBytes(4);
            await sleep(1);
            drawn[`${node}/${name}`] = [...first, ...runtime().randomBytes(4)].join();
          },
          { node },
        );
      }
      await group.wait();
    });
    return drawn;
  }

  it('gives a task the same bytes in every order of tasks', async () => {
    const fifo = await draws('1', '');
    expect(Object.keys(fifo)).toHaveLength(3);
    expect(await draws('1', '2112')).toEqual(fifo);
    expect(await draws('1', '1101')).toEqual(fifo);
  });

  it('gives other bytes to other tasks, other nodes and other seeds', async () => {
    const one = await draws('1', '');
    const two = await draws('2', '');
    expect(new Set([...Object.values(one), ...Object.values(two)]).size).toBe(6);
  });
});

describe('SerialRuntime.tracer', () => {
  it('writes who began, waited, woke and ended, and what moved', async () => {
    const { trace } = await simulate(
      { schedule: '', record: true, scenario: 'small', code: 'c0de', seed: 's' },
      async () => {
        const channel = new Chan<number>('c');
        const group = new WaitGroup();
        group.go('loop', () => channel.send(7), { node: 'A' });
        group.go('loop', () => sleep(5), { node: 'A' });
        await channel.recv();
        await group.wait();
      },
    );
    expect(trace?.head).toEqual({
      peerwalkTrace: 1,
      scenario: 'small',
      code: 'c0de',
      seed: 's',
      schedule: '',
    });
    const told = trace?.events.map(({ t, n, k, e, ch, on, v }) =>
      [t, `${n}/${k}`, e, ch ?? on ?? '', v ?? ''].join(' ').trim(),
    );
    expect(told).toEqual([
      '0 /outside event  go main',
      '0 /main start',
      '0 /main event  go loop',
      '0 /main event  go loop#2',
      '0 /main block recv c',
      '0 A/loop start',
      '0 A/loop send c 7',
      '0 A/loop#2 start',
      '0 A/loop#2 block sleep 5 ms',
      '0 /main wake recv c',
      '0 /main recv c 7',
      '0 /main block wait for loop, loop',
      '0 A/loop end',
      '5 A/loop#2 wake sleep 5 ms',
      '5 A/loop#2 end',
      '5 /main wake wait for loop, loop',
      '5 /main end',
    ]);
    expect(trace?.events.map(({ i }) => i)).toEqual(trace?.events.map((_, i) => i));
  });

  it('says in fields what it says in words: who, of which channel, the how many-th', async () => {
    const { trace } = await simulate({ schedule: '', record: true }, async () => {
      const meeting = new Chan<number>('c');
      const buffer = new Chan<number>('c', 2);
      const quit = new Done('quit');
      const group = new WaitGroup();
      group.go(
        'giver',
        async () => {
          await meeting.send(7);
          await buffer.send(8);
          await select({ taken: send(buffer, 9), quit: recv(quit) });
          quit.close();
        },
        { node: 'A' },
      );
      await select({ got: recv(meeting), quit: recv(quit) });
      await quit.wait();
      buffer.tryRecv();
      buffer.tryRecv();
      await group.wait();
    });
    const told = trace?.events.map(({ n, k, e, chan, waits, go, by }) => {
      const fields = Object.entries({ chan, waits, go, by }).filter(([, one]) => one);
      return [`${n}/${k} ${e}`, Object.fromEntries(fields)];
    });
    const giver = { node: 'A', task: 'giver' };
    const main = { node: '', task: 'main' };
    const [c, b, q] = [1, 2, 3];
    expect(told).toEqual([
      ['/outside event', { go: main }],
      ['/main start', {}],
      ['/main event', { go: giver }],
      [
        '/main block',
        {
          waits: [
            { name: 'c', id: c, op: 'recv' },
            { name: 'quit', id: q },
          ],
        },
      ],
      ['A/giver start', { by: main }],
      ['A/giver send', { chan: { name: 'c', id: c, op: 'send', nth: 1 } }],
      ['/main wake', { by: giver }],
      [
        '/main select',
        { chan: { name: 'c', id: c, op: 'recv', nth: 1, case: 'got' }, by: giver },
      ],
      ['/main block', { waits: [{ name: 'quit', id: q }] }],
      ['A/giver send', { chan: { name: 'c', id: b, op: 'send', nth: 1 } }],
      ['A/giver send', { chan: { name: 'c', id: b, op: 'send', nth: 2 } }],
      [
        'A/giver select',
        { chan: { name: 'c', id: b, op: 'send', nth: 2, case: 'taken' } },
      ],
      ['A/giver event', { chan: { name: 'quit', id: q, op: 'close' } }],
      ['A/giver end', {}],
      ['/main wake', { by: giver }],
      ['/main recv', { chan: { name: 'c', id: b, op: 'recv', nth: 1 } }],
      ['/main recv', { chan: { name: 'c', id: b, op: 'recv', nth: 2 } }],
      ['/main end', {}],
    ]);
  });

  it('is absent unless a trace is recorded', async () => {
    const run = await simulate({}, () => Promise.resolve(runtime().tracer));
    expect(run.outcome).toEqual({ status: 'done', value: undefined });
    expect(run.trace).toBeUndefined();
  });
});
