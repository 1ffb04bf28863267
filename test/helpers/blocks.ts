/** Makes valid blocks and signed transactions. `initCrypto()` must have been awaited. */
import { publicKey } from '#crypto';
import type { Block } from '../../impl/core/block.ts';
import type { Chain } from '../../impl/core/chain.ts';
import { type Genesis, parseGenesis } from '../../impl/core/genesis.ts';
import {
  type Address,
  addressOf,
  addressOfPublicKey,
  zeroHash,
} from '../../impl/core/hash.ts';
import { hashHeader, type Header } from '../../impl/core/header.ts';
import { transactionsRoot, uncleHash } from '../../impl/core/roots.ts';
import {
  signTransaction,
  type Transaction,
  type UnsignedTransaction,
} from '../../impl/core/transaction.ts';
import { emptyRoot } from '../../impl/core/trie.ts';

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
    gasUsed: 0n,
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

/** Inserts blocks that must be accepted. */
export function extend(chain: Chain, blocks: readonly Block[]): void {
  const { error } = chain.insertChain(blocks);
  if (error !== undefined) throw error;
}

/** A small genesis of chain id 1337, difficulty 131072, without accounts. */
export function testGenesis(spec: Readonly<Record<string, unknown>> = {}): Genesis {
  return parseGenesis(
    JSON.stringify({
      config: { chainId: 1337 },
      gasLimit: '0x47b760',
      difficulty: '0x20000',
      alloc: {},
      ...spec,
    }),
  );
}

export const testChainId = 1337n;

/** A private key that depends on `n` (1, 2, 3 …) only. */
export function testKey(n = 1): Uint8Array {
  const key = new Uint8Array(32);
  new DataView(key.buffer).setUint32(28, n);
  return key;
}

export function addressOfKey(privateKey: Uint8Array): Address {
  return addressOfPublicKey(publicKey(privateKey));
}

/** A signed transfer of 1 wei to address 0…0, for chain 1337 unless `chainId` is given. */
export function signedTx(
  fields: Partial<UnsignedTransaction> & {
    readonly key?: Uint8Array;
    /** null: signed without a chain id (Homestead). */
    readonly chainId?: bigint | null;
  } = {},
): Transaction {
  const { key = testKey(), chainId = testChainId, ...rest } = fields;
  const tx: UnsignedTransaction = {
    nonce: 0n,
    gasPrice: 1n,
    gasLimit: 21_000n,
    to: addressOf(new Uint8Array(20)),
    value: 1n,
    data: new Uint8Array(),
    ...rest,
  };
  return signTransaction(tx, key, chainId ?? undefined);
}
