import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import {
  blockSchema,
  bodySchema,
  decodeBlock,
  decodeBody,
  encodeBlock,
  encodeBody,
  hashBlock,
} from '../../impl/core/block.ts';
import { hashHeader } from '../../impl/core/header.ts';
import { decode } from '../../impl/rlp/decode.ts';
import { childOf, signedTx, testGenesis } from '../helpers/blocks.ts';
import { gethChain } from '../helpers/chain.ts';

beforeAll(initCrypto);

describe('decodeBlock', () => {
  it('reads back what encodeBlock wrote, uncles included', () => {
    const parent = testGenesis().block;
    const uncles = [1n, 2n].map((difficulty) => childOf(parent, { difficulty }).header);
    const txs = [signedTx(), signedTx({ nonce: 1n, data: new Uint8Array(300) })];
    const block = childOf(parent, { txs, uncles });
    expect(decodeBlock(decode(encodeBlock(block), blockSchema, 'block'))).toEqual(
      block,
    );
  });
});

describe('blockSchema', () => {
  it('refuses three uncles before they are built', () => {
    const parent = testGenesis().block;
    const uncles = [1n, 2n, 3n].map(
      (difficulty) => childOf(parent, { difficulty }).header,
    );
    const data = encodeBlock(childOf(parent, { uncles }));
    expect(() => decode(data, blockSchema, 'block')).toThrow(
      expect.objectContaining({ name: 'RlpError', code: 'too-many-items' }),
    );
  });
});

describe('decodeBody', () => {
  it('reads back the bodies that geth made', () => {
    for (const { body } of gethChain().blocks) {
      expect(decodeBody(decode(encodeBody(body), bodySchema, 'body'))).toEqual(body);
    }
  });
});

describe('hashBlock', () => {
  it('is the hash of the header', () => {
    const block = childOf(testGenesis().block);
    expect(hashBlock(block)).toBe(hashHeader(block.header));
  });
});
