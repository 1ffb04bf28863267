/**
 * The test runner of the exercises. It has the part of vitest's interface that
 * exercise tests may use, and gives the same names, order and messages; it adds
 * verdicts, and it runs where vitest does not: in a worker of a page.
 */

import { titleOf } from '../words/title.ts';
import type { TestResult } from '../formats/schema-report.ts';

type Body = () => unknown;
type RowBody = (...row: unknown[]) => unknown;
type TestOptions = number | { readonly timeout?: number };

/** One test may take this long; a whole run has its own limit outside. */
export const testTimeoutMs = 1000;
/** A test that is recorded may take this many times as long. */
const slower = 5;

interface Suite {
  readonly name: string;
  readonly parent: Suite | undefined;
  readonly children: (Suite | Test)[];
  readonly before: Body[];
  readonly after: Body[];
}

interface Test {
  readonly title: string;
  readonly suite: Suite;
  readonly body: Body;
  readonly timeoutMs: number;
}

/** What the tests import as `vitest`. */
export interface TestApi {
  readonly describe: (name: string, body: Body) => void;
  readonly it: unknown;
  readonly test: unknown;
  readonly beforeEach: (body: Body) => void;
  readonly afterEach: (body: Body) => void;
}

/** How a thrown value becomes a verdict. Knows of the kit's and impl's own errors. */
export type Judge = (error: unknown) => Omit<TestResult, 'name'>;

export interface Watch {
  /** Called once, with the number of tests that are wanted. */
  readonly planned: (tests: number) => void;
  readonly started: (name: string) => void;
  readonly ended: (result: TestResult) => void;
  /** Called each time when a test has given the control away. */
  readonly look: () => void;
  /** Called after each test; a text says what was spoiled in it. */
  readonly inspect: () => string | undefined;
  /** How many runs of tasks there were since this was asked last. */
  readonly runs: () => number;
  readonly judge: Judge;
}

// The clock and the queue of the host, from before any learner's code. Waiting is done
// with `await` alone: it does not go through a `then` that could have been replaced.
const HostPromise = globalThis.Promise;
const setTimer = globalThis.setTimeout;
const clearTimer = globalThis.clearTimeout;
const turn = macrotasks();

/** Gives the function that waits until the host has had its turn. */
function macrotasks(): () => Promise<void> {
  if (typeof setImmediate === 'function') {
    const immediate = setImmediate;
    return () =>
      new HostPromise((resolve) => {
        immediate(resolve);
      });
  }
  // A page's own kind of port; the types at hand are Node's.
  const { port1, port2 } = new MessageChannel() as unknown as PagePorts;
  const post = port2.postMessage.bind(port2);
  return () =>
    new HostPromise((resolve) => {
      // Twice: browsers tell of a rejection in a task of its own, behind the first.
      port1.onmessage = () => {
        port1.onmessage = () => {
          resolve();
        };
        post(undefined);
      };
      post(undefined);
    });
}

interface PagePorts {
  readonly port1: { onmessage: (() => void) | null };
  readonly port2: { postMessage(message: unknown): void };
}

export class Harness {
  readonly #root: Suite = newSuite('', undefined);
  #open: Suite = this.#root;

  /** The functions that a test file imports. */
  api(): TestApi {
    const it = Object.assign(this.#it, { each: this.#each });
    return {
      describe: this.#describe,
      it,
      test: it,
      beforeEach: (body) => {
        this.#open.before.push(body);
      },
      afterEach: (body) => {
        this.#open.after.push(body);
      },
    };
  }

  readonly #describe = (name: string, body: Body): void => {
    const suite = newSuite(name, this.#open);
    this.#open.children.push(suite);
    this.#open = suite;
    try {
      const result = body();
      if (result instanceof Promise) throw new TypeError('describe cannot be async');
    } finally {
      this.#open = suite.parent ?? this.#root;
    }
  };

  readonly #it = (title: string, body: unknown, options?: unknown): void => {
    const flipped = typeof body !== 'function';
    const run = flipped ? options : body;
    if (typeof run !== 'function')
      throw new TypeError(`the test "${title}" has no body`);
    this.#open.children.push({
      title,
      suite: this.#open,
      body: run as Body, // checked: a function
      timeoutMs: timeoutOf((flipped ? body : options) as TestOptions | undefined),
    });
  };

  readonly #each =
    (table: readonly unknown[]) =>
    (title: string, body: RowBody, options?: TestOptions): void => {
      table.forEach((row, index) => {
        const items: readonly unknown[] = Array.isArray(row) ? row : [row];
        this.#it(titleOf(title, items, index), () => body(...items), options);
      });
    };

  /**
   * Runs every test in the order in which vitest would.
   *
   * @param last name of the test that is the last one to be run
   * @param alone name of the only test to be run, with or without the names around it
   */
  async run(watch: Watch, last?: string, alone?: string): Promise<TestResult[]> {
    const results: TestResult[] = [];
    const isWanted = (test: Test): boolean =>
      alone === undefined || isCalled(fullName(test), alone);
    let planned = 0;
    for (const test of testsOf(this.#root)) if (isWanted(test)) planned += 1;
    watch.planned(planned);
    for (const test of testsOf(this.#root)) {
      if (!isWanted(test)) continue;
      const name = fullName(test);
      watch.started(name);
      const judged = await runTest(test, name, watch, last === undefined ? 1 : slower);
      const runs = watch.runs();
      const result = runs === 0 ? judged : { ...judged, runs };
      results.push(result);
      watch.ended(result);
      // What never ends once would make the reader wait in every test.
      if (result.verdict === 'timeout' || name === last) break;
    }
    return results;
  }
}

function newSuite(name: string, parent: Suite | undefined): Suite {
  return { name, parent, children: [], before: [], after: [] };
}

function timeoutOf(options: TestOptions | undefined): number {
  if (typeof options === 'number') return options;
  return options?.timeout ?? testTimeoutMs;
}

function* testsOf(suite: Suite): Generator<Test> {
  for (const child of suite.children) {
    if ('title' in child) yield child;
    else yield* testsOf(child);
  }
}

function fullName(test: Test): string {
  const names = [test.title];
  let at = test.suite;
  while (at.parent !== undefined) {
    names.unshift(at.name);
    at = at.parent;
  }
  return names.join(' > ');
}

/** @param called a full name, or its end */
export function isCalled(name: string, called: string): boolean {
  return name === called || name.endsWith(` > ${called}`);
}

async function runTest(
  test: Test,
  name: string,
  watch: Watch,
  patience: number,
): Promise<TestResult> {
  const suites: Suite[] = [];
  for (let at: Suite | undefined = test.suite; at; at = at.parent) suites.unshift(at);
  const steps = [...suites.flatMap((suite) => suite.before), test.body];
  const after = suites.reverse().flatMap((suite) => suite.after);

  const thrown = await firstError(steps, after, patience * test.timeoutMs, watch.look);
  await turn(); // a rejection that nobody took is reported in the host's turn
  // Before anything else looks at the error: what looks could have been replaced.
  const spoiled = watch.inspect();
  if (spoiled !== undefined) return { name, verdict: 'tampered', message: spoiled };
  if (thrown === undefined) return { name, verdict: 'passed', message: '' };
  return { name, ...watch.judge(thrown.error) };
}

/** Runs `steps` until one throws, then `after` in any case. */
async function firstError(
  steps: readonly Body[],
  after: readonly Body[],
  timeoutMs: number,
  look: () => void,
): Promise<{ readonly error: unknown } | undefined> {
  let first: { readonly error: unknown } | undefined;
  // By index: the iterator of arrays could have been replaced by now.
  for (let i = 0; i < steps.length && first === undefined; i += 1) {
    const step = steps[i];
    if (step !== undefined) first = await errorOf(step, timeoutMs, look);
  }
  for (let i = 0; i < after.length; i += 1) {
    const step = after[i];
    if (step !== undefined) first = (await errorOf(step, timeoutMs, look)) ?? first;
  }
  return first;
}

/** A test that ran out of time on the real clock. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut';
}

function errorOf(
  step: Body,
  timeoutMs: number,
  look: () => void,
): Promise<{ readonly error: unknown } | undefined> {
  return new HostPromise((settle) => {
    const timer = setTimer(() => {
      settle({ error: new TimedOut(`Test timed out in ${timeoutMs}ms.`) });
    }, timeoutMs);
    // It cannot fail, and says itself when it ends: an owner would need `then`.
    // eslint-disable-next-line no-restricted-syntax
    void carryOut(step, look, (thrown) => {
      clearTimer(timer);
      settle(thrown);
    });
  });
}

/** What a step leaves behind is seen before any microtask could put it back. */
async function carryOut(
  step: Body,
  look: () => void,
  ended: (thrown: { readonly error: unknown } | undefined) => void,
): Promise<void> {
  try {
    const given = step();
    look();
    await given;
    look();
    ended(undefined);
  } catch (error) {
    look();
    ended({ error });
  }
}
