import { describe, expect, it } from 'vitest';
import { parseProgress } from '#kit/formats/schema-progress.ts';
import { endedReport } from '#kit/formats/orders.ts';
import { wrapped } from '#kit/terminal/wrap.ts';

describe('wrapped', () => {
  it.each([
    ['a short line', 'one two', 'one two'],
    ['a long line', 'one two three four', 'one two\nthree four'],
    ['a word that is too long', 'a abcdefghijkl b', 'a\nabcdefghijkl\nb'],
    ['an item of a list', '- one two three', '- one two\n  three'],
    ['a numbered item', '1. one two three', '1. one two\n   three'],
    ['paragraphs', 'one two\n\nthree four five', 'one two\n\nthree four\nfive'],
    ['code', '```ts\nconst a = 1234567;\n```', '```ts\nconst a = 1234567;\n```'],
    ['a table', '| one | two | three |', '| one | two | three |'],
  ])('cuts %s between words, and no code', (_, text, lines) => {
    expect(wrapped(text, 10)).toBe(lines);
  });
});

describe('wrapped, in a terminal that gives its width as 0', () => {
  it('takes 80', () => {
    const text = 'word '.repeat(30).trim();
    const [first = ''] = wrapped(text, 0).split('\n');
    expect(first).toHaveLength(79);
  });
});

describe('parseProgress', () => {
  it('reads a file that begins with a mark of its encoding', () => {
    const text = '\ufeff{"version":1,"exercises":{},"predictions":{}}';
    expect(parseProgress(text)).toMatchObject({ version: 1 });
  });
});

describe('endedReport', () => {
  const printed = (count: number): { type: 'printed'; line: string }[] =>
    Array.from({ length: count }, () => ({ type: 'printed', line: 'x' }));

  it('says whether the output of a run that was ended is cut', () => {
    expect(endedReport(printed(499), 1).outputCut).toBe(false);
    expect(endedReport(printed(500), 1).outputCut).toBe(true);
    const long = { type: 'printed', line: 'x'.repeat(64 * 1024) } as const;
    expect(endedReport([long], 1).outputCut).toBe(true);
  });
});
