/** Runs a program on the wall clock, one task at a time, and records every step. */

import { runtime, useRuntime } from '../csp/runtime.ts';
import type { Trace } from '../csp/trace.ts';
import { WallClock } from './clock.ts';
import { Recorder } from './recorder.ts';
import { Schedule } from './schedule.ts';
import { SerialRuntime } from './serial.ts';

/** @returns the trace of the whole run; what `program` throws is thrown */
export async function traced(
  scenario: string,
  program: () => Promise<void>,
): Promise<Trace> {
  const recorder = new Recorder();
  let halted: (error: Error) => void = () => undefined;
  const halt = new Promise<never>((_resolve, reject) => {
    halted = reject;
  });
  const serial = new SerialRuntime({
    clock: new WallClock(runtime()),
    schedule: new Schedule(''),
    sink: recorder,
    onHalt: (why) => {
      halted(new Error(`the traced run cannot go on: ${JSON.stringify(why)}`));
    },
  });
  const release = useRuntime(serial);
  try {
    const ended = new Promise<void>((resolve, reject) => {
      serial.spawn('main', () => program().then(resolve, reject));
    });
    await Promise.race([ended, halt]);
  } finally {
    serial.halt();
    release();
  }
  // On the wall clock nothing replays: there is no seed, and the schedule is no choice.
  return recorder.trace({ code: '', scenario, seed: '', schedule: '' });
}
