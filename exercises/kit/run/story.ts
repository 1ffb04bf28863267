/**
 * Makes of a recorded run what a reader is shown: the run as a trace that says where to
 * open it and brings the reader's code, within bounds.
 */

import type { Trace, TraceEvent } from '#impl/csp/trace.ts';
import type { Spoken } from '../steps.ts';
import type { RecordedRun } from './recording.ts';

/** More steps than anybody looks at; a page shows them without a pause. */
export const maxSteps = 4_000;
/** Of all byte strings together. */
export const maxTraceBytes = 1 << 18;

/** The tasks' own steps: who starts the first of them is the simulation, and no task. */
export function withoutStart(events: readonly TraceEvent[]): readonly TraceEvent[] {
  const [first] = events;
  return first?.k === 'outside' && first.go !== undefined ? events.slice(1) : events;
}

/** What ended the run, if an error did: it is no event of its own where it was thrown. */
export interface Thrown {
  readonly task: string;
  readonly words: string;
  /** `exercises/14-handle-dispatch/exercise.ts:20`, where it is known. */
  readonly src?: string;
}

/**
 * Adds the step at which a task threw: before its end, which may come later than the end
 * of the run.
 *
 * @returns the events, and the index of the new one
 */
export function withThrow(
  events: readonly TraceEvent[],
  { task, words, src }: Thrown,
): { readonly events: readonly TraceEvent[]; readonly at: number } {
  const last = events.findLastIndex(({ k }) => k === task);
  const ends = events[last]?.e === 'end';
  const at = last < 0 ? events.length : ends ? last : last + 1;
  const beside = events[last];
  const line = src ?? beside?.src;
  const thrown: TraceEvent = {
    i: at,
    t: beside?.t ?? events.at(-1)?.t ?? 0,
    n: beside?.n ?? '',
    k: task,
    e: 'event',
    v: words,
    ...(line === undefined ? {} : { src: line }),
  };
  return { events: [...events.slice(0, at), thrown, ...events.slice(at)], at };
}

/** Where the run came to its end: the last step of the task, or of all. */
export function lastStep(events: readonly TraceEvent[], task?: string): number {
  const own = events.findLastIndex(({ k }) => k === task);
  return own < 0 ? Math.max(0, events.length - 1) : own;
}

/** The step that `steps.ts` was told of, if it is one of them. */
export function momentOf(
  run: Pick<Trace, 'events' | 'bytes'>,
  spoken: Spoken | undefined,
): number | undefined {
  if (spoken === undefined) return undefined;
  const isIt = ({ e, v }: TraceEvent): boolean => e === 'event' && v === spoken;
  const at =
    typeof spoken === 'function' ? spoken(run) : run.events.findLastIndex(isIt);
  return run.events[at] === undefined ? undefined : at;
}

export interface Shown {
  readonly run: RecordedRun['trace'];
  readonly events: readonly TraceEvent[];
  readonly at: number;
  readonly about: string;
  readonly sources: Readonly<Record<string, string>>;
}

export interface Story {
  /** Of the trace file. */
  readonly text: string;
  /** Steps that were left out before the first one of the file. */
  readonly before: number;
}

/** At most `maxSteps` steps, and the one to open among them. */
export function storyOf({ run, events, at, about, sources }: Shown): Story {
  // The end of a long run is what it is opened for; what comes after may go as well.
  const from = Math.max(0, Math.min(at - maxSteps + 1, events.length - maxSteps));
  const kept = events.slice(from, from + maxSteps);
  const leftOut = { before: from, after: events.length - from - kept.length };
  const isCut = leftOut.before + leftOut.after > 0;
  const trace: Trace = {
    head: {
      ...run.head,
      at: at - from,
      about,
      sources,
      ...(isCut ? { leftOut } : {}),
    },
    ...withBytes(kept, run.bytes),
  };
  // As `writeTrace` does: that module has the checks too, for which there is no room here.
  const lines = [trace.head, ...trace.events, { bytes: trace.bytes }];
  return {
    text: lines.map((line) => JSON.stringify(line) + '\n').join(''),
    before: from,
  };
}

/** Numbers the events anew, with the byte strings that they need, as far as there is room. */
function withBytes(
  events: readonly TraceEvent[],
  bytes: readonly string[],
): Pick<Trace, 'events' | 'bytes'> {
  const kept = new Map<number, number>();
  const table: string[] = [];
  let room = maxTraceBytes;
  const places = events.map(({ b }) => {
    const hex = b === undefined ? undefined : bytes[b];
    if (b === undefined || hex === undefined) return undefined;
    const known = kept.get(b);
    if (known !== undefined || hex.length / 2 > room) return known;
    room -= hex.length / 2;
    kept.set(b, table.push(hex) - 1);
    return kept.get(b);
  });
  return {
    events: events.map((event, i) => {
      const place = places[i];
      const { b, ...plain } = event;
      return {
        ...plain,
        i,
        ...(b === undefined || place === undefined ? {} : { b: place }),
      };
    }),
    bytes: table,
  };
}
