/** Runs a program under many schedules: all, or all near first in, first out. */

import { simulate, type Simulation } from '../../impl/sim/simulate.ts';

export interface Exploration {
  readonly runs: number;
  /** Every schedule was run that differs in at most `k` choices from the first. */
  readonly complete: boolean;
}

/**
 * @param main builds its world anew and returns what to look at afterwards
 * @param k choices that may differ from first in, first out; Infinity: all schedules
 */
export async function explore<T>(
  main: () => Promise<T>,
  see: (run: Simulation<T>) => void,
  { k = Infinity, maxRuns = 20_000 } = {},
): Promise<Exploration> {
  const open: { readonly choices: readonly number[]; readonly deviations: number }[] = [
    { choices: [], deviations: 0 },
  ];
  let runs = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (runs === maxRuns) return { runs, complete: false };
    runs++;
    const { choices, deviations } = next;
    const schedule = choices.map((choice) => choice.toString(36)).join('');
    const run = await simulate({ schedule }, main);
    see(run);
    if (deviations === k) continue;
    for (let at = choices.length; at < run.options.length; at++) {
      const before = [...choices, ...Array<number>(at - choices.length).fill(0)];
      for (let choice = 1; choice < (run.options[at] ?? 0); choice++) {
        open.push({ choices: [...before, choice], deviations: deviations + 1 });
      }
    }
  }
  return { runs, complete: true };
}
