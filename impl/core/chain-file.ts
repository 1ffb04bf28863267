/**
 * geth's chain file: the RLP of one block after the other, nothing around it, as
 * `geth export` writes it and `geth import` reads it.
 */
import { concatAll } from '../bytes.ts';
import { decode } from '../rlp/decode.ts';
import { RlpError } from '../rlp/errors.ts';
import { scan } from '../rlp/scan.ts';
import { type Block, blockSchema, decodeBlock, encodeBlock } from './block.ts';
import type { Chain } from './chain.ts';

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

// #region chain-file
/**
 * Inserts the blocks of a file one by one. Those before a bad one stay.
 *
 * A file may begin with the genesis or after it. geth skips a genesis unseen; here it must
 * be ours, because that is the first thing to be wrong with a file.
 *
 * @throws {ChainFileError} `bad-rlp` (cause: RlpError), `bad-block` (cause: ChainError)
 * @geth cmd/utils/cmd.go ImportChain
 */
export function importChain(chain: Chain, file: Uint8Array): ImportResult {
  let imported = 0;
  let known = 0;
  for (const { block, index, offset } of readBlocks(file)) {
    const result = chain.insertChain([block]);
    if (result.error !== undefined) {
      throw new ChainFileError('bad-block', index, offset, result.error);
    }
    imported += result.inserted;
    known += result.known;
  }
  return { imported, known };
}

/**
 * The canonical chain from the genesis to the head as a file.
 *
 * @geth core/blockchain.go BlockChain.Export
 */
export function exportChain(chain: Chain): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let number = 0n; number <= chain.currentHeader.number; number++) {
    const block = chain.getBlockByNumber(number);
    if (block !== undefined) blocks.push(encodeBlock(block));
  }
  return concatAll(blocks);
}
// #endregion chain-file

interface BlockInFile {
  readonly block: Block;
  readonly index: number;
  readonly offset: number;
}

/**
 * The blocks of a file, in order, without looking whether they belong together.
 *
 * @throws {ChainFileError} `bad-rlp`
 */
export function* readBlocks(file: Uint8Array): Generator<BlockInFile, void> {
  let offset = 0;
  for (let index = 0; offset < file.length; index++) {
    const rest = file.subarray(offset);
    let block: Block;
    let length: number;
    try {
      length = scan(rest, blockSchema, 'block');
      block = decodeBlock(decode(rest.subarray(0, length), blockSchema, 'block'));
    } catch (error) {
      if (!(error instanceof RlpError)) throw error;
      throw new ChainFileError('bad-rlp', index, offset, error);
    }
    yield { block, index, offset };
    offset += length;
  }
}
