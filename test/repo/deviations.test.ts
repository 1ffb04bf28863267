import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { quirkNames } from '../../impl/sim/quirks/names.ts';

const page = readFileSync('docs/reference/deviations.md', 'utf8');
const rows = page
  .split('\n')
  .filter((line) => /^\|(?!---|\s*geth v1\.8\.12)/.test(line));

describe('the list of deviations', () => {
  it('says in every row what geth does, what this node does, and why', () => {
    expect(rows.length).toBeGreaterThan(30);
    for (const row of rows) {
      const cells = row.slice(1, -1).split('|');
      expect(
        cells.map((cell) => cell.trim() !== ''),
        row,
      ).toEqual([true, true, true]);
    }
  });

  it('names every quirk that a scenario can switch on', () => {
    for (const name of quirkNames) expect(page).toContain(`Quirk: \`${name}\``);
  });
});
