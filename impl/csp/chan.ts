/**
 * A channel: values go in at one end and come out at the other, first in, first out.
 *
 * Without a capacity it is a meeting point: a send waits until somebody receives.
 * With a capacity, sends do not wait while there is room. There is no `close`: what
 * stops a task is a `Done`. What geth's server, peer, handler, downloader and fetcher
 * close carries no values either; here that is a type.
 */

import { runtime } from './runtime.ts';
import { describe, type Runtime, type TraceFields } from './seam.ts';
import type { Case, Receivable, Sendable, Waiter } from './select.ts';
import type { TraceChan, TraceWait } from './trace.ts';
import { Waiters } from './waiters.ts';

/** A channel is the case "a value comes out of it"; `sendCase` makes the other one. */
export class Chan<T> implements Case<T>, Receivable<T>, Sendable<T> {
  readonly name: string;
  readonly capacity: number;
  readonly runtime: Runtime = runtime();
  /** Names repeat: two peers have a `disc` each. */
  readonly id = this.runtime.newId();
  // Not there while they are empty: an idle peer has nine channels, and waits at six.
  #buffer: T[] | undefined; // BOUNDED by capacity
  #receivers: Waiters<Waiter<T>> | undefined;
  #senders: Waiters<Waiter<void>, T> | undefined;
  /** Values that went in. The n-th in is the n-th out. */
  #entered = 0;

  /** @param capacity values that may lie in the channel; 0: none, both sides meet */
  constructor(name: string, capacity = 0) {
    this.name = name;
    this.capacity = capacity;
  }

  /** Values that lie in the buffer. */
  get length(): number {
    return this.#buffer?.length ?? 0;
  }

  // #region chan-send
  /** Waits until the channel has room or a receiver takes the value. */
  send(value: T): Promise<void> {
    if (this.trySend(value)) return this.runtime.ready(undefined);
    const sending = this.sendCase(value);
    return this.runtime.suspend(sending, (wake) => {
      const done = (): void => {
        wake(undefined, 'send', this.runtime.tracer && this.#fields('send', value));
      };
      sending.watch({ done });
    });
  }

  /** Sends if that needs no waiting, and says whether it did. */
  trySend(value: T): boolean {
    const receiver = this.#receivers?.first;
    if (receiver !== undefined) {
      //: Straight into the hands of who has waited longest.
      this.leave(receiver);
      this.#entered++;
      this.runtime.tracer?.emit('send', this.#fields('send', value));
      receiver.done(value);
      return true;
    }
    if (this.length >= this.capacity) return false;
    this.#put(value);
    this.#entered++;
    this.runtime.tracer?.emit('send', this.#fields('send', value));
    return true;
  }

  #put(value: T): void {
    // A list that grows from nothing makes room for 17.
    if (this.#buffer === undefined) this.#buffer = [value];
    else this.#buffer.push(value);
  }
  // #endregion chan-send

  // #region chan-recv
  /** Waits for a value. */
  recv(): Promise<T> {
    if (this.isReady()) return this.runtime.ready(this.perform());
    return this.runtime.suspend(this, (wake) => {
      const done = (value: T): void => {
        wake(value, 'recv', this.runtime.tracer && this.#fields('recv', value));
      };
      this.watch({ done });
    });
  }

  /** Takes a value if one is there; wrapped, because a value may be undefined. */
  tryRecv(): { readonly value: T } | undefined {
    return this.isReady() ? { value: this.perform() } : undefined;
  }

  isReady(): boolean {
    return this.#buffer !== undefined || this.#senders?.first !== undefined;
  }

  /** Takes the oldest value, and moves the first waiting sender's into the gap. */
  perform(): T {
    const sender = this.#senders?.first;
    if (sender !== undefined) {
      this.#put(this.#senders?.value as T); // it came with the sender
      this.leaveSending(sender);
      this.#entered++;
      sender.done();
    }
    const value = this.#buffer?.shift() as T; // ready: a value or a sender was there
    if (this.#buffer?.length === 0) this.#buffer = undefined;
    this.runtime.tracer?.emit('recv', this.#fields('recv', value));
    return value;
  }
  // #endregion chan-recv

  get label(): string {
    return `recv ${this.name}`;
  }

  get waits(): readonly TraceWait[] {
    return [{ name: this.name, id: this.id, op: 'recv' }];
  }

  told(value: T): TraceFields {
    return this.#fields('recv', value);
  }

  get recvCase(): Case<T> {
    return this;
  }

  watch(waiter: Waiter<T>): void {
    this.#receivers ??= new Waiters();
    this.#receivers.add(waiter, undefined);
  }

  leave(waiter: Waiter<T>): void {
    this.#receivers?.delete(waiter);
  }

  sendCase(value: T): Case<void> {
    return new SendCase(this, value);
  }

  /** As `isReady`, of the other case. */
  isReadyToTake(): boolean {
    return this.#receivers?.first !== undefined || this.length < this.capacity;
  }

  watchSending(waiter: Waiter<void>, value: T): void {
    this.#senders ??= new Waiters();
    this.#senders.add(waiter, value);
  }

  leaveSending(waiter: Waiter<void>): void {
    this.#senders?.delete(waiter);
  }

  /** What a trace shows when a value has gone in, or come out. */
  #fields(op: 'send' | 'recv', value: T): TraceFields {
    return { ch: this.name, ...describe(value), chan: this.traced(op) };
  }

  /** The last value that went in, or came out. */
  traced(op: 'send' | 'recv'): TraceChan {
    const nth = op === 'send' ? this.#entered : this.#entered - this.length;
    return { name: this.name, id: this.id, op, nth };
  }
}

/** The case "the channel takes `value`". */
class SendCase<T> implements Case<void> {
  readonly #chan: Chan<T>;
  readonly #value: T;

  constructor(chan: Chan<T>, value: T) {
    this.#chan = chan;
    this.#value = value;
  }

  get label(): string {
    return `send ${this.#chan.name}`;
  }

  get waits(): readonly TraceWait[] {
    return [{ name: this.#chan.name, id: this.#chan.id, op: 'send' }];
  }

  told(): TraceFields {
    return { ...describe(this.#value), chan: this.#chan.traced('send') };
  }

  get runtime(): Runtime {
    return this.#chan.runtime;
  }

  isReady(): boolean {
    return this.#chan.isReadyToTake();
  }

  perform(): void {
    this.#chan.trySend(this.#value);
  }

  watch(waiter: Waiter<void>): void {
    this.#chan.watchSending(waiter, this.#value);
  }

  leave(waiter: Waiter<void>): void {
    this.#chan.leaveSending(waiter);
  }
}
