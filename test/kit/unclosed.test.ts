/** Of every closing brace of the course's solutions, what is said when it is left out. */

import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { readCatalog } from '#kit/catalog/catalog.ts';
import { unclosedIn } from '#kit/run/unclosed.ts';
import { course } from './sources.ts';

const solutions = readCatalog(course).map(
  ({ folder, solution }) => [folder, solution] as const,
);

/** The lines of closing braces that have a line for themselves, each with its opening. */
function bracesOf(lines: readonly string[]): (readonly [open: number, end: number])[] {
  return lines.flatMap((line, end) => {
    if (!/^\s*\}$/.test(line)) return [];
    const indent = line.indexOf('}');
    const open = lines.findLastIndex(
      (text, at) => at < end && text.search(/\S/) === indent && text.endsWith('{'),
    );
    return [[open, end] as const];
  });
}

describe('unclosedIn', () => {
  it.each(solutions)('finds nothing in %s', (_, solution) => {
    expect(unclosedIn(solution)).toBeUndefined();
  });

  it('finds the opening of each brace that is left out', () => {
    let count = 0;
    for (const [folder, solution] of solutions) {
      const lines = solution.split('\n');
      for (const [open, end] of bracesOf(lines)) {
        const code = lines.filter((_, at) => at !== end).join('\n');
        const index = unclosedIn(code)?.index;
        // Another kind of bracket closes next: the parser stops there, and says so.
        if (index === undefined) continue;
        const line = code.slice(0, index).split('\n').length;
        expect(line, `${folder}:${end + 1} left out`).toBe(open + 1);
        count += 1;
      }
    }
    expect(count).toBeGreaterThan(50);
  });

  // Eight times as long as an answer may be: work that grew with its square would not be
  // over before it is stopped. A test's own limit stops nothing that never waits.
  it.each([
    ['pairs in one line', `{${'{}'.repeat(128_000)}`, '{'],
    ['what could begin a regular expression', '=/[a'.repeat(64_000), '['],
  ])('goes once through a text of %s', (_, code, sign) => {
    const look = (): string | undefined => unclosedIn(code)?.sign;
    expect(runInNewContext('look()', { look }, { timeout: 5_000 })).toBe(sign);
  });
});
