/**
 * Starts tasks and waits until they are over. `wg.go('readLoop', …)` is the only way in
 * which a node starts one, so `go(` finds its tasks in the code, and `names` says at any
 * time which of them are alive.
 */

import { runtime } from './runtime.ts';
import type { SpawnOptions } from './seam.ts';

export type TaskFailure = (name: string, error: unknown) => void;

export class WaitGroup {
  readonly #runtime = runtime();
  readonly #onFailure: TaskFailure;
  readonly #alive = new Map<object, string>(); // BOUNDED by the tasks of the owner
  #waiting: (() => void)[] | undefined; // BOUNDED by the tasks that wait

  /** @param onFailure gets what a task throws; without it the runtime reports it */
  constructor(onFailure?: TaskFailure) {
    this.#onFailure =
      onFailure ??
      ((name, error) => {
        this.#runtime.taskFailed(name, error);
      });
  }

  // #region wait-group
  /** Names of the tasks that have not ended, oldest first. */
  get names(): readonly string[] {
    return [...this.#alive.values()];
  }

  /** Starts a task. It begins after the caller's next wait, never inside this call. */
  go(name: string, task: () => Promise<void>, options?: SpawnOptions): void {
    const { over, failed } = this.#begin(name);
    const run = (): Promise<void> => {
      try {
        //: Not awaited: an async function around each task would live as long as it.
        return task().then(over, failed);
      } catch (error) {
        failed(error);
        return Promise.resolve();
      }
    };
    this.#runtime.spawn(name, run, options);
  }

  /** Waits until no task of this group is alive. */
  wait(): Promise<void> {
    if (this.#alive.size === 0) return this.#runtime.ready(undefined);
    const { names } = this;
    const waits = names.map((name) => ({ name, op: 'end' }) as const);
    const left = (): string => `wait for ${this.names.join(', ')}`;
    const on = {
      label: left(),
      waits,
      get left() {
        return left();
      },
    };
    return this.#runtime.suspend(on, (wake) => {
      this.#waiting ??= [];
      this.#waiting.push(() => {
        wake(undefined);
      });
    });
  }

  /** A task is alive from here until one of the two is called. They do not hold the task. */
  #begin(name: string): { over: () => void; failed: (error: unknown) => void } {
    const over = (): void => {
      this.#alive.delete(over);
      if (this.#alive.size === 0) this.#wakeAll();
    };
    const failed = (error: unknown): void => {
      try {
        this.#onFailure(name, error);
      } catch (another) {
        this.#runtime.taskFailed(name, another); // who should have told it, failed
      }
      over();
    };
    this.#alive.set(over, name);
    return { over, failed };
  }

  #wakeAll(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const wake of waiting) wake();
  }
  // #endregion wait-group
}
