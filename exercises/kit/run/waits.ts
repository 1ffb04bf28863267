/**
 * Where tasks of a reader's code wait. A run that cannot go on throws its error far from
 * there: the place in the reader's file is the one at which the wait was begun. Nobody
 * pays for it whose run goes on: it is run again, with its waits noted, where it did not.
 */

import type { Runtime, WaitsOn, Wake } from '#impl/csp/seam.ts';
import { lookAt, placeIn } from './judge.ts';
import type { RunReport, TestResult } from '../formats/schema-report.ts';

interface Wait {
  readonly on: WaitsOn | undefined;
  readonly begun: Error;
}

/** A task that goes on without its wait does so at once: few others begin one meanwhile. */
const kept = 8;

const { apply } = Reflect;
type Place = Pick<TestResult, 'line' | 'column'>;

export class Waits {
  /** Those that are not over, the oldest first. */
  readonly #open = new Set<Wait>(); // BOUNDED by the tasks of a test
  /** A ring: the oldest stands where the next one will. */
  #latest: Wait[] = [];
  #count = 0;

  /** A test begins. */
  started(): void {
    this.#open.clear();
    this.#latest = [];
    this.#count = 0;
  }

  /** @param prototype of a runtime: its tasks wait with `suspend` and `ready` */
  watch(prototype: Pick<Runtime, 'suspend' | 'ready'>): void {
    const { suspend, ready } = prototype;
    const begins = (on?: WaitsOn): Wait => this.#begins(on);
    const ends = (wait: Wait): void => {
      this.#open.delete(wait);
    };
    prototype.suspend = function <T>(
      this: Runtime,
      on: WaitsOn,
      register: (wake: Wake<T>) => void,
    ): Promise<T> {
      const wait = begins(on);
      const watched = (wake: Wake<T>): void => {
        register((...given) => {
          ends(wait);
          wake(...given);
        });
      };
      return apply(suspend<T>, this, [on, watched]);
    };
    prototype.ready = function <T>(this: Runtime, value: T): Promise<T> {
      begins();
      return apply(ready<T>, this, [value]);
    };
  }

  /**
   * `result`, with the place where the reader's code waits if the run stands there. A task
   * that stands at a promise of its own has the place of its last wait before.
   */
  placed(result: Omit<TestResult, 'name'>, error: unknown): Omit<TestResult, 'name'> {
    if (!isStuck(result)) return result;
    const labels = labelsOf(error);
    const waits =
      labels === undefined
        ? this.#inOrder()
        : [...this.#open].filter(
            ({ on }) => on && labels.includes(on.left ?? on.label),
          );
    return { ...result, ...lastPlaceOf(waits) };
  }

  #inOrder(): readonly Wait[] {
    const next = this.#count % kept;
    return [...this.#latest.slice(next), ...this.#latest.slice(0, next)];
  }

  #begins(on: WaitsOn | undefined): Wait {
    const wait = { on, begun: new Error() };
    if (on !== undefined) this.#open.add(wait);
    this.#latest[this.#count++ % kept] = wait;
    return wait;
  }
}

/** What the tasks of a `Blocked` wait for; undefined if the error does not say. */
function labelsOf(error: unknown): readonly unknown[] | undefined {
  if (lookAt(error).name !== 'Blocked') return undefined;
  const { tasks } = error as { readonly tasks: readonly { readonly on: unknown }[] };
  return tasks.map(({ on }) => on);
}

/** The last one that was begun in the reader's file. */
function lastPlaceOf(waits: readonly Wait[]): Place {
  const places = waits.map(({ begun }) => placeIn(lookAt(begun).stack));
  return places.findLast(({ line }) => line !== undefined) ?? {};
}

/** It cannot go on, and nothing says where. */
function isStuck({ verdict, line }: Omit<TestResult, 'name'>): boolean {
  return line === undefined && (verdict === 'blocked' || verdict === 'step-limit');
}

/** A run that took longer is not made twice: the two have one limit. */
const longMs = 1_000;

/**
 * The report, with the lines at which the reader's code stands where a test cannot go on.
 *
 * @param again the same run, with its waits noted
 */
export async function withPlaces(
  report: RunReport,
  again: () => Promise<RunReport>,
): Promise<RunReport> {
  if (report.ms > longMs || !report.tests.some(isStuck)) return report;
  const noted = new Map((await again()).tests.map((test) => [test.name, test]));
  const tests = report.tests.map((test) => {
    const { verdict, line, column } = noted.get(test.name) ?? {};
    if (!isStuck(test) || verdict !== test.verdict || line === undefined) return test;
    return { ...test, line, ...(column === undefined ? {} : { column }) };
  });
  return { ...report, tests };
}
