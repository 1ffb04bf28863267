/**
 * Runs a test's tasks one at a time on a virtual clock: sleeping costs nothing, the same
 * seed gives the same run, and a run that cannot go on says who waits for what.
 */

import {
  simulate,
  type BlockedTask,
  type SimulateOptions,
  type Simulation,
} from '#impl/sim/simulate.ts';
import { aTurn } from '#impl/sim/task.ts';
import { kitStrings } from './words/strings.ts';

const strings = kitStrings.tasks;

export interface Finished<T> {
  readonly value: T;
  /** Tasks that were still alive when the test's own task ended. */
  readonly left: readonly BlockedTask[];
  /** Virtual milliseconds that the run took. */
  readonly duration: number;
  readonly steps: number;
  readonly trace: Simulation<T>['trace'];
}

/** Nothing can go on: every task waits. The message names each and what it waits for. */
export class Blocked extends Error {
  override readonly name = 'Blocked';
  readonly tasks: readonly BlockedTask[];

  constructor(tasks: readonly BlockedTask[]) {
    // No task waits for a turn when nothing runs, unless two have been taken for one.
    const isLost = tasks.some(({ on }) => on === aTurn.label);
    super(isLost ? strings.lostTurn : strings.blocked(inWords(tasks)));
    this.tasks = tasks;
  }
}

/** The run took more steps than any right answer needs. */
export class StepLimit extends Error {
  override readonly name = 'StepLimit';

  constructor(steps: number, tasks: readonly BlockedTask[]) {
    super(strings.stepLimit(steps, inWords(tasks)));
  }
}

/** A task waits for a promise that no channel, timer or connection has made. */
export class ForeignWait extends Error {
  override readonly name = 'ForeignWait';

  constructor(task: string) {
    super(strings.foreignWait(task));
  }
}

const defaultMaxSteps = 20_000;

/**
 * Runs `main` and the tasks that it starts, until `main` returns.
 *
 * @throws {Blocked} nothing can go on
 * @throws {StepLimit} it takes more than `options.maxSteps`, by default 20,000
 * @throws {ForeignWait} see there
 * @throws whatever `main` throws, or the first error of a task that nobody claimed
 */
export async function runTasks<T>(
  main: () => Promise<T>,
  options: SimulateOptions = {},
): Promise<Finished<T>> {
  const maxSteps = options.maxSteps ?? defaultMaxSteps;
  const run = await simulate({ schedule: '', ...options, maxSteps }, main);
  const { outcome, failures, left, duration, steps, trace } = run;
  switch (outcome.status) {
    case 'threw':
      throw outcome.error;
    case 'deadlock':
      if (failures[0] !== undefined) throw failures[0].error;
      throw new Blocked(outcome.blocked);
    case 'step-limit':
      throw new StepLimit(maxSteps, outcome.blocked);
    case 'foreign-wait':
      // A task that threw while a wait of its own went on: why, its error says.
      if (failures[0] !== undefined) throw failures[0].error;
      throw new ForeignWait(outcome.task);
    case 'done':
      if (failures[0] !== undefined) throw failures[0].error;
      return { value: outcome.value, left, duration, steps, trace };
  }
}

function inWords(tasks: readonly BlockedTask[]): string {
  return tasks.map(({ task, on }) => strings.waits(task, on)).join('; ');
}
