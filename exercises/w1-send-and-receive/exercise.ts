import type { Chan } from '#impl/csp/chan.ts';
import { Unsolved } from '#kit/unsolved.ts';

/**
 * The cashier: adds up amounts until a 0 comes, and hands the sum over.
 *
 * @param amounts `await amounts.recv()` gives the next one
 * @param bill `await bill.send(sum)` hands the sum over
 */
export async function addUp(amounts: Chan<number>, bill: Chan<number>): Promise<void> {
  // TODO 1: take amounts, and add them up, until a 0 comes.
  // TODO 2: send the sum on `bill`, once.
  throw new Unsolved('addUp', { amounts, bill });
}
