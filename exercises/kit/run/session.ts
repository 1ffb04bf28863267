/** One run: load the reader's code beside the tests, run them, report. */

import type { ExpectStatic } from '@vitest/expect';
import type { Runtime } from '#impl/csp/seam.ts';
import { Borrowed } from './borrowed.ts';
import { beforeAnyRun } from './early.ts';
import { createExpect } from './expect.ts';
import { Guard } from './guard.ts';
import { Harness, type Watch } from './harness.ts';
import { findTampering, putBack, takeSnapshot, type Snapshot } from './intrinsics.ts';
import { judge, lookAt, placeIn } from './judge.ts';
import { CodeError, compileLearner, type Marks } from './learner.ts';
import { Printed } from './printed.ts';
import { Recording } from './recording.ts';
import { Unheard } from './unheard.ts';
import { Waits } from './waits.ts';
import {
  Registry,
  type Callable,
  type Exports,
  type ModuleFactory,
} from './registry.ts';
import type { PlugTarget } from '../formats/schema-exercise.ts';
import {
  runVerdict,
  unrunOf,
  type RunReport,
  type TestResult,
} from '../formats/schema-report.ts';
import type { SeenLive, SeenTest } from '../formats/schema-seen.ts';
import type { SeeingTools } from './seeing.ts';
import { spokenOf, watchRuns } from './watched-modules.ts';
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
  /** What else of ours would do the work. */
  readonly ours?: readonly PlugTarget[];
  /** The export of the reader's module that takes the target's place. */
  readonly adapter: boolean;
  /** What a live run tells of our answer, if that does better than the node's own code. */
  readonly better?: readonly string[];
}

/** What the build puts into the worker. */
export interface Bundle {
  readonly factories: Readonly<Record<string, ModuleFactory>>;
  readonly packages: Readonly<Record<string, Exports>>;
  readonly exercises: readonly BundledExercise[];
  /** The module whose `runLive` shows a plugged-in run; the small script has none. */
  readonly live: string | undefined;
  /** Where what runs is recorded. */
  readonly tools?: SeeingTools;
}

export interface Watcher {
  planned(tests: number): void;
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

/** Which tests are run, and what is kept of them. */
interface Plan {
  readonly recording: Recording;
  readonly unheard: Unheard;
  readonly marks?: Marks;
  /** Only up to this one, which is recorded. */
  readonly only?: string;
  /** This one and no other; see `Harness.run`. */
  readonly alone?: string;
}

/** The module of `Bundle.live`. */
type LiveModule = typeof import('./live.ts');

/** What a run needs whatever its exercise is: it can be made before the run is asked for. */
export interface Prepared {
  readonly guard: Guard;
  readonly expect: ExpectStatic;
}

export function prepare(): Prepared {
  const guard = new Guard();
  return { guard, expect: createExpect(guard) };
}

export class Session {
  readonly #bundle: Bundle;
  readonly #exercise: BundledExercise;
  readonly #registry: Registry;
  readonly #watcher: Watcher;
  readonly #printed: Printed;
  readonly #waits: Waits | undefined;
  readonly #output: string[] = [];

  readonly #prepared: Prepared;
  #borrowed: Borrowed | undefined;
  #planned = 0;

  /**
   * @param waits notes where the reader's code waits, which costs a tenth of a run
   * @throws {RangeError} there is no such exercise
   */
  constructor(
    bundle: Bundle,
    id: string,
    watcher: Watcher,
    prepared = prepare(),
    waits?: Waits,
  ) {
    const exercise = bundle.exercises.find((one) => one.id === id);
    if (exercise === undefined) throw new RangeError(`there is no exercise ${id}`);
    this.#bundle = bundle;
    this.#prepared = prepared;
    this.#exercise = exercise;
    this.#watcher = watcher;
    this.#waits = waits;
    this.#registry = new Registry(bundle.factories, bundle.packages);
    this.#printed = new Printed((line) => {
      this.#output.push(line);
      watcher.printed(line);
    });
  }

  /** Runs the tests of the exercise on `code`, or one of them alone. Never throws. */
  async test(code: string, alone?: string): Promise<RunReport> {
    const begun = now();
    const unheard = new Unheard();
    try {
      const recording = new Recording();
      const plan = { recording, unheard, ...(alone === undefined ? {} : { alone }) };
      const tests = await this.#judge(code, plan);
      return this.#report(begun, unheard.judged(tests), {});
    } catch (error) {
      return this.#report(begun, [], loadFailure(error));
    } finally {
      unheard.stop();
    }
  }

  /**
   * Runs the tests up to the one called `name`, that one with the trace on. Those before
   * it are run because what the reader's code remembers may decide it.
   *
   * @throws {CodeError} the code cannot be loaded any more
   * @throws {NothingToSee} the test runs no tasks, or did not end
   * @throws {RangeError} there is no such test, or this script cannot record
   */
  async see(code: string, name: string): Promise<SeenTest> {
    const { tools } = this.#bundle;
    if (tools === undefined) throw new RangeError('this script cannot record');
    const unheard = new Unheard(); // the report has told of it
    try {
      const recording = new Recording();
      const file = this.#file;
      const marks = { instrument: tools.instrument, file };
      const sources = tools.sourcesBuilt(
        this.#registry,
        {
          [this.#file]: code,
        },
        this.#assembledFile,
      );
      const tests = await this.#judge(code, { recording, unheard, marks, only: name });
      const result = tests.find((test) => test.name === name);
      return tools.seenTest({
        recording,
        name,
        result,
        spokenOf: spokenOf(this.#registry),
        file,
        sources,
      });
    } finally {
      unheard.stop();
    }
  }

  async #judge(code: string, plan: Plan): Promise<TestResult[]> {
    const { recording, unheard, marks, only, alone } = plan;
    const harness = new Harness();
    const { guard, expect } = this.#prepared;
    const vitest = { ...harness.api(), expect };
    this.#registry.define('vitest', (module) => {
      module.exports = vitest;
    });
    for (const id of this.#exercise.uses) this.#registry.require(id);
    this.#captureConsole();
    this.#watchWaits(guard);
    watchRuns(this.#registry, recording);
    const { needs, plug, ours = [] } = this.#exercise;
    const targets = plug === undefined ? ours : [plug, ...ours];
    this.#borrowed = new Borrowed(this.#registry, code, needs, targets);
    const snapshot = takeSnapshot(this.#prototypes());
    const exported = this.#loadLearner(code, snapshot, marks);
    this.#borrowed.look(exported);
    this.#watchCalls(guard, exported);
    guard.begin(snapshot);
    this.#registry.require(`${this.#exercise.folder}/exercise.test.ts`);
    const watch: Watch = {
      planned: (tests) => {
        this.#planned = tests;
        this.#watcher.planned(tests);
      },
      started: (name) => {
        unheard.started(name);
        this.#waits?.started();
        if (name === only) {
          spokenOf(this.#registry); // of a test before
          recording.start();
        }
        this.#watcher.started(name);
      },
      ended: (result) => {
        this.#watcher.ended(result);
      },
      look: guard.look,
      inspect: guard.inspect,
      runs: () => recording.takeCount(),
      judge: (error) => {
        const judged = judge(error);
        return this.#waits?.placed(judged, error) ?? judged;
      },
    };
    return harness.run(watch, only, alone);
  }

  /** Puts the reader's code in its place and runs a scenario with it, and with ours. */
  async live(code: string, scenario: string): Promise<SeenLive> {
    const { plug, better } = this.#exercise;
    const { live, tools, factories, packages } = this.#bundle;
    if (plug === undefined || live === undefined || tools === undefined) {
      throw new RangeError(`${this.#exercise.id} cannot be plugged in here`);
    }
    this.#captureConsole();
    const sources = tools.sourcesBuilt(
      this.#registry,
      {
        [this.#file]: code,
      },
      this.#assembledFile,
    );
    const names = new Set<string>(); // BOUNDED by what the reader exports
    let called: string | undefined;
    const modules = this.plugIn(code, (mine, call) => {
      names.add(call);
      const text = { call, file: this.#file, code };
      return tools.toldCalls(this.#registry, text, mine, () => {
        called ??= call;
      });
    });
    const call = (): string => called ?? [...names].join('`, `');
    const theirs = modules.require(live) as unknown as LiveModule;
    // Modules of its own: in those above, the reader's code is where ours was.
    const ours = new Registry(factories, packages).require(
      live,
    ) as unknown as LiveModule;
    const files = [this.#file, this.#assembledFile];
    const own = await ours.endsOf(scenario);
    const reference = better === undefined ? { own } : { own, better };
    const lived = await theirs.runLive(scenario, { files, call }, reference);
    return tools.seenLive(lived, sources);
  }

  get #file(): string {
    return `${this.#exercise.folder}/exercise.ts`;
  }

  /** What stands for the lines that a reader has put in order. */
  get #assembledFile(): string {
    return `${this.#exercise.folder}/assembled.ts`;
  }

  /**
   * Loads `code` and puts what it exports in its place.
   *
   * @param around what is put around each function of the reader; where lines were put in
   *   order, there is none, and it is what the adapter makes of them
   * @returns the modules, in which the plug target is now the reader's
   */
  plugIn(
    code: string,
    around: (mine: Callable, name: string) => Callable = (mine) => mine,
  ): Registry {
    const { plug, folder, adapter } = this.#exercise;
    if (plug === undefined) throw new RangeError('there is nothing to plug into');
    const { tools } = this.#bundle;
    const marks = tools && { instrument: tools.instrument, file: this.#file };
    const mine = this.#loadLearner(code, takeSnapshot([]), marks);
    const name = plug.symbol.split('.').at(-1) ?? plug.symbol;
    if (!adapter) {
      this.#registry.plug(plug, around(callable(mine[name], name), name));
      return this.#registry;
    }
    const watched = Object.entries(mine).map(([own, value]) => [
      own,
      typeof value === 'function' ? around(value as Callable, own) : value,
    ]);
    const adapt = callable(
      this.#registry.require(`${folder}/plug.ts`)['adapt'],
      'adapt',
    );
    const adapted = callable(adapt(Object.fromEntries(watched)), name);
    const isCode = Object.values(mine).some((value) => typeof value === 'function');
    this.#registry.plug(plug, isCode ? adapted : around(adapted, name));
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
      if (spoiled === undefined) return;
      putBack(snapshot);
      throw new Tampered(spoiled);
    });
    const exported = beforeAnyRun(this.#registry, () => this.#registry.require(id));
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
        this.#waits?.watch(prototype as Runtime);
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
      ...unrunOf(this.#planned, tests),
      message: '',
      ...(this.#borrowed?.found === undefined
        ? {}
        : { borrowed: this.#borrowed.found }),
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
