/**
 * A stop signal: it happens once, and from then on every wait for it is over at once.
 * Go says this by closing a channel that carries no values.
 */

import { runtime } from './runtime.ts';
import type { Runtime, TraceFields } from './seam.ts';
import type { Case, Receivable, Waiter } from './select.ts';
import type { TraceWait } from './trace.ts';
import { Waiters } from './waiters.ts';

// #region done
export class Done implements Case<void>, Receivable<void> {
  /** What has happened then, in words: `closed`. */
  readonly label: string;
  readonly runtime: Runtime = runtime();
  readonly id = this.runtime.newId();
  #waiting: Waiters<Waiter<void>> | undefined;
  #closed = false;

  constructor(label: string) {
    this.label = label;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Wakes everyone who waits, in the order they came. A second call does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const { runtime, label, id } = this;
    const chan = { name: label, id, op: 'close' } as const;
    runtime.tracer?.emit('event', { ch: label, v: `close ${label}`, chan });
    // One by one: a select that waits in two cases leaves both when it wakes.
    for (
      let first = this.#waiting?.first;
      first !== undefined;
      first = this.#waiting?.first
    ) {
      this.leave(first);
      first.done();
    }
  }

  wait(): Promise<void> {
    if (this.#closed) return this.runtime.ready(undefined);
    return this.runtime.suspend(this, (wake) => {
      const done = (): void => {
        wake(undefined);
      };
      this.watch({ done });
    });
  }

  // #endregion done

  get waits(): readonly TraceWait[] {
    return [{ name: this.label, id: this.id }];
  }

  told(): TraceFields {
    return { chan: { name: this.label, id: this.id } };
  }

  get recvCase(): Case<void> {
    return this;
  }

  isReady(): boolean {
    return this.#closed;
  }

  perform(): void {
    // Nothing is taken: it stays closed.
  }

  watch(waiter: Waiter<void>): void {
    this.#waiting ??= new Waiters();
    this.#waiting.add(waiter, undefined);
  }

  leave(waiter: Waiter<void>): void {
    this.#waiting?.delete(waiter);
  }
}
