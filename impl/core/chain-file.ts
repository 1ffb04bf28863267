/**
 * geth's chain file: the RLP of one block after the other, nothing around it, as
 * `geth export` writes it and `geth import` reads it. (Gzipped if its name ends in `.gz`:
 * here that is the work of whoever opens the file.) Files are long: both ways are `Work`, in pieces of a block each.
 */
import { concatAll } from '../bytes.ts';
import { atOnce, inSlices, stopped, type Work } from '../csp/slices.ts';
import { RlpError } from '../rlp/errors.ts';
import { scanWork } from '../rlp/scan.ts';
import { type Block, blockOf, blockSchema, encodeBlock, hashBlock } from './block.ts';
import type { Chain } from './chain.ts';
import { concatWork } from './copy.ts';
import { checkBodyWork } from './validate.ts';

/** A chain file that ends in something else than a block of this chain. */
export class ChainFileError extends Error {
  override readonly name = 'ChainFileError';
  /** `bad-rlp`: the bytes are no block; `bad-block`: the chain refuses it. See `cause`. */
  readonly code: 'bad-rlp' | 'bad-block';
  /** Byte where the block begins. */
  readonly offset: number;

  constructor(
    code: 'bad-rlp' | 'bad-block',
    index: number,
    offset: number,
    cause: Error,
  ) {
    super(`chain file: block ${index} of the file, byte ${offset}: ${cause.message}`, {
      cause,
    });
    this.code = code;
    this.offset = offset;
  }
}

export interface ImportResult {
  /** Blocks that were new. */
  readonly imported: number;
  /** Blocks that were in the chain before, the genesis among them. */
  readonly known: number;
}

/**
 * Ours: geth has no bound. A block travels in a message of ten megabytes at most, so no
 * chain has a larger one; a file that is no chain may declare any length.
 */
export const maxBlockBytes = 16 * 1024 * 1024;

/** Where the bytes of a file come from, piece by piece. */
export interface ByteSource {
  /** Waits for the next bytes; undefined at the end. */
  next(): Promise<Uint8Array | undefined>;
}

export interface ChainFileProgress {
  readonly blocks: number;
  readonly bytes: number;
}

export interface FileWork {
  /** Looked at between two blocks. */
  readonly stop?: { readonly closed: boolean };
  readonly onProgress?: (progress: ChainFileProgress) => void;
}

// #region chain-file
/**
 * Inserts the blocks of a file one by one. Those before a bad one stay, and so do those
 * before the stop signal.
 *
 * A file may begin with the genesis or after it. geth skips a genesis unseen; here it must
 * be ours, because that is the first thing to be wrong with a file.
 *
 * @throws {ChainFileError} `bad-rlp` (cause: RlpError), `bad-block` (cause: ChainError)
 * @geth cmd/utils/cmd.go ImportChain
 */
export async function importFrom(
  chain: Chain,
  source: ByteSource,
  { stop, onProgress }: FileWork = {},
): Promise<ImportResult & { readonly isWhole: boolean }> {
  const importer = new Importer(chain, onProgress);
  for (;;) {
    const bytes = await source.next();
    if (stop?.closed === true) return { ...importer.result, isWhole: false };
    const end = await inSlices(importer.take(bytes), stop);
    if (end === stopped) return { ...importer.result, isWhole: false };
    if (bytes === undefined) return { ...importer.result, isWhole: true };
  }
}

/**
 * The canonical chain from the genesis to the head as a file, a block at a time.
 *
 * @geth core/blockchain.go BlockChain.Export
 */
export function* exportBlocks(chain: Chain): Generator<Uint8Array, void> {
  for (let number = 0n; number <= chain.currentHeader.number; number++) {
    const block = chain.getBlockByNumber(number);
    if (block !== undefined) yield encodeBlock(block);
  }
}
// #endregion chain-file

/** The same at once, for a file that is known to be short. */
export function importChain(chain: Chain, file: Uint8Array): ImportResult {
  const importer = new Importer(chain);
  atOnce(importer.take(file));
  atOnce(importer.take(undefined));
  return importer.result;
}

/** The same as one piece. */
export function exportChain(chain: Chain): Uint8Array {
  return concatAll([...exportBlocks(chain)]);
}

/** What a block costs, in units of `Work`: its checks, and something for each byte. */
export function blockUnits(length: number): number {
  return 150 + length / 8;
}

/** Takes the bytes of a file as they come, and inserts each block when it is whole. */
export class Importer {
  readonly #chain: Chain;
  readonly #blocks = new BlockReader();
  readonly #onProgress: FileWork['onProgress'];
  #imported = 0;
  #known = 0;

  constructor(chain: Chain, onProgress?: FileWork['onProgress']) {
    this.#chain = chain;
    this.#onProgress = onProgress;
  }

  get result(): ImportResult {
    return { imported: this.#imported, known: this.#known };
  }

  /** @param bytes the next of the file; undefined: there are no more */
  *take(bytes: Uint8Array | undefined): Work<void> {
    const isEnd = bytes === undefined;
    if (!isEnd) this.#blocks.push(bytes);
    for (;;) {
      const found = yield* this.#blocks.next(isEnd);
      if (found === undefined) return;
      const { block, index, offset, length } = found;
      // The insert asks again, and what the long part of it found is remembered.
      if (!this.#chain.hasBlock(hashBlock(block))) yield* checkBodyWork(block);
      const result = this.#chain.insertChain([block]);
      if (result.error !== undefined) {
        throw new ChainFileError('bad-block', index, offset, result.error);
      }
      this.#imported += result.inserted;
      this.#known += result.known;
      this.#onProgress?.({ blocks: index + 1, bytes: offset + length });
      yield blockUnits(length);
    }
  }
}

interface BlockInFile {
  readonly block: Block;
  readonly index: number;
  readonly offset: number;
  readonly length: number;
}

/**
 * The blocks of a file, in order, without looking whether they belong together.
 *
 * @throws {ChainFileError} `bad-rlp`
 */
export function* readBlocks(file: Uint8Array): Generator<BlockInFile, void> {
  const reader = new BlockReader();
  reader.push(file);
  for (;;) {
    const found = atOnce(reader.next(true));
    if (found === undefined) return;
    yield found;
  }
}

/** Cuts a stream of bytes into blocks. */
class BlockReader {
  #rest: Uint8Array = new Uint8Array();
  readonly #pushed: Uint8Array[] = []; // BOUNDED by maxBlockBytes and one piece
  #available = 0;
  #index = 0;
  #offset = 0;

  push(bytes: Uint8Array): void {
    this.#pushed.push(bytes);
    this.#available += bytes.length;
  }

  /**
   * The next block, if all of it is there.
   *
   * @param isEnd no more bytes will come
   * @throws {ChainFileError} `bad-rlp`
   */
  *next(isEnd: boolean): Work<BlockInFile | undefined> {
    // Joined only when there is enough: a long block comes in many pieces.
    if (!isEnd && this.#available < this.#needed()) return undefined;
    yield* this.#join();
    if (!isEnd && this.#available < this.#needed()) return undefined;
    if (this.#available === 0) return undefined;
    const found = yield* this.#read();
    this.#rest = this.#rest.subarray(found.length);
    this.#available -= found.length;
    this.#offset += found.length;
    this.#index++;
    return found;
  }

  *#join(): Work<void> {
    if (this.#pushed.length === 0) return;
    this.#rest = yield* concatWork([this.#rest, ...this.#pushed.splice(0)]);
  }

  /** Bytes to have before it is worth a look. */
  #needed(): number {
    const first = this.#rest[0];
    if (first === undefined) return 1;
    if (first < 0xf8) return 1; // a short list, or no list at all: told at once
    const headerBytes = 1 + first - 0xf7;
    if (this.#rest.length < headerBytes) return headerBytes;
    let length = 0;
    for (let i = 1; i < headerBytes; i++) length = length * 256 + (this.#rest[i] ?? 0);
    if (length > maxBlockBytes) throw this.#error(new RlpError('too-long', 0, 'block'));
    return headerBytes + length;
  }

  *#read(): Work<BlockInFile> {
    const [index, offset] = [this.#index, this.#offset];
    try {
      const length = yield* scanWork(this.#rest, blockSchema, 'block');
      const block = yield* blockOf(this.#rest.subarray(0, length));
      return { block, index, offset, length };
    } catch (error) {
      if (!(error instanceof RlpError)) throw error;
      throw this.#error(error);
    }
  }

  #error(cause: RlpError): ChainFileError {
    return new ChainFileError('bad-rlp', this.#index, this.#offset, cause);
  }
}
