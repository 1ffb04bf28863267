/**
 * Standard output or error, line by line. What its reader has not taken yet waits here,
 * up to a limit; above it lines are left out and counted. One write is on its way at a
 * time, so the platform keeps no queue of its own beside ours.
 */
import type { Writable } from 'node:stream';
import { utf8 } from '../bytes.ts';

/** Memory for a reader that has stopped. */
export const maxKeptBytes = 8 * 1024 * 1024;

/** Above this, what comes by the thousand (`msg-*`) is left out, and the rest still kept. */
const maxKeptOfMinor = maxKeptBytes / 2;

/** Down here the reader is taken to read again, and hears what it has missed. */
const readsAgain = maxKeptBytes / 4;

/** Lines are kept in pieces: each in one of its own would cost several times its length. */
const pieceBytes = 64 * 1024;

export interface LeftOut {
  readonly lines: number;
  /** How many of them were of the kind that goes first. */
  readonly minor: number;
}

export class Output {
  /** In words, for the one line that says what is wrong: `standard output`. */
  readonly what: string;
  /** Makes the line that counts what was left out. */
  tellLeftOut: (leftOut: LeftOut) => string = () => '';
  readonly #stream: Writable;
  readonly #pieces: Uint8Array[] = []; // BOUNDED by maxKeptBytes
  #tail = '';
  #tailBytes = 0;
  #kept = 0;
  #leftOut: LeftOut = { lines: 0, minor: 0 };
  #isWriting = false;
  #failure: Error | undefined;
  #onFailure: (error: Error) => void = () => undefined;
  readonly #onFlushed: (() => void)[] = []; // BOUNDED by those who wait for the end

  constructor(what: string, stream: Writable) {
    this.what = what;
    this.#stream = stream;
  }

  /** From now on an error of the stream comes here. Unheard, it would end the process. */
  listen(onFailure: (error: Error) => void): void {
    this.#onFailure = onFailure;
    this.#stream.on('error', (error: Error) => {
      this.#fail(error);
    });
    doNotBlock(this.#stream);
  }

  /** Bytes that wait for the reader. */
  get kept(): number {
    return this.#kept;
  }

  get leftOut(): LeftOut {
    return this.#leftOut;
  }

  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** @param isMinor it is left out before others are */
  write(line: string, isMinor = false): void {
    if (this.#failure !== undefined) return;
    const { length } = utf8(line);
    const { lines, minor } = this.#leftOut;
    const isFull = isMinor
      ? lines > 0 || this.#kept + length > maxKeptOfMinor
      : this.#kept + length > maxKeptBytes;
    if (isFull) {
      this.#leftOut = { lines: lines + 1, minor: isMinor ? minor + 1 : minor };
      return;
    }
    this.#kept += length;
    this.#tail += line;
    this.#tailBytes += length;
    if (this.#tailBytes >= pieceBytes) this.#pieces.push(this.#takeTail());
    this.#next();
  }

  /** Resolves when everything is written, or nothing can be written any more. */
  flushed(): Promise<void> {
    if (this.#kept === 0 || this.#failure !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onFlushed.push(resolve);
    });
  }

  #next(): void {
    if (this.#isWriting || this.#kept === 0) return;
    this.#isWriting = true;
    const piece = this.#pieces.shift() ?? this.#takeTail();
    const written = (error?: Error | null): void => {
      this.#isWriting = false;
      if (this.#failure !== undefined) return;
      if (error !== null && error !== undefined) {
        this.#fail(error);
        return;
      }
      this.#kept -= piece.length;
      if (this.#leftOut.lines > 0 && this.#kept <= readsAgain) this.#sayLeftOut();
      if (this.#kept === 0) this.#settle();
      this.#next();
    };
    this.#stream.write(piece, written);
  }

  #takeTail(): Uint8Array {
    const piece = utf8(this.#tail);
    this.#tail = '';
    this.#tailBytes = 0;
    return piece;
  }

  #sayLeftOut(): void {
    const leftOut = this.#leftOut;
    this.#leftOut = { lines: 0, minor: 0 };
    this.write(this.tellLeftOut(leftOut));
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#pieces.length = 0;
    this.#tail = '';
    this.#kept = 0;
    this.#settle();
    this.#onFailure(error);
  }

  #settle(): void {
    for (const resolve of this.#onFlushed.splice(0)) resolve();
  }
}

/**
 * Node writes to a terminal in one go, however long that takes: a terminal that is halted
 * (Ctrl-S) would halt the node. The stream has no other way to say so.
 */
function doNotBlock(stream: Writable): void {
  const handle: unknown = Reflect.get(stream, '_handle');
  if (typeof handle !== 'object' || handle === null) return;
  const setBlocking: unknown = Reflect.get(handle, 'setBlocking');
  if (typeof setBlocking === 'function') Reflect.apply(setBlocking, handle, [false]);
}

/**
 * For a command that prints and does nothing else: where nobody reads on, it ends without
 * an error. A reader who leaves, as `head` does, has seen enough.
 */
export function endWithOutput(command: string): void {
  process.stderr.on('error', () => process.exit(1));
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    process.stderr.write(`${command}: standard output: ${error.message}\n`);
    process.exit(1);
  });
}
