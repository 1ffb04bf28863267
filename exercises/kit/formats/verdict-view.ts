/** How the results of a run are put in order for a reader, in the page and in the terminal. */

import { kitStrings } from '../words/strings.ts';
import type { ExerciseType } from './schema-exercise.ts';
import type { TestResult } from './schema-report.ts';

export interface NamedTest {
  /** What is left of the name under the common beginning. */
  readonly name: string;
  readonly test: TestResult;
}

export interface Group {
  /** The common beginning of the names, without the last part. */
  readonly head: string;
  readonly tests: readonly NamedTest[];
}

const separator = ' > ';

/** Tests that stand in one `describe` stay together, in the order of their first. */
export function grouped(tests: readonly TestResult[]): Group[] {
  const groups = new Map<string, NamedTest[]>(); // BOUNDED by the tests of one exercise
  for (const test of tests) {
    const at = test.name.lastIndexOf(separator);
    const head = at === -1 ? '' : test.name.slice(0, at);
    const name = at === -1 ? test.name : test.name.slice(at + separator.length);
    const group = groups.get(head) ?? [];
    group.push({ name, test });
    groups.set(head, group);
  }
  return [...groups].map(([head, named]) => ({
    head: head.replaceAll(separator, ' › '),
    tests: named,
  }));
}

export interface Message {
  readonly text: string;
  /** What was cut: the tail of a long list of who waits for what. */
  readonly rest: readonly string[];
}

const shownWaits = 4;

/** A list of waiting tasks says enough with its first few. */
export function cutWaits(message: string): Message {
  const parts = message.split('; ');
  const waits = parts.filter((part) => / waits for /.test(part));
  if (waits.length <= shownWaits + 1) return { text: message, rest: [] };
  const keep = parts.indexOf(waits[shownWaits - 1] ?? '') + 1;
  return { text: parts.slice(0, keep).join('; '), rest: parts.slice(keep) };
}

/** What a test wanted and what it got, where the two say what is wrong. */
export interface Compared {
  readonly wanted: string;
  readonly got: string;
}

/** Undefined as well where both are the same: `not.toBe(…)` says it in its sentence. */
export function comparedIn(test: TestResult): Compared | undefined {
  const { expected: wanted, actual: got, message } = test;
  if (wanted === undefined || got === undefined) return undefined;
  const compares = message.slice(message.indexOf('expected '));
  const isNegated = wanted === got && / (?:not to|to not) /.test(compares);
  return isNegated ? undefined : { wanted, got };
}

/** How an assertion that compares goes on behind the words of the test. */
interface Comparison {
  /** Where it begins. */
  readonly at: number;
  readonly wanted: string | undefined;
  readonly got: string | undefined;
}

/** A value follows, and no word, as in “to be greater than”. */
const comparison =
  /^: expected ([^]*) to (?:(?:deeply |strictly )?equal|be|match object) (?=['"[{(<\d-]|[A-Z]|true\b|false\b|null\b|undefined\b|an? case\b)([^]*)$|^: not what was expected$/;

/** Looked for at one place alone: what a reader's values say may be long. */
function comparisonOf(message: string): Comparison | undefined {
  const at = message.search(/: (?:expected |not what was expected$)/);
  const found = at < 0 ? null : comparison.exec(message.slice(at));
  return found === null ? undefined : { at, got: found[1], wanted: found[2] };
}

/** What a test says: above both values, its own words alone, if it has any. */
export function saidOf(test: TestResult): string {
  const { message } = test;
  const found = comparisonOf(message);
  if (found === undefined || comparedIn(test) === undefined) return message;
  const own = message.slice(0, found.at);
  return /[.:?!…]$/.test(own) ? own : `${own}:`;
}

/** A message that stands alone, with its two values called as they are above. */
export function inOneSentence(message: string): string {
  const { at, wanted, got } = comparisonOf(message) ?? {};
  if (wanted === undefined || got === undefined) return message;
  return `${message.slice(0, at)}: ${kitStrings.wantedAndGot(wanted, got)}`;
}

/** What a reader has not done yet where a part is unsolved. */
export function notYet(type: ExerciseType): string {
  const { written, answered, placed, changed } = kitStrings.notYet;
  if (type === 'parsons') return placed;
  if (type === 'bytes') return changed;
  const isAsked = type === 'predict' || type === 'quiz' || type === 'trace-table';
  return isAsked ? answered : written;
}
