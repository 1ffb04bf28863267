/** A task of the serial runtime, and what makes it go on. */

import type { TraceFields, WaitsOn } from '../csp/seam.ts';
import type { TraceKind, TraceTask } from '../csp/trace.ts';
import type { Where } from '../csp/where.ts';

export interface Task {
  readonly name: string;
  readonly node: string;
  /** Undefined while the task can run. */
  waitsOn: WaitsOn | undefined;
  /** Where its code stands, if that is instrumented. */
  readonly where: Where;
  /** While a trace is recorded: who started it, and on which source line. */
  readonly startedBy: TraceTask | undefined;
  readonly startedFrom: string | undefined;
}

/** The operation was ready: the task can go on, and others may go first. */
export const aTurn: WaitsOn = { label: 'a turn' };

/** A task that can go on. */
export interface Runnable {
  readonly task: Task;
  readonly resume: () => void;
  readonly event?: { readonly kind: TraceKind; readonly fields: TraceFields };
  /** The task that made it go on, while a trace is recorded. */
  readonly by?: TraceTask;
}
