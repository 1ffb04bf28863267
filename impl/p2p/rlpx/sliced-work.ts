/**
 * Work that grows with a message, cut so that others can run between: all peers share
 * one thread, and a remote chooses how long its messages are.
 */

import { sliceLength } from '../../crypto/provider.ts';

// #region sliced-work
export interface SlicedWork {
  /**
   * Goes on over about `bytes` of what comes in or goes out, whichever is more.
   *
   * @returns whether all is done
   */
  goOn(bytes: number): boolean;
}

/** Does all of it now. */
export function doAtOnce(work: SlicedWork): void {
  while (!work.goOn(sliceLength));
}

/**
 * Does it with a pause before each slice, the first one too: what ran before it in this
 * turn of the loop may have been a slice as well.
 */
export function* doInSlices(
  work: SlicedWork,
  slice = sliceLength,
): Generator<undefined, void> {
  do yield;
  while (!work.goOn(slice));
}
// #endregion sliced-work
