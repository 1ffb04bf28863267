/** What a wait is told that belongs to no task of a run. */

import { RuntimeMisuse } from '../csp/seam.ts';

/**
 * @param label what is waited for; a turn has none
 * @param isOver the run has ended
 */
export function misuse(label: string | undefined, isOver: boolean): RuntimeMisuse {
  const wait = label === undefined ? 'a wait' : `a wait (${label})`;
  return new RuntimeMisuse(
    isOver
      ? `${wait} in a run that is over: its channel, group or timer was made in an earlier call, and kept. Make it anew in each`
      : `${wait} outside of a task, or while its task still waits elsewhere. ` +
          'Is an `await` missing in front of an earlier call? (`return call()` in a `try` needs one too.) ' +
          'Or are several waits meant at once? `select` waits for the first of them, and WaitGroup.go starts a task for each; Promise.race and Promise.all do neither',
  );
}
