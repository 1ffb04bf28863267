/** Which failures are shown with what they say, in the page and in the terminal. */

import type { ExerciseFacts, ExerciseType } from './schema-exercise.ts';
import type { TestResult } from './schema-report.ts';

const answeredOneByOne: readonly ExerciseType[] = [
  'predict',
  'quiz',
  'trace-table',
  'bytes',
];

/**
 * In code, the first failure is the one to mend: the others may go with it. An attack and
 * its cure are two pieces of code, so there it is the first of each. Questions and
 * messages have nothing to do with each other, so every wrong answer is shown. One that is not
 * given yet has nothing to say.
 */
export function openedAtFirst(
  type: ExerciseType,
  tests: readonly TestResult[],
): readonly TestResult[] {
  const failures = tests.filter(({ verdict }) => verdict !== 'passed');
  if (answeredOneByOne.includes(type)) {
    const answered = failures.filter(({ verdict }) => verdict !== 'unsolved');
    if (answered.length > 0) return answered;
  }
  if (type !== 'attack') return failures.slice(0, 1);
  const parts = new Map(failures.toReversed().map((test) => [partOf(test), test]));
  return failures.filter((test) => parts.get(partOf(test)) === test);
}

/** The name of the outermost `describe` that a test stands in. */
function partOf({ name }: TestResult): string {
  return name.split(' > ')[0] ?? name;
}

/** What a run that never ended, or one that spoiled its own judge, has to show. */
const unseen: readonly string[] = ['timeout', 'tampered'];

/** Whether the test ran tasks that can be looked at. */
export function canSee({ runs = 0, verdict }: TestResult): boolean {
  return runs > 0 && !unseen.includes(verdict);
}

/**
 * The test that is shown if the reader names none: the first that failed; where none did, the
 * one that the exercise names, or else the first.
 */
export function wantedTest(
  { see }: Pick<ExerciseFacts, 'see'>,
  tests: readonly TestResult[],
): TestResult | undefined {
  const shown = tests.filter(canSee);
  return (
    shown.find(({ verdict }) => verdict !== 'passed') ??
    shown.find(({ name }) => name === see) ??
    shown[0]
  );
}
