/** Where a reader begins: what may be folded, and where the work is. Lines count from 1. */

export interface Lines {
  readonly first: number;
  readonly last: number;
}

/** The imports at the head of a file, if they are more than one line. */
export function importLines(code: string): Lines | undefined {
  const lines = code.split('\n');
  const first = lines.findIndex((line) => line.startsWith('import '));
  if (first === -1 || lines.slice(0, first).some(isCode)) return undefined;
  let last = first;
  for (let at = first; lines[at]?.startsWith('import ') === true; at = last + 1) {
    const end = lines.findIndex(
      (line, index) => index >= at && /['"];?\s*$/.test(line),
    );
    if (end === -1) break;
    last = end;
  }
  return last > first ? { first: first + 1, last: last + 1 } : undefined;
}

function isCode(line: string): boolean {
  return !/^\s*(?:\/\/.*|\/?\*.*)?$/.test(line);
}

/**
 * What an answer does: without the lines that are comments, and without the import of what
 * says that nothing is written yet.
 */
export function bareCode(code: string): string {
  const lines = code
    .split('\n')
    .filter((line) => !/^\s*(?:\/[/*]|\*(?:[/\s]|$))/.test(line))
    .filter((line) => !/^import .*\/unsolved\.ts['"];?\s*$/.test(line));
  return lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** The line of the first thing to do. */
export function firstTodo(code: string): number | undefined {
  const at = code.split('\n').findIndex((line) => /\bTODO\b/.test(line));
  return at === -1 ? undefined : at + 1;
}

/** What of `before` has to be replaced, and by what, to make `after` of it. */
export function difference(
  before: string,
  after: string,
): { readonly from: number; readonly to: number; readonly insert: string } {
  const most = Math.min(before.length, after.length);
  let from = 0;
  while (from < most && before[from] === after[from]) from += 1;
  let same = 0;
  while (same < most - from && before.at(-1 - same) === after.at(-1 - same)) same += 1;
  const [to, end] = [before.length - same, after.length - same];
  return { from, to, insert: after.slice(from, end) };
}
