import { Unsolved } from './unsolved.ts';

/**
 * Takes a promise at its birth, so that a rejection always has an owner: a test that
 * fails before it looks at the promise does not also raise an unhandled rejection,
 * which would blame another test.
 */

export type Outcome<T> =
  | { readonly status: 'fulfilled'; readonly value: T }
  | { readonly status: 'rejected'; readonly reason: unknown };

/** @throws {Unsolved} what is not written yet has no outcome that a test could judge */
export function outcome<T>(promise: Promise<T>): Promise<Outcome<T>> {
  return promise.then(
    (value): Outcome<T> => ({ status: 'fulfilled', value }),
    (reason: unknown): Outcome<T> => {
      if (reason instanceof Unsolved) throw reason;
      return { status: 'rejected', reason };
    },
  );
}
