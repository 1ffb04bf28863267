import type { Chan } from '#impl/csp/chan.ts';
import type { Done } from '#impl/csp/done.ts';
import { recv, select, send } from '#impl/csp/select.ts';

/** The runner: carries dishes from the kitchen to the guests until closing time. */
export async function carry(
  kitchen: Chan<string>,
  guests: Chan<string>,
  closed: Done,
): Promise<void> {
  for (;;) {
    const got = await select({ dish: recv(kitchen), closed: recv(closed) });
    if (got.case === 'closed') return;
    const gave = await select({ taken: send(guests, got.value), closed: recv(closed) });
    if (gave.case === 'closed') return;
  }
}
