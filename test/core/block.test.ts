import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import { concat } from '../../impl/bytes.ts';
import {
  type Block,
  blockOf,
  blockSchema,
  bodyOf,
  bodyValue,
  encodeBlock,
  encodeBody,
  hashBlock,
  readBlock,
  readBody,
} from '../../impl/core/block.ts';
import { encodeHeader, hashHeader } from '../../impl/core/header.ts';
import { keccakHash } from '../../impl/core/hash.ts';
import { bodyRoots } from '../../impl/core/roots.ts';
import { atOnce } from '../../impl/csp/slices.ts';
import { decode, rawItems } from '../../impl/rlp/decode.ts';
import { encode, encodeList } from '../../impl/rlp/encode.ts';
import { RlpError } from '../../impl/rlp/errors.ts';
import { childOf, signedTx, testGenesis } from '../helpers/blocks.ts';
import { gethChain } from '../helpers/chain.ts';

beforeAll(initCrypto);

/** Longer than a header. */
function encodeBodyOfTwo(): Uint8Array {
  const data = new Uint8Array(1_000);
  return encodeBody({
    transactions: [1n, 2n].map((nonce) => ({ ...signedTx({ nonce }), data })),
    uncles: [],
  });
}

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

describe('readBody', () => {
  it('reads the bodies that geth made, field for field', () => {
    for (const { body } of gethChain().blocks) {
      const data = encodeBody(body);
      expect(encode(bodyValue(readBody(data)))).toEqual(data); // not the bytes it keeps
    }
  });

  it('keeps no view of the bytes it was read from', () => {
    const data = encodeBodyOfTwo();
    const body = readBody(data);
    data.fill(0xff);
    expect(encodeBody(body)).toEqual(encodeBodyOfTwo());
  });
});

describe('bodyOf', () => {
  let data: Uint8Array;
  beforeAll(() => {
    data = encodeBodyOfTwo();
  });

  it('keeps the bytes that came, where they are most of what came', () => {
    const answer = encodeList([data]);
    const [body] = Array.from(rawItems(answer), (item) => atOnce(bodyOf(item)));
    expect(body && encodeBody(body)).toEqual(data);
    expect(body && encodeBody(body).buffer).toBe(answer.buffer);
  });

  it('keeps a copy of what is the lesser part of them', () => {
    const answer = encodeList([data, data, data]);
    const bodies = Array.from(rawItems(answer), (item) => atOnce(bodyOf(item)));
    expect(bodies.map(encodeBody)).toEqual([data, data, data]);
    for (const body of bodies) {
      expect(encodeBody(body).buffer.byteLength).toBe(data.length);
    }
  });
});

describe('a body that came encoded', () => {
  it('gives its roots and its bytes before anything of it is built', () => {
    // Neither a transaction nor an uncle: to build them fails.
    const data = encodeList([encode([[1]]), encode([[2]])]);
    const body = atOnce(bodyOf(data));
    expect(atOnce(bodyRoots(body)).uncleHash).toBe(keccakHash(encode([[2]])));
    expect(encodeBody(body)).toEqual(data);
    expect(() => body.transactions).toThrow(RlpError);
    expect(() => body.uncles).toThrow(RlpError);
  });
});

describe('blockOf', () => {
  it('encodes the body when it is asked for, and once', () => {
    const { header } = testGenesis().block;
    const data = encodeBlock({ header, body: readBody(encodeBodyOfTwo()) });
    const block = atOnce(blockOf(data));
    expect(encodeBlock(block)).toEqual(data);
    const raw = encodeBody(block.body);
    expect(raw).toEqual(encodeBodyOfTwo());
    expect(encodeBody(block.body)).toBe(raw);
    expect(encodeBlock(block)).toEqual(data);
  });
});

describe('readBlock', () => {
  const block = (): Block => {
    const parent = testGenesis().block;
    const uncles = [childOf(parent, { difficulty: 1n }).header];
    return childOf(parent, { txs: [signedTx(), signedTx({ nonce: 1n })], uncles });
  };

  it('reads what encodeBlock wrote, and gives the same bytes back', () => {
    const data = encodeBlock(block());
    const read = readBlock(data);
    expect(read).toEqual(block());
    expect(encodeBlock(read)).toEqual(data);
    expect(hashBlock(read)).toBe(hashBlock(block()));
  });

  it('reads two uncles, and a transaction with data', () => {
    const parent = testGenesis().block;
    const uncles = [1n, 2n].map((difficulty) => childOf(parent, { difficulty }).header);
    const txs = [signedTx(), signedTx({ nonce: 1n, data: new Uint8Array(300) })];
    const block = childOf(parent, { txs, uncles });
    expect(readBlock(encodeBlock(block))).toEqual(block);
  });

  it('keeps no view of the bytes it was read from', () => {
    const data = encodeBlock(block());
    const read = readBlock(data);
    data.fill(0xff);
    expect(read).toEqual(block());
    expect(encodeBlock(read)).toEqual(encodeBlock(block()));
  });

  it('reads the first block and leaves what follows it', () => {
    const data = encodeBlock(block());
    expect(readBlock(concat(data, data))).toEqual(block());
  });

  it('refuses a body that is none, although it does not build it', () => {
    const bad = encodeList([encodeHeader(block().header), encode([[1]]), encode([])]);
    expect(() => readBlock(bad)).toThrow(
      expect.objectContaining({ name: 'RlpError', code: 'too-few-items' }),
    );
  });
});

describe('encodeBody', () => {
  it('encodes a body once, whether it was made here or read', () => {
    const { body } = childOf(testGenesis().block, { txs: [signedTx()] });
    expect(encodeBody(body)).toBe(encodeBody(body));
    const read = readBody(encodeBody(body));
    expect(encodeBody(read)).toBe(encodeBody(read));
    expect(encodeBody(read)).toEqual(encodeBody(body));
  });
});

describe('hashBlock', () => {
  it('is the hash of the header', () => {
    const block = childOf(testGenesis().block);
    expect(hashBlock(block)).toBe(hashHeader(block.header));
  });
});
