/** Sorting in slices: `sort` of a million keys keeps everybody waiting for seconds. */
import type { Work } from '../csp/slices.ts';

/** So many are sorted at once, and so many comparisons are a unit of `Work`. */
const runLength = 128;
const comparisonsPerUnit = 4;

/**
 * The items in order, in a new array; those that compare as equal stay as they were.
 * Sorted runs are merged, two and two, which takes as many comparisons whatever they are.
 */
export function* sorted<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
): Work<T[]> {
  let from: T[] = [];
  for (let at = 0; at < items.length; at += runLength) {
    for (const item of items.slice(at, at + runLength).sort(compare)) from.push(item);
    yield (runLength * Math.log2(runLength)) / comparisonsPerUnit;
  }
  for (let length = runLength; length < items.length; length *= 2) {
    const into: T[] = [];
    for (let at = 0; at < items.length; at += 2 * length) {
      yield* merge(from, at, length, compare, into);
    }
    from = into;
  }
  return from;
}

/** Merges two runs that stand one after the other; the second may be short, or none. */
function* merge<T>(
  from: readonly T[],
  start: number,
  length: number,
  compare: (a: T, b: T) => number,
  into: T[],
): Work<void> {
  const middle = Math.min(start + length, from.length);
  const end = Math.min(start + 2 * length, from.length);
  let left = start;
  let right = middle;
  while (left < middle || right < end) {
    const [a, b] = [from[left], from[right]] as [T, T];
    const isLeft = right === end || (left < middle && compare(a, b) <= 0);
    into.push(isLeft ? a : b);
    if (isLeft) left++;
    else right++;
    if (into.length % runLength === 0) yield runLength / comparisonsPerUnit;
  }
}
