/** What failed while the tests ran, and nobody could catch. */

import { judge } from './judge.ts';
import type { TestResult } from '../formats/schema-report.ts';
import { kitStrings } from '../words/strings.ts';

interface ErrorHost {
  readonly addEventListener?: (
    type: string,
    listener: (event: {
      reason: unknown;
      error: unknown;
      preventDefault(): void;
    }) => void,
  ) => void;
  readonly process?: {
    on(type: string, listener: (reason: unknown) => void): void;
    off(type: string, listener: (reason: unknown) => void): void;
  };
}

const { unclaimed, uncaught } = kitStrings.thrown;

/** A worker of a page, or of Node; its names are taken away before the reader's code. */
const host = globalThis as unknown as ErrorHost;
const ofNode = host.process;
const listenToHost = host.addEventListener?.bind(globalThis);

/** A promise that failed and that nobody waited for, or what a timer or a microtask threw. */
interface Accident {
  readonly error: unknown;
  readonly isPromise: boolean;
}

/** Listens from its birth until `stop`. */
export class Unheard {
  /** The first in each test, by the test that ran then. */
  readonly #accidents = new Map<string, Accident>(); // BOUNDED by the tests
  #running = '';
  readonly #stops: readonly (() => void)[];

  constructor() {
    this.#stops = [
      listen('unhandledRejection', (error) => {
        this.#note({ error, isPromise: true });
      }),
      listen('uncaughtException', (error) => {
        this.#note({ error, isPromise: false });
      }),
    ];
  }

  #note(accident: Accident): void {
    if (!this.#accidents.has(this.#running))
      this.#accidents.set(this.#running, accident);
  }

  /** The test called `name` begins. */
  started(name: string): void {
    this.#running = name;
  }

  /** The verdicts, with what only this has heard. */
  judged(tests: readonly TestResult[]): readonly TestResult[] {
    return tests.map((test) => {
      const accident = this.#accidents.get(test.name);
      if (accident === undefined) return test;
      // What a test has failed for says more than a promise that failed beside it.
      if (accident.isPromise && test.verdict !== 'passed') return test;
      const { message, ...rest } = judge(accident.error);
      const say = accident.isPromise ? unclaimed : uncaught;
      return { ...test, ...rest, verdict: 'threw', message: say(message) };
    });
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }
}

/** @returns stops listening */
function listen(
  what: 'unhandledRejection' | 'uncaughtException',
  listener: (reason: unknown) => void,
): () => void {
  if (ofNode !== undefined) {
    ofNode.on(what, listener);
    return () => {
      ofNode.off(what, listener);
    };
  }
  const isPromise = what === 'unhandledRejection';
  listenToHost?.(isPromise ? 'unhandledrejection' : 'error', (event) => {
    event.preventDefault();
    listener(isPromise ? event.reason : event.error);
  });
  return () => undefined;
}
