/**
 * What the layers above know of a connection: bytes in order, pulled by the reader,
 * pushed by one writer, each with a deadline. `tcp.ts` makes it of a socket, `pipe.ts`
 * of memory. Nothing above this folder sees a socket event.
 */

export interface NetConn {
  /** `host:port` of the other side. */
  readonly remoteAddr: string;
  /** `host:port` of ours. */
  readonly localAddr: string;

  /**
   * Waits for exactly `length` bytes. Nothing is read before it is asked for, so an
   * unread message stops the sender. One read at a time.
   *
   * @returns bytes that stay valid; they may be a view of what arrived
   * @throws {EndOfStream} the other side ended before the last byte
   * @throws {DeadlineExceeded} the read deadline passed first
   * @throws {ConnClosed} `close` was called here
   */
  readFull(length: number): Promise<Uint8Array>;

  /**
   * Waits until the kernel, or the pipe, has taken all of `bytes`. One write at a time.
   *
   * @throws {DeadlineExceeded} the write deadline passed first; part may have gone out
   * @throws {ConnClosed} the connection is closed, here or there
   */
  write(bytes: Uint8Array): Promise<void>;

  /** @param at absolute, on the runtime's clock; undefined: no deadline */
  setReadDeadline(at: number | undefined): void;
  setWriteDeadline(at: number | undefined): void;

  /**
   * Closes both directions; waiting reads and writes fail at once. With `lingerMs`, what
   * was written still goes out and what comes in is thrown away, until the other side
   * closes too or the time is over. Resolves when nothing is left. A second call waits
   * for the first.
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

/** The connection was closed under an operation, or broke. */
export class ConnClosed extends Error {
  override readonly name = 'ConnClosed';

  constructor(operation: string, cause?: unknown) {
    const why = cause instanceof Error ? `: ${cause.message}` : '';
    super(`${operation}: connection closed${why}`, { cause });
  }
}
