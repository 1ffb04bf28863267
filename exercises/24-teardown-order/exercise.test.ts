import { describe, expect, it } from 'vitest';
import { Chan } from '#impl/csp/chan.ts';
import { Done } from '#impl/csp/done.ts';
import { runtime } from '#impl/csp/runtime.ts';
import { recv, select, send } from '#impl/csp/select.ts';
import { sleep, Timer } from '#impl/csp/timer.ts';
import { WaitGroup } from '#impl/csp/wait-group.ts';
import { asError } from '#impl/p2p/as-error.ts';
import { Prng } from '#impl/sim/prng.ts';
import { compileParsons, expectPlaced } from '#kit/parsons.ts';
import { runTasks } from '#kit/run-tasks.ts';
import { moment } from '#kit/steps.ts';
import { blanks, order } from './exercise.ts';
import { puzzle } from './lines.ts';

interface Kind {
  /** So long the remote takes to read a farewell; undefined: it reads nothing. */
  readonly readsAfterMs?: number | undefined;
  /** It says a message each 100 ms, until it has heard the farewell. */
  readonly talks?: boolean;
  /** It says something when it has heard the farewell. */
  readonly answers?: boolean;
  /** So long the worker takes to write its file. */
  readonly fileMs?: number;
  readonly reason?: number;
}

/** What came of a session that was asked to leave at 1,050 ms. */
interface Seen {
  readonly heard: readonly number[];
  /** All times are since somebody asked. */
  readonly overMs: number | undefined;
  /** Messages that the worker took afterwards. */
  readonly late: number;
  readonly goneMs: number | undefined;
  /** Tasks of the session when its place was given back. */
  readonly atGone: readonly string[];
  /** What those who listen found in the table, each time. */
  readonly newsFound: readonly string[];
  /** Tasks of the session when `leave` was over; if it never was, after 40 s. */
  readonly alive: readonly string[];
  readonly waits: string;
}

const askedMs = 1_050;
const watchedMs = 40_000;

class Line {
  readonly incoming = new Chan<string>('the next message', 64);
  readonly heard: number[] = [];
  readonly #kind: Kind;
  readonly #over = new Done('the line is cut');

  constructor(kind: Kind) {
    this.#kind = kind;
  }

  async read(): Promise<string> {
    const tooLate = new Timer('30 s without a message', 30_000);
    try {
      const event = await select({
        came: recv(this.incoming),
        over: recv(this.#over),
        tooLate: recv(tooLate),
      });
      if (event.case === 'came') return event.value;
      throw new Error(event.case === 'over' ? 'the line is cut' : 'read timeout');
    } finally {
      tooLate.stop();
    }
  }

  async tell(reason: number, budgetMs: number): Promise<void> {
    const { readsAfterMs = Infinity, answers } = this.#kind;
    moment(`the farewell with reason ${reason} is on its way`);
    await sleep(Math.min(readsAfterMs, budgetMs));
    if (this.#over.closed || readsAfterMs > budgetMs) {
      moment(`the remote has not heard reason ${reason}`);
      return;
    }
    this.heard.push(reason);
    moment(`the remote hears reason ${reason}`);
    if (answers === true) this.incoming.trySend('goodbye');
  }

  cut(): void {
    this.#over.close();
  }
}

type Leave = (session: unknown, reason: number) => Promise<void>;

async function watch(kind: Kind, schedule = ''): Promise<Seen> {
  const leave = compileParsons(puzzle, { order, blanks }) as Leave; // the lines make one
  const options = { schedule, maxSteps: 5_000 };
  const { value, left } = await runTasks(() => play(leave, kind), options);
  const names = new Set([...value.alive, 'leave']);
  const waits = left
    .filter(({ task }) => names.has(task))
    .map(({ task, on }) => `${task} waits: ${on}`)
    .join('; ');
  return { ...value, waits: waits === '' ? '' : `; ${waits}` };
}

async function play(leave: Leave, kind: Kind): Promise<Omit<Seen, 'waits'>> {
  const { talks = false, fileMs = 0, reason = 4 } = kind;
  const line = new Line(kind);
  const stop = new Done('stop');
  const inbox = new Chan<string>('inbox');
  const reports = new Chan<Error>('reports', 8);
  const gone = new Chan<string>('gone');
  const tasks = new WaitGroup();
  const since = (): number => runtime().now() - askedMs;
  let late = 0;
  tasks.go('reader', async () => {
    try {
      for (;;) {
        const message = await line.read();
        const event = await select({ taken: send(inbox, message), stop: recv(stop) });
        if (event.case === 'stop') return;
      }
    } catch {
      // the line is over
    }
  });
  tasks.go('keeper', async () => {
    for (;;) {
      const beat = new Timer('the next beat', 15_000);
      const event = await select({ beat: recv(beat), stop: recv(stop) });
      beat.stop();
      if (event.case === 'stop') return;
    }
  });
  tasks.go('worker', async () => {
    for (;;) {
      const event = await select({ message: recv(inbox), stop: recv(stop) });
      if (event.case === 'stop') break;
      if (since() > 0) late++;
    }
    await sleep(fileMs);
  });

  const table = new Set(['B']);
  let goneMs: number | undefined;
  let atGone: readonly string[] = [];
  const others = new WaitGroup();
  others.go('owner of the table', async () => {
    const name = await gone.recv();
    table.delete(name);
    goneMs = since();
    atGone = tasks.names;
    moment('the place is given back');
  });
  others.go('remote', async () => {
    for (let ms = 0; ms < askedMs + 3_000; ms += 100) {
      await sleep(100);
      if (line.heard.length > 0) return;
      if (talks) line.incoming.trySend('a message');
    }
  });
  const newsFound: string[] = [];
  const news = (text: string): void => {
    const found = table.has('B') ? 'B is in the table' : 'B is not in the table';
    newsFound.push(found);
    moment(`everybody hears “${text}”, and ${found}`);
  };
  // What is over already makes nobody wait, and the line would have no step.
  const wait = async (): Promise<void> => {
    await tasks.wait();
    moment('reader, keeper and worker are over');
  };

  const session = { name: 'B', stop, line, tasks: { wait }, reports, gone, news };
  await sleep(askedMs);
  moment('somebody asks for the end');
  let overMs: number | undefined;
  let atOver: readonly string[] | undefined;
  let threw: Error | undefined;
  others.go('leave', async () => {
    try {
      await leave(session, reason);
    } catch (error) {
      threw = asError(error);
    }
    overMs = since();
    atOver = tasks.names;
  });
  await sleep(watchedMs);
  if (threw !== undefined) {
    expect.fail(`\`leave\` threw “${threw.message}”, ${overMs} ms after it was called`);
  }
  const alive = atOver ?? tasks.names;
  return { heard: line.heard, overMs, late, goneMs, atGone, newsFound, alive };
}

function expectOver({ overMs, waits }: Seen, what: string, inMs: number): void {
  const over = overMs === undefined ? 'not over' : `over after ${overMs} ms`;
  expect(over, `${what}; \`leave\`, 40 s later${waits}`).toBe(`over after ${inMs} ms`);
}

const inWords = (names: readonly string[]): string => names.join(', ') || 'none';

function expectNoneLeft({ alive, waits }: Seen, where = ''): void {
  const what = 'tasks that are left when `leave` is over';
  expect(inWords(alive), `${where}${what}${waits}`).toBe('none');
}

/** So many orders of the tasks are tried. */
const orders = 25;

/** A test that found nothing wrong. With lines missing, there was less to go wrong. */
function expectWhole(): void {
  expectPlaced(puzzle, { order, blanks });
}

describe('leave', () => {
  it('has as many lines as it needs', () => {
    expectWhole();
  });

  it('tells the remote why', async () => {
    for (const reason of [4, 8, 0]) {
      const seen = await watch({ readsAfterMs: 20, reason });
      expect(
        inWords(seen.heard.map(String)),
        `\`leave\` was called with reason ${reason}; reasons that the remote has heard`,
      ).toBe(`${reason}`);
    }
    expectWhole();
  });

  it('is over in 20 ms when the remote takes 20 ms to read', async () => {
    expectOver(await watch({ readsAfterMs: 20 }), 'the remote reads', 20);
    expectWhole();
  });

  it('is over in a second when the remote reads nothing', async () => {
    expectOver(await watch({}), 'the remote is deaf', 1_000);
    expectWhole();
  });

  it('leaves no task behind when the remote says nothing more', async () => {
    for (const readsAfterMs of [20, undefined]) {
      const seen = await watch({ readsAfterMs, fileMs: 300 });
      expectNoneLeft(seen);
      expectOver(
        seen,
        'the remote is silent',
        readsAfterMs === undefined ? 1_000 : 300,
      );
    }
    expectWhole();
  });

  it('serves nobody while the farewell is on its way', async () => {
    const { late } = await watch({ readsAfterMs: 500, talks: true });
    expect(
      late,
      'the remote talks on for half a second; messages that the worker took meanwhile',
    ).toBe(0);
    expectWhole();
  });

  it('gives the place back only when no task is left', async () => {
    const seen = await watch({ readsAfterMs: 20, fileMs: 300 });
    const gone = seen.goneMs === undefined ? 'never' : `after ${seen.goneMs} ms`;
    expect(inWords(seen.atGone), 'tasks of the session when its place is free').toBe(
      'none',
    );
    expect(
      gone,
      `the worker writes its file for 300 ms; the place is free${seen.waits}`,
    ).toBe('after 300 ms');
    expectWhole();
  });

  it('has nobody in the table find it who hears the news', async () => {
    const { newsFound } = await watch({ readsAfterMs: 20 });
    expect(
      newsFound.join(', and again: ') || 'no news',
      'whoever hears the news finds',
    ).toBe('B is not in the table');
    expectWhole();
  });

  it('ends whether the remote answers or not', async () => {
    for (const answers of [true, false]) {
      const seen = await watch({ readsAfterMs: 20, answers });
      expectOver(seen, answers ? 'it answers' : 'it does not answer', 20);
    }
    expectWhole();
  });

  it('ends though nobody has anything to report', async () => {
    expectOver(await watch({ readsAfterMs: 20, talks: true }), 'no report comes', 20);
    expectWhole();
  });

  it('does so in every order of the tasks that was tried', async () => {
    const random = new Prng('teardown order');
    for (let n = 0; n < orders; n++) {
      // Who talks on wakes the reader, and then it sees `stop`; who is silent does not.
      const kind = { readsAfterMs: 200, talks: n % 2 === 0, fileMs: 250 };
      const choices = Array.from({ length: 120 }, () => random.below(3));
      const seen = await watch(kind, choices.join(''));
      const where = `the tasks in order ${n + 1} of ${orders}`;
      expect(seen.heard.length, `${where}; farewells that the remote has heard`).toBe(
        1,
      );
      expect(
        seen.late,
        `${where}; messages that the worker took after somebody had asked for the end`,
      ).toBe(0);
      expectNoneLeft(seen, `${where}; `);
    }
    expectWhole();
  });
});
