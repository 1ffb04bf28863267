/** What `learn` prints fits a terminal of 80 columns and 24 rows. */
import { typed } from '#kit/terminal/keys.ts';
import { describe, expect, it } from 'vitest';
import type { Trace } from '#impl/csp/trace.ts';
import { readCatalog } from '#kit/catalog/catalog.ts';
import { repository } from '#kit/catalog/sources.ts';
import { whyOf } from '#kit/catalog/why.ts';
import type { ExerciseType } from '#kit/formats/schema-exercise.ts';
import type { RunReport, TestResult } from '#kit/formats/schema-report.ts';
import { forTerminal } from '#kit/terminal/for-terminal.ts';
import { allLines, reportLines, type Screen } from '#kit/terminal/report.ts';
import { stepTable } from '#kit/terminal/step-table.ts';
import { learnStrings } from '#kit/words/learn-strings.ts';

const look = { colour: false, unicode: true };
const small: Screen = { look, columns: 80, rows: 24 };
const catalog = readCatalog(repository);

function exercise(type: ExerciseType): Parameters<typeof reportLines>[1] {
  const found = catalog.find(({ facts }) => facts.type === type);
  if (found === undefined) throw new Error(`no ${type}`);
  return found;
}

function report(
  tests: readonly TestResult[],
  more: Partial<RunReport> = {},
): RunReport {
  const verdict =
    tests.find(({ verdict }) => verdict !== 'passed')?.verdict ?? 'passed';
  const rest = { message: '', output: [], outputCut: false, ms: 12 };
  return { verdict, tests, ...rest, ...more };
}

function many(
  count: number,
  verdict: TestResult['verdict'],
  head = 'handle, the codes that it ignores',
): TestResult[] {
  return Array.from({ length: count }, (_, at) => ({
    name: `${head} > lets the peer live on after code ${at}, whatever has come before it`,
    verdict,
    message:
      'handle(peer, msg) is still to be written; at hand: select, send, recv, Done',
  }));
}

function longest(lines: readonly string[]): number {
  return Math.max(...lines.map((line) => line.length));
}

describe('reportLines', () => {
  it('shows what came first of 43 unsolved tests, and counts the others', () => {
    const lines = reportLines(small, exercise('fill'), report(many(43, 'unsolved')));
    expect(lines).toEqual([
      ' 0 of 43 tests pass, 12 ms',
      ' 42 more are not written yet',
      ' ✗ handle, the codes that it ignores > lets the peer live on after code 0,',
      '   whatever has come before it (not written yet)',
      '     handle(peer, msg) is still to be written; at hand: select, send, recv, Done',
    ]);
  });

  it.each([
    ['quiz', 'not answered yet'],
    ['parsons', 'not placed yet'],
    ['bytes', 'not changed yet'],
  ] as const)('says of a %s what is still to be done', (type, words) => {
    const lines = reportLines(small, exercise(type), report(many(2, 'unsolved')));
    const said = lines.filter((line) => line.includes(words));
    expect(said.length).toBeGreaterThan(0);
    expect(lines.join()).not.toContain('not written yet');
  });

  it('names a few others in a line each, under the beginning of their names', () => {
    const tests = [
      ...many(1, 'passed'),
      ...many(1, 'failed'),
      ...many(2, 'failed', 'a b'),
    ];
    const lines = reportLines(small, exercise('fill'), report(tests));
    expect(lines.slice(1, 4)).toEqual([
      ' a b',
      '  ✗ lets the peer live on after code 0, whatever has come before it (failed)',
      '  ✗ lets the peer live on after code 1, whatever has come before it (failed)',
    ]);
    expect(lines.at(-1)).toMatch(/^ {5}handle\(peer/);
  });

  it('counts many others by the beginning of their names', () => {
    const tests = [...many(20, 'failed'), ...many(30, 'failed', 'another')];
    const lines = reportLines(small, exercise('fill'), report(tests));
    expect(lines.slice(1, 3)).toEqual([
      ' handle, the codes that it ignores: 19 more fail',
      ' another: 30 more fail',
    ]);
    const heads = Array.from({ length: 20 }, (_, at) =>
      many(1, 'failed', `${at}`.repeat(20)),
    );
    const [, folded] = reportLines(small, exercise('fill'), report(heads.flat()));
    expect(folded).toBe(' 19 more fail');
  });

  it.each([
    ['a long message', { message: 'word '.repeat(800).trim() }],
    ['many who wait', { message: `no: ${'reader waits for a; '.repeat(90)}` }],
    ['long values', { expected: 'one\n'.repeat(40), actual: 'two\n'.repeat(40) }],
  ])('keeps name and message in sight over %s', (_, more) => {
    const tests = many(9, 'failed').map((test) => ({ ...test, ...more }));
    const output = Array.from({ length: 500 }, () => 'printed');
    const lines = reportLines(small, exercise('fill'), report(tests, { output }));
    // Above the sentence about p, the keys, and the line of the cursor.
    const seen = lines.slice(-21);
    expect(seen.filter((line) => line.startsWith(' ✗ '))).toHaveLength(1);
    if ('expected' in more) {
      expect(seen.some((line) => line.startsWith('     wanted: one'))).toBe(true);
      expect(seen.some((line) => line.startsWith('     got:    two'))).toBe(true);
    }
    expect(longest(lines)).toBeLessThanOrEqual(80);
  });

  it('shows of many wrong answers to questions those that are in sight together', () => {
    const tests = many(20, 'failed').map((test) => ({
      ...test,
      expected: 'two bytes',
      actual: 'one byte',
    }));
    const lines = reportLines(small, exercise('quiz'), report(tests));
    expect(lines.length).toBeLessThanOrEqual(22);
    expect(lines.filter((line) => line.startsWith(' ✗ ')).length).toBe(3);
    expect(lines).toContain(' handle, the codes that it ignores: 17 more fail');
  });

  it('says what comes of the whole file last, and where', () => {
    const broken = { verdict: 'syntax', message: 'it ends', line: 3 } as const;
    const lines = reportLines(small, exercise('fill'), report([], broken));
    const { folder } = exercise('fill');
    expect(lines).toEqual([
      ' no test was run',
      ` ✗ exercises/${folder}/exercise.ts:3:1: it ends`,
    ]);
  });

  it('leaves lines whole, and names all, where no terminal shows them', () => {
    const tests = many(30, 'failed');
    const lines = reportLines({ look }, exercise('fill'), report(tests));
    const shown = lines.filter((line) => line.includes('whatever has come before it'));
    expect(shown).toHaveLength(30);
    expect(longest(lines)).toBeGreaterThan(80);
  });
});

describe('allLines', () => {
  it('has every test, and what each failure says', () => {
    const tests = [...many(2, 'passed'), ...many(3, 'failed'), ...many(4, 'unsolved')];
    const lines = allLines(small, exercise('fill'), report(tests));
    const texts = lines.join('\n');
    expect(texts.match(/lets the peer/g)).toHaveLength(9);
    expect(texts.match(/is still to be written/g)).toHaveLength(3);
    expect(longest(lines)).toBeLessThanOrEqual(80);
  });
});

describe('the line of the keys', () => {
  it.each([false, true])('fits, with a draft: %s', (hasDraft) => {
    expect(` ${learnStrings.keys(hasDraft)}`.length).toBeLessThanOrEqual(80);
  });
});

describe('stepTable', () => {
  const events = Array.from({ length: 81 }, (_, i) => ({
    ...{ i, t: i * 100, n: 'A', k: `readLoop${'#2'.repeat(i % 3)}` },
    ...{
      e: 'event' as const,
      v: 'hands over '.repeat(9),
      src: `impl/p2p/peer.ts:${i}`,
    },
  }));
  const head = { code: '', scenario: '', seed: '', schedule: '' };
  const traceOf = (steps: number): Trace => ({
    ...{ head: { peerwalkTrace: 1, ...head }, bytes: [] },
    events: events.slice(0, steps),
  });
  const trace = traceOf(30);

  it('fits in 80 columns, and is as wide as it needs where there is no terminal', () => {
    expect(longest(stepTable(look, trace, 12, 80))).toBe(80);
    expect(longest(stepTable(look, trace, 12))).toBeGreaterThan(80);
  });

  it('is whole up to 80 steps, and of a longer run what is around the step that is meant', () => {
    expect(stepTable(look, traceOf(80), 0)).toHaveLength(80);
    const part = stepTable(look, traceOf(81), 40);
    expect(part).toHaveLength(1 + 24 + 1 + 8 + 1);
    expect([part[0], part.at(-1)]).toEqual([
      '  … 16 steps before',
      '  … 32 steps after',
    ]);
  });
});

describe('forTerminal', () => {
  const texts = catalog.flatMap((one) =>
    [one.task, ...one.hints, ...whyOf(one)].map((text) => [one.folder, text] as const),
  );

  it('names the page, the section and the file of a link', () => {
    const text =
      'See [nothing](/x) and [`disconnect`](/guide/06-peer-run#where-the-news-comes-in), or [it](/exercises/w1-send-and-receive).';
    expect(forTerminal(repository, text, '14-handle-dispatch')).toContain(
      '`disconnect` (C6, “Where the news comes in”: docs/guide/06-peer-run.md), or it (W1: ',
    );
    expect(forTerminal(repository, '[c](/reference/glossary#channel)', '')).toBe(
      'c (Glossary, “channel”: docs/reference/glossary.md)',
    );
  });

  it('leaves no link of the site in any prose of the course, and finds each section', () => {
    const links = texts.flatMap(([, text]) =>
      Array.from(
        text.replaceAll(/<details[\s\S]*?<\/details>/g, '').matchAll(/\]\(\/[^)]+\)/g),
        ([link]) => link,
      ),
    );
    expect(links.length).toBeGreaterThan(20);
    const shown = texts.map(([folder, text]) => forTerminal(repository, text, folder));
    expect(shown.filter((text) => /\]\(\/|<\/?(?:details|summary)/.test(text))).toEqual(
      [],
    );
    const withSection = links.filter((link) => link.includes('#')).length;
    const named = shown.join('\n').match(/, “[^”]+”: docs\/[\w/-]+\.md\)/g) ?? [];
    expect(named).toHaveLength(withSection);
  });

  it('keeps folded what the page folds', () => {
    const text =
      'Say.\n\n<details class="x">\n<summary>Ours</summary>\n\nIt is 4.\n\n</details>\n';
    expect(forTerminal(repository, text, '01-a')).toBe(
      'Say.\n\n(Ours: exercises/01-a/README.md)\n',
    );
    const fold = (title: string, inside: string): string =>
      `<details class="x">\n<summary>${title}</summary>\n\n${inside}\n\n</details>`;
    const nested = fold('More', `And then?\n\n${fold('Ours', 'It is 5.')}`);
    expect(forTerminal(repository, `${nested}\n\n${fold('Last', '6')}`, '01-a')).toBe(
      '(More: exercises/01-a/README.md)\n\n(Last: exercises/01-a/README.md)',
    );
  });
});

describe('typed', () => {
  it.each([
    ['an arrow', '\u001b[A', []],
    ['an arrow with Ctrl', '\u001b[1;5C', []],
    ['Alt with a letter', '\u001bx', []],
    ['Escape alone', '\u001b', []],
    ['F1', '\u001bOP', []],
    ['letters, and an arrow among them', 'p\u001b[Bq', ['p', 'q']],
    ['Ctrl-C and Enter', '\u0003\r', ['\u0003', '\r']],
    ['other signs of control', '\u0001\t', []],
  ])('takes for keys what are keys: %s', (_, data, keys) => {
    expect(typed(data)).toEqual(keys);
  });
});

describe('what is said after a run', () => {
  it('names the keys for looking at it, and the live connection where there is one', () => {
    expect(learnStrings.plays(true, 'x')).toMatch(
      /^p plays it, .*; t writes it to a file/,
    );
    expect(learnStrings.plays(false, 'x')).toMatch(/^p plays “x”, .*; t writes it/);
    expect(learnStrings.whenPassed(true)).toContain(
      ' i runs yours in a live connection',
    );
    expect(learnStrings.whenPassed(false)).not.toContain('live');
  });
});
