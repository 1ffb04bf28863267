/** What came of each fault of `leaks.ts`: run when the site is built. */
import {
  draws,
  faults,
  seenIn,
  seenWith,
  type Fault,
  type Seen,
} from '../../impl/sim/leaks.ts';

/** In which orders: the usual one, all with so many deviations, or drawn ones. */
export const searches = ['usual', 'one', 'two', 'drawn'] as const;
export type Search = (typeof searches)[number];

export interface Found {
  readonly search: Search;
  readonly orders: number;
  /** Orders in which somebody was left, as first and last of each stretch. */
  readonly stretches: readonly (readonly [number, number])[];
  /** How many they are. */
  readonly leaking: number;
  readonly left: Seen['left'];
}

export interface FaultRuns {
  readonly fault: Fault;
  readonly found: readonly Found[];
}

export async function findLeaks(): Promise<readonly FaultRuns[]> {
  const runs: FaultRuns[] = [];
  for (const fault of faults) {
    const found: Found[] = [];
    for (const [k, search] of (['usual', 'one', 'two'] as const).entries()) {
      found.push(inShort(search, await seenWith(fault, k)));
    }
    found.push(inShort('drawn', await seenIn(fault, draws)));
    runs.push({ fault, found });
  }
  return runs;
}

function inShort(search: Search, { orders, left }: Seen): Found {
  const stretches: [number, number][] = [];
  for (const [index, tasks] of orders.entries()) {
    if (tasks === 0) continue;
    const last = stretches.at(-1);
    if (last?.[1] === index - 1) last[1] = index;
    else stretches.push([index, index]);
  }
  const leaking = orders.filter((tasks) => tasks > 0).length;
  return { search, orders: orders.length, stretches, leaking, left };
}
