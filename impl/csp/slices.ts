/**
 * Long work in slices. Whoever loops over something that a peer or a file made large
 * writes the loop as a generator that yields what it has cost since it last yielded, in
 * units counted beforehand and not in time, so that a test can assert them. Between two
 * slices sockets, timers and other tasks have their turn, and the stop signal is looked
 * at: after it, at most the slice that has begun is finished.
 */
import { runtime } from './runtime.ts';
import { sliceUnits } from './seam.ts';

/** Work that says from time to time how many units it has done since it said so last. */
export type Work<T> = Generator<number, T, void>;

/** What `inSlices` answers when the stop signal came first. */
export const stopped = Symbol('stopped');

/**
 * Does the work, with a pause whenever `sliceUnits` are full. A piece between two yields
 * is done in one go: keep it well below a slice.
 *
 * @param stop a `Done`, or all that can tell; looked at after each pause
 * @returns what the work returns, or `stopped`; then its `finally` blocks have run
 * @throws what the work throws
 */
export async function inSlices<T>(
  work: Work<T>,
  stop: { readonly closed: boolean } | undefined,
): Promise<T | typeof stopped> {
  const own = runtime();
  let units = 0;
  let isFirst = true;
  try {
    for (let step = work.next(); ; step = work.next()) {
      if (step.done === true) return step.value;
      units += step.value;
      if (units < sliceUnits) continue;
      // It is done in a turn that others have work in; the later ones have their own.
      if (isFirst) own.spent(units);
      isFirst = false;
      units = 0;
      await own.pause();
      if (stop?.closed === true) {
        work.return(undefined as never); // its value is not read
        return stopped;
      }
    }
  } finally {
    // Many works of less than a slice each, in one turn, are as long as one.
    own.spent(units);
  }
}

/** The same work without a pause, for what is known to be small. */
export function atOnce<T>(work: Work<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}
