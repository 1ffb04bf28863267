/** Which failures are shown with what they say, in the page and in the terminal. */

import type { ExerciseType } from './schema-exercise.ts';
import type { TestResult } from './schema-report.ts';

const answeredByChoosing: readonly ExerciseType[] = ['predict', 'quiz', 'trace-table'];

/**
 * In code, the first failure is the one to mend: the others may go with it. Questions
 * have nothing to do with each other, so every wrong answer is shown. One that is not
 * given yet has nothing to say.
 */
export function openedAtFirst(
  type: ExerciseType,
  tests: readonly TestResult[],
): readonly TestResult[] {
  const failures = tests.filter(({ verdict }) => verdict !== 'passed');
  if (answeredByChoosing.includes(type)) {
    const answered = failures.filter(({ verdict }) => verdict !== 'unsolved');
    if (answered.length > 0) return answered;
  }
  return failures.slice(0, 1);
}
