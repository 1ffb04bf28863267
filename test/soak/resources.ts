/** What a process has open: sockets, listeners and timers. */

import type { WatchedProcess } from '../helpers/invariants.ts';

/** Each with its count, the sockets and listeners in the order of their names. */
export function resources(here: WatchedProcess): Record<string, number> {
  const counts: Record<string, number> = { timers: here.timers };
  for (const name of process.getActiveResourcesInfo().toSorted()) {
    if (name.startsWith('TCP')) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

export const nothing = { timers: 0 };

/** Until the event loop has closed what was let go: it needs turns of its own for that. */
export async function settled(
  here: WatchedProcess,
  expected: Record<string, number>,
  turns = 500,
): Promise<Record<string, number>> {
  for (let turn = 0; turn < turns; turn++) {
    if (JSON.stringify(resources(here)) === JSON.stringify(expected)) break;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return resources(here);
}
