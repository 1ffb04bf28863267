/**
 * Makes blocks that a chain accepts. No miner made them: the seal is zero and nothing
 * is executed. Scenarios and tests build their chains of them.
 */

import type { Block } from './block.ts';
import { addressOf, zeroHash } from './hash.ts';
import { hashHeader, type Header } from './header.ts';
import { transactionsRoot, uncleHash } from './roots.ts';
import { intrinsicGas, type Transaction } from './transaction.ts';
import { emptyRoot } from './trie.ts';

export interface BlockOptions {
  readonly difficulty?: bigint;
  /** Seconds since 1970; ten after the parent by default. */
  readonly time?: bigint;
  readonly extra?: Uint8Array;
  readonly txs?: readonly Transaction[];
  readonly uncles?: readonly Header[];
  /** Fields of the header to set at the end, to make a block that is not valid. */
  readonly header?: Partial<Header>;
}

/** A block that a chain with `parent` in it accepts (if `options.header` allows). */
export function childOf(parent: Block, options: BlockOptions = {}): Block {
  const { txs = [], uncles = [] } = options;
  const header: Header = {
    parentHash: hashHeader(parent.header),
    uncleHash: uncleHash(uncles),
    coinbase: addressOf(new Uint8Array(20)),
    stateRoot: parent.header.stateRoot, // nobody executes, so nobody notices
    txRoot: transactionsRoot(txs),
    receiptRoot: emptyRoot,
    bloom: new Uint8Array(256),
    difficulty: options.difficulty ?? 131_072n,
    number: parent.header.number + 1n,
    gasLimit: parent.header.gasLimit,
    gasUsed: txs.reduce((gas, tx) => gas + intrinsicGas(tx), 0n),
    time: options.time ?? parent.header.time + 10n,
    extra: options.extra ?? new Uint8Array(),
    mixDigest: zeroHash,
    nonce: new Uint8Array(8),
    ...options.header,
  };
  return { header, body: { transactions: txs, uncles } };
}

/** `count` blocks, each the child of the one before, the first a child of `parent`. */
export function childrenOf(
  parent: Block,
  count: number,
  options: BlockOptions | ((index: number) => BlockOptions) = {},
): Block[] {
  const blocks: Block[] = [];
  let last = parent;
  for (let index = 0; index < count; index++) {
    last = childOf(last, typeof options === 'function' ? options(index) : options);
    blocks.push(last);
  }
  return blocks;
}
