/**
 * When the steps of a run happen. Nodes on the real runtime may live in the same process:
 * then the run begins its turns in a macrotask of its own, and from there on every
 * microtask is one of this run, until no task of it can run. So the ambient runtime is
 * changed for its code and for nobody else's.
 */

import { macrotask } from '../csp/macrotask.ts';
import { isFree, useRuntime } from '../csp/runtime.ts';
import type { Runtime } from '../csp/seam.ts';

export class Turns {
  readonly #runtime: Runtime;
  readonly #isBesideOthers: boolean;
  #release: (() => void) | undefined;
  #ended = false;

  /** @param isBesideOthers otherwise whoever starts the run makes it ambient */
  constructor(runtime: Runtime, isBesideOthers: boolean) {
    this.#runtime = runtime;
    this.#isBesideOthers = isBesideOthers;
  }

  /** The hand-over is never a call: the waker finishes its turn first. */
  schedule(step: () => void): void {
    if (!this.#isBesideOthers || this.#release !== undefined) queueMicrotask(step);
    else this.#begin(step);
  }

  /** No task can run before something outside has happened. */
  pause(): void {
    this.#release?.();
    this.#release = undefined;
  }

  end(): void {
    this.#ended = true;
    this.pause();
  }

  #begin(step: () => void): void {
    macrotask(() => {
      if (!isFree()) {
        this.#begin(step); // another run is not through with its own
        return;
      }
      if (!this.#ended) this.#release = useRuntime(this.#runtime);
      step();
    });
  }
}
