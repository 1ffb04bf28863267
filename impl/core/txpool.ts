/**
 * Transactions that wait for a block. The node puts its own in (`--tx`), eth puts in what
 * peers send and passes on what is new.
 *
 * There is no state here, so nobody knows balances and account nonces: a transaction that
 * its sender cannot pay, or whose nonce leaves a gap, waits like any other and is passed
 * on. Nothing is thrown out for a better price and nothing ages: a full pool is full until
 * blocks empty it.
 */
import type { Chain } from './chain.ts';
import { type Address, type Hash, keccakHash } from './hash.ts';
import {
  hashTransaction,
  readTransaction,
  sender,
  SenderError,
  type Transaction,
  transactionSize,
} from './transaction.ts';

/** What became of a transaction. Only `added` is passed on. */
export type Verdict =
  | 'added'
  | 'known' // it waits already
  | 'too-large' // more than 32 KiB
  | 'bad-nonce' // 2^64 − 1, which has no successor (EIP-2681)
  | 'bad-value' // value or price above 256 bits
  | 'over-gas-limit' // would not fit into a block as large as the head
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
 * geth's figures, simplified: 4,096 executable and 1,024 others in all, 16 and 64 for an
 * account. What is executable only the state can tell, so here an account has 80 places
 * while the pool is below 4,096, and 16 above that.
 */
export const poolLimits = {
  calm: 4096,
  total: 4096 + 1024,
  perAccountCalm: 16 + 64,
  perAccount: 16,
  txBytes: 32 * 1024,
  /** Ours: full of the largest transactions, the rest would allow 160 MiB. */
  bytes: 32 * 1024 * 1024,
} as const;

/** What a transaction costs, as `Work` counts: one that is built, and one whose sender is recovered. */
const buildUnits = 30;
export const recoveryUnits = 400;

/** Keccak takes in some 100 bytes in a microsecond. */
const hashCost = (bytes: number): number => 5 + Math.ceil(bytes / 100);

/** The verdicts that come before the sender is recovered. */
const cheapVerdicts: ReadonlySet<Verdict> = new Set([
  'known',
  'too-large',
  'bad-nonce',
  'bad-value',
  'over-gas-limit',
  'pool-full',
  'wrong-chain',
]);

export class TxPool {
  readonly #chain: Pick<Chain, 'config' | 'currentHeader'>;
  // BOUNDED by poolLimits.total and poolLimits.bytes.
  readonly #all = new Map<Hash, PooledTransaction>();
  // BOUNDED by #all: the same transactions by sender and nonce.
  readonly #accounts = new Map<Address, Map<bigint, PooledTransaction>>();
  // BOUNDED by the parts of one node that subscribe.
  readonly #listeners = new Set<(added: PooledTransaction) => void>();
  #bytes = 0;

  constructor(chain: Pick<Chain, 'config' | 'currentHeader'>) {
    this.#chain = chain;
  }

  get size(): number {
    return this.#all.size;
  }

  /**
   * Adds a transaction that a peer has sent, from its bytes, which `transactionSchema` has
   * passed. What can be told by its hash or its size is told before anything is built.
   *
   * @returns the verdict, and what it has cost, as `Work` counts
   */
  addEncoded(data: Uint8Array): { verdict: Verdict; units: number } {
    if (data.length > poolLimits.txBytes) return { verdict: 'too-large', units: 1 };
    const hash = keccakHash(data);
    const hashUnits = hashCost(data.length);
    if (this.#all.has(hash)) return { verdict: 'known', units: hashUnits };
    const verdict = this.add(readTransaction(data, hash));
    const units = cheapVerdicts.has(verdict) ? buildUnits : recoveryUnits;
    return { verdict, units: hashUnits + units };
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
    const account = this.#accounts.get(from) ?? new Map<bigint, PooledTransaction>();
    const old = account.get(tx.nonce);
    if (old !== undefined && !isBetterPaid(tx, old.tx)) return 'underpriced';
    const pressure = this.#all.size >= poolLimits.calm;
    const places = pressure ? poolLimits.perAccount : poolLimits.perAccountCalm;
    if (old !== undefined) this.#delete(old);
    else if (account.size >= places) return 'account-full';

    const pooled = { tx, hash, from };
    account.set(tx.nonce, pooled);
    this.#accounts.set(from, account);
    this.#all.set(hash, pooled);
    this.#bytes += transactionSize(tx);
    for (const listener of [...this.#listeners]) listener(pooled);
    return 'added';
  }
  // #endregion pool-add

  /** All that wait: accounts in the order of their arrival, each in the order of nonces. */
  pending(): readonly Transaction[] {
    return [...this.#accounts.values()].flatMap((account) =>
      [...account.values()]
        .sort((a, b) => (a.tx.nonce < b.tx.nonce ? -1 : 1))
        .map(({ tx }) => tx),
    );
  }

  /** Forgets transactions that wait no longer: a block has them. */
  remove(txs: readonly Transaction[]): void {
    for (const tx of txs) {
      const pooled = this.#all.get(hashTransaction(tx));
      if (pooled !== undefined) this.#delete(pooled);
    }
  }

  /** Calls `listener` with what each `add` has added; returns how to stop that. */
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
    const full =
      this.#all.size >= poolLimits.total || this.#bytes + size > poolLimits.bytes;
    return full ? 'pool-full' : undefined;
  }

  #delete({ tx, hash, from }: PooledTransaction): void {
    const account = this.#accounts.get(from);
    account?.delete(tx.nonce);
    if (account?.size === 0) this.#accounts.delete(from);
    this.#all.delete(hash);
    this.#bytes -= transactionSize(tx);
  }
}

/** At least 10 % more (geth's PriceBump), and at least something. */
function isBetterPaid(tx: Transaction, old: Transaction): boolean {
  return tx.gasPrice > old.gasPrice && tx.gasPrice * 10n >= old.gasPrice * 11n;
}
