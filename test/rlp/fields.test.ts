import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, utf8 } from '../../impl/bytes.ts';
import { decode } from '../../impl/rlp/decode.ts';
import { encode } from '../../impl/rlp/encode.ts';
import { asBytes, asList, asNumber, asText, asUint } from '../../impl/rlp/fields.ts';
import { uint } from '../../impl/rlp/schema.ts';

const withCode = (code: string): unknown =>
  expect.objectContaining({ name: 'RlpError', code, offset: undefined });

describe('asBytes', () => {
  it('reads a byte string, of a given length if asked to', () => {
    const item = fromHex('aabb');
    expect(asBytes(item)).toBe(item);
    expect(asBytes(item, 2)).toBe(item);
    expect(() => asBytes(item, 3)).toThrow(withCode('too-short'));
    expect(() => asBytes(item, 1)).toThrow(withCode('too-long'));
  });

  it('refuses a list and a field that is not there', () => {
    expect(() => asBytes([])).toThrow(withCode('not-bytes'));
    expect(() => asBytes(undefined)).toThrow(withCode('not-bytes'));
  });
});

describe('asUint', () => {
  it('reads what encode writes', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), (value) => {
        expect(asUint(decode(encode(value), uint(32), 'test'))).toBe(value);
      }),
    );
    expect(asUint(new Uint8Array())).toBe(0n);
  });

  it('refuses leading zeros and more than 32 bytes', () => {
    expect(() => asUint(fromHex('00'))).toThrow(withCode('non-canonical'));
    expect(() => asUint(fromHex('0001'))).toThrow(withCode('non-canonical'));
    expect(() => asUint(new Uint8Array(33).fill(1))).toThrow(withCode('too-long'));
    expect(() => asUint([])).toThrow(withCode('not-bytes'));
  });
});

describe('asNumber', () => {
  it('reads numbers up to the last exact one', () => {
    expect(asNumber(fromHex('0102'))).toBe(258);
    expect(asNumber(fromHex('1fffffffffffff'))).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => asNumber(fromHex('20000000000000'))).toThrow(withCode('too-large'));
  });
});

describe('asList', () => {
  it('reads a list and refuses all else', () => {
    expect(asList([])).toEqual([]);
    expect(() => asList(new Uint8Array())).toThrow(withCode('not-a-list'));
    expect(() => asList(undefined)).toThrow(withCode('not-a-list'));
  });
});

describe('asText', () => {
  it('reads UTF-8 and replaces what is none', () => {
    expect(asText(utf8('Geth/v1.8.12 é'))).toBe('Geth/v1.8.12 é');
    expect(asText(fromHex('61ff62'))).toBe('a\ufffdb');
  });

  it('keeps a byte order mark: it is what the peer sent', () => {
    expect(asText(fromHex('efbbbf61'))).toBe('\ufeffa');
  });
});
