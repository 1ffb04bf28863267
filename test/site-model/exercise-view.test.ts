/** What exercise pages compute: groups of tests, cut lists, folds, the order of a search. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TestResult } from '../../exercises/kit/formats/schema-report.ts';
import {
  comparedIn,
  cutWaits,
  grouped,
  inOneSentence,
  saidOf,
} from '../../exercises/kit/formats/verdict-view.ts';
import { ranked, type Found } from '../../.vitepress/theme/components/search-rank.ts';
import {
  bareCode,
  difference,
  firstTodo,
  importLines,
} from '../../.vitepress/theme/exercise/code-shape.ts';
import { kitStrings } from '../../exercises/kit/words/strings.ts';
import { breakable } from '../../.vitepress/build/breakable.ts';
import {
  pieceAt,
  piecesAt,
  rowOf,
} from '../../.vitepress/theme/exercise/puzzle-view.ts';

function test(name: string): TestResult {
  return { name, verdict: 'passed', message: '' };
}

describe('grouped', () => {
  it('puts tests under the common beginning of their names, in the order they came', () => {
    const groups = grouped(['a > b > x', 'c > y', 'a > b > z', 'w'].map(test));
    expect(
      groups.map(({ head, tests }) => [head, tests.map(({ name }) => name)]),
    ).toEqual([
      ['a › b', ['x', 'z']],
      ['c', ['y']],
      ['', ['w']],
    ]);
  });
});

describe('cutWaits', () => {
  const waits = (count: number): string =>
    `nothing can go on: ${Array.from({ length: count }, (_, at) => `t${at} waits for c`).join('; ')}`;

  it('leaves a short list whole', () => {
    expect(cutWaits(waits(5))).toEqual({ text: waits(5), rest: [] });
    expect(cutWaits('a; b; c; d; e; f; g').rest).toEqual([]);
  });

  it('cuts a long one after the fourth', () => {
    const { text, rest } = cutWaits(waits(9));
    expect(text).toBe(waits(4));
    expect(rest).toHaveLength(5);
  });
});

describe('saidOf', () => {
  const failed = (message: string, expected?: string, actual?: string): TestResult => ({
    ...{ name: 'a', verdict: 'failed', message },
    ...(expected === undefined ? {} : { expected }),
    ...(actual === undefined ? {} : { actual }),
  });

  it.each([
    ["the list is: expected [ 'soup', … ] to deeply equal [ 'fish' ]", 'the list is:'],
    ["what: expected 'to be or\nnot' to be 'b'", 'what:'],
    ['what: expected { a: 1 } to match object { a: 2 }', 'what:'],
    ['what: expected undefined to be 17n', 'what:'],
    ['what: not what was expected', 'what:'],
    ['That was all.: expected 1 to be 0', 'That was all.'],
    ['expected 1 to be 2', 'expected 1 to be 2'],
    ['not what was expected', 'not what was expected'],
  ])('above both values says what the test says, and no value: %s', (message, said) => {
    const test = failed(message, 'a', 'b');
    expect(saidOf(test)).toBe(said);
    expect(comparedIn(test)).toEqual({ wanted: 'a', got: 'b' });
  });

  it.each([
    ['a value alone', failed('what: expected 1 to be 2', '2')],
    ['no value', failed('what: expected 1 to be 2')],
    ['what must not be', failed("what: expected 'a' not to be 'a'", 'a', 'a')],
    ['what must not equal', failed('what: expected 1 to not deeply equal 1', '1', '1')],
  ])('is the whole message beside %s', (_, test) => {
    expect(saidOf(test)).toBe(test.message);
    expect(comparedIn(test)).toBeUndefined();
  });

  it('keeps how else something is compared', () => {
    const message = 'what: expected 1 to be greater than 2';
    expect(saidOf(failed(message, '2', '1'))).toBe(message);
  });
});

describe('inOneSentence', () => {
  it.each([
    [
      "the list is: expected [ 'soup' ] to deeply equal []",
      "the list is: wanted [], got [ 'soup' ]",
    ],
    ['what: expected undefined to be 17n', 'what: wanted 17n, got undefined'],
    ['what: expected 1 to be greater than 2', 'what: expected 1 to be greater than 2'],
    ['what: not what was expected', 'what: not what was expected'],
    ['The run shows otherwise.', 'The run shows otherwise.'],
    [
      "what: expected 'a: expected b to be c' to be 1",
      "what: wanted 1, got 'a: expected b to be c'",
    ],
    [': expected '.repeat(1_800), ': expected '.repeat(1_800)],
  ])('calls both values as the rows do: %s', (message, said) => {
    expect(inOneSentence(message)).toBe(said);
  });
});

describe('a wrong answer', () => {
  it.each([
    ['It is not so that it waits. The run shows otherwise.', ''],
    ['The run shows otherwise.', 'Not so. '],
  ])('is called so once: %s', (said, before) => {
    expect(kitStrings.answers.wrong(said)).toBe(before + said);
  });
});

describe('importLines', () => {
  it.each([
    ['one import is not folded', "import a from 'a';\nx", undefined],
    ['several lines', "import {\n  a,\n} from 'a';\nimport 'b';\n\nx", [1, 4]],
    ['a comment before them', "// hello\nimport 'a';\nimport 'b';\nx", [2, 3]],
    ['code before them', "x\nimport 'a';\nimport 'b';\n", undefined],
    ['an import that does not end', 'import {\n  a,\n', undefined],
  ])('%s', (_, code, wanted) => {
    const found = importLines(code);
    expect(found && [found.first, found.last]).toEqual(wanted);
  });
});

describe('piecesAt', () => {
  it('finds the pieces that hold the lines, below what stands before them', () => {
    const codes = ['one', 'two\nthree', 'four'];
    expect(piecesAt('head\nhead', codes, [2, 3])).toEqual([0]);
    expect(piecesAt('head\nhead', codes, [5, 6])).toEqual([1, 2]);
    expect(piecesAt('head\nhead', codes, [1, 7])).toEqual([]);
  });
});

describe('rowOf', () => {
  const code = "case 'writeErr':\n  if (bad) {\n  } else {{written}};\n  break;";

  it('names a blank by the row of code that it stands in', () => {
    expect(rowOf({ lines: [{ id: 'a', code }] }, 'written')).toBe('} else …;');
  });
});

describe('bareCode', () => {
  it('leaves out comments, and the import of what is not written yet', () => {
    const code = `import { a } from '#impl/a.ts';
import { Unsolved } from '#kit/unsolved.ts';

/**
 * Does it.
 */
export function f(): number {
  // TODO: more
  return 2 * a; // twice
}
`;
    expect(bareCode(code)).toBe(`import { a } from '#impl/a.ts';

export function f(): number {
  return 2 * a; // twice
}`);
  });
});

describe('firstTodo', () => {
  it('counts lines from 1', () => {
    expect(firstTodo('a\n  // TODO 1: b\n// TODO 2')).toBe(2);
    expect(firstTodo('a')).toBeUndefined();
  });
});

describe('ranked', () => {
  const page = (title: string): Found => ({
    id: title,
    isPage: true,
    title,
    trail: '',
  });
  const section = (title: string): Found => ({
    ...page(title),
    isPage: false,
    trail: 'x',
  });

  it('puts a page whose title is meant first, then such a section, then the rest', () => {
    const found = [
      section('On clocks'),
      section('Glossary of words'),
      page('A glossary'),
    ];
    expect(ranked('gloss', found).map(({ title }) => title)).toEqual([
      'A glossary',
      'Glossary of words',
      'On clocks',
    ]);
    expect(ranked('e14', [page('Errors'), page('E14 Handle')])[0]?.title).toBe(
      'E14 Handle',
    );
  });
});

describe('difference', () => {
  it('names the least that has to be replaced, so that a caret elsewhere stays', () => {
    expect(difference('one two three', 'one 2 three')).toEqual({
      ...{ from: 4, to: 7, insert: '2' },
    });
    expect(difference('aa', 'aaa')).toEqual({ from: 2, to: 2, insert: 'a' });
    expect(difference('same', 'same')).toEqual({ from: 4, to: 4, insert: '' });
  });

  it('makes the one of the other', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 12 });
    fc.assert(
      fc.property(text, text, (before, after) => {
        const { from, to, insert } = difference(before, after);
        expect(before.slice(0, from) + insert + before.slice(to)).toBe(after);
      }),
      { seed: 7 },
    );
  });
});

describe('pieceAt', () => {
  const lines = [
    { id: 'two', code: 'a();\nb();' },
    { id: 'one', code: 'c();' },
  ];
  const puzzle = { lines, blanks: {}, before: 'function f() {', after: '}' };

  it.each([
    ['what stands before them', 1, undefined],
    ['the first', 2, 0],
    ['the second row of the second', 4, 1],
    ['what stands after them', 5, undefined],
  ])('finds %s', (_, line, piece) => {
    expect(pieceAt(puzzle, "order = ['one', 'two']", line)).toBe(piece);
  });
});

describe('breakable', () => {
  it.each([
    ['a.b(c, d)', 'a.<wbr>b(<wbr>c, d)'],
    ['f();', 'f();'],
    ['[...a]', '[...<wbr>a]'],
    ['<i class="a.b">s.t</i>&amp;', '<i class="a.b">s.<wbr>t</i>&amp;'],
    ['1_000', '1_000'],
  ])('lets %s go on below it after its signs alone', (html, wanted) => {
    expect(breakable(html)).toBe(wanted);
  });
});
