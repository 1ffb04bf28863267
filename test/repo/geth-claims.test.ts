import { describe, expect, it } from 'vitest';
import {
  gethLedgers,
  gethProblems,
  type SeenInGeth,
} from '../../.vitepress/weave/geth-claims.ts';
import { spokenFiles } from '../../.vitepress/weave/ledger.ts';
import { codeSentences, markdownSentences } from '../../.vitepress/weave/sentences.ts';

type Claim = SeenInGeth & { readonly says: string };

const said = (text: string): string[] =>
  markdownSentences(text).map((sentence) => sentence.text);

describe('markdownSentences', () => {
  it('finds the sentences that name geth or one of its versions, over line ends', () => {
    const text = 'One. In geth\nit is so. Two.\n\n- Since v1.9.0 it is not.\n';
    expect(said(text)).toEqual(['In geth it is so.', 'Since v1.9.0 it is not.']);
  });

  it('takes all of a box and of a section that are about geth', () => {
    const box = '::: geth In geth today\nIt moved. It grew.\n:::\n\nNot this.\n';
    expect(said(box)).toEqual(['It moved.', 'It grew.']);
    expect(said('## What geth did\n\nIt fell.\n\n## Next\n\nNot this.\n')).toEqual([
      'It fell.',
    ]);
  });

  it('takes each cell of a column that is about geth, but not a bare citation', () => {
    const table = '| geth | here |\n|---|---|\n| waits | goes |\n| `a/b.go:3` | x |\n';
    expect(said(table)).toEqual(['waits']);
  });

  it('reads no code, and of the front matter what a reader is shown', () => {
    const text = '---\ntitle: geth\ndescription: As geth.\n---\n```sh\ngeth --x\n```\n';
    expect(said(text)).toEqual(['As geth.']);
  });

  it('reads the questions of the front matter, with their choices and reasons', () => {
    const text = [
      '---',
      'retrieval:',
      '  - question: What does geth do?',
      '    answer: geth waits.',
      'predictions:',
      '  - id: geth-waits',
      '    question: How long does geth wait?',
      '    why:',
      '      - So long as geth did.',
      '      - So long as it likes.',
      '---',
    ].join('\n');
    expect(said(text)).toEqual([
      'What does geth do?',
      'geth waits.',
      'How long does geth wait?',
      'So long as geth did.',
    ]);
  });
});

describe('codeSentences', () => {
  const code = [
    '/**',
    ' * Reads. As geth does',
    ' * it.',
    ' * @geth p2p/peer.go Peer.run',
    ' */',
    "const a = 'what geth says'; // geth: no",
    '',
    '//: one note that',
    '//: names geth',
  ].join('\n');

  it('finds comments, and leaves @geth tags to their table', () => {
    expect(codeSentences('a.ts', code, false).map(({ text }) => text)).toEqual([
      'As geth does it.',
      'geth: no',
      'one note that names geth',
    ]);
  });

  it('finds texts if asked', () => {
    expect(codeSentences('a.ts', code, true).map(({ text }) => text)).toContain(
      "'what geth says'",
    );
  });
});

describe('gethProblems', () => {
  const says = 'In geth it is so.';
  const geth = [{ tag: 'v1.8.12', file: 'p2p/peer.go', symbol: 'Peer.run' }];
  const check = (text: string, ...claims: Claim[]): string[] =>
    gethProblems([{ page: 'docs/a.md', claims }], new Map([['docs/a.md', text]]));

  it('is content with a sentence that was looked up', () => {
    expect(check(says, { says, geth, checked: '2026-11-28' })).toEqual([]);
  });

  it('names a sentence that nobody has checked', () => {
    expect(check(says)).toEqual([`docs/a.md:1: nobody has checked: ${says}`]);
  });

  it('names a sentence that has changed since', () => {
    const changed = 'In geth it is not so.';
    expect(check(changed, { says, geth, checked: '2026-11-28' })).toEqual([
      `docs/a.md no longer says: ${says}`,
      `docs/a.md:1: nobody has checked: ${changed}`,
    ]);
  });

  it.each([
    ['neither source nor run', { says, checked: '2026-11-28' }],
    ['no day', { says, geth, checked: 'today' }],
    [
      'is no place',
      { says, geth: [{ tag: 'main', file: 'x' }], checked: '2026-11-28' },
    ],
  ])('refuses a claim with %s', (problem, claim) => {
    expect(check(says, claim)).toEqual([expect.stringContaining(problem)]);
  });

  it('does not let a fragment stand for a longer sentence', () => {
    const long = `${says.slice(0, -1)}, and much more is so that nobody has looked up.`;
    expect(check(long, { says: 'In geth', geth, checked: '2026-11-28' })).toHaveLength(
      1,
    );
  });
});

describe('what is said of geth', () => {
  it('stands in the ledger, sentence by sentence, with what backs it', () => {
    expect(gethProblems(gethLedgers(), spokenFiles())).toEqual([]);
  });
});
