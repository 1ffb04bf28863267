/** One run: load the reader's code beside the tests, run them, report. */

import type { ExpectStatic } from '@vitest/expect';
import { createExpect } from './expect.ts';
import { Guard } from './guard.ts';
import { Harness } from './harness.ts';
import { findTampering, takeSnapshot, type Snapshot } from './intrinsics.ts';
import { judge, lookAt, placeIn } from './judge.ts';
import { CodeError, compileLearner, type Marks } from './learner.ts';
import { Printed } from './printed.ts';
import { Registry, type Exports, type ModuleFactory } from './registry.ts';
import type { PlugTarget } from '../formats/schema-exercise.ts';
import {
  runVerdict,
  type RunReport,
  type TestResult,
} from '../formats/schema-report.ts';
import { kitStrings } from '../words/strings.ts';

/** Everything about an exercise that a run needs. */
export interface BundledExercise {
  readonly id: string;
  /** `exercises/07-match-protocols`, without a slash at the end. */
  readonly folder: string;
  /** Modules that the tests use, to be loaded before the reader's code. */
  readonly uses: readonly string[];
  /** Names that the tests import from the reader's module. */
  readonly needs: readonly string[];
  readonly plug?: PlugTarget;
  /** The export of the reader's module that takes the target's place. */
  readonly adapter: boolean;
}

/** What the build puts into the worker. */
export interface Bundle {
  readonly factories: Readonly<Record<string, ModuleFactory>>;
  readonly packages: Readonly<Record<string, Exports>>;
  readonly exercises: readonly BundledExercise[];
  /** The module whose `runLive` shows a plugged-in run; the small script has none. */
  readonly live: string | undefined;
  /** Puts marks into the reader's code, where what runs is recorded. */
  readonly instrument?: Marks['instrument'];
}

export interface Watcher {
  started(name: string): void;
  ended(result: TestResult): void;
  printed(line: string): void;
}

/** The reader's module changed a built-in while it was loaded. */
class Tampered extends Error {
  override readonly name = 'Tampered';

  // The implied constructor of older engines goes through an array's iterator.
  // eslint-disable-next-line @typescript-eslint/no-useless-constructor
  constructor(message: string) {
    super(message);
  }
}

const now = performance.now.bind(performance);

/** What a run needs whatever its exercise is: it can be made before the run is asked for. */
export interface Prepared {
  readonly guard: Guard;
  readonly expect: ExpectStatic;
}

export function prepare(): Prepared {
  const guard = new Guard();
  return { guard, expect: createExpect(guard) };
}

/**
 * Does once what each run does: the engine has compiled it by then. Nothing of it stays.
 */
export function rehearse(bundle: Bundle): void {
  const registry = new Registry(bundle.factories, bundle.packages);
  for (const { uses } of bundle.exercises) {
    for (const id of uses) registry.require(id);
  }
  const snapshot = takeSnapshot([]);
  for (let i = 0; i < 8; i += 1) findTampering(snapshot);
  const load = compileLearner(rehearsal, () => true);
  load({ exports: {} }, {}, () => ({}));
}

/** A text with what answers are made of; it does nothing. */
const rehearsal = `import { select as choose, type Cases } from '#impl/csp/select.ts';
interface Shape<T> { readonly id: T; size?: number }
type Choice = 'a' | 'b' | undefined;
export const table: Record<string, Choice> = { a: 'a', b: undefined };
export class Thing<T extends object> implements Shape<number> {
  readonly id = 1; #kept: T | undefined; private static count = 0;
  constructor(size = 2) { Thing.count += size; }
  async next(given: readonly T[], { id, ...rest }: Shape<T>): Promise<bigint | void> {
    for (const one of given.filter((x): x is T => x !== null)) this.#kept = one as T;
    try { await choose<Cases>({ one: rest }); } catch (error) { throw new Error(\`no \${id}\`); }
    switch (id) { case 'a': return 0x10n; default: return given.length > 1 ? 1n : undefined; }
  }
}
export function f<T>(x: T, y?: number): x is NonNullable<T> { return /a+/.test(String(x)) && y! >= 0; }
`;

export class Session {
  readonly #bundle: Bundle;
  readonly #exercise: BundledExercise;
  readonly #registry: Registry;
  readonly #watcher: Watcher;
  readonly #printed: Printed;
  readonly #output: string[] = [];

  readonly #prepared: Prepared;

  /** @throws {RangeError} there is no such exercise */
  constructor(bundle: Bundle, id: string, watcher: Watcher, prepared = prepare()) {
    const exercise = bundle.exercises.find((one) => one.id === id);
    if (exercise === undefined) throw new RangeError(`there is no exercise ${id}`);
    this.#bundle = bundle;
    this.#prepared = prepared;
    this.#exercise = exercise;
    this.#watcher = watcher;
    this.#registry = new Registry(bundle.factories, bundle.packages);
    this.#printed = new Printed((line) => {
      this.#output.push(line);
      watcher.printed(line);
    });
  }

  /** Runs the tests of the exercise on `code`. Never throws. */
  async test(code: string): Promise<RunReport> {
    const begun = now();
    const harness = new Harness();
    const { guard, expect } = this.#prepared;
    const rejections: unknown[] = [];
    const stopListening = onRejection((reason) => rejections.push(reason));
    const accidents = new Map<string, unknown>(); // BOUNDED by the tests
    let running = '';
    const stopCatching = onAccident((error) => {
      if (!accidents.has(running)) accidents.set(running, error);
    });
    try {
      const vitest = { ...harness.api(), expect };
      this.#registry.define('vitest', (module) => {
        module.exports = vitest;
      });
      for (const id of this.#exercise.uses) this.#registry.require(id);
      this.#captureConsole();
      this.#watchWaits(guard);
      const snapshot = takeSnapshot(this.#prototypes());
      this.#watchCalls(guard, this.#loadLearner(code, snapshot));
      guard.begin(snapshot);
      this.#registry.require(`${this.#exercise.folder}/exercise.test.ts`);
      const tests = await harness.run({
        started: (name) => {
          running = name;
          this.#watcher.started(name);
        },
        ended: (result) => {
          this.#watcher.ended(result);
        },
        look: guard.look,
        inspect: guard.inspect,
        judge: (error) => judge(error),
      });
      const judged = withAccidents(withRejections(tests, rejections), accidents);
      return this.#report(begun, judged, {});
    } catch (error) {
      return this.#report(begun, [], loadFailure(error));
    } finally {
      stopListening();
      stopCatching();
    }
  }

  /** Puts the reader's code in its place and runs a scenario with it. */
  async live(code: string, scenario: string): Promise<unknown> {
    const { plug } = this.#exercise;
    const { live } = this.#bundle;
    if (plug === undefined || live === undefined) {
      throw new RangeError(`${this.#exercise.id} cannot be plugged in here`);
    }
    this.#captureConsole();
    const run = this.plugIn(code).require(live)['runLive'];
    if (typeof run !== 'function') throw new RangeError('runLive is missing');
    return await (run as (name: string) => unknown)(scenario);
  }

  /**
   * Loads `code` and puts what it exports in its place.
   *
   * @returns the modules, in which the plug target is now the reader's
   */
  plugIn(code: string): Registry {
    const { plug, folder, adapter } = this.#exercise;
    if (plug === undefined) throw new RangeError('there is nothing to plug into');
    const { instrument } = this.#bundle;
    const file = `${folder}/exercise.ts`;
    const marks = instrument && { instrument, file };
    const mine = this.#loadLearner(code, takeSnapshot([]), marks);
    const name = plug.symbol.split('.').at(-1) ?? plug.symbol;
    const replacement = adapter
      ? callable(this.#registry.require(`${folder}/plug.ts`)['adapt'], 'adapt')(mine)
      : mine[name];
    this.#registry.plug(plug, callable(replacement, name));
    return this.#registry;
  }

  /** @param marks not in tests: they move the columns that a verdict names */
  #loadLearner(code: string, snapshot: Snapshot, marks?: Marks): Exports {
    const id = `${this.#exercise.folder}/exercise.ts`;
    const isKnown = (wanted: string): boolean => this.#registry.has(wanted);
    const factory = compileLearner(code, isKnown, marks);
    this.#registry.define(id, (...given) => {
      factory(...given);
      // At once: whatever runs next could stumble over what was replaced.
      const spoiled = findTampering(snapshot);
      if (spoiled !== undefined) throw new Tampered(spoiled);
    });
    const exported = this.#registry.require(id);
    const missing = this.#exercise.needs.find((name) => !(name in exported));
    if (missing !== undefined) {
      throw new CodeError(kitStrings.code.noExport(missing));
    }
    return exported;
  }

  /** The tests get the reader's functions with a look behind each call. */
  #watchCalls(guard: Guard, exported: Exports): void {
    const file = `${this.#exercise.folder}/exercise.ts`;
    for (const symbol of Object.keys(exported)) {
      const value = exported[symbol];
      if (typeof value !== 'function') continue;
      this.#registry.plug({ file, symbol }, guard.watched(callable(value, symbol)));
    }
  }

  /** A task gives the control away in these, the reader's as well as the tests'. */
  #watchWaits(guard: Guard): void {
    for (const [, exports] of this.#registry.loaded()) {
      for (const name of ['SerialRuntime', 'RealRuntime']) {
        const runtime = exports[name];
        if (typeof runtime !== 'function') continue;
        const prototype = runtime.prototype as object; // of a class
        guard.watchMethods(prototype, ['suspend', 'ready'], guard.look);
      }
    }
  }

  #captureConsole(): void {
    for (const [method, own] of Object.entries(this.#printed.console)) {
      Reflect.set(console, method, own);
    }
  }

  /** Our classes, which a learner's module could change under the tests. */
  #prototypes(): [string, object][] {
    const found: [string, object][] = [];
    for (const [, exports] of this.#registry.loaded()) {
      for (const [name, value] of Object.entries(exports)) {
        if (typeof value !== 'function') continue;
        const prototype: unknown = value.prototype;
        if (typeof prototype !== 'object' || prototype === null) continue;
        found.push([`${name}.prototype`, prototype]);
      }
    }
    return found;
  }

  #report(
    begun: number,
    tests: readonly TestResult[],
    failure: Partial<RunReport>,
  ): RunReport {
    return {
      verdict: runVerdict(tests),
      tests,
      message: '',
      ...failure,
      output: this.#output,
      outputCut: this.#printed.cut,
      ms: now() - begun,
    };
  }
}

function callable(
  value: unknown,
  name: string,
): (this: unknown, x?: unknown) => unknown {
  if (typeof value === 'function')
    return value as (this: unknown, x?: unknown) => unknown;
  throw new RangeError(`the exercise exports no function ${name}`);
}

/** The code could not be loaded: its syntax, an import, or its top level threw. */
function loadFailure(error: unknown): Partial<RunReport> {
  const seen = lookAt(error);
  if (error instanceof CodeError) {
    return {
      verdict: 'syntax',
      message: seen.message,
      ...(error.line === undefined ? {} : { line: error.line }),
      ...(error.column === undefined ? {} : { column: error.column }),
    };
  }
  const { verdict, message } = judge(error);
  return { verdict, message, ...placeIn(seen.stack) };
}

/** A promise that nobody waits for failed: the last test that passed did not. */
function withRejections(
  tests: readonly TestResult[],
  rejections: readonly unknown[],
): readonly TestResult[] {
  const last = tests.at(-1);
  if (rejections.length === 0 || last?.verdict !== 'passed') return tests;
  const { message } = judge(rejections[0]);
  const text = kitStrings.thrown.unclaimed(message);
  return [...tests.slice(0, -1), { ...last, verdict: 'threw', message: text }];
}

/** What a timer or a microtask threw belongs to the test that ran then. */
function withAccidents(
  tests: readonly TestResult[],
  accidents: ReadonlyMap<string, unknown>,
): readonly TestResult[] {
  return tests.map((test) => {
    if (!accidents.has(test.name)) return test;
    const { message, ...rest } = judge(accidents.get(test.name));
    const said = kitStrings.thrown.uncaught(message);
    return { ...rest, name: test.name, verdict: 'threw', message: said };
  });
}

interface RejectionHost {
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

function onRejection(listener: (reason: unknown) => void): () => void {
  const host = globalThis as unknown as RejectionHost; // a worker of a page, or of Node
  if (host.process !== undefined) {
    const { process } = host;
    process.on('unhandledRejection', listener);
    return () => {
      process.off('unhandledRejection', listener);
    };
  }
  host.addEventListener?.('unhandledrejection', (event) => {
    event.preventDefault();
    listener(event.reason);
  });
  return () => undefined;
}

/** What nothing could catch: thrown by a timer or a microtask. */
function onAccident(listener: (error: unknown) => void): () => void {
  const host = globalThis as unknown as RejectionHost; // as above
  if (host.process !== undefined) {
    const { process } = host;
    process.on('uncaughtException', listener);
    return () => {
      process.off('uncaughtException', listener);
    };
  }
  host.addEventListener?.('error', (event) => {
    event.preventDefault();
    listener(event.error);
  });
  return () => undefined;
}
