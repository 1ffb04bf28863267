/** Bytes that a reader changes, as hex: one byte at a time, or one more, or one less. */

/** What a run of bytes is, for whoever changes them. */
export interface EditSpan {
  readonly start: number;
  /** After the last byte. */
  readonly end: number;
  readonly field: string;
  /** What it is. */
  readonly sentence: string;
  /** What stands there, as a person writes it. */
  readonly value?: string | undefined;
}

export function byteAt(hex: string, at: number): string {
  return hex.slice(2 * at, 2 * at + 2);
}

/** `byte` instead of the one that stands there; past the last one, behind it. */
export function replaced(hex: string, at: number, byte: string): string {
  return hex.slice(0, 2 * at) + byte + hex.slice(2 * at + 2);
}

export function inserted(hex: string, at: number, byte: string): string {
  return hex.slice(0, 2 * at) + byte + hex.slice(2 * at);
}

export function removed(hex: string, at: number): string {
  return hex.slice(0, 2 * at) + hex.slice(2 * at + 2);
}

/** Of so many bytes on either side, what stayed is looked for one by one. */
const mostCompared = 320;

/** Places in `now` whose bytes were not there before. */
export function changedBytes(before: string, now: string): ReadonlySet<number> {
  const [old, count] = [before.length / 2, now.length / 2];
  const most = Math.min(old, count);
  let from = 0;
  while (from < most && byteAt(before, from) === byteAt(now, from)) from++;
  let same = 0;
  while (
    same < most - from &&
    byteAt(before, old - 1 - same) === byteAt(now, count - 1 - same)
  ) {
    same++;
  }
  const all = Array.from({ length: count - same - from }, (_, at) => from + at);
  if (old === count) {
    return new Set(all.filter((at) => byteAt(before, at) !== byteAt(now, at)));
  }
  if (Math.max(old, count) - from - same > mostCompared) return new Set(all);
  const kept = keptIn(
    before.slice(2 * from, 2 * (old - same)).match(/../g) ?? [],
    now.slice(2 * from, 2 * (count - same)).match(/../g) ?? [],
  );
  return new Set(all.filter((at) => !kept.has(at - from)));
}

/** Places in `now` of the longest row of bytes that both have in this order. */
function keptIn(before: readonly string[], now: readonly string[]): Set<number> {
  // longest[i][j]: of what follows from i and from j.
  const longest = Array.from({ length: before.length + 1 }, () =>
    new Array<number>(now.length + 1).fill(0),
  );
  const at = (i: number, j: number): number => longest[i]?.[j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--) {
    const row = longest[i] ?? [];
    for (let j = now.length - 1; j >= 0; j--) {
      row[j] =
        before[i] === now[j]
          ? at(i + 1, j + 1) + 1
          : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const kept = new Set<number>();
  for (let i = 0, j = 0; i < before.length && j < now.length;) {
    if (before[i] === now[j]) {
      kept.add(j);
      i++;
      j++;
    } else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return kept;
}

/** Two digits of hex in lower case; undefined while they are not. */
export function asByte(text: string): string | undefined {
  return /^[0-9a-f]{2}$/i.test(text) ? text.toLowerCase() : undefined;
}
