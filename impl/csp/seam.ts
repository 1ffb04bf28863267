/**
 * The Runtime seam: time, randomness, scheduling and the trace. Everything in impl/
 * that waits, draws a random number or reads a clock does so through this interface,
 * so that one object sees every suspension and every wake-up.
 *
 * Two runtimes stand behind it: `real.ts` (an ordinary network node) and
 * `../sim/serial.ts` (one task at a time; with a seed and a virtual clock, a run
 * replays to the byte).
 */

import type { TraceEvent, TraceKind, TraceWait } from './trace.ts';

/** What is written to the trace beside time, node, task and source line. */
export type TraceFields = Pick<
  TraceEvent,
  'ch' | 'on' | 'v' | 'chan' | 'waits' | 'msg' | 'go' | 'by'
>;

export interface Tracer {
  emit(kind: TraceKind, fields: TraceFields, bytes?: Uint8Array): void;
}

/** What a task waits on. The real runtime does not ask for its words. */
export interface WaitsOn {
  /** In words: `recv addpeer`, alternatives joined by ` | `. */
  readonly label: string;
  /** The same in fields, for a trace. */
  readonly waits?: readonly TraceWait[];
  /** In words, what is left of it by now, where that can be less. */
  readonly left?: string;
}

/**
 * A unit is about a microsecond on two cores: a 32-byte hash, some 30 bytes of RLP. A
 * slice is 4 ms or so, a fifth of what the event loop may be kept.
 */
export const sliceUnits = 4_000;

/** Ends one suspension. Called once; the task goes on when the runtime says so. */
export type Wake<T> = (value: T, kind?: TraceKind, fields?: TraceFields) => void;

export interface RunningTimer {
  stop(): void;
}

export interface SpawnOptions {
  /** The node that the task belongs to, in traces. Default: the starter's. */
  readonly node?: string;
}

export interface Runtime {
  /** Milliseconds on a monotonic clock. Where its zero lies is left open. */
  now(): number;

  /** Bytes fit for keys and nonces; under a seed, the same bytes in every run. */
  randomBytes(length: number): Uint8Array;

  /** Picks one of `count` options (at least 1). */
  choose(count: number, what: 'case' | 'item'): number;

  /**
   * Starts a task. It begins after the caller's next wait, never inside this call.
   *
   * @param task does not fail: `WaitGroup.go` sees to that
   */
  spawn(name: string, task: () => Promise<void>, options?: SpawnOptions): void;

  /** A number that nothing else of this runtime has: channels are told apart by it. */
  newId(): number;

  /**
   * Suspends the current task. `register` runs before this returns and is given the
   * function that wakes the task.
   */
  suspend<T>(on: WaitsOn, register: (wake: Wake<T>) => void): Promise<T>;

  /** A scheduling point: the operation was ready, but another task may run first. */
  ready<T>(value: T): Promise<T>;

  /** Lets sockets, timers and every other task go first: between slices of long work. */
  pause(): Promise<void>;

  /**
   * Tells what a piece of work has cost, in units of `Work`. When the pieces of a turn
   * make a slice, whoever waits next lets sockets and timers go first, ready or not.
   */
  spent(units: number): void;

  /** Calls `fire` once, after `ms` milliseconds. */
  startTimer(ms: number, fire: () => void): RunningTimer;

  /** Waits for a promise that this runtime did not make. */
  external<T>(name: string, promise: Promise<T>): Promise<T>;

  /** A task threw and nobody claimed the error. The node lives on. */
  taskFailed(name: string, error: unknown): void;

  /** Present only while a trace is recorded. */
  readonly tracer: Tracer | undefined;
}

/** The runtime was used in a way that it cannot schedule. A bug in the caller. */
export class RuntimeMisuse extends Error {
  override readonly name = 'RuntimeMisuse';
}

/** A value that has more to say in a trace than a text. */
interface Traced {
  inTrace(): TraceFields;
}

/** What a trace shows of a value that travels through a channel. */
export function describe(value: unknown): TraceFields {
  const v = summarize(value);
  const tells = typeof value === 'object' && value !== null && 'inTrace' in value;
  return tells ? { v, ...(value as Traced).inTrace() } : { v }; // by its name
}

/** A short text for a value that travels through a channel; of bytes, how many. */
export function summarize(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return '';
    case 'object':
      return value === null ? 'null' : summarizeObject(value);
    case 'function':
      return value.name;
    case 'string':
    case 'number':
    case 'bigint':
    case 'boolean':
    case 'symbol':
      return String(value);
  }
}

function summarizeObject(value: object): string {
  if (value instanceof Error) return value.message;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return `${value.length} items`;
  // A class that wants a better word in traces has its own toString.
  const text: unknown = Reflect.get(value, 'toString');
  if (text === Object.prototype.toString || typeof text !== 'function') {
    return value.constructor === Object ? '' : value.constructor.name;
  }
  return String(Reflect.apply(text, value, []));
}
