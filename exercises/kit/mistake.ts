/** Tells a mistake in a reader's code from what a line or a peer makes it throw. */

import { RuntimeMisuse } from '#impl/csp/seam.ts';

const mistakes = [ReferenceError, TypeError, RangeError, SyntaxError, RuntimeMisuse];

/**
 * A name that nobody has imported, a field of `undefined`, an `await` that is missing. A
 * test that catches what a reader's code throws lets these through: they say more about
 * a run than anything that it came to.
 */
export function isMistake(error: unknown): error is Error {
  return (
    mistakes.some((kind) => error instanceof kind) ||
    (error instanceof Error && error.name === 'Unsolved')
  );
}
