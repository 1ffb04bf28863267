import { describe, expect, it } from 'vitest';
import { asError } from '../../impl/p2p/as-error.ts';

describe('asError', () => {
  it('keeps an Error as it is', () => {
    const error = new RangeError('x');
    expect(asError(error)).toBe(error);
  });

  it('wraps anything else, and keeps it as the cause', () => {
    for (const thrown of ['text', undefined, null, 7, { a: 1 }]) {
      expect(asError(thrown)).toBeInstanceOf(Error);
      expect(asError(thrown).cause).toBe(thrown);
    }
  });

  it('survives a thrown value that has no text', () => {
    expect(asError(Object.create(null))).toBeInstanceOf(Error);
    expect(asError(Symbol('s'))).toBeInstanceOf(Error);
    const hostile = {
      toString(): string {
        throw new Error('no text');
      },
    };
    expect(asError(hostile)).toBeInstanceOf(Error);
  });
});
