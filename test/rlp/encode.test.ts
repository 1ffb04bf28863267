import { RLP } from '@ethereumjs/rlp';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex, utf8, writeUint } from '../../impl/bytes.ts';
import { encode, encodeList } from '../../impl/rlp/encode.ts';
import type { RlpValue } from '../../impl/rlp/encode.ts';
import { trees } from './values.ts';

describe('encode', () => {
  it.each<[string, RlpValue, string]>([
    ['the empty string', new Uint8Array(), '80'],
    ['a byte below 0x80', Uint8Array.of(0x7f), '7f'],
    ['a zero byte', Uint8Array.of(0), '00'],
    ['a byte from 0x80 on', Uint8Array.of(0x80), '8180'],
    ['a string', utf8('dog'), '83646f67'],
    ['the number zero', 0, '80'],
    ['the bigint zero', 0n, '80'],
    ['a small number', 127, '7f'],
    ['a number of two bytes', 1024, '820400'],
    ['the largest safe number', Number.MAX_SAFE_INTEGER, '871fffffffffffff'],
    ['a large integer', 2n ** 64n, '89010000000000000000'],
    ['the empty list', [], 'c0'],
    ['a list', [utf8('cat'), utf8('dog')], 'c88363617483646f67'],
    ['lists in lists', [[], [[]], [[], [[]]]], 'c7c0c1c0c3c0c1c0'],
    ['a Ping', [], 'c0'],
    ['a Disconnect', [4], 'c104'],
  ])('encodes %s', (_, value, hex) => {
    expect(toHex(encode(value))).toBe(hex);
  });

  it.each([55, 56, 127, 128, 255, 256, 65_535, 65_536])(
    'writes the length %d in its shortest form, in strings and in lists',
    (length) => {
      const content = new Uint8Array(length).fill(1);
      const ones = Array.from(content, () => 1);
      const lengthBytes = length < 56 ? 0 : length < 256 ? 1 : length < 65_536 ? 2 : 3;
      for (const [base, encoded] of [
        [0x80, encode(content)],
        [0xc0, encode(ones)],
      ] as const) {
        const header =
          lengthBytes === 0
            ? Uint8Array.of(base + length)
            : concat(
                Uint8Array.of(base + 55 + lengthBytes),
                writeUint(length, lengthBytes),
              );
        expect(toHex(encoded)).toBe(toHex(concat(header, content)));
      }
    },
  );

  it('writes the same bytes as @ethereumjs/rlp', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        expect(toHex(encode(tree))).toBe(toHex(RLP.encode(tree)));
      }),
    );
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n }), (value) => {
        expect(toHex(encode(value))).toBe(toHex(RLP.encode(value)));
      }),
    );
  });

  it('encodes a list that is longer than a call has room for', () => {
    const hashes = Array.from({ length: 300_000 }, () => 1);
    expect(encode(hashes)).toHaveLength(300_004);
  });

  it('answers with new bytes, also where they are equal to the value', () => {
    const value = Uint8Array.of(5);
    const encoded = encode(value);
    value[0] = 6;
    expect(encoded).toEqual(Uint8Array.of(5));
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53, -1n])('refuses the number %d', (value) => {
    expect(() => encode([value])).toThrow(
      expect.objectContaining({ name: 'RlpError', code: 'too-large' }),
    );
  });
});

describe('a text', () => {
  it('is named as what it is, where no type checker has said so before', () => {
    const text = 'script' as unknown as Uint8Array;
    expect(() => encode([5, text])).toThrow(/“script”.*utf8/u);
  });
});

describe('encodeList', () => {
  it('wraps elements that are encoded already', () => {
    const items = [encode(1), encode([2]), fromHex('83646f67')];
    expect(toHex(encodeList(items))).toBe(toHex(encode([1, [2], utf8('dog')])));
    expect(toHex(encodeList([]))).toBe('c0');
  });
});
