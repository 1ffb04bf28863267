/** Which lines of two texts are the same: the longest common subsequence. */

export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** Longer texts are shown as removed and added as a whole. */
const maxLines = 1200;

/** From `before` to `after`. */
export function lineDiff(before: string, after: string): DiffLine[] {
  const a = before.split('\n');
  const b = after.split('\n');
  if (a.length > maxLines || b.length > maxLines) {
    return [...a.map(removed), ...b.map(added)];
  }
  const common = commonLengths(a, b);
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]];
    if (left !== undefined && left === right) {
      lines.push({ kind: 'same', text: left });
      i += 1;
      j += 1;
    } else if (
      left !== undefined &&
      (right === undefined || at(common, i + 1, j) >= at(common, i, j + 1))
    ) {
      lines.push(removed(left));
      i += 1;
    } else if (right !== undefined) {
      lines.push(added(right));
      j += 1;
    }
  }
  return lines;
}

/** What differs, with `around` lines before and after; what is near is one piece. */
export function hunks(lines: readonly DiffLine[], around = 2): DiffLine[][] {
  const found: DiffLine[][] = [];
  let last = -1; // the last line that is in a piece
  lines.forEach((line, index) => {
    if (line.kind === 'same') return;
    const from = Math.max(0, index - around);
    const piece = from <= last + 1 ? found.at(-1) : undefined;
    const own = piece ?? [];
    if (piece === undefined) found.push(own);
    const to = Math.min(lines.length, index + around + 1);
    own.push(...lines.slice(Math.max(from, last + 1), to));
    last = Math.max(last, to - 1);
  });
  return found;
}

/** For each pair of places, how many lines are common from there on. */
function commonLengths(a: readonly string[], b: readonly string[]): Uint16Array[] {
  const table = Array.from(
    { length: a.length + 1 },
    () => new Uint16Array(b.length + 1),
  );
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const longer =
        a[i] === b[j]
          ? at(table, i + 1, j + 1) + 1
          : Math.max(at(table, i + 1, j), at(table, i, j + 1));
      const row = table[i];
      if (row !== undefined) row[j] = longer;
    }
  }
  return table;
}

function at(table: readonly Uint16Array[], i: number, j: number): number {
  return table[i]?.[j] ?? 0;
}

function removed(text: string): DiffLine {
  return { kind: 'removed', text };
}

function added(text: string): DiffLine {
  return { kind: 'added', text };
}
