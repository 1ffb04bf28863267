/**
 * What was written to a socket and not yet taken by the kernel. Small writes are
 * collected and leave together at the end of the turn; a large one goes past, without
 * a copy, and is over when the kernel has it.
 */

import { Signal } from '../csp/signal.ts';
import { ConnClosed } from './net-conn.ts';
import type { Sink } from './write-half.ts';

/** Bytes that may wait for the kernel here, as in a send buffer of its own. */
export const capacity = 65_536;

/** Longer writes are not copied. */
const maxCollected = 16_384;

const nothing = new Uint8Array(0);

/** What is asked of a socket. */
export interface ByteSocket {
  /** What it was given and the kernel has not taken. */
  readonly writableLength: number;
  readonly destroyed: boolean;
  readonly errored: Error | null;
  cork(): void;
  uncork(): void;
  /** Tries the kernel at once; calls `settled` in any case, some time later. */
  write(bytes: Uint8Array, settled: () => void): boolean;
}

export class OutBuffer implements Sink {
  readonly changed: Signal;
  readonly #socket: ByteSocket;
  /** Copies: a writer may use its bytes again as soon as they are taken over. */
  #collected = nothing; // BOUNDED by capacity
  #length = 0;
  #sizeHint = 256;
  /** The write that waits, and whether the socket has it already. */
  #left: Uint8Array | undefined;
  #isHandedOver = false;
  #isScheduled = false;
  /** What `fail` was called with first. */
  #broken: { readonly cause: Error | undefined } | undefined;
  #failure: Error | undefined;

  /** @param label what a write waits for, in traces */
  constructor(socket: ByteSocket, label: string) {
    this.#socket = socket;
    this.changed = new Signal(label);
  }

  failure(): Error | undefined {
    // Made when it is asked for: most connections end without a write that fails.
    if (this.#failure === undefined && (this.#broken || this.#socket.destroyed)) {
      const { cause } = this.#broken ?? { cause: this.#socket.errored };
      this.#failure = new ConnClosed('write', cause);
    }
    return this.#failure;
  }

  begin(bytes: Uint8Array): boolean {
    this.#left = bytes;
    this.#isHandedOver = false;
    return this.advance();
  }

  advance(): boolean {
    const bytes = this.#left;
    if (bytes === undefined) return true;
    const taken =
      bytes.length > maxCollected ? this.#pass(bytes) : this.#collect(bytes);
    if (taken) this.#left = undefined;
    return taken;
  }

  /** The connection broke, or is no more. The first reason counts. */
  fail(error?: Error): void {
    this.#broken ??= { cause: error };
    if (this.#left !== undefined) this.changed.raise();
  }

  /** Nothing is written any more; what was, goes to the socket. */
  close(): void {
    this.#handOver();
    this.fail();
  }

  // #region collect
  #collect(bytes: Uint8Array): boolean {
    if (this.#length + bytes.length > maxCollected) this.#flush();
    const waiting = this.#length + this.#socket.writableLength;
    if (waiting > 0 && waiting + bytes.length > capacity) return false;
    this.#copy(bytes);
    if (!this.#isScheduled) {
      this.#isScheduled = true;
      //: After the tasks that run now, before any socket or timer has its turn.
      process.nextTick(turnIsOver, this);
    }
    return true;
  }

  turnIsOver(): void {
    this.#isScheduled = false;
    this.#flush();
  }

  /** Unless the kernel is full: then more is collected until it takes again. */
  #flush(): void {
    if (this.#socket.writableLength === 0) this.#handOver();
  }
  // #endregion collect

  #pass(bytes: Uint8Array): boolean {
    if (!this.#isHandedOver) {
      this.#isHandedOver = true;
      this.#socket.cork();
      this.#handOver();
      this.#write(bytes);
      this.#socket.uncork();
    }
    return this.#socket.writableLength === 0;
  }

  /** Gives the socket what was collected, in one write. */
  #handOver(): void {
    if (this.#length === 0 || this.#socket.destroyed) return;
    const bytes = this.#collected.subarray(0, this.#length);
    this.#sizeHint = this.#length;
    this.#length = 0;
    // The kernel may take it later; the next bytes are collected elsewhere.
    this.#collected = nothing;
    this.#write(bytes);
  }

  #write(bytes: Uint8Array): void {
    // A new function for each: one of its own would cost an idle connection 100 bytes.
    this.#socket.write(bytes, () => {
      this.#settled();
    });
  }

  /** The kernel has taken a write: what was collected meanwhile follows. */
  #settled(): void {
    if (this.#socket.writableLength > 0) return;
    this.#flush();
    if (this.#left !== undefined) this.changed.raise();
  }

  #copy(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#collected.length) {
      const size = Math.max(length, this.#sizeHint, 2 * this.#collected.length);
      const larger = new Uint8Array(Math.min(size, capacity));
      larger.set(this.#collected.subarray(0, this.#length));
      this.#collected = larger;
    }
    this.#collected.set(bytes, this.#length);
    this.#length = length;
  }
}

function turnIsOver(buffer: OutBuffer): void {
  buffer.turnIsOver();
}
