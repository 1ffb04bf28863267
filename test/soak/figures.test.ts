/** How the soak reads its clocks. */

import { describe, expect, it } from 'vitest';
import { felt, percentile } from './figures.ts';

const quiet = (looks: number): number[] => Array.from({ length: looks }, () => 0);

describe('felt', () => {
  it('weighs a stall by its length, where a percentile of looks does not see it', () => {
    const late = [...quiet(900), 990]; // 10,000 ms in all, of which 1 % are 100
    expect(percentile(late, 0.99)).toBe(0);
    expect(felt(late, 0.99)).toBeCloseTo(890);
  });

  it('counts two stalls together', () => {
    // Who comes within the last 40 ms of one or 60 of the other waits at most 60 or 40.
    const late = [...quiet(890), 550, 530]; // 10,000 ms
    expect(felt(late, 0.99)).toBeCloseTo(550 - 20 - 40);
  });

  it('is zero where stalls take less than the rest of the share', () => {
    expect(felt([...quiet(999), 50], 0.99)).toBe(0);
    expect(felt([], 0.99)).toBe(0);
  });
});
