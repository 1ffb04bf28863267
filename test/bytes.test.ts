import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareBytes,
  concat,
  concatAll,
  equalBytes,
  fromHex,
  readUint,
  toHex,
  utf8,
  writeUint,
  xor,
} from '../impl/bytes.ts';

const bytes = fc.uint8Array({ maxLength: 40 });

describe('concat', () => {
  it('joins parts in order into new memory', () => {
    const part = Uint8Array.of(1, 2);
    const joined = concat(part, Uint8Array.of(), Uint8Array.of(3));
    expect(joined).toEqual(Uint8Array.of(1, 2, 3));
    part[0] = 9;
    expect(joined[0]).toBe(1);
  });

  it('copies a single part too', () => {
    const part = Uint8Array.of(1);
    expect(concat(part)).not.toBe(part);
  });
});

describe('concatAll', () => {
  it('joins more parts than a call has room for', () => {
    const parts = Array.from({ length: 300_000 }, () => Uint8Array.of(7));
    expect(concatAll(parts)).toHaveLength(300_000);
  });
});

describe('equalBytes', () => {
  it('agrees with the hex of both', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(equalBytes(a, b)).toBe(toHex(a) === toHex(b));
        expect(equalBytes(a, a.slice())).toBe(true);
      }),
    );
  });

  it('sees a difference in any single bit', () => {
    const a = new Uint8Array(4);
    for (let bit = 0; bit < 32; bit++) {
      const b = a.slice();
      b[bit >> 3] = 1 << (bit & 7);
      expect(equalBytes(a, b)).toBe(false);
    }
  });
});

describe('xor', () => {
  it('is undone by doing it again', () => {
    fc.assert(
      fc.property(bytes, (a) => {
        const key = a.map((byte) => byte * 31 + 5);
        expect(xor(xor(a, key), key)).toEqual(a);
      }),
    );
    expect(xor(Uint8Array.of(0xf0), Uint8Array.of(0x3c))).toEqual(Uint8Array.of(0xcc));
  });

  it('refuses unequal lengths', () => {
    expect(() => xor(Uint8Array.of(1), Uint8Array.of())).toThrow(RangeError);
  });
});

describe('fromHex', () => {
  it('reads what toHex writes, in either case, with or without 0x', () => {
    fc.assert(
      fc.property(bytes, (a) => {
        expect(fromHex(toHex(a))).toEqual(a);
        expect(fromHex(`0x${toHex(a).toUpperCase()}`)).toEqual(a);
      }),
    );
  });

  it.each(['0', '0x0', 'zz', '0x 1', '1 ', '0X01', '+1', '-1', '0x0x', 'é0'])(
    'refuses %j',
    (text) => {
      expect(() => fromHex(text)).toThrow(SyntaxError);
    },
  );
});

describe('toHex', () => {
  it('writes two lower-case digits a byte', () => {
    expect(toHex(Uint8Array.of(0, 10, 171, 255))).toBe('000aabff');
  });
});

describe('compareBytes', () => {
  it('orders as hex does, and a prefix before what it begins', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        const [x, y] = [toHex(a), toHex(b)];
        expect(compareBytes(a, b)).toBe(x === y ? 0 : x < y ? -1 : 1);
      }),
    );
    expect(compareBytes(Uint8Array.of(1), Uint8Array.of(1, 0))).toBe(-1);
    expect(compareBytes(Uint8Array.of(1, 0), Uint8Array.of(1))).toBe(1);
    expect(compareBytes(Uint8Array.of(2), Uint8Array.of(1, 0))).toBe(1);
  });
});

describe('utf8', () => {
  it('writes UTF-8', () => {
    expect(toHex(utf8('eth/63 é'))).toBe('6574682f363320c3a9');
  });
});

describe('readUint', () => {
  it('reads what writeUint writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), (value) => {
        const padded = concat(Uint8Array.of(0xff), writeUint(value, 6));
        expect(readUint(padded, 1, 6)).toBe(value);
      }),
    );
    expect(readUint(Uint8Array.of(1, 2, 3), 0, 3)).toBe(0x010203);
  });

  it.each([
    [0, 7],
    [-1, 1],
    [2, 2],
    [3, 1],
    [0, 1.5],
  ])('refuses offset %d and length %d of three bytes', (offset, length) => {
    expect(() => readUint(Uint8Array.of(1, 2, 3), offset, length)).toThrow(RangeError);
  });
});

describe('writeUint', () => {
  it('pads on the left', () => {
    expect(toHex(writeUint(258, 3))).toBe('000102');
    expect(writeUint(0, 0)).toHaveLength(0);
  });

  it.each([
    [256, 1],
    [-1, 2],
    [0.5, 2],
    [Number.NaN, 2],
    [2 ** 48, 6],
    [1, 7],
  ])('refuses %d in %d bytes', (value, length) => {
    expect(() => writeUint(value, length)).toThrow(RangeError);
  });
});
