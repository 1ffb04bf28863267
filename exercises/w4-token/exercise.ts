import type { Chan } from '#impl/csp/chan.ts';
import { Unsolved } from '#kit/unsolved.ts';

/**
 * Lets `bake` have the oven for itself, from its begin to its end.
 *
 * @param token has room for one; the token lies in it while the oven is free
 * @param bake what is to be done; it takes time, and it may throw
 * @returns what `bake` gives
 * @throws what `bake` throws
 */
export async function withOven<T>(
  token: Chan<string>,
  bake: () => Promise<T>,
): Promise<T> {
  // TODO 1: take the token.
  // TODO 2: call `bake`, and wait for it.
  // TODO 3: put the token back, whatever `bake` did; return what it gave.
  throw new Unsolved('withOven', { token, bake });
}
