/** Bytes that a reader changes. */
import { describe, expect, it } from 'vitest';
import {
  asByte,
  byteAt,
  changedBytes,
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

  it('is found again, byte by byte', () => {
    const found = (before: string, now: string): number[] => [
      ...changedBytes(before, now),
    ];
    expect(found('010203', '010203')).toEqual([]);
    expect(found('010203', '01ff03')).toEqual([1]);
    expect(found('01020304', 'ff0203ff')).toEqual([0, 3]);
    expect(found('010203', '01ff0203')).toEqual([1]);
    expect(found('010203', '0103')).toEqual([]);
    expect(found('0101', '010101')).toEqual([2]);
    // A length and a field at the end: what is between has stayed.
    expect(found('c2010203', 'c4010203aabb')).toEqual([0, 4, 5]);
    expect(found('c3010203', 'ff0102')).toEqual([0]);
    expect(found('', 'ff')).toEqual([0]);
    expect(found('ff', '')).toEqual([]);
  });

  it('is all that differs, where there is too much to compare', () => {
    const many = '00'.repeat(400);
    expect(changedBytes(`01${many}02`, `03${many}${many}04`).size).toBe(802);
  });
});

describe('asByte', () => {
  it('takes two digits of hex, and nothing else', () => {
    expect(asByte('0A')).toBe('0a');
    for (const text of ['', '0', '0g', '0a1', ' 0'])
      expect(asByte(text)).toBe(undefined);
  });
});
