import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import { atOnce } from '../../impl/csp/slices.ts';
import { type Body, encodeBody, readBody } from '../../impl/core/block.ts';
import { hashTransaction, type Transaction } from '../../impl/core/transaction.ts';
import { type PooledTransaction, poolLimits, TxPool } from '../../impl/core/txpool.ts';
import { Chain } from '../../impl/core/chain.ts';
import {
  addressOfKey,
  childOf,
  signedTx,
  testGenesis,
  testKey,
} from '../helpers/blocks.ts';

let pool: TxPool;

beforeAll(initCrypto);
beforeEach(() => {
  pool = new TxPool(new Chain(testGenesis()));
});

/** A transaction that costs no signature of ours: any r and s have some sender. */
function forged(n: number, change: Partial<Transaction> = {}): Transaction {
  return { ...template, s: BigInt(n + 1), ...change };
}

/** Its signature is somebody's: the pool does not come to look at it. */
function withoutRecipient(change: Partial<Transaction>): Transaction {
  const tx: { to?: unknown } & Transaction = { ...signedTx(), ...change };
  delete tx.to;
  return tx;
}

let template: Transaction;
beforeAll(() => {
  template = signedTx({ chainId: null });
});

describe('TxPool.add', () => {
  it('adds a transaction once', () => {
    const tx = signedTx();
    expect(pool.add(tx)).toBe('added');
    expect(pool.add({ ...tx })).toBe('known');
    expect(pool.pending()).toEqual([tx]);
    expect(pool.size).toBe(1);
  });

  it('takes transactions without a chain id', () => {
    expect(pool.add(signedTx({ chainId: null }))).toBe('added');
  });

  it.each([
    ['signed for another chain', () => signedTx({ chainId: 1n }), 'wrong-chain'],
    ['with a v of nobody', () => ({ ...signedTx(), v: 0n }), 'bad-signature'],
    ['with an r of 0', () => ({ ...signedTx(), r: 0n }), 'bad-signature'],
    ['above 32 KiB', () => signedTx({ data: new Uint8Array(32 * 1024) }), 'too-large'],
    ['with nonce 2^64 − 1', () => signedTx({ nonce: 2n ** 64n - 1n }), 'bad-nonce'],
    ['with a value of 257 bits', () => signedTx({ value: 2n ** 256n }), 'bad-value'],
    ['with a price of 257 bits', () => signedTx({ gasPrice: 2n ** 256n }), 'bad-value'],
    [
      'with less gas than its data costs',
      () => signedTx({ data: Uint8Array.of(0, 1), gasLimit: 21_071n }),
      'intrinsic-gas',
    ],
    [
      'that creates a contract with less than 53,000 gas',
      () => withoutRecipient({ gasLimit: 52_999n }),
      'intrinsic-gas',
    ],
    [
      'for more gas than a block',
      () => signedTx({ gasLimit: 4_700_001n }),
      'over-gas-limit',
    ],
  ])('refuses one %s', (_, make, verdict) => {
    expect(pool.add(make())).toBe(verdict);
    expect(pool.size).toBe(0);
    expect(pool.pending()).toEqual([]);
  });

  it('takes what is on the right side of each limit', () => {
    const data = new Uint8Array(32_000);
    const key = testKey(2);
    expect(pool.add(signedTx({ data, gasLimit: 149_000n }))).toBe('added');
    expect(pool.add(signedTx({ nonce: 2n ** 64n - 2n, key }))).toBe('added');
    expect(pool.add(signedTx({ nonce: 1n, value: 2n ** 256n - 1n }))).toBe('added');
    expect(pool.add(signedTx({ nonce: 2n, gasLimit: 4_700_000n }))).toBe('added');
  });

  it('replaces a transaction of the same nonce for 10 % more, not for less', () => {
    const old = signedTx({ gasPrice: 100n });
    pool.add(old);
    expect(pool.add(signedTx({ gasPrice: 109n }))).toBe('underpriced');
    expect(pool.add(signedTx({ gasPrice: 100n, value: 2n }))).toBe('underpriced');
    const better = signedTx({ gasPrice: 110n });
    expect(pool.add(better)).toBe('added');
    expect(pool.pending()).toEqual([better]);
    expect(pool.add(old), 'and not back again').toBe('underpriced');
  });

  it('rounds the tenth down: after 15 it takes 16', () => {
    pool.add(signedTx({ gasPrice: 15n }));
    expect(pool.add(signedTx({ gasPrice: 16n }))).toBe('added');
    expect(pool.add(signedTx({ gasPrice: 17n, value: 2n }))).toBe('added');
    expect(pool.add(signedTx({ gasPrice: 17n, value: 3n }))).toBe('underpriced');
  });

  it('wants more than nothing to replace a transaction that pays nothing', () => {
    pool.add(signedTx({ gasPrice: 0n }));
    expect(pool.add(signedTx({ gasPrice: 0n, value: 2n }))).toBe('underpriced');
    expect(pool.add(signedTx({ gasPrice: 1n }))).toBe('added');
  });

  it('holds 80 transactions of an account, and can still replace one', () => {
    for (let nonce = 0n; nonce < 80n; nonce++) {
      expect(pool.add(signedTx({ nonce }))).toBe('added');
    }
    expect(pool.add(signedTx({ nonce: 80n }))).toBe('account-full');
    expect(pool.add(signedTx({ nonce: 3n, gasPrice: 2n }))).toBe('added');
    expect(pool.add(signedTx({ key: testKey(2) }))).toBe('added');
    expect(pool.size).toBe(81);
  });

  it('holds 16 of an account under pressure, and 5120 of all', () => {
    let n = 0;
    while (pool.size < poolLimits.calm) pool.add(forged(n++));
    for (let nonce = 0n; nonce < 16n; nonce++) {
      expect(pool.add(signedTx({ nonce, key: testKey(3) }))).toBe('added');
    }
    expect(pool.add(signedTx({ nonce: 16n, key: testKey(3) }))).toBe('account-full');

    while (pool.size < poolLimits.total) pool.add(forged(n++));
    expect(pool.add(signedTx({ key: testKey(4) }))).toBe('pool-full');
    const [first] = pool.pending();
    if (first === undefined) throw new Error('the pool is full');
    pool.remove([hashTransaction(first)]);
    expect(pool.add(signedTx({ key: testKey(4) }))).toBe('added');
  });

  it('holds 32 MiB', () => {
    const data = new Uint8Array(32_000);
    const gasLimit = 149_000n;
    const verdicts = new Set<string>();
    for (let n = 0; n < 1100; n++)
      verdicts.add(pool.add(forged(n, { data, gasLimit })));
    expect(verdicts).toContain('pool-full');
    expect(pool.size * 32_000).toBeLessThan(poolLimits.bytes);
    expect(pool.size * 32_200).toBeGreaterThan(poolLimits.bytes - 40_000);

    const next = signedTx({ data, gasLimit });
    expect(pool.add(next)).toBe('pool-full');
    pool.remove(pool.pending().slice(0, 1).map(hashTransaction));
    expect(pool.add(next)).toBe('added');
  });
});

describe('the nonces of an account', () => {
  const nonces = (): bigint[] => pool.pending().map(({ nonce }) => nonce);

  it('are pending from the lowest on, and queued behind a gap until it is filled', () => {
    const told: bigint[] = [];
    pool.subscribe(({ tx }) => told.push(tx.nonce));
    expect(pool.add(signedTx({ nonce: 4n }))).toBe('added');
    expect(pool.add(signedTx({ nonce: 6n }))).toBe('queued');
    expect(pool.add(signedTx({ nonce: 7n }))).toBe('queued');
    expect(nonces()).toEqual([4n]);
    expect(told).toEqual([4n]);
    expect(pool.add(signedTx({ nonce: 5n }))).toBe('added');
    expect(nonces()).toEqual([4n, 5n, 6n, 7n]);
    expect(told).toEqual([4n, 5n, 6n, 7n]);
  });

  it('take 64 places at most behind a gap, and 1,024 of all accounts (H-94)', () => {
    for (let nonce = 2n; nonce < 66n; nonce++) {
      pool.add(signedTx({ nonce: 0n }));
      expect(pool.add(signedTx({ nonce }))).toBe('queued');
    }
    expect(pool.add(signedTx({ nonce: 66n }))).toBe('account-full');
    for (let key = 2; key < 17; key++) {
      pool.add(signedTx({ key: testKey(key) }));
      for (let nonce = 2n; nonce < 66n; nonce++) {
        pool.add(signedTx({ nonce, key: testKey(key) }));
      }
    }
    const key = testKey(99);
    expect(pool.add(signedTx({ key }))).toBe('added');
    expect(pool.add(signedTx({ nonce: 2n, key }))).toBe('pool-full');
    expect(pool.pending()).toHaveLength(17);
    // Filling a gap makes room for others.
    expect(pool.add(signedTx({ nonce: 1n }))).toBe('added');
    expect(pool.add(signedTx({ nonce: 2n, key }))).toBe('queued');
  });

  it('are forgotten up to the one that a block has', () => {
    const txs = [0n, 1n, 2n, 4n].map((nonce) => signedTx({ nonce }));
    for (const tx of txs) pool.add(tx);
    pool.remove(txs.slice(1, 2).map(hashTransaction));
    expect(nonces()).toEqual([2n]);
    expect(pool.size).toBe(2);
    pool.remove(txs.slice(2, 3).map(hashTransaction));
    expect(nonces()).toEqual([4n]);
  });
});

describe('TxPool.removeIncluded', () => {
  it('takes out what bodies have, by their bytes', () => {
    const txs = [0n, 1n].map((nonce) => signedTx({ nonce }));
    for (const tx of txs) pool.add(tx);
    const { body } = childOf(testGenesis().block, { txs: txs.slice(0, 1) });
    atOnce(pool.removeIncluded([readBody(encodeBody(body))]));
    expect(pool.pending()).toEqual(txs.slice(1));
  });

  it('hashes nothing for an empty pool', () => {
    const { body } = childOf(testGenesis().block, { txs: [signedTx()] });
    expect(pool.removeIncluded([body]).next()).toMatchObject({ done: true });
  });

  it('counts something for each body, however empty', () => {
    pool.add(signedTx());
    const { body } = childOf(testGenesis().block);
    const pieces = [...pool.removeIncluded(new Array<Body>(1_000).fill(body))];
    expect(pieces.reduce((sum, units) => sum + units, 0)).toBeGreaterThanOrEqual(1_000);
  });

  it('hashes nothing more once the pool is empty', () => {
    const txs = [0n, 1n, 2n].map((nonce) => signedTx({ nonce }));
    for (const tx of txs.slice(0, 2)) pool.add(tx);
    const { body } = childOf(testGenesis().block, { txs });
    const pieces = [...pool.removeIncluded([body])];
    expect(pool.size).toBe(0);
    expect(pieces).toHaveLength(1 + 2 * 2); // the body; each hash: what it takes in, and itself
  });
});

describe('TxPool.pending', () => {
  it('gives each account in the order of its nonces', () => {
    const a = [0n, 1n, 2n].map((nonce) => signedTx({ nonce, key: testKey(1) }));
    const b = [9n, 10n].map((nonce) => signedTx({ nonce, key: testKey(2) }));
    const [a0, a1, a2] = a;
    const [b9, b10] = b;
    const order = [a2, b10, a0, b9, a1].flatMap((tx) => tx ?? []);
    for (const tx of order) pool.add(tx);
    expect(pool.pending()).toEqual([...a, ...b]);
  });

  it('puts an account that comes back behind those that stayed', () => {
    const [a, b] = [signedTx({ key: testKey(1) }), signedTx({ key: testKey(2) })];
    for (const tx of [a, b]) pool.add(tx);
    pool.remove([hashTransaction(a)]);
    pool.add(a);
    expect(pool.pending()).toEqual([b, a]);
  });
});

describe('TxPool.remove', () => {
  it('forgets what a block has, and takes no notice of the rest', () => {
    const [first, second] = [signedTx(), signedTx({ nonce: 1n })];
    for (const tx of [first, second]) pool.add(tx);
    pool.remove([first, signedTx({ key: testKey(9) })].map(hashTransaction));
    expect(pool.pending()).toEqual([second]);
    expect(pool.add(first)).toBe('added');
  });
});

describe('TxPool.subscribe', () => {
  it('tells of each that was added, and who sent it', () => {
    const events: PooledTransaction[] = [];
    pool.subscribe((added) => events.push(added));
    const good = signedTx({ key: testKey(5) });
    const bad = signedTx({ chainId: 1n });
    const also = signedTx({ key: testKey(6) });
    const verdicts = [good, bad, also, good].map((tx) => pool.add(tx));
    expect(verdicts).toEqual(['added', 'wrong-chain', 'added', 'known']);
    expect(events).toMatchObject([
      { tx: good, hash: hashTransaction(good), from: addressOfKey(testKey(5)) },
      { tx: also, hash: hashTransaction(also), from: addressOfKey(testKey(6)) },
    ]);
  });

  it('stops when it is told to', () => {
    const events: unknown[] = [];
    const stop = pool.subscribe((added) => events.push(added));
    stop();
    pool.add(signedTx());
    expect(events).toEqual([]);
  });
});
