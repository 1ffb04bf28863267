/**
 * The files that the command line reads, piece by piece, so that others run meanwhile and
 * the stop signal is heard: also while a pipe has nothing to say.
 */

import { constants, statSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { concatAll } from '../bytes.ts';
import type { Done } from '../csp/done.ts';
import { runtime } from '../csp/runtime.ts';
import { recv, select } from '../csp/select.ts';
import { Timer } from '../csp/timer.ts';
import { inSlices, stopped } from '../csp/slices.ts';
import type { ByteSource } from '../core/chain-file.ts';
import { concatWork } from '../core/copy.ts';
import { unusable, UsageError } from './usage-error.ts';

const pieceBytes = 256 * 1024;

/** One more call inflates at most a thousand times as much. */
const gzipPieceBytes = 16 * 1024;

/** What a `.gz` may hold: far more than a chain that is kept in memory. */
export const maxInflatedBytes = 2 * 1024 ** 3;

/** How often a pipe is looked at, and how long it may have nobody who writes. */
const pipeLookMs = 20;
const pipeWaitMs = 10_000;

/** A file, a device or a pipe. */
export class FileSource implements ByteSource {
  readonly #option: string;
  readonly #file: string;
  readonly #stop: Done | undefined;
  readonly #handle: FileHandle;
  readonly #piece = new Uint8Array(pieceBytes);
  #hasRead = false;

  private constructor(
    option: string,
    file: string,
    stop: Done | undefined,
    handle: FileHandle,
  ) {
    this.#option = option;
    this.#file = file;
    this.#stop = stop;
    this.#handle = handle;
  }

  /**
   * @param stop then a pipe that says nothing is at its end
   * @throws {UsageError} it cannot be opened
   */
  static async open(option: string, file: string, stop?: Done): Promise<FileSource> {
    try {
      // A pipe that is waited for in a thread keeps the process from ending.
      const isFile = statSync(file).isFile();
      const flags = constants.O_RDONLY | (isFile ? 0 : constants.O_NONBLOCK);
      const handle = await outside('open', open(file, flags));
      return new FileSource(option, file, stop, handle);
    } catch (error) {
      throw unusable(option, error);
    }
  }

  /** @throws {UsageError} it cannot be read */
  async next(): Promise<Uint8Array | undefined> {
    for (let waited = 0; this.#stop?.closed !== true; waited += pipeLookMs) {
      const length = await this.#read();
      if (length !== undefined && length > 0) {
        this.#hasRead = true;
        return this.#piece.slice(0, length);
      }
      if (length === 0 && (this.#hasRead || !(await this.#isPipe()))) return undefined;
      if (length === 0 && waited >= pipeWaitMs) {
        throw new UsageError(`${this.#option}: ${this.#file}: nobody writes into it`);
      }
      const timer = new Timer('pipe', pipeLookMs);
      await select({ time: recv(timer), stop: recv(this.#stop) });
      timer.stop();
    }
    return undefined;
  }

  /** @returns undefined: nothing is there yet */
  async #read(): Promise<number | undefined> {
    try {
      const reading = this.#handle.read(this.#piece, 0, pieceBytes);
      return (await outside('read', reading)).bytesRead;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') {
        return undefined;
      }
      throw unusable(this.#option, error);
    }
  }

  async #isPipe(): Promise<boolean> {
    return (await outside('stat', this.#handle.stat())).isFIFO();
  }

  close(): Promise<void> {
    return outside('close', this.#handle.close());
  }
}

/** What another source holds, inflated. */
export class GunzipSource implements ByteSource {
  readonly #what: string;
  readonly #source: ByteSource;
  readonly #maxBytes: number;
  readonly #gunzip = createGunzip({ chunkSize: 64 * 1024 });
  readonly #found: Uint8Array[] = []; // BOUNDED: what one piece inflates to
  #input = new Uint8Array();
  #bytes = 0;
  #isAtEnd = false;
  #isFirst = true;
  /** Bytes that the inflater was given, and whether it has come to the end of the gzip. */
  #given = 0;
  #isOver = false;
  #failure: Error | undefined;
  #failed: (error: Error) => void = () => undefined;
  #ended: () => void = () => undefined;

  /** @param what option and file, for the error */
  constructor(what: string, source: ByteSource, maxBytes = maxInflatedBytes) {
    this.#what = what;
    this.#source = source;
    this.#maxBytes = maxBytes;
    this.#gunzip.on('data', (bytes: Uint8Array) => {
      this.#found.push(bytes);
      this.#bytes += bytes.length;
    });
    this.#gunzip.on('end', () => {
      this.#isOver = true;
      this.#ended();
    });
    this.#gunzip.on('error', (error) => {
      this.#failure = error;
      this.#failed(error);
    });
  }

  /** @throws {UsageError} it is no gzip, is cut off, or holds more than the limit */
  async next(): Promise<Uint8Array | undefined> {
    while (this.#found.length === 0 && !this.#isAtEnd) {
      await (this.#isOver ? this.#passPadding() : this.#inflate());
    }
    if (this.#bytes > this.#maxBytes) {
      const limit = `${this.#maxBytes} bytes`;
      throw new UsageError(`${this.#what}: inflates to more than ${limit}`);
    }
    return this.#found.length === 0 ? undefined : concatAll(this.#found.splice(0));
  }

  async #inflate(): Promise<void> {
    if (this.#input.length === 0) {
      const next = await this.#source.next();
      this.#isAtEnd = next === undefined;
      if (this.#isAtEnd && this.#isFirst) {
        throw new UsageError(`${this.#what}: gzip: it is empty`);
      }
      this.#isFirst = false;
      this.#input = new Uint8Array(next ?? []);
    }
    const piece = this.#input.subarray(0, gzipPieceBytes);
    this.#input = this.#input.subarray(gzipPieceBytes);
    this.#given += piece.length;
    const done = new Promise<void>((resolve, reject) => {
      this.#failed = reject;
      if (this.#failure !== undefined) reject(this.#failure);
      // Also within a piece: what lies behind the gzip is not taken, and not every Node
      // calls its write back.
      this.#ended = resolve;
      if (this.#isAtEnd) {
        this.#gunzip.end();
      } else {
        this.#gunzip.write(piece, (error) => {
          if (error === null || error === undefined) resolve();
          else reject(error);
        });
      }
    });
    try {
      await outside('inflate', done);
    } catch (error) {
      throw unusable(`${this.#what}: gzip`, error);
    }
    if (!this.#isOver) return;
    const left = this.#given - this.#gunzip.bytesWritten;
    const behind = concatAll([piece.subarray(piece.length - left), this.#input]);
    this.#input = new Uint8Array(behind);
  }

  /** Behind the gzip may stand zeros, with which tapes and disks fill up; nothing else. */
  async #passPadding(): Promise<void> {
    if (this.#input.some((byte) => byte !== 0)) {
      throw new UsageError(`${this.#what}: gzip: there is data behind its end`);
    }
    const next = await this.#source.next();
    this.#isAtEnd = next === undefined;
    this.#input = new Uint8Array(next ?? []);
  }

  close(): void {
    this.#gunzip.destroy();
  }
}

/**
 * A short file as a whole. After the stop signal it may be anything.
 *
 * @throws {UsageError} it cannot be read, or is longer than `maxBytes`
 */
export async function readShort(
  option: string,
  file: string,
  maxBytes: number,
  stop?: Done,
): Promise<Uint8Array> {
  const source = await FileSource.open(option, file, stop);
  try {
    const pieces: Uint8Array[] = []; // BOUNDED by maxBytes
    let length = 0;
    for (;;) {
      const piece = await source.next();
      if (piece === undefined) {
        const whole = await inSlices(concatWork(pieces), stop);
        return whole === stopped ? new Uint8Array() : whole;
      }
      pieces.push(piece);
      length += piece.length;
      if (length <= maxBytes) continue;
      throw new UsageError(`${option}: ${file}: more than ${maxBytes} bytes`);
    }
  } finally {
    await source.close();
  }
}

/** Waits for what the platform does. */
function outside<T>(what: string, promise: Promise<T>): Promise<T> {
  return runtime().external(what, promise);
}
