/**
 * Starts tasks and waits until they are over. `wg.go('readLoop', …)` is the only way
 * to start one, so `go(` finds every task in the code, and `names` says at any time
 * which of them are alive.
 */

import { runtime } from './runtime.ts';
import type { SpawnOptions } from './seam.ts';

export type TaskFailure = (name: string, error: unknown) => void;

// #region wait-group
export class WaitGroup {
  readonly #runtime = runtime();
  readonly #onFailure: TaskFailure;
  readonly #alive = new Map<symbol, string>(); // BOUNDED by the tasks of the owner
  readonly #waiting: (() => void)[] = []; // BOUNDED by the tasks that wait

  /** @param onFailure gets what a task throws; without it the runtime reports it */
  constructor(onFailure?: TaskFailure) {
    this.#onFailure =
      onFailure ??
      ((name, error) => {
        this.#runtime.taskFailed(name, error);
      });
  }

  /** Names of the tasks that have not ended, oldest first. */
  get names(): readonly string[] {
    return [...this.#alive.values()];
  }

  go(name: string, task: () => Promise<void>, options?: SpawnOptions): void {
    const id = Symbol(name);
    this.#alive.set(id, name);
    const guarded = async (): Promise<void> => {
      try {
        await task();
      } catch (error) {
        this.#onFailure(name, error);
      } finally {
        this.#alive.delete(id);
        if (this.#alive.size === 0) this.#wakeAll();
      }
    };
    this.#runtime.spawn(name, guarded, options);
  }

  /** Waits until no task of this group is alive. */
  wait(): Promise<void> {
    if (this.#alive.size === 0) return this.#runtime.ready(undefined);
    const { names } = this;
    const waits = names.map((name) => ({ name, op: 'end' }) as const);
    const on = { label: `wait for ${names.join(', ')}`, waits };
    return this.#runtime.suspend(on, (wake) => {
      this.#waiting.push(() => {
        wake(undefined);
      });
    });
  }

  #wakeAll(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
// #endregion wait-group
