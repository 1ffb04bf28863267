/** `--import` and `--export`: chain files on the disk, plain or, by their name, gzip. */

import { createGzip } from 'node:zlib';
import type { Done } from '../csp/done.ts';
import { runtime } from '../csp/runtime.ts';
import { inSlices, stopped, type Work } from '../csp/slices.ts';
import type { Chain } from '../core/chain.ts';
import {
  blockUnits,
  ChainFileError,
  exportBlocks,
  importFrom,
  type ByteSource,
  type FileWork,
  type ImportResult,
} from '../core/chain-file.ts';
import { concatAll } from '../bytes.ts';
import { asError } from '../p2p/as-error.ts';
import { FileSource, GunzipSource } from './file-source.ts';
import { Replacement } from './files.ts';
import { unusable, UsageError } from './usage-error.ts';

const pieceBytes = 64 * 1024;

export interface ChainFileWork extends FileWork {
  readonly stop: Done;
}

/** As geth decides it. */
function isGzip(file: string): boolean {
  return file.endsWith('.gz');
}

/**
 * @returns what was taken in, until the end of the file or the stop signal
 * @throws {UsageError} the file cannot be read, or a block of it is refused
 */
export async function importFile(
  chain: Chain,
  file: string,
  work: ChainFileWork,
): Promise<ImportResult & { readonly isWhole: boolean }> {
  const source = await FileSource.open('--import', file, work.stop);
  const what = `--import: ${file}`;
  const gunzip = isGzip(file) ? new GunzipSource(what, source) : undefined;
  try {
    return await importFrom(chain, gunzip ?? notGzip(what, source), work);
  } catch (error) {
    if (!(error instanceof ChainFileError)) throw error;
    throw new UsageError(`${what}: ${error.message}`);
  } finally {
    gunzip?.close();
    await source.close();
  }
}

/** No chain begins with the two bytes that every gzip begins with. */
function notGzip(what: string, source: ByteSource): ByteSource {
  let isFirst = true;
  return {
    async next() {
      const bytes = await source.next();
      if (isFirst && bytes?.[0] === 0x1f && bytes[1] === 0x8b) {
        throw new UsageError(`${what}: this is gzip, and its name does not end in .gz`);
      }
      isFirst = false;
      return bytes;
    },
  };
}

/**
 * Puts the canonical chain in the place of the file, when all of it is written.
 *
 * @returns false: the stop signal came first, and what was there is untouched
 * @throws {UsageError} it cannot be written; what was there is untouched
 */
export async function exportFile(
  chain: Chain,
  file: string,
  work: ChainFileWork,
): Promise<boolean> {
  const target = new Replacement('--export', file);
  const sink = isGzip(file) ? new GzipSink(target) : target;
  try {
    for (const pieces = new Pieces(chain, work); ;) {
      const piece = await inSlices(pieces.next(), work.stop);
      if (piece === stopped) {
        target.discard();
        return false;
      }
      if (piece === undefined) break;
      await sink.write(piece);
    }
    if (sink instanceof GzipSink) await sink.end();
  } catch (error) {
    target.discard();
    throw error;
  }
  target.commit();
  return true;
}

/** The blocks of a chain, in pieces that are worth a call to the system. */
class Pieces {
  readonly #blocks: Generator<Uint8Array, void>;
  readonly #onProgress: FileWork['onProgress'];
  #count = 0;
  #bytes = 0;

  constructor(chain: Chain, { onProgress }: FileWork) {
    this.#blocks = exportBlocks(chain);
    this.#onProgress = onProgress;
  }

  /** @returns undefined after the last */
  *next(): Work<Uint8Array | undefined> {
    const blocks: Uint8Array[] = []; // BOUNDED by pieceBytes and one block
    let length = 0;
    while (length < pieceBytes) {
      const next = this.#blocks.next();
      if (next.done === true) break;
      blocks.push(next.value);
      length += next.value.length;
      this.#onProgress?.({ blocks: ++this.#count, bytes: this.#bytes + length });
      yield blockUnits(next.value.length);
    }
    this.#bytes += length;
    return length === 0 ? undefined : concatAll(blocks);
  }
}

/** Compresses on the way into the file. */
class GzipSink {
  readonly #gzip = createGzip();
  #failure: Error | undefined;

  constructor(target: Replacement) {
    this.#gzip.on('data', (bytes: Uint8Array) => {
      try {
        if (this.#failure === undefined) target.write(bytes);
      } catch (error) {
        this.#failure = asError(error); // `write` and `end` throw it: nobody stands above us here
      }
    });
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#wait((done) => this.#gzip.write(bytes, done));
  }

  async end(): Promise<void> {
    await this.#wait((done) => {
      this.#gzip.once('end', done);
      this.#gzip.end();
    });
  }

  async #wait(begin: (done: (error?: Error | null) => void) => void): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      begin((error) => {
        if (error === null || error === undefined) resolve();
        else reject(unusable('--export', error));
      });
    });
    await runtime().external('gzip', done);
    if (this.#failure !== undefined) throw this.#failure;
  }
}
