import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import { addressOf, hashBytes, hashOf } from '../../impl/core/hash.ts';
import {
  decodeHeader,
  encodeHeader,
  hashHeader,
  type Header,
  headerSchema,
  headerValue,
  readHeader,
} from '../../impl/core/header.ts';
import { decode } from '../../impl/rlp/decode.ts';
import { encode, type RlpValue } from '../../impl/rlp/encode.ts';
import { childOf, testGenesis } from '../helpers/blocks.ts';
import { gethChain } from '../helpers/chain.ts';

beforeAll(initCrypto);

function bytesOf(length: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength: length, maxLength: length });
}

const hash = bytesOf(32).map(hashOf);
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

const anyHeader: fc.Arbitrary<Header> = fc.record({
  parentHash: hash,
  uncleHash: hash,
  coinbase: bytesOf(20).map(addressOf),
  stateRoot: hash,
  txRoot: hash,
  receiptRoot: hash,
  bloom: bytesOf(256),
  difficulty: fc.bigInt({ min: 0n, max: 2n ** 80n - 1n }),
  number: uint64,
  gasLimit: uint64,
  gasUsed: uint64,
  time: uint64,
  extra: fc.uint8Array({ maxLength: 32 }),
  mixDigest: hash,
  nonce: bytesOf(8),
});

function withField(index: number, value: RlpValue): Uint8Array {
  const fields = headerValue(testGenesis().block.header);
  if (!Array.isArray(fields)) throw new TypeError('a header is a list');
  return encode(fields.with(index, value));
}

describe('decodeHeader', () => {
  it('reads back what encodeHeader wrote', () => {
    fc.assert(
      fc.property(anyHeader, (header) => {
        const item = decode(encodeHeader(header), headerSchema, 'header');
        expect(decodeHeader(item)).toEqual(header);
      }),
      { numRuns: 50 },
    );
  });

  it('keeps no view of the bytes it was decoded from', () => {
    const data = encodeHeader(testGenesis({ extraData: '0x1234' }).block.header);
    const header = decodeHeader(decode(data, headerSchema, 'header'));
    data.fill(0xff);
    expect(header.extra).toEqual(Uint8Array.of(0x12, 0x34));
    expect(header.bloom).toEqual(new Uint8Array(256));
    expect(header.nonce).toEqual(new Uint8Array(8));
  });

  it('throws if a field is missing, whatever schema let it through', () => {
    expect(() => decodeHeader([new Uint8Array(32)])).toThrow('too-few-items');
  });
});

describe('headerSchema', () => {
  it.each([
    ['a difficulty of 81 bits', 7, 2n ** 80n],
    ['a number of 65 bits', 8, 2n ** 64n],
    ['a time of 65 bits', 11, 2n ** 64n],
    ['33 bytes of extra data', 12, new Uint8Array(33)],
    ['a parent hash of 33 bytes', 0, new Uint8Array(33)],
  ])('refuses %s', (_, index, value) => {
    expect(() => decode(withField(index, value), headerSchema, 'header')).toThrow(
      expect.objectContaining({ name: 'RlpError', code: 'too-long' }),
    );
  });

  it.each([
    ['a difficulty of 80 bits', 7, 2n ** 80n - 1n],
    ['a number of 64 bits', 8, 2n ** 64n - 1n],
    ['32 bytes of extra data', 12, new Uint8Array(32)],
  ])('takes %s', (_, index, value) => {
    expect(() => decode(withField(index, value), headerSchema, 'header')).not.toThrow();
  });

  it('refuses a bloom of 255 bytes', () => {
    const data = withField(6, new Uint8Array(255));
    expect(() => decode(data, headerSchema, 'header')).toThrow(
      expect.objectContaining({ name: 'RlpError', code: 'too-short' }),
    );
  });
});

describe('hashHeader', () => {
  it('is the parent hash in the next header that geth mined', () => {
    const { genesis, blocks } = gethChain();
    let parent = genesis.block;
    for (const block of blocks) {
      expect(block.header.parentHash).toBe(hashHeader(parent.header));
      parent = block;
    }
    expect(blocks).toHaveLength(63);
  });

  it('belongs to one header and not to a changed copy of it', () => {
    const { header } = childOf(testGenesis().block);
    const before = hashHeader(header);
    expect(hashHeader({ ...header, time: header.time + 1n })).not.toBe(before);
    expect(hashHeader({ ...header })).toBe(before);
  });
});

describe('hashOf', () => {
  it('is undone by hashBytes', () => {
    const bytes = Uint8Array.from({ length: 32 }, (_, i) => 255 - i);
    expect(hashBytes(hashOf(bytes))).toEqual(bytes);
  });

  it('refuses other lengths than 32 bytes', () => {
    expect(() => hashOf(new Uint8Array(31))).toThrow(RangeError);
    expect(() => hashOf(new Uint8Array(33))).toThrow(RangeError);
    expect(() => addressOf(new Uint8Array(19))).toThrow(RangeError);
  });
});

describe('readHeader', () => {
  it('reads what encodeHeader wrote, and keeps those bytes', () => {
    fc.assert(
      fc.property(anyHeader, (header) => {
        const data = encodeHeader(header);
        const read = readHeader(data);
        expect(read).toEqual(header);
        expect(encodeHeader(read)).toEqual(data);
        expect(hashHeader(read)).toBe(hashHeader(header));
      }),
      { numRuns: 50 },
    );
  });

  it('keeps no view of the bytes it was read from', () => {
    const { header } = testGenesis({ extraData: '0x1234' }).block;
    const data = encodeHeader(header).slice();
    const read = readHeader(data);
    data.fill(0xff);
    expect(read).toEqual(header);
    expect(encodeHeader(read)).toEqual(encodeHeader(header));
  });
});
