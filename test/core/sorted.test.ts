import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sorted } from '../../impl/core/sorted.ts';
import { sliceUnits } from '../../impl/csp/seam.ts';
import { atOnce } from '../../impl/csp/slices.ts';

interface Item {
  readonly key: number;
  readonly place: number;
}

function itemsOf(keys: readonly number[]): Item[] {
  return keys.map((key, place) => ({ key, place }));
}

const byKey = (a: Item, b: Item): number => a.key - b.key;

describe('sorted', () => {
  it('sorts as Array.sort does, which keeps equals in their order', () => {
    const seen = { equal: false, long: false };
    fc.assert(
      fc.property(fc.array(fc.nat(200), { maxLength: 1_500, size: 'max' }), (keys) => {
        const items = itemsOf(keys);
        const before = [...items];
        seen.equal ||= new Set(keys).size < keys.length;
        seen.long ||= keys.length > 600;
        expect(atOnce(sorted(items, byKey))).toEqual(items.toSorted(byKey));
        expect(items).toEqual(before);
      }),
      { numRuns: 60 },
    );
    expect(seen).toEqual({ equal: true, long: true });
  });

  const count = 20_000;
  it.each([
    ['in order', (i: number) => i],
    ['in the other order', (i: number) => -i],
    ['mixed', (i: number) => (i * 7_919) % count],
    ['all alike', () => 0],
    ['in two parts', (i: number) => i % (count / 2)],
  ])('compares few between two yields, and counts them: %s', (_, keyOf) => {
    let compared = 0;
    const items = itemsOf(Array.from({ length: count }, (_, i) => keyOf(i)));
    const work = sorted(items, (a, b) => {
      compared++;
      return byKey(a, b);
    });
    let total = 0;
    let units = 0;
    for (let step = work.next(); step.done !== true; step = work.next()) {
      expect(compared).toBeLessThanOrEqual(4 * (sliceUnits / 10));
      expect(step.value).toBeLessThanOrEqual(sliceUnits / 10);
      total += compared;
      units += step.value;
      compared = 0;
    }
    expect(units).toBeGreaterThan(total / 5);
    expect(total).toBeLessThan(count * Math.ceil(Math.log2(count)));
  });
});
