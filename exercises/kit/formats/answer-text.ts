/**
 * `exercise.ts` of exercises that are answered by choosing: the page writes the file
 * that a reader would write by hand, and reads what a reader has written.
 */

import type { Answers, Item } from '../answers.ts';
import type { Assembled, Blank, Line } from '../parsons.ts';

/** Longest line that a comment fills. */
const width = 88;

/**
 * The file with its questions in it, so that nobody who answers in a terminal has to open
 * another one. A starter is this text without an answer.
 */
export function writeAnswers(items: readonly Item[], answers: Answers): string {
  const open = items.some(({ id }) => answers[id] === undefined);
  const todo =
    '// TODO: for each question, one of the ids that stand before its choices.';
  const lines = items.flatMap((item, index) => [
    ...(index === 0 ? [] : ['']),
    ...commentOf(item),
    `  ${keyText(item.id)}: ${valueText(answers[item.id])},`,
  ]);
  return [
    "import type { Answers } from '#kit/answers.ts';",
    '',
    ...(open ? [todo] : []),
    'export const answers: Answers = {',
    ...lines,
    '};',
    '',
  ].join('\n');
}

function commentOf({ question, choices }: Item): string[] {
  const longest = Math.max(...choices.map(({ id }) => id.length)) + 2;
  return [
    ...filled('  // ', '  // ', question),
    ...choices.flatMap(({ id, text }) =>
      filled(
        `  //   ${`'${id}'`.padEnd(longest)}  `,
        `  //   ${' '.repeat(longest)}  `,
        text,
      ),
    ),
  ];
}

/** `text` in lines of at most `width` characters. */
export function filled(first: string, next: string, text: string): string[] {
  const lines: string[] = [];
  let line = first;
  for (const word of text.split(' ')) {
    const isEmpty = line === first || line === next;
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = next;
    }
    line += line === first || line === next ? word : ` ${word}`;
  }
  return [...lines, line];
}

/** Choices that the text makes; what is no choice of the item is left out. */
export function readAnswers(items: readonly Item[], text: string): Answers {
  const code = text.replaceAll(/^\s*\/\/.*$/gm, ''); // the comments name choices too
  const found = items.map(({ id, choices }): [string, string | undefined] => {
    const value = valueOf(code, id);
    return [id, choices.find((choice) => choice.id === value)?.id];
  });
  return Object.fromEntries(found);
}

/** The part of a puzzle that its text depends on. */
export interface PuzzleShape {
  readonly lines: readonly Line[];
  readonly blanks: Readonly<Record<string, Blank>>;
}

export function writeAssembled(puzzle: PuzzleShape, answer: Assembled): string {
  const names = Object.keys(puzzle.blanks);
  const blanks = names.map(
    (name) => `  ${keyText(name)}: ${valueText(answer.blanks[name])},`,
  );
  return [
    "import type { Blanks } from '#kit/parsons.ts';",
    '',
    'export const order: readonly string[] = [',
    ...answer.order.map((id) => `  ${valueText(id)},`),
    '];',
    '',
    'export const blanks: Blanks = {',
    ...blanks,
    '};',
    '',
  ].join('\n');
}

export function readAssembled(puzzle: PuzzleShape, text: string): Assembled {
  const list = /\border\b[^=]*=\s*\[([^\]]*)\]/.exec(text)?.[1] ?? '';
  const written = Array.from(list.matchAll(quoted), textOf);
  const order = [...new Set(written)].filter((id) =>
    puzzle.lines.some((line) => line.id === id),
  );
  const blanks = Object.entries(puzzle.blanks).map(
    ([name, { choices }]): [string, string | undefined] => {
      const value = valueOf(text, name);
      return [name, choices.find((choice) => choice === value)];
    },
  );
  return { order, blanks: Object.fromEntries(blanks) };
}

const quoted = /'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"/g;

function textOf(match: RegExpMatchArray | RegExpExecArray): string {
  return (match[1] ?? match[2] ?? '').replaceAll(/\\(.)/g, '$1');
}

/** The quoted text after `name:`, wherever in the text that stands. */
function valueOf(text: string, name: string): string | undefined {
  const match = new RegExp(`^(?:${quoted.source})`).exec(after(text, name) ?? '');
  return match === null ? undefined : textOf(match);
}

/** What comes after `name:`. */
export function after(text: string, name: string): string | undefined {
  const key = new RegExp(`(?:^|[\\s{,])['"]?${escaped(name)}['"]?\\s*:\\s*`, 'm').exec(
    text,
  );
  return key === null ? undefined : text.slice(key.index + key[0].length);
}

function escaped(name: string): string {
  return name.replaceAll(/[^\w]/g, (sign) => `\\${sign}`);
}

export function keyText(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : valueText(name);
}

export function valueText(value: string | undefined): string {
  if (value === undefined) return 'undefined';
  return `'${value.replaceAll(/['\\]/g, (sign) => `\\${sign}`)}'`;
}
