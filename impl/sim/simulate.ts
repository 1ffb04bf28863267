/** Runs a program under the serial runtime and the virtual clock, to its end. */

import { isFree } from '../csp/runtime.ts';
import { RuntimeMisuse } from '../csp/seam.ts';
import type { Trace } from '../csp/trace.ts';
import { VirtualClock } from './clock.ts';
import { Recorder } from './recorder.ts';
import { Schedule } from './schedule.ts';
import { SerialRuntime, type Halt } from './serial.ts';

export interface SimulateOptions {
  /** Keys, nonces and, without a schedule, the order of tasks. Default `1`. */
  readonly seed?: string;
  /** The choices to make; after them, first in first out. Default: drawn by the seed. */
  readonly schedule?: string;
  /** Name for the trace's head. */
  readonly scenario?: string;
  /** Hash of the code that runs, for the trace's head. */
  readonly code?: string;
  readonly record?: boolean;
  /** Default 100,000. */
  readonly maxSteps?: number;
}

export interface BlockedTask {
  readonly node: string;
  readonly task: string;
  readonly on: string;
}

export type Outcome<T> =
  | { readonly status: 'done'; readonly value: T }
  | { readonly status: 'threw'; readonly error: unknown }
  | {
      readonly status: 'deadlock' | 'step-limit';
      readonly blocked: readonly BlockedTask[];
    }
  | { readonly status: 'foreign-wait'; readonly task: string };

export interface Simulation<T> {
  readonly outcome: Outcome<T>;
  /** Tasks that were alive at the end, and on what they waited. */
  readonly left: readonly BlockedTask[];
  /** Errors of tasks that nobody claimed. */
  readonly failures: readonly { readonly task: string; readonly error: unknown }[];
  readonly schedule: string;
  /** How many options each choice of the schedule had. */
  readonly options: readonly number[];
  readonly steps: number;
  /** Virtual milliseconds that the run took. */
  readonly duration: number;
  readonly trace: Trace | undefined;
}

/**
 * The program is the task `main`; the run is over when it returns, when nothing can go
 * on any more, or at the step limit. Nodes on the real runtime may live beside it.
 *
 * @throws {RuntimeMisuse} it is called by a task of another run
 */
export async function simulate<T>(
  options: SimulateOptions,
  main: () => Promise<T>,
): Promise<Simulation<T>> {
  if (!isFree()) throw new RuntimeMisuse('a run inside a run');
  const seed = options.seed ?? '1';
  const clock = new VirtualClock();
  const recorder = options.record === true ? new Recorder() : undefined;
  const schedule =
    options.schedule === undefined
      ? new Schedule('', seed)
      : new Schedule(options.schedule);
  const failures: { task: string; error: unknown }[] = [];
  let settle: (outcome: Outcome<T>) => void = () => undefined;
  const settled = new Promise<Outcome<T>>((resolve) => {
    settle = resolve;
  });
  const serial = new SerialRuntime({
    clock,
    schedule,
    seed,
    isBesideOthers: true,
    maxSteps: options.maxSteps ?? 100_000,
    onHalt: (halt) => {
      serial.halt();
      settle(describeHalt(halt, blockedTasks(serial)));
    },
    onTaskFailed: (task, error) => failures.push({ task, error }),
    ...(recorder === undefined ? {} : { sink: recorder }),
  });

  serial.spawn('main', async () => {
    let outcome: Outcome<T>;
    try {
      outcome = { status: 'done', value: await main() };
    } catch (error) {
      outcome = { status: 'threw', error };
    }
    serial.halt();
    settle(outcome);
  });
  const outcome = await settled;
  return {
    outcome,
    left: blockedTasks(serial).filter(({ task }) => task !== 'main'),
    failures,
    schedule: schedule.toString(),
    options: schedule.options,
    steps: serial.steps,
    duration: clock.now(),
    trace: recorder?.trace({
      code: options.code ?? '',
      scenario: options.scenario ?? '',
      seed,
      schedule: schedule.toString(),
    }),
  };
}

function blockedTasks(serial: SerialRuntime): BlockedTask[] {
  return Array.from(serial.tasks, ({ node, name, waitsOn }) => ({
    node,
    task: name,
    on: waitsOn?.left ?? waitsOn?.label ?? 'a turn',
  }));
}

function describeHalt<T>(halt: Halt, blocked: readonly BlockedTask[]): Outcome<T> {
  if (halt.kind === 'foreign-wait') return { status: 'foreign-wait', task: halt.task };
  return { status: halt.kind, blocked };
}
