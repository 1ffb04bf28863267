/**
 * "Something changed, look again": a flag that a task can wait for. Raising it twice
 * before anybody looks is the same as once. Connections are built on it, because a
 * socket's callback may raise it without being a task.
 */

import { runtime } from './runtime.ts';
import type { Runtime, TraceFields } from './seam.ts';
import type { Case, Receivable, Waiter } from './select.ts';
import type { TraceWait } from './trace.ts';
import { Waiters } from './waiters.ts';

export class Signal implements Case<void>, Receivable<void> {
  readonly label: string;
  readonly runtime: Runtime = runtime();
  readonly id = this.runtime.newId();
  #waiting: Waiters<Waiter<void>> | undefined;
  #raised = false;

  constructor(label: string) {
    this.label = label;
  }

  // #region signal-raise
  /** Wakes who has waited longest; if nobody waits, the next who looks. */
  raise(): void {
    const first = this.#waiting?.first;
    if (first === undefined) {
      this.#raised = true;
      return;
    }
    this.leave(first);
    first.done();
  }
  // #endregion signal-raise

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
    return this.#raised;
  }

  perform(): void {
    this.#raised = false;
  }

  watch(waiter: Waiter<void>): void {
    this.#waiting ??= new Waiters();
    this.#waiting.add(waiter, undefined);
  }

  leave(waiter: Waiter<void>): void {
    this.#waiting?.delete(waiter);
  }
}
