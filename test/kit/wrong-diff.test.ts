import { describe, expect, it } from 'vitest';
import { applyWrong, parseWrong } from '#kit/formats/wrong-diff.ts';
import { hunks, lineDiff } from '#kit/words/line-diff.ts';

const solution = ['one();', 'two();', 'three();', 'two();', 'four();', ''].join('\n');

const head = '## a-name\nmisconception: that it is so\ncaught-by: f > is not so\n\n';

function applied(changes: string): string {
  const [wrong] = parseWrong(head + changes, 'wrong.diff');
  if (wrong === undefined) throw new Error('nothing was parsed');
  return applyWrong(solution, wrong, 'wrong.diff').replaceAll('\n', ' ').trim();
}

describe('parseWrong', () => {
  it('reads name, misconception, test and changes', () => {
    const text = `${head}-one();\n+1;\n\n three();\n+3;\n\n${head.replace('a-', 'b-')}-x\n`;
    expect(parseWrong(text, 'wrong.diff')).toEqual([
      {
        name: 'a-name',
        misconception: 'that it is so',
        caughtBy: 'f > is not so',
        changes: [
          ['-one();', '+1;'],
          [' three();', '+3;'],
        ],
      },
      expect.objectContaining({ name: 'b-name', changes: [['-x']] }),
    ]);
  });

  it.each([
    ['text before the first name', `x\n${head}-a`, 'it begins with "## name"'],
    ['a name that is no name', head.replace('a-name', 'A name'), 'a name like'],
    ['a missing belief', '## a\ncaught-by: x\n\n-a', '"misconception: …" is missing'],
    ['a missing test', '## a\nmisconception: x\n\n-a', '"caught-by: …" is missing'],
    ['no change', head, 'it changes nothing'],
    ['a line without a sign', `${head}one();`, 'a line begins with'],
    ['a name twice', `${head}-a\n\n${head}-a`, 'two are called a-name'],
  ])('refuses %s', (_, text, problem) => {
    expect(() => parseWrong(text, 'wrong.diff')).toThrow(problem);
  });
});

describe('applyWrong', () => {
  it.each([
    ['replaces lines', '-one();\n+1;', '1; two(); three(); two(); four();'],
    ['adds after a line', ' one();\n+1;', 'one(); 1; two(); three(); two(); four();'],
    ['adds before a line', '+1;\n one();', '1; one(); two(); three(); two(); four();'],
    ['takes lines away', '-three();\n-two();', 'one(); two(); four();'],
    [
      'tells equal lines apart by those around',
      '-two();\n three();',
      'one(); three(); two(); four();',
    ],
    [
      'moves lines',
      '-one();\n two();\n+one();\n three();',
      'two(); one(); three(); two(); four();',
    ],
    ['replaces all between two lines', '-one();\n-…\n-four();\n+0;', '0;'],
    [
      'makes several changes',
      '-one();\n+1;\n\n-four();\n+4;',
      '1; two(); three(); two(); 4;',
    ],
  ])('%s', (_, changes, result) => {
    expect(applied(changes)).toBe(result);
  });

  it.each([
    ['is not in the solution', '-five();', 'the solution does not have:\n-five();'],
    ['is there twice', '-two();', 'the solution has more than once:\n-two();'],
    ['is another when blanks count', '- one();', 'does not have'],
    ['is nowhere', '+five();', 'it does not say where this goes: +five();'],
    ['was taken by the change before', '-one();\n\n-one();', 'does not have'],
  ])('refuses a place that %s', (_, changes, problem) => {
    expect(() => applied(changes)).toThrow(problem);
  });
});

describe('hunks', () => {
  const after = (...lines: string[]): string[] =>
    hunks(lineDiff('a\nb\nc\nd\ne\nf\ng\nh', lines.join('\n')), 1).map((piece) =>
      piece
        .map(
          ({ kind, text }) => `${{ same: ' ', added: '+', removed: '-' }[kind]}${text}`,
        )
        .join(''),
    );

  it('are what differs, with the lines around', () => {
    expect(after('a', 'b', 'c', 'X', 'e', 'f', 'g', 'h')).toEqual([' c-d+X e']);
  });

  it('are one where they touch, and two where they do not', () => {
    expect(after('a', 'X', 'c', 'Y', 'e', 'f', 'g')).toEqual([
      ' a-b+X c-d+Y e',
      ' g-h',
    ]);
  });

  it('are none where nothing differs', () => {
    expect(after('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h')).toEqual([]);
  });
});
