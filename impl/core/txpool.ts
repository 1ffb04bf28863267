/**
 * Transactions that wait for a block. The node puts its own in (`--tx`), eth puts in what
 * peers send and passes on what is new.
 *
 * There is no state here, so nobody knows balances and account nonces. What can be told
 * without them is checked: signature, chain id, size, the gas that a transaction needs to
 * exist, and the order of nonces. An account begins at its lowest nonce that waits; what
 * follows without a gap is pending and passed on, what comes after a gap is queued until
 * the gap is filled. A transaction that its sender cannot pay waits like any other.
 * Nothing is thrown out for a better price and nothing ages: a full pool is full until
 * blocks empty it.
 */
import type { Work } from '../csp/slices.ts';
import { rawItems } from '../rlp/decode.ts';
import { type Body, rawBody } from './block.ts';
import type { Chain } from './chain.ts';
import { type Address, type Hash, hashOf, keccakHash, keccakWork } from './hash.ts';
import { tellAll } from './tell.ts';
import {
  hashTransaction,
  intrinsicGas,
  readTransaction,
  sender,
  SenderError,
  type Transaction,
  transactionSize,
} from './transaction.ts';

/** What became of a transaction. `added` and `queued` wait, the others are refused. */
export type Verdict =
  | 'added' // pending: what the pool is for
  | 'queued' // it comes after a nonce that is missing
  | 'known' // it waits already
  | 'too-large' // more than 32 KiB
  | 'bad-nonce' // 2^64 − 1, which has no successor (EIP-2681)
  | 'bad-value' // value or price above 256 bits
  | 'over-gas-limit' // would not fit into a block as large as the head
  | 'intrinsic-gas' // less gas than it needs to exist
  | 'wrong-chain' // signed for another chain id
  | 'bad-signature' // no account has signed it
  | 'underpriced' // same sender and nonce as a waiting one, and not 10 % above its price
  | 'account-full'
  | 'pool-full';

export interface PooledTransaction {
  readonly tx: Transaction;
  readonly hash: Hash;
  readonly from: Address;
}

/**
 * geth v1.8.12's figures: 4,096 executable and 1,024 others in all, 64 of these for an
 * account. Its cut to 4,096 leaves an account 16 at least. Here nobody with 16 executable
 * ones adds another from 4,096 on, and below nobody with 80. (What waits behind a missing
 * nonce becomes executable with it, and is not counted before.)
 */
export const poolLimits = {
  calm: 4096,
  total: 4096 + 1024,
  perAccountCalm: 16 + 64,
  perAccount: 16,
  /** Behind a gap. */
  queuedPerAccount: 64,
  queued: 1024,
  txBytes: 32 * 1024,
  /** Ours: full of the largest transactions, the rest would allow 160 MiB. */
  bytes: 32 * 1024 * 1024,
} as const;

export interface AddResult {
  /** Absent when the transaction is too large to be hashed for. */
  readonly hash?: Hash;
  readonly verdict: Verdict;
  /** What it has cost, as `Work` counts. */
  readonly units: number;
}

/** What a transaction costs, as `Work` counts: one that is built, and one whose sender is recovered. */
const buildUnits = 30;
export const recoveryUnits = 400;

/** A hash, to which comes what it takes in: some 100 bytes in a microsecond. */
const hashUnits = 5;
const hashCost = (bytes: number): number => hashUnits + Math.ceil(bytes / 100);

/** To come to the next body, though it be empty. */
const bodyUnits = 2;

/** The verdicts that come before the sender is recovered. */
const cheapVerdicts: ReadonlySet<Verdict> = new Set([
  'known',
  'too-large',
  'bad-nonce',
  'bad-value',
  'over-gas-limit',
  'intrinsic-gas',
  'pool-full',
  'wrong-chain',
]);

/** A transaction that waits, and whether the listeners have heard of it. */
interface Waiting extends PooledTransaction {
  isPending: boolean;
}

type Account = Map<bigint, Waiting>;

export class TxPool {
  readonly #chain: Pick<Chain, 'config' | 'currentHeader'>;
  // BOUNDED by poolLimits.total and poolLimits.bytes.
  readonly #all = new Map<Hash, Waiting>();
  // BOUNDED by #all: the same transactions by sender and nonce.
  readonly #accounts = new Map<Address, Account>();
  // BOUNDED by the parts of one node that subscribe.
  readonly #listeners = new Set<(added: PooledTransaction) => void>();
  #bytes = 0;
  #queued = 0;

  constructor(chain: Pick<Chain, 'config' | 'currentHeader'>) {
    this.#chain = chain;
  }

  get size(): number {
    return this.#all.size;
  }

  /**
   * Adds a transaction that a peer has sent, from its bytes, which `transactionSchema` has
   * passed. What can be told by its hash or its size is told before anything is built.
   */
  addEncoded(data: Uint8Array): AddResult {
    if (data.length > poolLimits.txBytes) return { verdict: 'too-large', units: 1 };
    const hash = keccakHash(data);
    const hashed = hashCost(data.length);
    if (this.#all.has(hash)) return { hash, verdict: 'known', units: hashed };
    const verdict = this.add(readTransaction(data, hash));
    const units = cheapVerdicts.has(verdict) ? buildUnits : recoveryUnits;
    return { hash, verdict, units: hashed + units };
  }

  // #region pool-add
  /**
   * Recovering the sender takes a good part of a millisecond: who adds many pauses.
   *
   * @geth core/tx_pool.go TxPool.AddRemotes
   */
  add(tx: Transaction): Verdict {
    const hash = hashTransaction(tx);
    if (this.#all.has(hash)) return 'known';
    //: The dear check comes last: recovering the sender costs more than all the others.
    const wrong = this.#checkFields(tx);
    if (wrong !== undefined) return wrong;
    let from: Address;
    try {
      from = sender(tx, this.#chain.config.chainId);
    } catch (error) {
      if (error instanceof SenderError) return error.code;
      throw error;
    }
    const account = this.#accounts.get(from) ?? (new Map() as Account);
    const old = account.get(tx.nonce);
    if (old !== undefined && !isBetterPaid(tx, old.tx)) return 'underpriced';
    //: A replacement takes a place that its account has. A newcomer needs another one.
    const noPlace = old === undefined ? this.#noPlace(account, tx.nonce) : undefined;
    if (noPlace !== undefined) return noPlace;

    if (old !== undefined) this.#delete(old);
    const waiting = { tx, hash, from, isPending: false };
    account.set(tx.nonce, waiting);
    this.#accounts.set(from, account);
    this.#all.set(hash, waiting);
    this.#bytes += transactionSize(tx);
    this.#queued++;
    this.#promote(account);
    return waiting.isPending ? 'added' : 'queued';
  }
  // #endregion pool-add

  #noPlace(account: Account, nonce: bigint): Verdict | undefined {
    const queued = [...account.values()].filter(({ isPending }) => !isPending).length;
    if (leavesGap(account, nonce)) {
      if (queued >= poolLimits.queuedPerAccount) return 'account-full';
      return this.#queued >= poolLimits.queued ? 'pool-full' : undefined;
    }
    const pressure = this.#all.size >= poolLimits.calm;
    const places = pressure ? poolLimits.perAccount : poolLimits.perAccountCalm;
    return account.size - queued >= places ? 'account-full' : undefined;
  }

  // #region pool-promote
  /** Tells of what is pending now: the nonces from the account's lowest on, up to a gap. */
  #promote(account: Account): void {
    for (const waiting of inOrder(account)) {
      if (waiting.isPending) continue;
      waiting.isPending = true;
      this.#queued--;
      tellAll('transaction', this.#listeners, waiting);
    }
  }
  // #endregion pool-promote

  /** What is pending: accounts in the order of their arrival, each in the order of nonces. */
  pending(): readonly Transaction[] {
    return this.waiting().map(({ tx }) => tx);
  }

  /** The same, with the hash and the sender of each. */
  waiting(): readonly PooledTransaction[] {
    return [...this.#accounts.values()].flatMap(inOrder);
  }

  get(hash: Hash): Transaction | undefined {
    return this.#all.get(hash)?.tx;
  }

  // #region pool-remove
  /** Forgets what a block has, and what the same account had before it: it is history. */
  remove(hashes: Iterable<Hash>): void {
    for (const hash of hashes) {
      const mined = this.#all.get(hash);
      if (mined === undefined) continue;
      const account = this.#accounts.get(mined.from) ?? (new Map() as Account);
      for (const waiting of [...account.values()]) {
        if (waiting.tx.nonce <= mined.tx.nonce) this.#delete(waiting);
      }
      this.#promote(account);
    }
  }

  /** The same for the bodies of new blocks, which stay encoded. An empty pool costs nothing. */
  *removeIncluded(bodies: Iterable<Body>): Work<void> {
    for (const body of bodies) {
      if (this.#all.size === 0) return;
      yield bodyUnits;
      for (const item of rawItems(rawBody(body).transactions)) {
        if (this.#all.size === 0) return;
        this.remove([hashOf(yield* keccakWork(item))]);
        yield hashUnits;
      }
    }
  }
  // #endregion pool-remove

  /** Calls `listener` with each that becomes pending; returns how to stop that. */
  subscribe(listener: (added: PooledTransaction) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #checkFields(tx: Transaction): Verdict | undefined {
    const size = transactionSize(tx);
    if (size > poolLimits.txBytes) return 'too-large';
    if (tx.nonce >= (1n << 64n) - 1n) return 'bad-nonce';
    if (tx.value >> 256n !== 0n || tx.gasPrice >> 256n !== 0n) return 'bad-value';
    if (tx.gasLimit > this.#chain.currentHeader.gasLimit) return 'over-gas-limit';
    if (tx.gasLimit < intrinsicGas(tx)) return 'intrinsic-gas';
    const full =
      this.#all.size >= poolLimits.total || this.#bytes + size > poolLimits.bytes;
    return full ? 'pool-full' : undefined;
  }

  #delete({ tx, hash, from, isPending }: Waiting): void {
    const account = this.#accounts.get(from);
    account?.delete(tx.nonce);
    if (account?.size === 0) this.#accounts.delete(from);
    this.#all.delete(hash);
    this.#bytes -= transactionSize(tx);
    if (!isPending) this.#queued--;
  }
}

/** From the lowest nonce up to the first gap. BOUNDED by the places of an account. */
function inOrder(account: Account): readonly Waiting[] {
  const sorted = [...account.values()].sort((a, b) =>
    a.tx.nonce < b.tx.nonce ? -1 : 1,
  );
  const gap = sorted.findIndex(
    ({ tx }, i) => i > 0 && tx.nonce !== (sorted[i - 1]?.tx.nonce ?? 0n) + 1n,
  );
  return gap < 0 ? sorted : sorted.slice(0, gap);
}

/** Whether a new nonce would come after one that is missing. */
function leavesGap(account: Account, nonce: bigint): boolean {
  const pending = inOrder(account);
  const last = pending.at(-1);
  return last !== undefined && nonce > last.tx.nonce + 1n;
}

/** More, and at least 10 % more, rounded down as geth does: after 15, 16 will do. */
function isBetterPaid(tx: Transaction, old: Transaction): boolean {
  return tx.gasPrice > old.gasPrice && tx.gasPrice >= (old.gasPrice * 11n) / 10n;
}
