import { describe, expect, it } from 'vitest';
import { Chan } from '#impl/csp/chan.ts';
import { Done } from '#impl/csp/done.ts';
import { runtime } from '#impl/csp/runtime.ts';
import { recv, select } from '#impl/csp/select.ts';
import { sleep } from '#impl/csp/timer.ts';
import { WaitGroup } from '#impl/csp/wait-group.ts';
import { Prng } from '#impl/sim/prng.ts';
import { runTasks } from '#kit/run-tasks.ts';
import { Relay, type Side } from './exercise.ts';

/** A side that a test speaks for. */
class TestSide implements Side {
  readonly name: string;
  /** What it will say. */
  readonly says = new Chan<string>('the next message', 64);
  /** What has reached it, and what it was told at the end. */
  readonly got: string[] = [];
  readonly told: string[] = [];
  /** Messages that were read from it. */
  reads = 0;
  /** So long it takes for a message. */
  takesMs = 0;
  /** Every write to it fails with this. */
  writeFails: string | undefined;
  readonly #over: Done;
  readonly #busy: { writes: number; most: number };

  constructor(name: string, busy: { writes: number; most: number }) {
    this.name = name;
    this.#busy = busy;
    this.#over = new Done(`${name} is over`);
  }

  async read(): Promise<string> {
    const event = await select({ message: recv(this.says), over: recv(this.#over) });
    if (event.case === 'over') throw new Error(`${this.name} is gone`);
    this.reads++;
    return event.value;
  }

  async write(message: string): Promise<void> {
    this.#busy.most = Math.max(this.#busy.most, ++this.#busy.writes);
    try {
      if (this.takesMs > 0) await sleep(this.takesMs);
      else await runtime().pause();
      if (this.writeFails !== undefined) throw new Error(this.writeFails);
      if (this.#over.closed) throw new Error(`${this.name} is gone`);
      this.got.push(message);
    } finally {
      this.#busy.writes--;
    }
  }

  async close(why: string): Promise<void> {
    await runtime().pause();
    this.told.push(why);
    this.#over.close();
  }

  /** It ends of itself. */
  leave(): void {
    this.#over.close();
  }
}

interface Stage {
  readonly left: TestSide;
  readonly right: TestSide;
  readonly relay: Relay;
  /** Writes at the same time, at most. */
  readonly busy: { most: number };
  go(name: string, task: () => Promise<void>): void;
}

interface Seen {
  readonly stage: Stage;
  readonly why: string | undefined;
  /** Tasks of the relay when `run` has returned, and whoever else is there at the end. */
  readonly left: string;
}

const watchedMs = 5_000;

/** Runs a relay while the story happens to it, in one order of the tasks. */
async function watch(
  story: (stage: Stage) => Promise<void>,
  schedule = '',
): Promise<Seen> {
  const ours = new Set(['run', 'story']);
  const { value, left } = await runTasks(
    async () => {
      const busy = { writes: 0, most: 0 };
      const [left, right] = [new TestSide('left', busy), new TestSide('right', busy)];
      const others = new WaitGroup();
      const relay = new Relay(left, right);
      const go: Stage['go'] = (name, task) => {
        ours.add(name);
        others.go(name, task);
      };
      const stage: Stage = { left, right, relay, busy, go };
      let why: string | undefined;
      let alive: readonly string[] | undefined;
      others.go('run', async () => {
        why = await relay.run();
        alive = relay.tasks.names;
      });
      others.go('story', () => story(stage));
      await sleep(watchedMs);
      return { stage, why, alive: alive ?? relay.tasks.names };
    },
    { schedule, maxSteps: 3_000 },
  );
  const where = new Map(left.map(({ task, on }) => [task, ` (${on})`]));
  const names = value.alive.map((name) => `${name}${where.get(name) ?? ''}`);
  const rest = left.filter(
    ({ task }) => !ours.has(task) && !value.alive.includes(task),
  );
  for (const { task, on } of rest) names.push(`${task} (${on})`);
  const { stage, why } = value;
  return { stage, why, left: names.join(', ') || 'nobody' };
}

/** First come first served, and orders that are drawn. */
function orders(what: string, count: number): string[] {
  const random = new Prng(what);
  return Array.from({ length: count }, (_, n) =>
    Array.from({ length: n === 0 ? 0 : 40 }, () => random.below(3)).join(''),
  );
}

async function expectNobodyLeft(
  what: string,
  count: number,
  story: (stage: Stage, n: number) => Promise<void>,
): Promise<void> {
  for (const [n, schedule] of orders(what, count).entries()) {
    const { left, why } = await watch((stage) => story(stage, n), schedule);
    const end = why === undefined ? 'it does not end' : `it ends: “${why}”`;
    expect(left, `${what} (order ${n}); ${end}; left is`).toBe('nobody');
    expect(why !== undefined, `${what}; is run over`).toBe(true);
  }
}

type Cause = readonly [
  what: string,
  act: (stage: Stage) => Promise<void> | void,
  cause: string,
];
const causes: readonly Cause[] = [
  ['the left side ends', ({ left }) => left.leave(), 'left is gone'],
  ['somebody asks for it', ({ relay }) => relay.stop('maintenance'), 'maintenance'],
  [
    'a write fails',
    ({ left, right }) => {
      right.writeFails = 'right does not take it';
      left.says.trySend('one');
    },
    'right does not take it',
  ],
];

describe('Relay', () => {
  it('passes on what each side says, in order, one write at a time', async () => {
    for (const schedule of orders('passes on', 15)) {
      const { stage } = await watch(async ({ left, right }) => {
        for (let n = 1; n <= 4; n++) left.says.trySend(`l${n}`);
        for (let n = 1; n <= 2; n++) right.says.trySend(`r${n}`);
        await sleep(100);
      }, schedule);
      const said = 'the left says l1 to l4, the right r1 and r2';
      expect(stage.right.got.join(), `${said}; the right has`).toBe('l1,l2,l3,l4');
      expect(stage.left.got.join(), `${said}; the left has`).toBe('r1,r2');
      expect(stage.busy.most, 'writes at the same time').toBe(1);
    }
  });

  it.each(causes)('tells both sides why it ends, when %s', async (...row) => {
    const [what, act, cause] = row;
    const { stage, why } = await watch(async (stage) => {
      await sleep(100);
      await act(stage);
    });
    expect(why ?? 'it does not end', `${what}; \`run\` gives back`).toBe(cause);
    expect(stage.right.told.join(), 'the right side is told').toBe(cause);
    expect(stage.left.told.join(), 'the left side is told').toBe(cause);
  });

  it('leaves nobody when a side ends', async () => {
    await expectNobodyLeft('a side ends', 50, async ({ left, right }, n) => {
      await sleep(100);
      (n % 2 === 0 ? left : right).leave();
    });
  });

  it('leaves nobody when both sides end', async () => {
    await expectNobodyLeft('both sides end', 50, async ({ left, right }) => {
      await sleep(100);
      left.leave();
      right.leave();
    });
  });

  it('leaves nobody when somebody asks for the end', async () => {
    await expectNobodyLeft('somebody asks', 50, async ({ relay }) => {
      await sleep(100);
      await relay.stop('maintenance');
    });
  });

  it('leaves nobody when it ends in the middle of a write', async () => {
    const what = 'the right side takes 100 ms for a message, and somebody asks';
    await expectNobodyLeft(what, 50, async ({ relay, left, right }) => {
      right.takesMs = 100;
      left.says.trySend('slow');
      await sleep(50);
      await relay.stop('maintenance');
    });
  });

  it('leaves nobody when it ends while every task has a message in its hands', async () => {
    const what = 'each side is slow and has said two messages, and somebody asks';
    await expectNobodyLeft(what, 30, async ({ relay, left, right }) => {
      for (const side of [left, right]) {
        side.takesMs = 100;
        side.says.trySend('one');
        side.says.trySend('two');
      }
      await sleep(50);
      await relay.stop('maintenance');
    });
  });

  it('leaves nobody when a write fails', async () => {
    await expectNobodyLeft('a write fails', 50, async ({ left, right }) => {
      right.writeFails = 'right does not take it';
      left.says.trySend('one');
      right.says.trySend('two');
      await sleep(100);
    });
  });

  it('leaves nobody when everything happens at once', async () => {
    await expectNobodyLeft('everything at once', 80, async (stage) => {
      const { relay, left, right } = stage;
      left.says.trySend('one');
      right.says.trySend('two');
      stage.go('asks', () => relay.stop('maintenance'));
      stage.go('leaves', () => {
        left.leave();
        return Promise.resolve();
      });
      right.leave();
      await relay.stop('again');
    });
  });

  it('ends when a side ends in the moment in which a write is over', async () => {
    for (const schedule of orders('the last message', 60)) {
      const { why } = await watch(async ({ right }) => {
        await sleep(100);
        right.says.trySend('my last word');
        await runtime().pause();
        right.leave();
      }, schedule);
      expect(
        why ?? 'nothing: it lives on',
        'the right side ends; `run` gives back',
      ).toBe('right is gone');
    }
  });

  it('has taken the request when stop returns', async () => {
    for (const schedule of orders('asked first', 60)) {
      const { stage } = await watch(async ({ relay, left, right }) => {
        right.says.trySend('a message');
        await runtime().pause();
        await relay.stop('maintenance');
        left.leave();
        right.leave();
      }, schedule);
      expect(
        stage.left.told.join(),
        'somebody asks, and when that has returned, both sides end; the left is told',
      ).toBe('maintenance');
    }
  });

  it.each(['left', 'right'] as const)(
    'reads no more than one message that has to wait, from the %s',
    async (from) => {
      const { stage } = await watch(async ({ left, right }) => {
        const [quick, slow] = from === 'left' ? [left, right] : [right, left];
        slow.takesMs = 60_000;
        for (let n = 0; n < 20; n++) quick.says.trySend(`message ${n}`);
        await sleep(1_000);
      });
      expect(
        stage[from].reads,
        'one message is being written, 19 are behind it; messages that were read',
      ).toBeLessThanOrEqual(2);
    },
  );
});
