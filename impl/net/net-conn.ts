/**
 * What the layers above know of a connection: bytes in order, pulled by the reader,
 * pushed by one writer, each with a deadline. `tcp.ts` makes it of a socket, `pipe.ts`
 * of memory. Nothing above this folder sees a socket event.
 */

import { errorText } from './error-text.ts';

/** More than this `fill` does not wait for; larger things are taken by `readFull`. */
export const maxFill = 65_536;

export interface NetConn {
  /** `host:port` of the other side. */
  readonly remoteAddr: string;
  /** `host:port` of ours. */
  readonly localAddr: string;

  /**
   * What has come and was not consumed, as one view; empty if nothing. Nothing is waited
   * for, and what is only looked at still counts as unread.
   *
   * @param wanted of the bytes that have come, at least so many are shown, if they have
   *   come; beyond that only what needs no copying. Default 1
   * @returns a view that is valid until the next call of this connection
   */
  peek(wanted?: number): Uint8Array;

  /**
   * Takes `length` bytes off the front of what `peek` shows.
   *
   * @throws {ConnClosed} `close` was called since they were shown
   */
  consume(length: number): void;

  /**
   * Waits until `peek(length)` shows at least `length` bytes, at most 64 KiB. Counts as
   * a read: one at a time.
   *
   * @throws as `readFull`; what has come stays
   */
  fill(length: number): Promise<void>;

  /**
   * Waits for exactly `length` bytes. What nobody asks for fills a buffer of fixed size,
   * and then stops the sender. One read at a time.
   *
   * @returns bytes that stay valid; they may be a view of what arrived
   * @throws {EndOfStream} the other side ended before the last byte
   * @throws {DeadlineExceeded} the read deadline passed first
   * @throws {ConnClosed} `close` was called here
   */
  readFull(length: number): Promise<Uint8Array>;

  /**
   * Waits until the connection has taken over all of `bytes`: into its buffer, at most
   * 64 KiB of what the kernel has not taken yet, or into the pipe. What is written in
   * one turn of the event loop leaves together at its end. One write at a time.
   *
   * @throws {DeadlineExceeded} the write deadline passed first; part may have gone out
   * @throws {ConnClosed} the connection is closed, here or there, or an earlier write
   *   failed after it was taken over
   */
  write(bytes: Uint8Array): Promise<void>;

  /** @param at absolute, on the runtime's clock; undefined: no deadline */
  setReadDeadline(at: number | undefined): void;
  setWriteDeadline(at: number | undefined): void;

  /**
   * Closes both directions; waiting reads and writes fail at once. What was written is
   * handed to the kernel, and lost if that has no room. With `lingerMs`, it still goes
   * out and what comes in is thrown away, until the other side closes too or the time is
   * over. Resolves when nothing is left. A second call waits for the first.
   */
  close(lingerMs?: number): Promise<void>;
}

/** The other side closed the connection. Go's io.EOF. */
export class EndOfStream extends Error {
  override readonly name = 'EndOfStream';

  constructor() {
    super('EOF');
  }
}

export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';

  constructor(operation: 'read' | 'write' | 'dial') {
    super(`${operation}: i/o timeout`);
  }
}

/** Why one that came was closed at once: so many wait already. */
export class QueueFull extends Error {
  override readonly name = 'QueueFull';

  constructor(waiting: number) {
    super(`closed at once, because ${waiting} wait already`);
  }
}

/**
 * The system gave no connection, for want of memory, say; or there was no place for it
 * (cause: `QueueFull`). The listener lives.
 */
export class AcceptFailed extends Error {
  override readonly name = 'AcceptFailed';
  /** So often since the last call of `accept`. */
  readonly count: number;

  constructor(count: number, cause: unknown) {
    super(`accept: ${errorText(cause)}`, { cause });
    this.count = count;
  }
}

/** The connection was closed under an operation, or broke. */
export class ConnClosed extends Error {
  override readonly name = 'ConnClosed';

  constructor(operation: string, cause?: unknown) {
    const why = errorText(cause);
    super(`${operation}: connection closed${why && `: ${why}`}`, { cause });
  }
}
