/**
 * The reading half of a connection, whatever it is made of. Bytes come in when they
 * come; a task looks at them and takes them off, and waits only for what is not here.
 */

import { runtime } from '../csp/runtime.ts';
import { RuntimeMisuse, type TraceFields } from '../csp/seam.ts';
import { recv, select } from '../csp/select.ts';
import type { Signal } from '../csp/signal.ts';
import { ByteQueue } from './byte-queue.ts';
import { Deadline } from './deadline.ts';
import { DeadlineExceeded, maxFill } from './net-conn.ts';

export class ReadHalf {
  readonly deadline: Deadline;
  readonly #runtime = runtime();
  readonly #name: string;
  readonly #changed: Signal;
  readonly #freed: (bytes: number) => void;
  readonly #queue = new ByteQueue(); // BOUNDED by what the connection holds, and one read
  /** Bytes of the queue that a waiting read has asked for: the sender may go on. */
  #asked = 0;
  /** What the waiting read needs; 0: no read waits. */
  #needed = 0;
  #isReading = false;
  #failure: Error | undefined;
  #isClosed = false;

  /**
   * @param changed raised when a waiting read should look again
   * @param freed is told of bytes that count no longer as unread
   */
  constructor(name: string, changed: Signal, freed: (bytes: number) => void) {
    this.deadline = new Deadline('read', name);
    this.#name = name;
    this.#changed = changed;
    this.#freed = freed;
  }

  /** Bytes that came and that nobody has asked for. */
  get unread(): number {
    return this.#queue.length - this.#asked;
  }

  /** @param bytes not changed any more by anybody */
  arrived(bytes: Uint8Array): void {
    if (this.#isClosed) {
      this.#freed(bytes.length);
      return;
    }
    this.#queue.push(bytes);
    if (this.#needed > 0) this.#ask(this.#needed);
    if (this.#needed > 0 && this.#queue.length >= this.#needed) this.#wake();
  }

  /** No byte will come any more. The first reason counts. */
  ended(failure: Error): void {
    this.#failure ??= failure;
    this.#needed = 0;
    this.#changed.raise();
  }

  /** What is here and what still comes is thrown away; reads fail from now on. */
  close(failure: Error): void {
    this.#failure = failure;
    this.#isClosed = true;
    const { unread } = this;
    this.#queue.clear();
    this.#asked = 0;
    this.deadline.set(undefined);
    this.#freed(unread);
    this.#wake();
  }

  peek(wanted: number): Uint8Array {
    return this.#queue.front(wanted);
  }

  consume(length: number): void {
    if (this.#isReading) throw this.#misuse();
    // What was looked at went with the close.
    if (this.#isClosed && this.#failure !== undefined) throw this.#failure;
    const { tracer } = this.#runtime;
    const shown = tracer && this.#queue.front(length).subarray(0, length);
    if (!this.#queue.drop(length)) {
      throw new RuntimeMisuse(`${length} bytes consumed, fewer shown: ${this.#name}`);
    }
    this.#took(length);
    if (shown !== undefined) tracer?.emit('read', this.#fields(shown), shown);
  }

  fill(length: number): Promise<void> {
    if (length > maxFill) {
      return Promise.reject(new RangeError(`fill(${length}): ${maxFill} at most`));
    }
    if (this.#isAtHand(length)) return this.#runtime.ready(undefined);
    return this.#arrivalOf(length);
  }

  async readFull(length: number): Promise<Uint8Array> {
    let isHere = this.#isAtHand(length);
    const waited = !isHere;
    while (!isHere) {
      await this.#arrivalOf(length);
      isHere = this.#queue.length >= length; // not if it was closed meanwhile
    }
    const bytes = this.#queue.take(length);
    this.#took(length);
    this.#runtime.tracer?.emit('read', this.#fields(bytes), bytes);
    return waited ? bytes : this.#runtime.ready(bytes);
  }

  // #region read-wait
  /** Waits until `length` bytes are here. */
  async #arrivalOf(length: number): Promise<void> {
    if (this.#isReading) throw this.#misuse();
    this.#queue.compact();
    if (this.deadline.isOver()) throw new DeadlineExceeded('read');
    this.#isReading = true;
    this.deadline.await();
    try {
      while (this.#queue.length < length) {
        if (this.#failure !== undefined) throw this.#brokenOff(this.#failure);
        //: Asked for: from now on the sender may send as much, piece by piece. The
        //: queue grows with what comes, not with what the other side announced.
        this.#needed = length;
        this.#ask(length);
        const event = await select({
          changed: recv(this.#changed),
          deadline: recv(this.deadline),
        });
        //: A deadline that was moved in this very turn is not over.
        if (event.case === 'deadline' && this.deadline.isOver()) {
          throw new DeadlineExceeded('read');
        }
      }
    } finally {
      this.#needed = 0;
      this.deadline.leave();
      this.#isReading = false;
    }
  }
  // #endregion read-wait

  /** Whether a read has nothing to wait for, and nothing to complain of. */
  #isAtHand(length: number): boolean {
    return !this.#isReading && this.#queue.length >= length && !this.deadline.isOver();
  }

  /** The end came in the middle of something: what is left of it is of no use. */
  #brokenOff(failure: Error): Error {
    this.#queue.clear();
    this.#asked = 0;
    return failure;
  }

  #wake(): void {
    if (this.#needed === 0) return;
    this.#needed = 0;
    this.#changed.raise();
  }

  /** A read asks for `length` bytes: those that are here count no longer as unread. */
  #ask(length: number): void {
    const more = Math.min(length, this.#queue.length) - this.#asked;
    if (more <= 0) return;
    this.#asked += more;
    this.#freed(more);
  }

  #took(length: number): void {
    const unasked = Math.max(0, length - this.#asked);
    this.#asked -= length - unasked;
    if (unasked > 0) this.#freed(unasked);
  }

  #fields({ length }: Uint8Array): TraceFields {
    return { ch: this.#name, v: `${length} bytes` };
  }

  #misuse(): RuntimeMisuse {
    return new RuntimeMisuse(`two reads at a time on ${this.#name}`);
  }
}
