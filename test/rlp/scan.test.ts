import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, writeUint } from '../../impl/bytes.ts';
import { encode, encodeList } from '../../impl/rlp/encode.ts';
import type { RlpErrorCode } from '../../impl/rlp/errors.ts';
import { maxDepth, readItem, scan } from '../../impl/rlp/scan.ts';
import {
  anyList,
  bytes,
  emptyOr,
  list,
  listOf,
  listWithTail,
  raw,
  uint,
} from '../../impl/rlp/schema.ts';
import type { Schema } from '../../impl/rlp/schema.ts';
import { anythingFor, trees } from './values.ts';

function refused(data: Uint8Array, schema: Schema): { code: unknown; offset: unknown } {
  try {
    scan(data, schema, 'test');
  } catch (error) {
    return error as { code: unknown; offset: unknown }; // compared below, field by field
  }
  throw new Error('nothing was refused');
}

/** So many lists in each other. */
function nested(depth: number): Uint8Array {
  let value = encode([]);
  for (let i = 1; i < depth; i++) value = encodeList([value]);
  return value;
}

describe('scan', () => {
  it('returns where the top value ends and leaves the rest alone', () => {
    fc.assert(
      fc.property(trees, fc.uint8Array({ maxLength: 5 }), (tree, rest) => {
        const encoded = encode(tree);
        const end = scan(concat(encoded, rest), anythingFor(encoded), 'test');
        expect(end).toBe(encoded.length);
      }),
    );
  });

  it('refuses every value that is cut off anywhere', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        const encoded = encode(tree);
        for (let end = 0; end < encoded.length; end++) {
          const schema = anythingFor(encoded);
          expect(refused(encoded.subarray(0, end), schema).code).toBe('truncated');
        }
      }),
      { numRuns: 30 },
    );
  });

  const hash = bytes(2);
  it.each<[string, Schema, string, RlpErrorCode, number]>([
    // Lengths have one spelling each.
    [
      'a byte below 0x80 in a string of its own',
      bytes(0, 9),
      '8100',
      'non-canonical',
      0,
    ],
    ['the same at 0x7f', bytes(0, 9), '817f', 'non-canonical', 0],
    [
      'the long form for 55 bytes',
      bytes(0, 99),
      `b837${'aa'.repeat(55)}`,
      'non-canonical',
      0,
    ],
    ['a list in the long form for 1 byte', anyList(9), 'f80101', 'non-canonical', 0],
    [
      'a length with a leading zero',
      bytes(0, 999),
      `b90038${'aa'.repeat(56)}`,
      'non-canonical',
      0,
    ],
    [
      'a list length with a leading zero',
      anyList(99),
      `f90038${'01'.repeat(56)}`,
      'non-canonical',
      0,
    ],
    // Nothing is longer than what holds it.
    ['no bytes at all', anyList(9), '', 'truncated', 0],
    ['a length that is cut off', bytes(0, 99), 'b9ff', 'truncated', 0],
    ['a string past the input', bytes(0, 99), '83aabb', 'truncated', 0],
    ['an element past its list', list(bytes(0, 9)), 'c283aabbcc', 'truncated', 1],
    ['an element that begins past its list', list(bytes(0, 9)), 'c1b8', 'truncated', 1],
    ['a string of 2^64 − 1 bytes', bytes(0, 99), 'bfffffffffffffffff', 'truncated', 0],
    ['a list of 2^64 − 1 bytes', anyList(99), 'ffffffffffffffffff', 'truncated', 0],
    ['a list of 2^53 + 1 bytes', anyList(99), 'fe20000000000001', 'truncated', 0],
    // The schema.
    ['a string for a list', list(), '80', 'not-a-list', 0],
    ['a byte for a list', listOf(hash, 9), '01', 'not-a-list', 0],
    ['a string for a list of anything', anyList(9), '80', 'not-a-list', 0],
    ['a list for a string', list(bytes(0, 9)), 'c1c0', 'not-bytes', 1],
    ['a list for an integer', list(uint(8)), 'c1c0', 'not-bytes', 1],
    ['a list for nothing or bytes', list(emptyOr(2)), 'c1c0', 'not-bytes', 1],
    ['a string that is too short', list(hash), 'c101', 'too-short', 1],
    ['a string that is too long', list(hash), 'c483aabbcc', 'too-long', 1],
    ['one byte for nothing or two', list(emptyOr(2)), 'c101', 'too-short', 1],
    ['three bytes for nothing or two', list(emptyOr(2)), 'c483aabbcc', 'too-long', 1],
    ['an integer with a leading zero', list(uint(8)), 'c3820001', 'non-canonical', 1],
    ['a zero byte for the integer zero', list(uint(8)), 'c100', 'non-canonical', 1],
    ['an integer that is too long', list(uint(1)), 'c3820100', 'too-long', 1],
    ['a field too few', list(hash, hash), 'c382aabb', 'too-few-items', 0],
    ['a field too many', list(hash), 'c682aabb82aabb', 'too-many-items', 4],
    [
      'a tail without its fields',
      listWithTail(hash, hash),
      'c382aabb',
      'too-few-items',
      0,
    ],
    ['a tail that is cut off', listWithTail(hash), 'c482aabb82', 'truncated', 4],
    [
      'a tail in no canonical form',
      listWithTail(hash),
      'c582aabb8101',
      'non-canonical',
      4,
    ],
    ['an element too many', listOf(uint(1), 2), 'c3010203', 'too-many-items', 3],
    ['an element of the wrong kind', listOf(uint(1), 9), 'c301c003', 'not-bytes', 2],
    ['too many items in all', anyList(3), 'c5c20102c101', 'too-many-items', 4],
    ['raw bytes above the limit', list(raw(3)), 'c4c3010203', 'too-long', 1],
  ])('refuses %s', (_, schema, hex, code, offset) => {
    expect(refused(fromHex(hex), schema)).toMatchObject({
      name: 'RlpError',
      code,
      offset,
    });
  });

  it.each<[string, Schema, string]>([
    ['an empty integer', list(uint(8)), 'c180'],
    ['an integer of the full length', list(uint(2)), 'c382ffff'],
    ['nothing where nothing or bytes is due', list(emptyOr(2)), 'c180'],
    ['bytes where nothing or bytes is due', list(emptyOr(2)), 'c382aabb'],
    ['a tail of anything', listWithTail(uint(1)), 'c701c3010203c080'],
    ['an empty tail', listWithTail(uint(1)), 'c101'],
    ['as many elements as allowed', listOf(uint(1), 2), 'c20102'],
    ['no elements', listOf(uint(1), 0), 'c0'],
    ['as many items in all as allowed', anyList(5), 'c5c20102c101'],
    ['raw bytes up to the limit', list(raw(4)), 'c4c3010203'],
    ['rubbish inside raw bytes', list(raw(4)), 'c3c2b801'],
    ['a string of 56 bytes', bytes(56), `b838${'aa'.repeat(56)}`],
  ])('accepts %s', (_, schema, hex) => {
    const data = fromHex(hex);
    expect(scan(data, schema, 'test')).toBe(data.length);
  });

  it('stops at the first element too many of a 10 MiB list', () => {
    // Were anything read behind the limit, the error would be about the bad bytes there.
    const header = concat(Uint8Array.of(0xfa), writeUint(10_485_756, 3));
    const data = concat(header, new Uint8Array(10_485_756).fill(1));
    data.fill(0xb8, header.length + 1001);
    expect(refused(data, listOf(uint(1), 1000))).toMatchObject({
      code: 'too-many-items',
      offset: header.length + 1000,
    });
    expect(refused(data, anyList(1000))).toMatchObject({
      code: 'too-many-items',
      offset: header.length + 1000,
    });
  });

  it('follows lists to the depth limit and no further', () => {
    expect(scan(nested(maxDepth), anyList(99), 'test')).toBe(maxDepth);
    expect(refused(nested(maxDepth + 1), anyList(99))).toMatchObject({
      code: 'too-deep',
      offset: maxDepth,
    });
  });

  it('counts the lists of the schema as well', () => {
    for (const schema of [list(list(anyList(99))), listOf(listOf(anyList(99), 1), 1)]) {
      expect(scan(nested(maxDepth), schema, 'test')).toBe(maxDepth);
      expect(refused(nested(maxDepth + 1), schema).code).toBe('too-deep');
    }
  });

  it('refuses a megabyte of list headers without running out of stack', () => {
    // Each header holds all that follows, as far as its length goes.
    const data = new Uint8Array(1 << 20);
    for (let at = 0; at + 4 < data.length; at += 4) {
      data.set(concat(Uint8Array.of(0xfa), writeUint(data.length - at - 4, 3)), at);
    }
    expect(refused(data, anyList(Number.MAX_SAFE_INTEGER)).code).toBe('too-deep');
  });
});

describe('readItem', () => {
  it('says where an item stands', () => {
    expect(readItem(fromHex('ffc20102ff'), 1, 4, 'test')).toEqual({
      isList: true,
      at: 1,
      start: 2,
      end: 4,
    });
  });

  it('reads nothing at or behind its limit', () => {
    const truncated = expect.objectContaining({ code: 'truncated' }) as unknown;
    expect(() => readItem(fromHex('0101'), 1, 1, 'test')).toThrow(truncated);
    expect(() => readItem(fromHex('820101'), 0, 2, 'test')).toThrow(truncated);
    expect(() => readItem(fromHex('b838'), 0, 1, 'test')).toThrow(truncated);
  });
});
