/** Tells those who listen inside this process: to a new head, to a pending transaction. */

import { runtime } from '../csp/runtime.ts';

/** A fault of one listener is logged. It is not the others', nor that of who tells. */
export function tellAll<E>(
  what: string,
  listeners: Iterable<(event: E) => void>,
  event: E,
): void {
  // A copy: a listener may leave, or bring another.
  for (const listener of [...listeners]) {
    try {
      listener(event);
    } catch (error) {
      runtime().taskFailed(`${what} listener`, error);
    }
  }
}
