/**
 * Parsons exercises: lines to put in order, some with blanks to fill. What the reader
 * assembles is compiled and run; it is not compared with a model answer, so every
 * order that works is right.
 */

import { transform } from 'sucrase';
import { buildLines } from './build.ts';
import { kitStrings } from './words/strings.ts';
import { Unsolved } from './unsolved.ts';

const strings = kitStrings.parsons;

export interface Line {
  readonly id: string;
  /** One or more lines of code. `{{name}}` is a blank. */
  readonly code: string;
}

export interface Blank {
  /** The texts that may be put in. */
  readonly choices: readonly string[];
}

/** An exercise's `lines.ts` exports `puzzle: Puzzle`. */
export interface Puzzle {
  /** The lines, distractors included, in the order in which they are offered. */
  readonly lines: readonly Line[];
  readonly blanks: Readonly<Record<string, Blank>>;
  /** So many lines are placed in a whole answer, where the task says how many. */
  readonly needs?: number;
  /** Stands before and after what is assembled, and is shown with it. */
  readonly before: string;
  readonly after: string;
  /** The name that `before` declares. */
  readonly declares: string;
  /** What the lines may use, by name. */
  readonly scope: Readonly<Record<string, unknown>>;
}

/** What `exercise.ts` exports, by these names. */
export interface Assembled {
  /** Ids of lines, from top to bottom. */
  readonly order: readonly string[];
  /** For each blank the chosen text. */
  readonly blanks: Blanks;
}

export type Blanks = Readonly<Record<string, string | undefined>>;

/** The assembled lines are no program. */
export class NoProgram extends Error {
  override readonly name = 'NoProgram';
}

/** Lines are missing, so that nothing that was found right counts yet. */
export class MissingLines extends Error {
  override readonly name = 'MissingLines';
}

/**
 * A test calls this when it has found nothing wrong.
 *
 * @throws {MissingLines} fewer lines are placed than the puzzle needs
 */
export function expectPlaced({ needs = 0 }: Puzzle, { order }: Assembled): void {
  if (order.length >= needs) return;
  throw new MissingLines(strings.missing(order.length, needs));
}

/** The source text of what the reader assembled, indented by its braces. */
export function assembledSource(puzzle: Puzzle, answer: Assembled): string {
  const body = answer.order.map((id) => {
    const line = puzzle.lines.find((one) => one.id === id);
    if (line === undefined) throw new NoProgram(strings.noLine(id));
    return fillBlanks(line, puzzle, answer);
  });
  return indent([puzzle.before, ...body, puzzle.after].join('\n'));
}

function fillBlanks(line: Line, puzzle: Puzzle, answer: Assembled): string {
  return line.code.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const chosen = answer.blanks[name];
    if (chosen === undefined) {
      const row = line.code.split('\n').find((text) => text.includes(`{{${name}}}`));
      const shown = row?.trim().replaceAll(/\{\{\w+\}\}/g, '…') ?? name;
      throw new Unsolved(kitStrings.unsolved.blank(shown));
    }
    if (puzzle.blanks[name]?.choices.includes(chosen) !== true) {
      throw new NoProgram(strings.noChoice(chosen, name));
    }
    return chosen;
  });
}

function indent(source: string): string {
  let depth = 0;
  const lines = source.split('\n').map((line) => {
    const text = line.trim();
    const closes = /^[})\]]/.test(text) ? 1 : 0;
    const indented = '  '.repeat(Math.max(0, depth - closes)) + text;
    const opened = (text.match(/[{([]/g) ?? []).length;
    const closed = (text.match(/[})\]]/g) ?? []).length;
    depth += opened - closed;
    return indented;
  });
  return lines.join('\n');
}

/**
 * Compiles the assembled lines.
 *
 * @throws {Unsolved} no line was placed, or a blank is open
 * @throws {NoProgram} what was assembled cannot be run
 */
export function compileParsons(puzzle: Puzzle, answer: Assembled): unknown {
  if (answer.order.length === 0) throw new Unsolved(kitStrings.unsolved.order);
  const source = assembledSource(puzzle, answer);
  try {
    const { code } = transform(source, { transforms: ['typescript'] });
    const names = Object.keys(puzzle.scope);
    // Nothing stands before the first line: lines of a trace are lines of the source.
    const body = `'use strict';${code}\nreturn ${puzzle.declares};`;
    return buildLines(source, body, names)(...Object.values(puzzle.scope));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const why =
      misplaced(error.message, source) ??
      beforeCases(source) ??
      unbalanced(puzzle, answer);
    const said = why ?? withLine(error.message, source);
    throw new NoProgram(strings.noProgram(said));
  }
}

/** A `case` that stands in no switch; undefined if something else is wrong. */
function misplaced(message: string, source: string): string | undefined {
  const found = lineAt(message, source);
  if (found?.startsWith('case ') !== true) return undefined;
  return strings.noSwitch(found);
}

/** What stands between the head of a switch and its first case; undefined if nothing does. */
function beforeCases(source: string): string | undefined {
  const found = /^ *switch .*\{\n *(?! |case |default:|\})(.+)$/m.exec(source)?.[1];
  return found === undefined ? undefined : strings.beforeCases(found);
}

/** Which brace of the placed lines has no partner; undefined if each has one. */
function unbalanced(puzzle: Puzzle, answer: Assembled): string | undefined {
  const open: string[] = []; // BOUNDED by the braces of the lines
  const rows = answer.order.flatMap((id) => {
    const line = puzzle.lines.find((one) => one.id === id);
    return line === undefined ? [] : fillBlanks(line, puzzle, answer).split('\n');
  });
  for (const row of rows) {
    for (const [sign] of row.matchAll(/[{}]/g)) {
      if (sign === '{') open.push(row.trim());
      else if (open.pop() === undefined) {
        return strings.closesNothing(row.trim());
      }
    }
  }
  const [first] = open;
  return first === undefined ? undefined : strings.neverClosed(first);
}

/** `Unexpected token (3:5)` says nothing to who has moved lines: names the line. */
function withLine(message: string, source: string): string {
  const line = lineAt(message, source);
  if (line === undefined) return message;
  return strings.atLine(message.replace(placeInSource, ''), line);
}

const placeInSource = / \((\d+):\d+\)$/;

function lineAt(message: string, source: string): string | undefined {
  const number = placeInSource.exec(message)?.[1];
  return number === undefined
    ? undefined
    : source.split('\n')[Number(number) - 1]?.trim();
}
