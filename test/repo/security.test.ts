/** Each attack that the security page tells is a case in the file that it names. */

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { boundOf, type Kind } from '../hostile/bounds.ts';

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

/** The rows that tell work, in the words of the page. */
const told: readonly (readonly [string, Kind])[] = [
  ['says nothing, or a size that cannot be', 'nothing'],
  ['sends an `auth` that is bad', 'badAuth'],
  ['shakes hands and says a Hello, good or bad', 'hello'],
  ['sends a thousand Pongs', 'pongs'],
  ['sends Pings for a minute', 'pings'],
  ['hides three megabytes behind a claim of one byte', 'copies'],
  ['asks for 2^31 headers', 'manyHeaders'],
  ['asks for large bodies a thousand times, and reads none', 'unreadBodies'],
  ['asks for 300,000 blocks that nobody has', 'hashes'],
  ['sends answers of 10 MiB, until it is sent away', 'unreadBalloons'],
  ['announces a hundred thousand blocks', 'announced'],
  ['sends 200 blocks whose parents nobody has', 'orphans'],
  ['sends a message of transactions with bad signatures', 'junk'],
];

describe('the work that the security page tells', () => {
  const numeric = /^\| ([^|]+) \| ([\d, |]+) \| [^|]+ in `([\w.-]+)` \|$/;
  const inPage = rows.flatMap((row) => {
    const [, words, numbers = '', file = ''] = numeric.exec(row) ?? [];
    return words === undefined ? [] : [{ words, numbers, file }];
  });

  it('is of the kinds that are looked at here', () => {
    expect(inPage.map(({ words }) => words)).toEqual(told.map(([words]) => words));
  });

  it.each(told)('is what a case is held to: who %s', (words, kind) => {
    const { points, keccaks, ciphered, snappy, lookups } = boundOf(kind);
    const wanted = [points, keccaks, ciphered, snappy, lookups];
    const row = inPage.find((each) => each.words === words);
    const numbers = wanted.map((count) => count.toLocaleString('en'));
    expect(row?.numbers).toBe(numbers.join(' | '));
    const file = readFileSync(`test/hostile/${row?.file ?? ''}`, 'utf8');
    expect(file, 'names the kind').toContain(`'${kind}'`);
  });
});
