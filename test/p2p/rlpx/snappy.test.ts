import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { compress as jsCompress, uncompress as jsUncompress } from 'snappyjs';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex, utf8 } from '../../../impl/bytes.ts';
import { sliceLength } from '../../../impl/crypto/provider.ts';
import { compress, compressInSlices } from '../../../impl/p2p/rlpx/snappy-encoder.ts';
import {
  declaredLength,
  decompress,
  expandInSlices,
  validate,
  validateInSlices,
} from '../../../impl/p2p/rlpx/snappy.ts';
import type { SnappyErrorCode } from '../../../impl/p2p/rlpx/snappy.ts';
import { pausesOf } from '../../helpers/at-once.ts';

const refusal = (code: SnappyErrorCode, offset?: number): unknown =>
  expect.objectContaining(
    offset === undefined
      ? { name: 'SnappyError', code }
      : { name: 'SnappyError', code, offset },
  );

/** Byte strings with something to find in them: runs, repeats, and noise. */
const payloads = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 9 }), fc.nat(400))
        .map(([unit, times]) =>
          Uint8Array.from(
            { length: unit.length * times },
            (_, i) => unit[i % unit.length] ?? 0,
          ),
        ),
    ),
    { maxLength: 8 },
  )
  .map((parts) => concat(...parts));

/** Bytes without repetition, the same ones in every run. */
function noise(length: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
    return state >>> 16;
  });
}

describe('compress', () => {
  it('is undone by decompress', () => {
    fc.assert(
      fc.property(payloads, (data) => {
        expect(toHex(decompress(compress(data)))).toBe(toHex(data));
      }),
      { numRuns: 300 },
    );
  });

  it('is read by snappyjs, and reads snappyjs', () => {
    fc.assert(
      fc.property(payloads, (data) => {
        expect(toHex(jsUncompress(compress(data)))).toBe(toHex(data));
        expect(toHex(decompress(jsCompress(data)))).toBe(toHex(data));
      }),
      { numRuns: 300 },
    );
  });

  it.each([0, 1, 3, 4, 5, 60, 61, 256, 257, 65_535, 65_536, 65_537, 140_000])(
    'works for %d bytes of noise, of one byte and of a pattern',
    (length) => {
      const random = noise(length, length);
      const pattern = random.map((_, i) => i % 67);
      for (const data of [random, new Uint8Array(length), pattern]) {
        const block = compress(data);
        expect(validate(block)).toBe(length);
        expect(Buffer.compare(decompress(block), data)).toBe(0);
        expect(block.length).toBeLessThanOrEqual(32 + length + length / 6);
      }
    },
  );

  it('writes the fixed forms of what geth sends most', () => {
    expect(toHex(compress(new Uint8Array()))).toBe('00');
    expect(toHex(compress(fromHex('c0')))).toBe('0100c0');
    expect(toHex(compress(fromHex('c104')))).toBe('0204c104');
  });

  it('makes little of much that repeats', () => {
    // 64 bytes an element of 3 bytes is the most that the format can do.
    expect(compress(new Uint8Array(1 << 20)).length).toBeLessThan(50_000);
    const hashes = Uint8Array.from({ length: 32_000 }, (_, i) => (i % 320) * 7);
    expect(compress(hashes).length).toBeLessThan(2_500);
  });

  it('reads a view into a larger buffer', () => {
    const data = Uint8Array.from({ length: 300 }, (_, i) => i % 7);
    const view = concat(fromHex('ffff00'), data, fromHex('ff')).subarray(3, 303);
    expect(toHex(compress(view))).toBe(toHex(compress(data)));
  });

  it('writes every kind of copy', () => {
    for (const length of [4, 11, 12, 60, 63, 64, 65, 67, 68, 69, 128, 130, 200]) {
      for (const gap of [2047, 2048, 2049, 60_000, 65_535, 65_536]) {
        const data = noise(gap + length, 7);
        data.copyWithin(gap, 0, length);
        expect(toHex(decompress(compress(data)))).toBe(toHex(data));
      }
    }
  });

  it.each([
    ['a short copy', 'peerwalkpeerwa', '0e1c7065657277616c6b0908'],
    ['the shortest copy', 'abcdabcd', '080c616263640104'],
    [
      'a copy that is too long for the short form',
      'abcdabcdabcdabcd',
      '100c616263642e0400',
    ],
    ['a copy of 65 bytes as 60 and 5', 'a'.repeat(66), '420061ee01000501'],
    ['a copy of 68 bytes as 64 and 4', 'a'.repeat(69), '450061fe01000101'],
    ['no copy of three bytes', 'abcabc', '0614616263616263'],
  ])('writes %s', (_, text, hex) => {
    expect(toHex(compress(utf8(text)))).toBe(hex);
  });

  it.each([
    ['the short form up to 2,047 back', 2047, 'f1ff'],
    ['the long form from 2,048 back on', 2048, '1e0008'],
  ])('writes %s', (_, gap, last) => {
    const data = concat(utf8('peerwalk'), new Uint8Array(gap - 8), utf8('peerwalk'));
    expect(toHex(compress(data)).endsWith(last)).toBe(true);
    expect(toHex(decompress(compress(data)))).toBe(toHex(data));
  });

  it('finds what stands up to 65,535 bytes back, and nothing behind that', () => {
    for (const [gap, found] of [
      [65_535, true],
      [65_536, false],
    ] as const) {
      const data = noise(gap + 1000, 3);
      data.copyWithin(gap, 0, 1000);
      expect(compress(data).length < data.length - 500).toBe(found);
    }
  });

  it('declares lengths at which their own length grows', () => {
    for (const length of [127, 128, 129, 16_383, 16_384, 16_385]) {
      const data = new Uint8Array(length).fill(7);
      expect(declaredLength(compress(data)), `${length}`).toBe(length);
      expect(decompress(compress(data))).toEqual(data);
    }
  });

  it('gives a block that nobody else writes into', () => {
    const first = compress(utf8('the first'));
    const kept = toHex(first);
    compress(utf8('another one'));
    expect(toHex(first)).toBe(kept);
  });

  it('finds repetition behind a megabyte of noise', () => {
    const zeros = 100_000;
    const data = concat(noise(1 << 20, 5), new Uint8Array(zeros));
    expect(compress(data).length).toBeLessThan((1 << 20) + 6_000);
  });
});

describe('declaredLength', () => {
  it.each([
    ['00', 0],
    ['7f', 127],
    ['8001', 128],
    ['ffffff07', 2 ** 24 - 1],
    ['ffffffff0f', 2 ** 32 - 1],
    ['8000', 0], // longer than it has to be, which Go reads too
  ])('reads %s as %d', (hex, length) => {
    expect(declaredLength(fromHex(hex))).toBe(length);
  });

  it.each([
    ['nothing', ''],
    ['a length that is cut off', 'ffffff'],
    ['four bytes that promise a fifth', 'ffffffff'],
    ['six bytes', '818080808000'],
    ['2^32', '8080808010'],
    ['five bytes of ones', 'ffffffff7f'],
  ])('refuses %s', (_, hex) => {
    const refused = refusal('bad-length', 0);
    expect(() => declaredLength(fromHex(hex))).toThrow(refused);
    expect(() => validate(fromHex(hex))).toThrow(refused);
    expect(() => decompress(fromHex(hex))).toThrow(refused);
  });
});

describe('validate', () => {
  it.each<[string, string, SnappyErrorCode, number]>([
    ['uncompressed C0 where a block is due', 'c0', 'bad-length', 0],
    ['a claim of 2^24 − 1 and one literal', 'ffffff0700', 'truncated', 4],
    ['a claim of 2^24 − 1 and nothing', 'ffffff07', 'too-little-output', 4],
    ['a claim of 2^32 − 1 and one byte', 'ffffffff0f0000', 'too-little-output', 7],
    ['a claim of 0 and one byte', '000061', 'too-much-output', 1],
    ['a literal without its bytes', '0108', 'truncated', 1],
    ['a literal one byte short', '0304aa', 'truncated', 1],
    ['a literal whose length is cut off', '01f0', 'truncated', 1],
    ['a literal whose two length bytes are cut off', '01f4ff', 'truncated', 1],
    ['a literal of 2^32 bytes', '05fcffffffff61', 'truncated', 1],
    ['a literal of more than declared', '010461620000', 'too-much-output', 1],
    ['a short copy without its offset', '0500611d', 'truncated', 3],
    ['a copy without its second offset byte', '0500610e01', 'truncated', 3],
    ['a long copy without its fourth offset byte', '0500610f010000', 'truncated', 3],
    ['a short copy from 0 back', '0500610100', 'bad-offset', 3],
    ['a copy from 0 back', '0500610e0000', 'bad-offset', 3],
    ['a long copy from 0 back', '0500610f00000000', 'bad-offset', 3],
    ['a copy from before the first byte', '0500610e0200', 'bad-offset', 3],
    ['a long copy from 2^32 − 1 back', '0500610fffffffff', 'bad-offset', 3],
    ['a copy at the very beginning', '040e0100', 'bad-offset', 1],
    ['a copy of more than declared', '0400610e0100', 'too-much-output', 3],
    ['one byte less than declared', '0600610e0100', 'too-little-output', 6],
    ['an empty element stream', '01', 'too-little-output', 1],
  ])('refuses %s', (_, hex, code, offset) => {
    expect(() => validate(fromHex(hex))).toThrow(refusal(code, offset));
    expect(() => decompress(fromHex(hex))).toThrow(refusal(code, offset));
  });

  it('stops at the first copy too many of three megabytes', () => {
    // The bytes behind it are bad: were they read, the error would be another one.
    const copies = new Uint8Array(3_000_000).fill(0x0e);
    const block = concat(fromHex('010061'), fromHex('0e0100'), copies);
    expect(() => validate(block)).toThrow(refusal('too-much-output', 3));
  });

  it('walks over a bomb without putting anything out', () => {
    const bomb = compress(new Uint8Array(2 ** 24 - 1));
    expect(bomb.length).toBeLessThan(790_000);
    expect(declaredLength(bomb)).toBe(2 ** 24 - 1);
    expect(validate(bomb)).toBe(2 ** 24 - 1);
  });

  it('refuses every block that is cut off anywhere', () => {
    fc.assert(
      fc.property(payloads, (data) => {
        const block = compress(data);
        for (let end = 0; end < block.length; end++) {
          expect(() => validate(block.subarray(0, end))).toThrow(
            expect.objectContaining({ name: 'SnappyError' }),
          );
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('decompress', () => {
  it.each([
    ['a literal of 60 bytes', `3cec${'61'.repeat(60)}`, 60],
    ['a literal with one length byte', `3df03c${'61'.repeat(61)}`, 61],
    ['a literal with two length bytes', `01f4000061`, 1],
    ['a literal with three length bytes', `01f800000061`, 1],
    ['a literal with four length bytes', `01fc0000000061`, 1],
    ['a short copy', '0500610101', 5],
    ['a copy of one byte', '020061020100', 2],
    ['a copy with four offset bytes', '0500610f01000000', 5],
    ['a copy of 64 bytes', '410061fe0100', 65],
  ])('reads %s', (_, hex, length) => {
    expect(toHex(decompress(fromHex(hex)))).toBe('61'.repeat(length));
  });

  it('lets a copy run into its own output', () => {
    // "ab", then 5 bytes from 2 back.
    expect(toHex(decompress(fromHex('07046162120200')))).toBe('61626162616261');
  });

  it('answers arbitrary bytes with output of the declared length or a SnappyError', () => {
    const seen = { decompressed: 0, refused: 0 };
    const blocks = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc
        .tuple(payloads, fc.nat(), fc.integer({ min: 0, max: 255 }))
        .map(([data, at, byte]) => {
          const block = compress(data);
          block[at % block.length] = byte;
          return block;
        }),
    );
    fc.assert(
      fc.property(blocks, (block) => {
        try {
          expect(decompress(block)).toHaveLength(declaredLength(block));
          seen.decompressed += 1;
        } catch (error) {
          expect(error).toMatchObject({ name: 'SnappyError' });
          seen.refused += 1;
        }
      }),
      { numRuns: 2000 },
    );
    expect(Math.min(seen.decompressed, seen.refused)).toBeGreaterThan(50);
  });
});

/** A long literal, then one element again and again, which puts out `out` bytes. */
function manyOf(element: readonly number[], out: number, times: number): Uint8Array {
  const length = 61 + out * times;
  const varint = [0, 7, 14, 21].map((shift) => ((length >> shift) & 0x7f) | 0x80);
  const head = [...varint.slice(0, 3), (varint[3] ?? 0) & 0x7f, 0xf0, 60];
  const block = new Uint8Array(head.length + 61 + element.length * times);
  block.set(head);
  for (let i = 0; i < times; i++) block.set(element, 67 + i * element.length);
  return block;
}

/** The error that work ends with. */
function errorOf(work: () => unknown): string {
  try {
    work();
    return 'none';
  } catch (error) {
    const { code, offset } = error as { code: string; offset: number }; // a SnappyError
    return `${code} at ${offset}`;
  }
}

const slices = fc.oneof(
  fc.integer({ min: 1, max: 20 }),
  fc.integer({ min: 1, max: 999 }),
);

describe('compressInSlices', () => {
  it('writes the block of compress, however it is cut', () => {
    const seen = { cut: 0 };
    fc.assert(
      fc.property(payloads, slices, (data, slice) => {
        const [pauses, block] = pausesOf(compressInSlices(data, slice));
        if (pauses > 1) seen.cut += 1;
        expect(toHex(block)).toBe(toHex(compress(data)));
      }),
      { numRuns: 300 },
    );
    expect(seen.cut).toBeGreaterThan(100);
  });

  it('writes it while other data is compressed between its slices', () => {
    fc.assert(
      fc.property(payloads, payloads, slices, (one, other, slice) => {
        const works = [one, other].map((data) => compressInSlices(data, slice));
        const blocks: (string | undefined)[] = [undefined, undefined];
        while (blocks.includes(undefined)) {
          works.forEach((work, i) => {
            const step = work.next();
            if (step.done === true) blocks[i] ??= toHex(step.value);
          });
          compress(other);
        }
        expect(blocks).toEqual([toHex(compress(one)), toHex(compress(other))]);
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ['zeros', 32, (length: number) => new Uint8Array(length)],
    // Looked at, 32 times; then written, as one literal.
    ['noise', 32 + 31, (length: number) => noise(length, 3)],
  ])('pauses before each slice of %s', (_, expected, make) => {
    const data = make(2 ** 24 - 1);
    const [pauses, block] = pausesOf(compressInSlices(data));
    expect(pauses).toBe(expected);
    expect(Buffer.compare(decompress(block), data)).toBe(0);
    const [, out] = pausesOf(expandInSlices(block, data.length));
    expect(Buffer.compare(out, data)).toBe(0);
  });
});

describe('validateInSlices', () => {
  it('comes to the verdict of validate, however it is cut', () => {
    const seen = { good: 0, bad: 0 };
    const blocks = fc.tuple(payloads, fc.nat(), fc.nat(255));
    fc.assert(
      fc.property(blocks, slices, ([data, at, byte], slice) => {
        const block = compress(data);
        block[at % block.length] = byte;
        const verdict = errorOf(() => validate(block));
        expect(errorOf(() => pausesOf(validateInSlices(block, slice)))).toBe(verdict);
        seen[verdict === 'none' ? 'good' : 'bad'] += 1;
      }),
      { numRuns: 1000 },
    );
    expect(Math.min(seen.good, seen.bad)).toBeGreaterThan(50);
  });

  it.each([
    ['literals of one byte', [0, 97], 1],
    ['copies of one byte', [2, 1, 0], 1],
    ['copies of one byte with the longest offset', [3, 1, 0, 0, 0], 1],
  ])('pauses before each slice of %s', (_, element, out) => {
    const block = manyOf(element, out, 1_000_000);
    const [pauses] = pausesOf(validateInSlices(block));
    expect(pauses).toBe(Math.ceil(block.length / sliceLength));
  });
});

describe('expandInSlices', () => {
  it('puts out what decompress does, however it is cut', () => {
    fc.assert(
      fc.property(payloads, slices, (data, slice) => {
        const steps = expandInSlices(compress(data), data.length, slice);
        expect(toHex(pausesOf(steps)[1])).toBe(toHex(data));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['output', 'a bomb', compress(new Uint8Array(2 ** 24 - 1)), 32],
    // It is put off once where it begins, and what is left of it ends in a slice of its own.
    ['output', 'one literal', compress(noise(2 ** 24 - 1, 3)), 32 + 2],
    ['input', 'one-byte copies', manyOf([3, 1, 0, 0, 0], 1, 1_000_000), 10],
  ])('pauses before each slice of %s of %s', (_what, _of, block, expected) => {
    const [pauses, out] = pausesOf(expandInSlices(block, declaredLength(block)));
    expect(pauses).toBe(expected);
    expect(out).toHaveLength(declaredLength(block));
  });
});

const vectorFile = process.env['PEERWALK_VECTORS'];

describe.skipIf(vectorFile === undefined)(
  'decompress, with golang/snappy blocks (skipped unless PEERWALK_VECTORS names the file)',
  () => {
    it('reads all of them', () => {
      // The shape of the file is stated here; a missing key fails the test.
      const { generatedSnappy } = JSON.parse(
        readFileSync(vectorFile ?? '', 'utf8'),
      ) as {
        generatedSnappy: { encoded: string; plain?: string; plainLength: number }[];
      };
      expect(generatedSnappy.length).toBeGreaterThan(0);
      for (const { encoded, plain, plainLength } of generatedSnappy) {
        const out = decompress(fromHex(encoded));
        expect(out).toHaveLength(plainLength);
        // The one that has no `plain` is 70,000 zeros.
        expect(toHex(out)).toBe(plain ?? '00'.repeat(plainLength));
      }
    });
  },
);
