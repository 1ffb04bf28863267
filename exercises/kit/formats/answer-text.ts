/**
 * `exercise.ts` of exercises that are answered by choosing: the page writes the file
 * that a reader would write by hand, and reads what a reader has written.
 */

import type { Answers, Item } from '../answers.ts';
import type { Assembled, Blank, Line } from '../parsons.ts';

export function writeAnswers(items: readonly Item[], answers: Answers): string {
  const lines = items.map(({ id }) => `  ${keyText(id)}: ${valueText(answers[id])},`);
  return [
    "import type { Answers } from '#kit/answers.ts';",
    '',
    'export const answers: Answers = {',
    ...lines,
    '};',
    '',
  ].join('\n');
}

/** Choices that the text makes; what is no choice of the item is left out. */
export function readAnswers(items: readonly Item[], text: string): Answers {
  const found = items.map(({ id, choices }): [string, string | undefined] => {
    const value = valueOf(text, id);
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
  const key = new RegExp(`(?:^|[\\s{,])['"]?${escaped(name)}['"]?\\s*:\\s*`, 'm').exec(
    text,
  );
  if (key === null) return undefined;
  const rest = text.slice(key.index + key[0].length);
  const match = new RegExp(`^(?:${quoted.source})`).exec(rest);
  return match === null ? undefined : textOf(match);
}

function escaped(name: string): string {
  return name.replaceAll(/[^\w]/g, (sign) => `\\${sign}`);
}

function keyText(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : valueText(name);
}

function valueText(value: string | undefined): string {
  if (value === undefined) return 'undefined';
  return `'${value.replaceAll(/['\\]/g, (sign) => `\\${sign}`)}'`;
}
