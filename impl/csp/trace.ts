/**
 * The one trace schema. Labs, diagrams, predictions and the command line's `--trace`
 * all read it. A trace file is JSON Lines: a head, one event a line, and a last line
 * that holds each byte string once. What the bytes mean is computed when viewed.
 *
 * An event says what happened twice: in words, for people (`ch`, `on`, `v`), and in
 * fields, for views (`chan`, `waits`, `msg`, `go`, `by`). The fields came later, and the
 * words stayed what they were: so the version stayed 1, every reader of the words can
 * still read a trace, and a trace from before has no fields, which a view can see.
 */

import { checkAdditions, type TraceLeftOut } from './trace-head.ts';
import {
  checkFields,
  text,
  TraceFormatError,
  type JsonObject,
  type TraceEventFields,
} from './trace-fields.ts';

export { TraceFormatError };
export type { TraceLeftOut } from './trace-head.ts';
export type { TraceChan, TraceMsg, TraceTask, TraceWait } from './trace-fields.ts';

export const traceKinds = [
  'start', // a task begins; `by` names the task that started it
  'end', // a task is over; `v` is the error that ended it, if any
  'block', // a task waits; `on` says on what
  'wake', // a waiting task goes on
  'send', // a value went into channel `ch`
  'recv', // a value came out of channel `ch`
  'select', // a select chose; `v` is the case, `chan` what it did with which channel
  'read', // bytes came from the connection `ch`
  'write', // bytes went to the connection `ch`
  'msg', // a message crossed a layer: `msg` is its direction, code, name and size
  'event', // something that happened without a wait: `v` says what
] as const;

export type TraceKind = (typeof traceKinds)[number];

export interface TraceEvent extends TraceEventFields {
  /** Index in the trace, from 0. */
  readonly i: number;
  /** Milliseconds on the runtime's clock since the run began. */
  readonly t: number;
  /** Node, for example `A`. */
  readonly n: string;
  /** Task, for example `readLoop`; a second one of that name is `readLoop#2`. */
  readonly k: string;
  /** What happened. */
  readonly e: TraceKind;
  /** Channel or connection. */
  readonly ch?: string;
  /** What a blocked task waits on, alternatives joined by ` | `. */
  readonly on?: string;
  /** Summary of the value, for people. */
  readonly v?: string;
  /** Index into the table of byte strings. */
  readonly b?: number;
  /** Source line, `impl/p2p/peer.ts:120`. Not part of the trace hash. */
  readonly src?: string;
  /** The line of a reader's own code that has called `src`. Not part of the hash either. */
  readonly from?: string;
}

export interface TraceHead {
  readonly peerwalkTrace: 1;
  /** Hash of the code that ran. */
  readonly code: string;
  readonly scenario: string;
  readonly seed: string;
  /** The choices where more than one option existed (see `serial.ts`). */
  readonly schedule: string;
  /** The step to open it at; without it, the first. */
  readonly at?: number;
  /** In words, what it shows. */
  readonly about?: string;
  /** Texts of files that no clone has: a reader's own code. */
  readonly sources?: Readonly<Record<string, string>>;
  /** It was too large: how many steps were left out at each end. */
  readonly leftOut?: TraceLeftOut;
}

export interface Trace {
  readonly head: TraceHead;
  readonly events: readonly TraceEvent[];
  /** Each byte string once, lower-case hex. */
  readonly bytes: readonly string[];
}

/** Where a runtime puts its events. The sink numbers them. */
export interface TraceSink {
  emit(event: Omit<TraceEvent, 'i' | 'b'>, bytes?: Uint8Array): void;
}

export function writeTrace(trace: Trace): string {
  const lines = [trace.head, ...trace.events, { bytes: trace.bytes }];
  return lines.map((line) => JSON.stringify(line) + '\n').join('');
}

/** @throws {TraceFormatError} with the first line that breaks the schema */
export function readTrace(text: string): Trace {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop(); // every line ends in a line feed
  const last = lines.pop();
  const [first, ...rest] = lines;
  if (first === undefined || last === undefined) {
    throw new TraceFormatError(1, 'a head and a byte table are needed');
  }
  const head = checkHead(parseLine(first, 1));
  const events = rest.map((line, index) =>
    checkEvent(parseLine(line, index + 2), index),
  );
  const bytes = checkBytes(parseLine(last, lines.length + 1), lines.length + 1);
  for (const { i, b } of events) {
    if (b === undefined || b < bytes.length) continue;
    throw new TraceFormatError(i + 2, 'b is not in the byte table');
  }
  return { head, events, bytes };
}

function parseLine(line: string, number: number): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new TraceFormatError(
      number,
      error instanceof Error ? error.message : 'not JSON',
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TraceFormatError(number, 'an object is needed');
  }
  return value as JsonObject; // checked: a plain JSON object
}

function checkHead(head: JsonObject): TraceHead {
  if (head['peerwalkTrace'] !== 1)
    throw new TraceFormatError(1, 'peerwalkTrace is not 1');
  return {
    peerwalkTrace: 1,
    code: text(head, 'code', 1),
    scenario: text(head, 'scenario', 1),
    seed: text(head, 'seed', 1),
    schedule: text(head, 'schedule', 1),
    ...checkAdditions(head),
  };
}

function checkEvent(event: JsonObject, index: number): TraceEvent {
  const line = index + 2;
  if (event['i'] !== index) throw new TraceFormatError(line, `i is not ${index}`);
  const t = event['t'];
  if (typeof t !== 'number' || !Number.isFinite(t) || t < 0) {
    throw new TraceFormatError(line, 't is not a time');
  }
  const kind = traceKinds.find((known) => known === event['e']);
  if (kind === undefined) throw new TraceFormatError(line, 'e is not a known kind');
  const b = event['b'];
  if (b !== undefined && !(Number.isSafeInteger(b) && Number(b) >= 0)) {
    throw new TraceFormatError(line, 'b is not an index');
  }
  const optional: { -readonly [Key in 'ch' | 'on' | 'v' | 'src' | 'from']?: string } =
    {};
  for (const key of ['ch', 'on', 'v', 'src', 'from'] as const) {
    if (event[key] !== undefined) optional[key] = text(event, key, line);
  }
  const fields = checkFields(event, line);
  return {
    i: index,
    t,
    n: text(event, 'n', line),
    k: text(event, 'k', line),
    e: kind,
    ...optional,
    ...fields,
    ...(b === undefined ? {} : { b: Number(b) }),
  };
}

function checkBytes(last: JsonObject, line: number): readonly string[] {
  const bytes = last['bytes'];
  if (!Array.isArray(bytes))
    throw new TraceFormatError(line, 'the byte table is missing');
  return bytes.map((entry: unknown) => {
    if (typeof entry !== 'string' || !/^(?:[0-9a-f]{2})*$/.test(entry)) {
      throw new TraceFormatError(line, 'a byte string is not lower-case hex');
    }
    return entry;
  });
}
