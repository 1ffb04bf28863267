import type { Chan } from '#impl/csp/chan.ts';
import type { Done } from '#impl/csp/done.ts';
import { recv, select, send } from '#impl/csp/select.ts';
import { Unsolved } from '#kit/unsolved.ts';

/**
 * The runner: carries dishes from the kitchen to the guests until closing time.
 *
 * @param kitchen gives dishes
 * @param guests take them
 * @param closed `recv(closed)` is a case that happens at closing time
 */
export async function carry(
  kitchen: Chan<string>,
  guests: Chan<string>,
  closed: Done,
): Promise<void> {
  // TODO 1: wait for a dish, unless `closed` comes first.
  // TODO 2: hold it out until a guest takes it, unless `closed` comes first.
  // TODO 3: again, until `closed` has come.
  throw new Unsolved('carry', { kitchen, guests, closed }, { select, recv, send });
}
