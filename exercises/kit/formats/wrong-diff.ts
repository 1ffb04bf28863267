/**
 * The wrong answers of an exercise, `wrong.diff`: each is the solution with a few lines
 * changed, and says what one would have to believe to write it so.
 *
 *     ## first-version-wins
 *     misconception: the first common version of a name is as good as any
 *     caught-by: matchProtocols > prefers the highest common version
 *
 *     -    const other = highest.get(own.name);
 *     +    if (!highest.has(own.name)) highest.set(own.name, own);
 *
 * Changes are apart by an empty line. Lines begin with `-` (goes), `+` (comes) or a blank
 * (stays, and says where); `-…` is all that lies between the lines around it.
 */

import { InvalidData } from './schema.ts';

export interface WrongDiff {
  readonly name: string;
  readonly misconception: string;
  /** Name of the test that must fail, or its end. */
  readonly caughtBy: string;
  readonly changes: readonly Change[];
}

/** Lines with their sign before them. */
export type Change = readonly string[];

/** @throws {InvalidData} names the wrong answer that is not in order */
export function parseWrong(text: string, path: string): WrongDiff[] {
  const [before = '', ...sections] = text.split(/^## /m);
  if (before.trim() !== '') throw new InvalidData(path, 'it begins with "## name"');
  const all = sections.map((section) => parseSection(section, path));
  const names = all.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw new InvalidData(path, `two are called ${twice}`);
  return all;
}

function parseSection(section: string, path: string): WrongDiff {
  const [title = '', ...lines] = section.split('\n');
  const name = title.trim();
  const at = `${path}, ${name}`;
  if (!/^[a-z0-9-]+$/.test(name)) throw new InvalidData(at, 'a name like no-way-out');
  const misconception = header(lines.shift(), 'misconception', at);
  const caughtBy = header(lines.shift(), 'caught-by', at);
  return { name, misconception, caughtBy, changes: parseChanges(lines, at) };
}

/** @throws {InvalidData} no change, or a line without its sign */
export function parseChanges(lines: readonly string[], at: string): Change[] {
  const changes = lines
    .join('\n')
    .split(/\n(?:[ \t]*\n)+/)
    .map((change) => change.split('\n').filter((line) => line.trim() !== ''))
    .filter((change) => change.length > 0);
  if (changes.length === 0) throw new InvalidData(at, 'it changes nothing');
  for (const line of changes.flat()) {
    if (!/^[-+ ]/.test(line)) {
      throw new InvalidData(at, `a line begins with "-", "+" or a blank: ${line}`);
    }
  }
  return changes;
}

function header(line: string | undefined, key: string, at: string): string {
  const value = line?.startsWith(`${key}: `) && line.slice(key.length + 2).trim();
  if (!value) throw new InvalidData(at, `"${key}: …" is missing`);
  return value;
}

/**
 * The whole text of a wrong answer.
 *
 * @throws {InvalidData} a change whose place is not in the solution, or there twice
 */
export function applyWrong(solution: string, wrong: WrongDiff, path: string): string {
  return applyChanges(solution, wrong.changes, `${path}, ${wrong.name}`);
}

/** @param at where the changes stand, for people */
export function applyChanges(
  solution: string,
  changes: readonly Change[],
  at: string,
): string {
  let lines = solution.split('\n');
  for (const change of changes) {
    const found = change.filter((line) => !line.startsWith('+'));
    if (found.length === 0) {
      throw new InvalidData(at, `it does not say where this goes: ${change[0] ?? ''}`);
    }
    const places = lines.flatMap((_, start) => placeAt(lines, start, found) ?? []);
    const [place] = places;
    if (place === undefined || places.length > 1) {
      const where = place === undefined ? 'does not have' : 'has more than once';
      throw new InvalidData(at, `the solution ${where}:\n${found.join('\n')}`);
    }
    const kept = change.filter((line) => !line.startsWith('-'));
    lines = lines.toSpliced(
      place.start,
      place.end - place.start,
      ...kept.map((line) => line.slice(1)),
    );
  }
  return lines.join('\n');
}

const between = '-…';

interface Place {
  readonly start: number;
  /** After the last line. */
  readonly end: number;
}

/** Whether the lines that are looked for stand at `start`, and up to where. */
function placeAt(
  lines: readonly string[],
  start: number,
  wanted: readonly string[],
): Place | undefined {
  let at = start;
  for (const [index, line] of wanted.entries()) {
    if (line === between) {
      const next = wanted[index + 1]?.slice(1);
      at = next === undefined ? -1 : lines.indexOf(next, at);
      if (at < 0) return undefined;
    } else if (lines[at] === line.slice(1)) at += 1;
    else return undefined;
  }
  return { start, end: at };
}
