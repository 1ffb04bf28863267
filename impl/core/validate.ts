/**
 * What a block must fulfil to be taken into the chain.
 *
 * These are the rules that need no execution and no proof of work: state root, receipts,
 * gas used, seal, exact difficulty, the clock and the kinship of uncles are NOT checked.
 * So a peer that says it has the heavier chain is believed; do not hold money by it.
 */
import { atOnce, type Work } from '../csp/slices.ts';
import { countItems } from '../rlp/decode.ts';
import { type Block, hashBlock, maxTransactions, maxUncles, rawBody } from './block.ts';
import type { Hash } from './hash.ts';
import {
  hashHeader,
  type Header,
  maxDifficultyBytes,
  maxExtraBytes,
} from './header.ts';
import { bodyRoots } from './roots.ts';

export type ChainErrorCode =
  | 'non-contiguous' // a list of blocks in which one is not the child of the one before
  | 'unknown-parent' // the parent is not in the chain
  | 'bad-number' // not the parent's number + 1
  | 'bad-time' // not later than the parent
  | 'bad-gas-limit' // below the floor, or too far from the parent's
  | 'bad-gas-used' // above the block's own limit
  | 'bad-difficulty' // zero, or wider than 80 bits
  | 'bad-extra' // longer than 32 bytes
  | 'too-many-transactions' // more than the header's gas used can have paid for
  | 'bad-tx-root' // the header does not commit to these transactions
  | 'bad-uncle-hash' // the header does not commit to these uncles
  | 'too-many-uncles' // more than two
  | 'genesis-mismatch'; // a block of number 0 that is not our genesis

/** A block that the chain does not take. */
export class ChainError extends Error {
  override readonly name = 'ChainError';
  readonly code: ChainErrorCode;
  readonly number: bigint;
  readonly hash: Hash;

  constructor(code: ChainErrorCode, header: Header, detail: string) {
    super(`chain: block ${header.number}: ${code}: ${detail}`);
    this.code = code;
    this.number = header.number;
    this.hash = hashHeader(header);
  }
}

/**
 * No block after genesis has a smaller gas limit (yellow paper 4.3.4, geth's
 * `params.MinGasLimit`).
 */
export const minGasLimit = 5000n;

/** Neighbours differ by less than 1/1024 of the parent's (`params.GasLimitBoundDivisor`). */
const gasLimitBoundDivisor = 1024n;

/** geth's ethash keeps gas limits after genesis below 2^63. */
const maxGasLimit = (1n << 63n) - 1n;

const maxDifficulty = (1n << BigInt(8 * maxDifficultyBytes)) - 1n;

// #region check-header
/**
 * Holds a header against its parent. Returns what is wrong, or undefined.
 *
 * @param parent the header that `header.parentHash` names
 * @geth consensus/ethash/consensus.go Ethash.verifyHeader
 */
export function checkHeader(header: Header, parent: Header): ChainError | undefined {
  const wrong = (code: ChainErrorCode, detail: string): ChainError =>
    new ChainError(code, header, detail);

  if (header.parentHash !== hashHeader(parent)) {
    return wrong('unknown-parent', `wanted ${header.parentHash}`);
  }
  if (header.number !== parent.number + 1n) {
    return wrong('bad-number', `the parent is ${parent.number}`);
  }
  if (header.extra.length > maxExtraBytes) {
    return wrong('bad-extra', `${header.extra.length} bytes, at most ${maxExtraBytes}`);
  }
  //: With ethash, geth v1.8.12 keeps a block from more than 15 s ahead for later, and
  //: refuses one from more than 30 s ahead. No clock here: replays are exact.
  if (header.time <= parent.time) {
    return wrong('bad-time', `${header.time} is not after ${parent.time}`);
  }
  //: geth computes the one difficulty that is right; here one of 1 to 80 bits is believed.
  if (header.difficulty <= 0n || header.difficulty > maxDifficulty) {
    return wrong('bad-difficulty', 'wanted 1 to 2^80 - 1');
  }
  if (!isGasLimitNear(header.gasLimit, parent.gasLimit)) {
    return wrong('bad-gas-limit', `${header.gasLimit} after ${parent.gasLimit}`);
  }
  if (header.gasUsed > header.gasLimit) {
    return wrong('bad-gas-used', `${header.gasUsed} of ${header.gasLimit}`);
  }
  return undefined;
}
// #endregion check-header

function isGasLimitNear(limit: bigint, parentLimit: bigint): boolean {
  const difference = limit > parentLimit ? limit - parentLimit : parentLimit - limit;
  return (
    limit >= minGasLimit &&
    limit <= maxGasLimit &&
    difference < parentLimit / gasLimitBoundDivisor
  );
}

/**
 * The least gas that a transaction adds to the header's `gasUsed`: it pays 21,000, and at
 * most half of what it pays is given back (yellow paper 6.2, until EIP-3529).
 */
const leastNetGas = 10_500n;

/** A zero byte of data costs 4 gas (yellow paper appendix G), of which half may come back. */
const netGasOfByte = 2n;

/** More than all fields of a transaction but its data take. */
const fieldBytes = 512n;

/** What a header allows its body to be. Known before a byte of the body is. */
export interface BodyLimits {
  readonly transactions: number;
  /** Of the encoded list of transactions. */
  readonly bytes: number;
}

// #region body-limits
/** The header has the gas that its transactions used, and none of them is for nothing. */
export function bodyLimits({ gasUsed, gasLimit }: Header): BodyLimits {
  const gas = gasUsed < gasLimit ? gasUsed : gasLimit;
  const most = gas / leastNetGas;
  const transactions = Math.min(Number(most), maxTransactions);
  const bytes = Number(gas / netGasOfByte + (most + 1n) * fieldBytes);
  return { transactions, bytes };
}
// #endregion body-limits

// #region check-body
/**
 * Tells whether a body is the one that its header commits to. Returns what is wrong, or
 * undefined. A wrong body says nothing about the header: the right one may still come.
 *
 * @geth core/block_validator.go BlockValidator.ValidateBody
 */
export function* checkBodyWork({ header, body }: Block): Work<ChainError | undefined> {
  const wrong = (code: ChainErrorCode, detail: string): ChainError =>
    new ChainError(code, header, detail);
  //= what costs nothing to see
  const { transactions, uncles } = rawBody(body);
  const limits = bodyLimits(header);
  if (countItems(uncles, maxUncles) > maxUncles) {
    return wrong('too-many-uncles', `more than ${maxUncles}`);
  }
  if (
    transactions.length > limits.bytes ||
    countItems(transactions, limits.transactions) > limits.transactions
  ) {
    const detail = `more than ${header.gasUsed} gas can pay for`;
    return wrong('too-many-transactions', detail);
  }
  //= what is hashed; a second time it is known
  const got = yield* bodyRoots(body);
  if (got.uncleHash !== header.uncleHash) {
    return wrong('bad-uncle-hash', `the body has ${got.uncleHash}`);
  }
  if (got.txRoot !== header.txRoot) {
    return wrong('bad-tx-root', `the body has ${got.txRoot}`);
  }
  return undefined;
}
// #endregion check-body

/** The same without a pause: for bodies whose roots are known, or that are small. */
export function checkBody(block: Block): ChainError | undefined {
  return atOnce(checkBodyWork(block));
}

/**
 * Tells whether each block is the child of the one before it: by number and by hash.
 *
 * @geth core/blockchain.go BlockChain.insertChain
 */
export function checkContiguous(blocks: readonly Block[]): ChainError | undefined {
  for (const [index, block] of blocks.entries()) {
    const previous = blocks[index - 1];
    if (previous === undefined) continue;
    const { number, parentHash } = block.header;
    if (number !== previous.header.number + 1n || parentHash !== hashBlock(previous)) {
      return new ChainError(
        'non-contiguous',
        block.header,
        `comes after block ${previous.header.number} (${hashBlock(previous)})`,
      );
    }
  }
  return undefined;
}
