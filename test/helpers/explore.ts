/** Runs one program under many schedules, and judges each run. */

import { vi } from 'vitest';
import { everyOrder } from '../../impl/sim/every-order.ts';
import {
  simulate,
  type SimulateOptions,
  type Simulation,
} from '../../impl/sim/simulate.ts';

// Thousands of schedules take a while on a busy machine; nothing here waits on a clock.
vi.setConfig({ testTimeout: 180_000 });

export type Judge<T> = (run: Simulation<T>) => void;

/** What a run has to be in nearly every test: over, with nothing left and no loose error. */
export function finished<T>({ outcome, left, failures }: Simulation<T>): T {
  if (outcome.status === 'threw') throw outcome.error;
  if (outcome.status !== 'done') throw new Error(JSON.stringify(outcome));
  if (left.length > 0) throw new Error(`left behind: ${JSON.stringify(left)}`);
  const [failure] = failures;
  if (failure !== undefined) {
    throw new Error(`task ${failure.task} failed`, { cause: failure.error });
  }
  return outcome.value;
}

/** One run; its value and how many virtual milliseconds it took. */
export async function run<T>(
  main: () => Promise<T>,
  options: SimulateOptions = {},
): Promise<{ readonly value: T; readonly duration: number }> {
  const simulation = await simulate(options, main);
  return { value: finished(simulation), duration: simulation.duration };
}

/**
 * Judges `main` in every order that differs from first in, first out in at most `k` choices.
 *
 * @returns how many schedules that were
 */
export async function explore<T>(
  k: number,
  main: () => Promise<T>,
  judge: Judge<T>,
  options: Omit<SimulateOptions, 'schedule'> = {},
): Promise<number> {
  const look = (run: Simulation<T>): boolean => {
    judged(`schedule "${run.schedule}"`, run, judge);
    return true;
  };
  return everyOrder(k, main, look, options);
}

/** Runs `main` under the schedules that the seeds 0 to `count` − 1 draw. */
export async function everySeed<T>(
  count: number,
  main: (seed: number) => Promise<T>,
  judge: Judge<T>,
  options: Omit<SimulateOptions, 'schedule' | 'seed'> = {},
): Promise<void> {
  for (let seed = 0; seed < count; seed++) {
    const simulation = await simulate({ ...options, seed: `${seed}` }, () =>
      main(seed),
    );
    judged(`seed ${seed}`, simulation, judge);
  }
}

function judged<T>(where: string, run: Simulation<T>, judge: Judge<T>): void {
  try {
    judge(run);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${where}: ${why}`, { cause: error });
  }
}

/** The error of a task that has to fail. */
export async function failureOf(task: Promise<unknown>): Promise<unknown> {
  try {
    await task;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}
