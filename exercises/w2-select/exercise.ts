import type { Chan } from '#impl/csp/chan.ts';
import { recv, select } from '#impl/csp/select.ts';
import { Unsolved } from '#kit/unsolved.ts';

/**
 * The waiter: takes `count` orders from two tables, in the order in which they come.
 *
 * @param left what the left table calls out
 * @param right what the right table calls out
 * @returns for example `['left: soup', 'right: fish']`
 */
export async function takeOrders(
  left: Chan<string>,
  right: Chan<string>,
  count: number,
): Promise<string[]> {
  // TODO 1: wait for an order from the left or from the right, whichever comes first.
  // TODO 2: note it with the name of its table, until there are `count` of them.
  throw new Unsolved('takeOrders', { left, right, count }, { select, recv });
}
