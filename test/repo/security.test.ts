/** Each attack that the security page tells is a case in the file that it names. */

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const page = readFileSync('docs/reference/security.md', 'utf8');
/** `H-55, H-56 in base.test.ts`, at the end of a row; the files are in `test/hostile`. */
const heldBy = /\| ((?:[HFN]-\d+[a-z]?(?:, )?)+) in `([\w.-]+)` \|$/;
const rows = page
  .split('\n')
  .filter((row) => /^\| (?!a stranger \||what happens)/.test(row));

describe('the security page', () => {
  it('has attacks', () => {
    expect(rows.length).toBeGreaterThan(25);
  });

  it.each(rows.map((row) => [row.split('|')[1]?.trim() ?? '', row] as const))(
    'names what holds it where a stranger %s',
    (_, row) => {
      const [, ids = '', name = ''] = heldBy.exec(row) ?? [];
      const file = `test/hostile/${name}`;
      expect(ids, 'cases, and their file').not.toBe('');
      expect(existsSync(file), file).toBe(true);
      const text = readFileSync(file, 'utf8');
      const missing = ids.split(', ').filter((id) => !text.includes(`'${id}'`));
      expect(missing, `not in ${file}`).toEqual([]);
    },
  );
});
