/** The result of a run, as the page, the terminal and `grade --json` show it. */

import type { ExerciseState } from './schema-progress.ts';
import {
  readCount,
  readFields,
  readList,
  readOneOf,
  readText,
  InvalidData,
} from './schema.ts';

/** What the reader's code prints is cut here. */
export const maxOutputBytes = 64 * 1024;
export const maxOutputLines = 500;

export const testVerdicts = [
  'passed',
  'failed', // an assertion did not hold
  'threw', // the code threw something else
  'unsolved', // the TODO is still there
  'blocked', // every task waits for another
  'step-limit', // the run took more steps than any right answer needs
  'timeout', // it did not end
  'tampered', // the code changed a built-in that the tests rely on
] as const;

export type TestVerdict = (typeof testVerdicts)[number];

/** `syntax`: the code could not be read at all. `yours`: see the manifest. */
export const runVerdicts = [...testVerdicts, 'syntax'] as const;

export type RunVerdict = (typeof runVerdicts)[number];

export interface TestResult {
  /** As vitest shows it: the describes and the test, joined by ` > `. */
  readonly name: string;
  readonly verdict: TestVerdict;
  /** Empty when it passed. */
  readonly message: string;
  /** What an assertion wanted and got, printed for people. */
  readonly expected?: string;
  readonly actual?: string;
  /** Where in the reader's code. */
  readonly line?: number;
  readonly column?: number;
  /** How many runs of tasks it made (`simulate`). None: there is nothing to record. */
  readonly runs?: number;
}

export interface RunReport {
  readonly verdict: RunVerdict;
  readonly tests: readonly TestResult[];
  /** Tests that the run did not come to, if it was ended before. */
  readonly unrun?: number;
  /** Why no test could run. Empty otherwise. */
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
  /** Ours that does the work: the answer counts as looked up. */
  readonly borrowed?: string;
  /** What the code printed, cut at the limits. */
  readonly output: readonly string[];
  readonly outputCut: boolean;
  /** Milliseconds from the order to the verdict, inside the worker. */
  readonly ms: number;
}

export interface GradedExercise {
  readonly id: string;
  readonly verdict: RunVerdict;
  readonly points: number;
  readonly max: number;
  readonly tests: readonly GradedTest[];
}

export interface GradedTest {
  /** `exercise.ts` if the code could not be read and no test was run. */
  readonly name: string;
  readonly verdict: RunVerdict;
  readonly message: string;
}

export interface GradeReport {
  readonly version: 1;
  readonly exercises: readonly GradedExercise[];
}

/** Whether the answer is right, and the reader's own. */
export function isSolved({ verdict, borrowed }: RunReport): boolean {
  return verdict === 'passed' && borrowed === undefined;
}

/** What an exercise is to its reader after a run; looking up takes nothing back. */
export function stateAfter(before: ExerciseState, report: RunReport): ExerciseState {
  if (isSolved(report)) return 'passed';
  if (before === 'passed' || before === 'revealed') return before;
  return report.borrowed === undefined ? 'tried' : 'revealed';
}

/** Checks what comes back from the sandbox, where the reader's code ran. */
export function readRunReport(value: unknown, path = 'report'): RunReport {
  const fields = readFields(value, path);
  const verdict = readOneOf(fields['verdict'], runVerdicts, `${path}.verdict`);
  const tests = readList(fields['tests'], `${path}.tests`, readTestResult, 500);
  if (verdict === 'passed' && runVerdict(tests) !== 'passed') {
    throw new InvalidData(`${path}.verdict`, 'its tests say something else');
  }
  return {
    verdict,
    tests,
    ...(fields['unrun'] === undefined
      ? {}
      : { unrun: readCount(fields['unrun'], `${path}.unrun`) }),
    message: readText(fields['message'], `${path}.message`, 20_000),
    ...readPlace(fields, path),
    ...(fields['borrowed'] === undefined
      ? {}
      : { borrowed: readText(fields['borrowed'], `${path}.borrowed`, 500) }),
    output: readList(fields['output'], `${path}.output`, outputLine, 1000),
    outputCut: fields['outputCut'] === true,
    ms: typeof fields['ms'] === 'number' && fields['ms'] >= 0 ? fields['ms'] : 0,
  };
}

export function readTestResult(value: unknown, path: string): TestResult {
  const fields = readFields(value, path);
  const { expected, actual, runs } = fields;
  return {
    name: readText(fields['name'], `${path}.name`, 2000),
    verdict: readOneOf(fields['verdict'], testVerdicts, `${path}.verdict`),
    message: readText(fields['message'], `${path}.message`, 20_000),
    ...(expected === undefined
      ? {}
      : { expected: readText(expected, `${path}.expected`, 20_000) }),
    ...(actual === undefined
      ? {}
      : { actual: readText(actual, `${path}.actual`, 20_000) }),
    ...readPlace(fields, path),
    ...(runs === undefined ? {} : { runs: readCount(runs, `${path}.runs`) }),
  };
}

function readPlace(
  fields: Readonly<Record<string, unknown>>,
  path: string,
): { line?: number; column?: number } {
  const { line, column } = fields;
  return {
    ...(line === undefined ? {} : { line: readCount(line, `${path}.line`) }),
    ...(column === undefined ? {} : { column: readCount(column, `${path}.column`) }),
  };
}

function outputLine(value: unknown, path: string): string {
  return readText(value, path, 70_000);
}

/** @throws {InvalidData} the value is no `grade --json` report */
export function readGradeReport(value: unknown, path = 'grade'): GradeReport {
  const fields = readFields(value, path);
  if (fields['version'] !== 1) throw new InvalidData(`${path}.version`, '1 is needed');
  return {
    version: 1,
    exercises: readList(fields['exercises'], `${path}.exercises`, (item, at) => {
      const one = readFields(item, at);
      return {
        id: readText(one['id'], `${at}.id`, 10),
        verdict: readOneOf(one['verdict'], runVerdicts, `${at}.verdict`),
        points: readCount(one['points'], `${at}.points`),
        max: readCount(one['max'], `${at}.max`),
        tests: readList(one['tests'], `${at}.tests`, readGradedTest),
      };
    }),
  };
}

function readGradedTest(value: unknown, path: string): GradedTest {
  const { name, verdict, message } = readFields(value, path);
  return {
    name: readText(name, `${path}.name`, 2000),
    verdict: readOneOf(verdict, runVerdicts, `${path}.verdict`),
    message: readText(message, `${path}.message`, 20_000),
  };
}

/** How many of the planned tests have no result. */
export function unrunOf(
  planned: number,
  results: readonly TestResult[],
): { unrun?: number } {
  const unrun = planned - results.length;
  return unrun > 0 ? { unrun } : {};
}

/** The verdict of a run is that of its first test that did not pass. */
export function runVerdict(tests: readonly TestResult[]): RunVerdict {
  const first = tests.find((test) => test.verdict !== 'passed');
  return first?.verdict ?? (tests.length === 0 ? 'failed' : 'passed');
}
