/**
 * Expected ends and faults of our own, told apart. What a remote or a line can bring
 * about has a class of its own; what is left was not foreseen by anybody.
 */

import { runtime } from '../csp/runtime.ts';
import { RuntimeMisuse } from '../csp/seam.ts';
import { asError } from './as-error.ts';

/** The language's own errors, thrown as they are. */
const unforeseen: ReadonlySet<unknown> = new Set([
  Error,
  AggregateError,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
]);

export function isFault(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || thrown instanceof RuntimeMisuse) return true;
  return unforeseen.has(thrown.constructor);
}

/** What ended a task, as an Error. A fault is logged with its stack, before it is lost. */
export function endedBy(task: string, thrown: unknown): Error {
  if (isFault(thrown)) runtime().taskFailed(task, thrown);
  return asError(thrown);
}
