import { describe, expect, it } from 'vitest';
import { median, percentile, ratio, slope, spread } from './statistics.ts';

describe('median', () => {
  it.each([
    ['the one in the middle', [9, 1, 5], 5],
    ['between two, half way', [4, 1, 2, 9], 3],
  ])('is %s', (_, values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('is no number without values', () => {
    expect(median([])).toBeNaN();
  });
});

describe('spread', () => {
  it('is half the range as a part of the median', () => {
    expect(spread([90, 100, 120])).toBe(0.15);
  });
});

describe('percentile', () => {
  it('is the value that so many do not exceed', () => {
    const values = Array.from({ length: 200 }, (_, i) => 200 - i);
    expect(percentile(values, 0.5)).toBe(100);
    expect(percentile(values, 0.99)).toBe(198);
    expect(percentile([7], 0.01)).toBe(7);
  });
});

describe('ratio', () => {
  it('compares neighbours, so a machine that slows down does not count', () => {
    expect(ratio([80, 40, 8], [10, 5, 1])).toBe(8);
  });

  it('leaves out a round that one side did not finish', () => {
    expect(ratio([6, 6, 100], [3, 3])).toBe(2);
  });
});

describe('slope', () => {
  it('is that of the line, whatever its base', () => {
    const line = [1, 2, 5].map((x) => ({ x, y: 1000 + 30 * x }));
    expect(slope(line)).toBeCloseTo(30);
  });
});
