/** Bytes that a reader changes. */
import { describe, expect, it } from 'vitest';
import {
  asByte,
  byteAt,
  changedPart,
  inserted,
  removed,
  replaced,
} from '../../.vitepress/lab/edit-bytes.ts';

describe('a change of bytes', () => {
  it('is one byte for another, one more, or one less, at the ends too', () => {
    expect(replaced('010203', 1, 'ff')).toBe('01ff03');
    expect(replaced('010203', 3, 'ff')).toBe('010203ff');
    expect(inserted('010203', 0, 'ff')).toBe('ff010203');
    expect(inserted('010203', 3, 'ff')).toBe('010203ff');
    expect(removed('010203', 2)).toBe('0102');
    expect(removed('010203', 3)).toBe('010203');
    expect(byteAt('010203', 2)).toBe('03');
    expect(byteAt('010203', 3)).toBe('');
  });

  it('is found again, between what is the same at both ends', () => {
    expect(changedPart('010203', '010203')).toEqual({ from: 3, to: 3 });
    expect(changedPart('010203', '01ff03')).toEqual({ from: 1, to: 2 });
    expect(changedPart('010203', '01ff0203')).toEqual({ from: 1, to: 2 });
    expect(changedPart('010203', '0103')).toEqual({ from: 1, to: 1 });
    expect(changedPart('0101', '010101')).toEqual({ from: 2, to: 3 });
    expect(changedPart('', 'ff')).toEqual({ from: 0, to: 1 });
    expect(changedPart('ff', '')).toEqual({ from: 0, to: 0 });
  });
});

describe('asByte', () => {
  it('takes two digits of hex, and nothing else', () => {
    expect(asByte('0A')).toBe('0a');
    for (const text of ['', '0', '0g', '0a1', ' 0'])
      expect(asByte(text)).toBe(undefined);
  });
});
