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

/** Listens from its birth until `stop`. */
export class Unheard {
  /** The first promise that failed and that nobody waited for. */
  #rejection: { readonly reason: unknown } | undefined;
  /** What a timer or a microtask threw, by the test that ran then. */
  readonly #accidents = new Map<string, unknown>(); // BOUNDED by the tests
  #running = '';
  readonly #stops: readonly (() => void)[];

  constructor() {
    this.#stops = [
      listen('unhandledRejection', (reason) => {
        this.#rejection ??= { reason };
      }),
      listen('uncaughtException', (error) => {
        if (!this.#accidents.has(this.#running))
          this.#accidents.set(this.#running, error);
      }),
    ];
  }

  /** The test called `name` begins. */
  started(name: string): void {
    this.#running = name;
  }

  /** The verdicts, with what only this has heard. */
  judged(tests: readonly TestResult[]): readonly TestResult[] {
    return tests.map((test, at) => {
      if (this.#accidents.has(test.name)) {
        const { message, ...rest } = judge(this.#accidents.get(test.name));
        const said = kitStrings.thrown.uncaught(message);
        return { ...test, ...rest, verdict: 'threw', message: said };
      }
      // Of a promise nobody knows which test it was: the last that passed did not.
      const isLast = at === tests.length - 1 && test.verdict === 'passed';
      if (this.#rejection === undefined || !isLast) return test;
      const { message } = judge(this.#rejection.reason);
      return {
        ...test,
        verdict: 'threw',
        message: kitStrings.thrown.unclaimed(message),
      };
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
  const host = globalThis as unknown as ErrorHost; // a worker of a page, or of Node
  if (host.process !== undefined) {
    const { process } = host;
    process.on(what, listener);
    return () => {
      process.off(what, listener);
    };
  }
  const isPromise = what === 'unhandledRejection';
  host.addEventListener?.(isPromise ? 'unhandledrejection' : 'error', (event) => {
    event.preventDefault();
    listener(isPromise ? event.reason : event.error);
  });
  return () => undefined;
}
