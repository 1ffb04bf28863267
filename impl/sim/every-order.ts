/**
 * Runs one program in every order of its tasks that differs from first in, first out in
 * at most k choices. What is said of "every order" is said with its k.
 */

import { simulate, type SimulateOptions, type Simulation } from './simulate.ts';

/**
 * Each order is run once: the last deviation of a schedule says which one it came from.
 *
 * @param look gets each run; false ends the search
 * @returns how many orders were run
 */
export async function everyOrder<T>(
  k: number,
  main: () => Promise<T>,
  look: (run: Simulation<T>) => boolean,
  options: Omit<SimulateOptions, 'schedule'> = {},
): Promise<number> {
  let runs = 0;
  // BOUNDED by k times the choices of a run
  const waiting = [{ schedule: '', deviations: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { schedule, deviations } = next;
    const run = await simulate({ ...options, schedule }, main);
    runs++;
    if (!look(run)) break;
    if (deviations === k) continue;
    for (const [at, count] of run.options.entries()) {
      if (at < schedule.length) continue;
      for (let choice = 1; choice < count; choice++) {
        const deviating = schedule.padEnd(at, '0') + choice.toString(36);
        waiting.push({ schedule: deviating, deviations: deviations + 1 });
      }
    }
  }
  return runs;
}
