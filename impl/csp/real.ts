/**
 * The real runtime: wake-ups are microtasks, a select with several ready cases picks
 * one at random as Go does, and there is no trace.
 */

import { tellFailure } from './failures.ts';
import { macrotask } from './macrotask.ts';
import { RealTimers } from './real-timers.ts';
import { sliceUnits, type RunningTimer, type Runtime } from './seam.ts';
import type { WaitsOn, Wake } from './seam.ts';

/** So many wake-ups in a row may pass before sockets and timers get a turn. */
const wakesPerTurn = 512;

/** To ask the system for random bytes costs 5 µs, few or many: they are drawn ahead. */
const poolLength = 4096;

const nobody = (): void => undefined;

export class RealRuntime implements Runtime {
  readonly tracer = undefined;
  readonly #pool = new Uint8Array(poolLength);
  #drawn = poolLength;
  #ids = 0;
  #wakes = 0;
  /** Work since sockets and timers had their turn, as far as we know. */
  #units = 0;
  /** Whoever is woken is held, until the first of those held is resumed. */
  #yielding = false;
  readonly #timers = new RealTimers(() => this.now());
  readonly #paused: (() => void)[] = []; // BOUNDED by the tasks that are alive

  now(): number {
    // eslint-disable-next-line no-restricted-properties -- the seam itself
    return performance.now();
  }

  randomBytes(length: number): Uint8Array {
    if (length > poolLength) return crypto.getRandomValues(new Uint8Array(length));
    if (this.#drawn + length > poolLength) {
      crypto.getRandomValues(this.#pool);
      this.#drawn = 0;
    }
    const bytes = this.#pool.slice(this.#drawn, this.#drawn + length);
    // Nobody else gets them, and they do not lie here any longer than they must.
    this.#pool.fill(0, this.#drawn, (this.#drawn += length));
    return bytes;
  }

  choose(count: number): number {
    // eslint-disable-next-line no-restricted-properties -- order, not secrets
    return count === 1 ? 0 : Math.floor(Math.random() * count);
  }

  spawn(_name: string, task: () => Promise<void>): void {
    // Not `then(task)`: its promise would follow the task's for as long as that lives.
    // Nor is a `catch` put behind the task: a wait group's does not fail.
    const begin = (): void => {
      // eslint-disable-next-line no-restricted-syntax -- the seam itself
      void task();
    };
    // eslint-disable-next-line no-restricted-syntax -- the seam itself
    void this.ready(undefined).then(begin);
  }

  newId(): number {
    return ++this.#ids;
  }

  suspend<T>(_on: WaitsOn, register: (wake: Wake<T>) => void): Promise<T> {
    let resolve: (value: T) => void = nobody;
    const woken = new Promise<T>((settle) => {
      resolve = settle;
    });
    // Out here: `register` is not kept for as long as the task waits.
    register((value) => {
      if (this.#mayGoOn()) resolve(value);
      else this.#hold(resolve, value);
    });
    return woken;
  }

  ready<T>(value: T): Promise<T> {
    if (this.#mayGoOn()) return Promise.resolve(value);
    return new Promise((resolve) => {
      this.#hold(resolve, value);
    });
  }

  pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#standInLine(resolve);
    });
  }

  spent(units: number): void {
    this.#units += units;
  }

  /** One in each turn: the slices of many tasks in a row would be one long piece of work. */
  readonly #resumeOne = (): void => {
    this.#units = 0;
    this.#paused.shift()?.();
    if (this.#paused.length > 0) macrotask(this.#resumeOne);
  };

  startTimer(ms: number, fire: () => void): RunningTimer {
    return this.#timers.start(ms, fire);
  }

  external<T>(_name: string, promise: Promise<T>): Promise<T> {
    return promise;
  }

  taskFailed(name: string, error: unknown): void {
    tellFailure(name, error);
  }

  #standInLine(resume: () => void): void {
    this.#paused.push(resume);
    if (this.#paused.length === 1) macrotask(this.#resumeOne);
  }

  // #region real-yield
  /** Not after a slice of work or many wake-ups: sockets and timers get a turn first. */
  #mayGoOn(): boolean {
    if (this.#yielding || this.#units >= sliceUnits) return false;
    return ++this.#wakes <= wakesPerTurn;
  }

  /** Resumes a task a macrotask later. */
  #hold<T>(resolve: (value: T) => void, value: T): void {
    const resume = (): void => {
      resolve(value);
    };
    //: After work, one task in each turn: what it does next may be a slice again.
    if (this.#units >= sliceUnits) {
      this.#standInLine(resume);
      return;
    }
    const isFirst = !this.#yielding;
    this.#yielding = true;
    //: Two tasks that talk without a pause would starve every socket.
    macrotask(() => {
      if (isFirst) {
        this.#yielding = false;
        this.#wakes = 0;
      }
      //: The one before has gone as far as it could: after a slice, this one is in line.
      if (this.#paused.length > 0 || this.#units >= sliceUnits) {
        this.#standInLine(resume);
      } else resume();
    });
  }
  // #endregion real-yield
}
