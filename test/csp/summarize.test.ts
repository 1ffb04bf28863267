/** The short words of a trace for what travels through a channel. */

import { describe as group, expect, it } from 'vitest';
import { describe, summarize } from '../../impl/csp/seam.ts';

class Plain {
  readonly inside = 1;
}

class Named {
  toString(): string {
    return 'a word of its own';
  }
}

class Telling {
  inTrace(): { msg: { code: number; size: number } } {
    return { msg: { code: 16, size: 2 } };
  }

  toString(): string {
    return 'code 16, 2 bytes';
  }
}

group('summarize', () => {
  it.each<readonly [unknown, string]>([
    [undefined, ''],
    [null, 'null'],
    ['a text', 'a text'],
    ['', ''],
    [5, '5'],
    [2n ** 64n, '18446744073709551616'],
    [false, 'false'],
    [Symbol('x'), 'Symbol(x)'],
    [summarize, 'summarize'],
    [new TypeError('it is undefined'), 'it is undefined'],
    [new Uint8Array(3), '3 bytes'],
    [[1, [2, 3]], '2 items'],
    [{ code: 1 }, ''],
    [new Plain(), 'Plain'],
    [new Map([[1, 2]]), 'Map'],
    [new Named(), 'a word of its own'],
    [new Date(0), new Date(0).toString()],
    [{ toString: 'no function' }, ''],
  ])('says of %o: “%s”', (value, text) => {
    expect(summarize(value)).toBe(text);
  });
});

group('describe', () => {
  it('adds what a value has to say in fields', () => {
    expect(describe(new Telling())).toEqual({
      v: 'code 16, 2 bytes',
      msg: { code: 16, size: 2 },
    });
  });

  it.each<readonly [unknown, string]>([
    [new Named(), 'a word of its own'],
    [null, 'null'],
    ['inTrace', 'inTrace'],
    [undefined, ''],
  ])('has no more than the word for %o', (value, v) => {
    expect(describe(value)).toEqual({ v });
  });
});
