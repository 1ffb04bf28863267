/**
 * "Something changed, look again": a flag that a task can wait for. Raising it twice
 * before anybody looks is the same as once. Connections are built on it, because a
 * socket's callback may raise it without being a task.
 */

import type { Case, Receivable } from './select.ts';

export class Signal implements Receivable<void> {
  readonly recvCase: Case<void>;
  readonly #waiting = new Set<() => void>(); // BOUNDED by the tasks that wait
  #raised = false;

  constructor(label: string) {
    this.recvCase = {
      label,
      isReady: () => this.#raised,
      perform: () => {
        this.#raised = false;
      },
      watch: (done) => {
        const waiter = (): void => {
          done();
        };
        this.#waiting.add(waiter);
        return () => this.#waiting.delete(waiter);
      },
    };
  }

  raise(): void {
    const [first] = this.#waiting;
    if (first === undefined) {
      this.#raised = true;
      return;
    }
    this.#waiting.delete(first);
    first();
  }
}
