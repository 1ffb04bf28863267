import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import { addressOf } from '../../impl/core/hash.ts';
import {
  decodeTransaction,
  encodeTransaction,
  hashTransaction,
  sender,
  type Transaction,
  transactionChainId,
  transactionSchema,
  transactionSize,
  transactionValue,
} from '../../impl/core/transaction.ts';
import { decode } from '../../impl/rlp/decode.ts';
import { encode } from '../../impl/rlp/encode.ts';
import { addressOfKey, signedTx, testChainId, testKey } from '../helpers/blocks.ts';
import { gethChain } from '../helpers/chain.ts';

beforeAll(initCrypto);

/** Order of secp256k1. */
const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

function read(data: Uint8Array): Transaction {
  return decodeTransaction(decode(data, transactionSchema, 'transaction'));
}

function senderError(tx: Transaction, chainId = testChainId): unknown {
  try {
    return sender(tx, chainId);
  } catch (error) {
    return error;
  }
}

describe('decodeTransaction', () => {
  it('reads back what encodeTransaction wrote, with and without a recipient', () => {
    const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    const wide = fc.bigInt({ min: 0n, max: 2n ** 512n - 1n });
    const recipient = fc.option(fc.uint8Array({ minLength: 20, maxLength: 20 }));
    const fields = fc.record({
      nonce: uint64,
      gasPrice: wide,
      gasLimit: uint64,
      value: wide,
      data: fc.uint8Array({ maxLength: 80 }),
      v: wide,
      r: wide,
      s: wide,
    });
    const seen = { to: 0, create: 0 };
    fc.assert(
      fc.property(fields, recipient, (rest, to) => {
        const tx = to === null ? rest : { ...rest, to: addressOf(to) };
        seen[to === null ? 'create' : 'to']++;
        expect(read(encodeTransaction(tx))).toEqual(tx);
      }),
      { numRuns: 60 },
    );
    expect(seen.to).toBeGreaterThan(0);
    expect(seen.create).toBeGreaterThan(0);
  });

  it('takes a value of 257 bits, which is for the pool to refuse', () => {
    const tx = signedTx({ value: 2n ** 256n });
    expect(read(encodeTransaction(tx))).toEqual(tx);
  });

  it.each([
    ['a recipient of 19 bytes', 3, new Uint8Array(19), 'too-short'],
    ['a nonce of 65 bits', 0, 2n ** 64n, 'too-long'],
    ['a value of 513 bits', 4, 2n ** 512n, 'too-long'],
  ])('refuses %s', (_, index, value, code) => {
    const fields = transactionValue(signedTx());
    if (!Array.isArray(fields)) throw new TypeError('a transaction is a list');
    expect(() => read(encode(fields.with(index, value)))).toThrow(
      expect.objectContaining({ name: 'RlpError', code }),
    );
  });
});

describe('hashTransaction', () => {
  it('covers the signature', () => {
    const tx = signedTx();
    expect(hashTransaction({ ...tx, v: tx.v + 1n })).not.toBe(hashTransaction(tx));
  });
});

describe('transactionSize', () => {
  it('is the length of the encoding', () => {
    const tx = signedTx({ data: new Uint8Array(1000) });
    expect(transactionSize(tx)).toBe(encodeTransaction(tx).length);
  });
});

describe('sender', () => {
  it('is the one funded account for every transaction that geth mined', () => {
    const senders = gethChain().blocks.flatMap(({ body }) =>
      body.transactions.map((tx) => sender(tx, 1337n)),
    );
    expect(senders).toHaveLength(541);
    expect(new Set(senders)).toEqual(
      new Set(['7e5f4552091a69125d5dfcb7b8c2659029395bdf']),
    );
  });

  it.each([1n, 1337n, 2n ** 63n])(
    'is the signer for chain id %i (EIP-155)',
    (chainId) => {
      const tx = signedTx({ key: testKey(7), chainId });
      expect(transactionChainId(tx)).toBe(chainId);
      expect(sender(tx, chainId)).toBe(addressOfKey(testKey(7)));
    },
  );

  it('is the signer on every chain for a transaction without chain id', () => {
    const tx = signedTx({ key: testKey(7), chainId: null });
    expect(transactionChainId(tx)).toBeUndefined();
    expect(sender(tx, 1n)).toBe(addressOfKey(testKey(7)));
    expect(sender(tx, 1337n)).toBe(addressOfKey(testKey(7)));
  });

  it('refuses a transaction for another chain', () => {
    expect(senderError(signedTx({ chainId: 1n }))).toMatchObject({
      name: 'SenderError',
      code: 'wrong-chain',
    });
  });

  it('refuses the second signature that the curve allows (high s, EIP-2)', () => {
    const tx = signedTx({ chainId: null });
    const mirrored = { ...tx, s: order - tx.s, v: tx.v === 27n ? 28n : 27n };
    expect(senderError(mirrored)).toMatchObject({ code: 'bad-signature' });
  });

  it.each([
    ['v 0', { v: 0n }],
    ['v 26', { v: 26n }],
    ['v 29', { v: 29n }],
    ['v 34', { v: 34n }],
    ['r 0', { r: 0n }],
    ['s 0', { s: 0n }],
    ['r at the order', { r: order }],
    ['r of 512 bits', { r: 2n ** 511n }],
    ['s of 512 bits', { s: 2n ** 511n }],
  ])('refuses %s', (_, change) => {
    const tx = { ...signedTx({ chainId: null }), ...change };
    expect(senderError(tx)).toMatchObject({
      name: 'SenderError',
      code: 'bad-signature',
    });
  });
});
