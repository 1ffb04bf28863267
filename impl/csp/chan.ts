/**
 * A channel: values go in at one end and come out at the other, first in, first out.
 *
 * Without a capacity it is a meeting point: a send waits until somebody receives.
 * With a capacity, sends do not wait while there is room. There is no `close`: what
 * stops a task is a `Done`. That is geth's own rule, made a type: in the files of this
 * flow, no channel that carries values is ever closed.
 */

import { runtime } from './runtime.ts';
import { summarize } from './seam.ts';
import type { Case, Receivable, Sendable } from './select.ts';

interface WaitingSender<T> {
  readonly value: T;
  readonly taken: () => void;
}

type WaitingReceiver<T> = (value: T) => void;

export class Chan<T> implements Receivable<T>, Sendable<T> {
  readonly name: string;
  readonly capacity: number;
  readonly recvCase: Case<T>;
  readonly #runtime = runtime();
  readonly #buffer: T[] = []; // BOUNDED by capacity
  // Sets keep their order of insertion: first come, first served, and leaving is O(1).
  readonly #receivers = new Set<WaitingReceiver<T>>(); // BOUNDED by the tasks that wait
  readonly #senders = new Set<WaitingSender<T>>(); // BOUNDED by the tasks that wait

  /** @param capacity values that may lie in the channel; 0: none, both sides meet */
  constructor(name: string, capacity = 0) {
    this.name = name;
    this.capacity = capacity;
    this.recvCase = {
      label: `recv ${name}`,
      isReady: () => this.#buffer.length > 0 || this.#senders.size > 0,
      perform: () => this.#take(),
      watch: (done) => this.#watchRecv(done),
    };
  }

  /** Values that lie in the buffer. */
  get length(): number {
    return this.#buffer.length;
  }

  // #region chan-send
  /** Waits until the channel has room or a receiver takes the value. */
  send(value: T): Promise<void> {
    if (this.trySend(value)) return this.#runtime.ready(undefined);
    return this.#runtime.suspend(`send ${this.name}`, (wake) => {
      this.#senders.add({
        value,
        taken: () => {
          wake(undefined, 'send', { ch: this.name, v: summarize(value) });
        },
      });
    });
  }

  /** Sends if that needs no waiting, and says whether it did. */
  trySend(value: T): boolean {
    const [receiver] = this.#receivers;
    if (receiver !== undefined) {
      //: Straight into the hands of who has waited longest.
      this.#receivers.delete(receiver);
      this.#traceSend(value);
      receiver(value);
      return true;
    }
    if (this.#buffer.length >= this.capacity) return false;
    this.#buffer.push(value);
    this.#traceSend(value);
    return true;
  }
  // #endregion chan-send

  // #region chan-recv
  /** Waits for a value. */
  recv(): Promise<T> {
    if (this.recvCase.isReady()) return this.#runtime.ready(this.#take());
    return this.#runtime.suspend(this.recvCase.label, (wake) => {
      this.#watchRecv((value) => {
        wake(value, 'recv', { ch: this.name, v: summarize(value) });
      });
    });
  }

  /** Takes a value if one is there; wrapped, because a value may be undefined. */
  tryRecv(): { readonly value: T } | undefined {
    return this.recvCase.isReady() ? { value: this.#take() } : undefined;
  }

  /** Takes the oldest value, and moves the first waiting sender's into the gap. */
  #take(): T {
    const [sender] = this.#senders;
    if (sender !== undefined) {
      this.#senders.delete(sender);
      this.#buffer.push(sender.value);
      sender.taken();
    }
    const value = this.#buffer.shift() as T; // ready: a value or a sender was there
    this.#runtime.tracer?.emit('recv', { ch: this.name, v: summarize(value) });
    return value;
  }
  // #endregion chan-recv

  sendCase(value: T): Case<void> {
    return {
      label: `send ${this.name}`,
      isReady: () => this.#receivers.size > 0 || this.#buffer.length < this.capacity,
      perform: () => {
        this.trySend(value);
      },
      watch: (done) => {
        const sender = { value, taken: done };
        this.#senders.add(sender);
        return () => this.#senders.delete(sender);
      },
    };
  }

  #watchRecv(done: WaitingReceiver<T>): () => void {
    // A function of its own, so that one receiver may stand in the queue twice.
    const receiver: WaitingReceiver<T> = (value) => {
      done(value);
    };
    this.#receivers.add(receiver);
    return () => this.#receivers.delete(receiver);
  }

  #traceSend(value: T): void {
    this.#runtime.tracer?.emit('send', { ch: this.name, v: summarize(value) });
  }
}
