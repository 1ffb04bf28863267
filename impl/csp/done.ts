/**
 * A stop signal: it happens once, and from then on every wait for it is over at once.
 * Go says this by closing a channel that carries no values.
 */

import { runtime } from './runtime.ts';
import type { Case, Receivable } from './select.ts';

// #region done
export class Done implements Receivable<void> {
  readonly name: string;
  readonly recvCase: Case<void>;
  readonly #runtime = runtime();
  readonly #waiting = new Set<() => void>(); // BOUNDED by the tasks that wait
  #closed = false;
  #abort: AbortController | undefined;

  constructor(name: string) {
    this.name = name;
    this.recvCase = {
      label: name,
      isReady: () => this.#closed,
      perform: () => undefined,
      watch: (done) => {
        const waiter = (): void => {
          done();
        };
        this.#waiting.add(waiter);
        return () => this.#waiting.delete(waiter);
      },
    };
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Wakes everyone who waits, in the order they came. A second call does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#runtime.tracer?.emit('event', { ch: this.name, v: `close ${this.name}` });
    // Over the live set: a select that waits in two cases leaves both when it wakes.
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
    this.#abort?.abort();
  }

  wait(): Promise<void> {
    if (this.#closed) return this.#runtime.ready(undefined);
    return this.#runtime.suspend(this.name, (wake) => {
      this.recvCase.watch(() => {
        wake(undefined);
      });
    });
  }

  /** The same signal for an API of the platform that takes one. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#closed) this.#abort.abort();
    return this.#abort.signal;
  }
}
// #endregion done
