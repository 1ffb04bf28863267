import { RLP } from '@ethereumjs/rlp';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex, writeUint } from '../../impl/bytes.ts';
import { decode, rawItems } from '../../impl/rlp/decode.ts';
import type { RlpItem } from '../../impl/rlp/decode.ts';
import { encode, encodeList } from '../../impl/rlp/encode.ts';
import { RlpError } from '../../impl/rlp/errors.ts';
import { asBytes, asList } from '../../impl/rlp/fields.ts';
import { anyList, bytes, list, listOf, listWithTail } from '../../impl/rlp/schema.ts';
import { raw, uint } from '../../impl/rlp/schema.ts';
import { anythingFor, trees } from './values.ts';

/** What @ethereumjs/rlp makes of the bytes, or undefined where it throws. */
function theirs(data: Uint8Array): unknown {
  try {
    return RLP.decode(data);
  } catch {
    return undefined; // the verdict is all that is compared
  }
}

function ours(data: Uint8Array): RlpItem | undefined {
  try {
    return decode(data, anythingFor(data), 'test', { trailing: 'refuse' });
  } catch (error) {
    expect(error).toBeInstanceOf(RlpError);
    return undefined;
  }
}

function hexTree(item: unknown): unknown {
  return item instanceof Uint8Array ? toHex(item) : (item as unknown[]).map(hexTree);
}

describe('decode', () => {
  it('builds nothing before the scan has passed it', () => {
    // Whoever builds first follows them to the end of the stack.
    const nested = new Uint8Array(1 << 20);
    for (let at = 0; at + 4 < nested.length; at += 4) {
      nested.set(concat(Uint8Array.of(0xfa), writeUint(nested.length - at - 4, 3)), at);
    }
    const build = (): unknown =>
      decode(nested, anyList(Number.MAX_SAFE_INTEGER), 'test', { trailing: 'refuse' });
    expect(build).toThrow(expect.objectContaining({ code: 'too-deep' }));
  });

  it('gives back what was encoded', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        const encoded = encode(tree);
        expect(hexTree(decode(encoded, anythingFor(encoded), 'test'))).toEqual(
          hexTree(tree),
        );
      }),
    );
  });

  it('accepts one encoding of a value: encoding again gives the same bytes', () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 12 }), (data) => {
        const item = ours(data);
        if (item === undefined) return;
        accepted += 1;
        expect(toHex(encode(item))).toBe(toHex(data));
      }),
      { numRuns: 2000 },
    );
    expect(accepted).toBeGreaterThan(20);
  });

  it('agrees with @ethereumjs/rlp on valid values with one byte changed', () => {
    const seen = { both: 0, neither: 0 };
    const change = fc.tuple(trees, fc.nat(), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(change, ([tree, where, byte]) => {
        const data = encode(tree);
        data[where % data.length] = byte;
        const [mine, other] = [ours(data), theirs(data)];
        seen[mine === undefined ? 'neither' : 'both'] += 1;
        if (mine === undefined) expect(other).toBeUndefined();
        else expect(hexTree(other)).toEqual(hexTree(mine));
      }),
      { numRuns: 3000 },
    );
    expect(Math.min(seen.both, seen.neither)).toBeGreaterThan(100);
  });

  it('ignores bytes after the value, as geth does, or refuses them on request', () => {
    const data = fromHex('c20102ffff');
    const schema = list(uint(1), uint(1));
    expect(decode(data, schema, 'test')).toHaveLength(2);
    expect(() => decode(data, schema, 'test', { trailing: 'refuse' })).toThrow(
      expect.objectContaining({ code: 'trailing-bytes', offset: 3 }),
    );
    expect(
      decode(data.subarray(0, 3), schema, 'test', { trailing: 'refuse' }),
    ).toHaveLength(2);
  });

  it('leaves out the tail, whatever stands in it', () => {
    const schema = listWithTail(uint(1));
    const one = [Uint8Array.of(1)];
    let deep = encode([]);
    for (let i = 0; i < 1000; i++) deep = encodeList([deep]);
    expect(decode(encodeList([encode(1), deep]), schema, 'test')).toEqual(one);
    expect(decode(fromHex('c401c2b8b8'), schema, 'test')).toEqual(one);
  });

  it('decodes from a view into a larger buffer', () => {
    const data = concat(fromHex('ffff'), fromHex('c20102'), fromHex('ff')).subarray(
      2,
      5,
    );
    expect(decode(data, anyList(9), 'test')).toEqual([
      Uint8Array.of(1),
      Uint8Array.of(2),
    ]);
  });

  it('copies byte strings, also out of a Buffer', () => {
    const data = Buffer.from('c382aabb', 'hex');
    const [item] = asList(decode(data, list(bytes(2)), 'test'));
    data.fill(0);
    expect(toHex(asBytes(item))).toBe('aabb');
    expect(item?.constructor).toBe(Uint8Array);
  });

  it('hands out raw values as views of the message, header included', () => {
    const data = fromHex('c6c20102820304');
    const [first, second] = asList(decode(data, listOf(raw(9), 9), 'test'));
    expect(toHex(asBytes(first))).toBe('c20102');
    expect(toHex(asBytes(second))).toBe('820304');
    expect(asBytes(first).buffer).toBe(data.buffer);
  });

  it('says what was being read', () => {
    expect(() => decode(fromHex('c0'), list(uint(8)), 'Status')).toThrow(
      'rlp: Status: too-few-items at byte 0',
    );
  });

  it('takes time in proportion to the input', () => {
    // 60,000 elements: the package alone copies 1.8 GB for these.
    const items = Array.from({ length: 60_000 }, () => 1);
    const item = decode(encode(items), listOf(uint(1), 60_000), 'test');
    expect(item).toHaveLength(60_000);
  });
});

describe('rawItems', () => {
  it('yields the elements as they stand in the list', () => {
    fc.assert(
      fc.property(fc.array(trees, { maxLength: 5 }), (items) => {
        const encoded = items.map(encode);
        const found = [...rawItems(encode(items))];
        expect(found.map(toHex)).toEqual(encoded.map(toHex));
      }),
    );
  });

  it('does not look inside an element', () => {
    expect([...rawItems(fromHex('c3c2b8b8'))].map(toHex)).toEqual(['c2b8b8']);
  });

  it('leaves what follows the list alone', () => {
    expect([...rawItems(fromHex('c101ffff'))].map(toHex)).toEqual(['01']);
  });

  it.each([
    ['80', 'not-a-list', 0],
    ['', 'truncated', 0],
    ['c201', 'truncated', 0],
    ['c2c201', 'truncated', 1],
    ['c28101', 'non-canonical', 1],
  ])('refuses %j', (hex, code, offset) => {
    expect(() => [...rawItems(fromHex(hex))]).toThrow(
      expect.objectContaining({ name: 'RlpError', code, offset }),
    );
  });
});
