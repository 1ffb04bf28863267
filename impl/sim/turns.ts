/**
 * When the steps of a serial run happen. From one step to the next it is a microtask. A
 * run that lives beside nodes on the real runtime begins each chain of them in a macrotask
 * of its own: every microtask from there on is one of this run, until no task of it can
 * run. So the ambient runtime is changed for its code and for nobody else's.
 */

import { macrotask } from '../csp/macrotask.ts';
import { isFree, useRuntime } from '../csp/runtime.ts';
import type { Runtime } from '../csp/seam.ts';

export class Turns {
  readonly #runtime: Runtime;
  readonly #isBesideOthers: boolean;
  #release: (() => void) | undefined;

  constructor(runtime: Runtime, isBesideOthers: boolean) {
    this.#runtime = runtime;
    this.#isBesideOthers = isBesideOthers;
  }

  next(step: () => void): void {
    if (!this.#isBesideOthers || this.#release !== undefined) queueMicrotask(step);
    else this.#begin(step);
  }

  /** No task can run, for now or for good. */
  end(): void {
    this.#release?.();
    this.#release = undefined;
  }

  #begin(step: () => void): void {
    macrotask(() => {
      if (!isFree()) {
        this.#begin(step); // another run is not through with its own
        return;
      }
      this.#release = useRuntime(this.#runtime);
      step();
    });
  }
}
