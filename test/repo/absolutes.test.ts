import { describe, expect, it } from 'vitest';
import {
  absoluteLedgers,
  absoluteProblems,
  type Held,
} from '../../.vitepress/weave/absolutes.ts';
import { spokenFiles } from '../../.vitepress/weave/ledger.ts';

describe('absoluteProblems', () => {
  const says = 'It never waits.';
  const by = [
    {
      file: 'test/repo/absolutes.test.ts',
      test: 'is content with a sentence that a test holds',
    },
  ];
  const check = (
    text: string,
    claims: readonly (Held & { readonly says: string })[] = [],
    file = 'docs/a.md',
  ): string[] => absoluteProblems([{ page: file, claims }], new Map([[file, text]]));

  it('is content with a sentence that a test holds', () => {
    expect(check(`${says} It goes on.`, [{ says, by }])).toEqual([]);
  });

  it.each(['always', 'Never', 'only', 'seldom', 'rarely'])(
    'names a sentence with “%s” that nothing holds',
    (word) => {
      const sentence = `So ${word} it is.`;
      expect(check(`One. ${sentence}`)).toEqual([
        `docs/a.md:1: nobody has checked: ${sentence}`,
      ]);
      expect(check('Lonely nevertheless.')).toEqual([]);
    },
  );

  it('refuses a claim without a test, or with one that is not there', () => {
    expect(check(says, [{ says, by: [] }])).toEqual([`docs/a.md: no test: ${says}`]);
    const gone = [{ file: 'test/repo/absolutes.test.ts', test: 'was ' + 'here' }];
    expect(check(says, [{ says, by: gone }])).toEqual([
      expect.stringContaining('has no test named “was here”'),
    ]);
    const none = [{ file: 'test/repo/none.test.ts', test: 'x' }];
    expect(check(says, [{ says, by: none }])).toHaveLength(1);
  });

  it('takes a mention with its reason, and does not read the titles of tests', () => {
    const mentions = [{ says, why: 'what the reader is asked to do' }];
    const files = new Map([['docs/a.md', says]]);
    expect(
      absoluteProblems([{ page: 'docs/a.md', claims: [], mentions }], files),
    ).toEqual([]);
    expect(check(`it('never waits'); // ${says}`, [], 'exercises/x/x.test.ts')).toEqual(
      [],
    );
  });

  it('leaves to the ledger of geth what is said of geth', () => {
    const file = 'docs/guide/07-read-loop.md';
    const known =
      "[geth's `handle`](geth:p2p/peer.go#Peer.handle) sorts by the same rules.";
    expect(absoluteProblems([], new Map([[file, known]]))).toEqual([]);
  });
});

describe('what is said with always, never, only and seldom', () => {
  it('stands in the ledger, sentence by sentence, with the test that holds it', () => {
    expect(absoluteProblems(absoluteLedgers(), spokenFiles())).toEqual([]);
  });
});
