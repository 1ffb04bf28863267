/** What the clock bench draws of a run, and says of it. */
import type { ClockName } from '../../../impl/sim/clock-scenarios.ts';
import { clocks, type Clock, type ClockRun, type Mark } from '../../data/clock-run.ts';

/** The cases that a reader can choose, in the order in which they are offered. */
export const benchCases = [
  'clocks-silence',
  'clocks-pings-alone',
  'clocks-pongs-alone',
  'clocks-one-byte-each-20-s',
  'clocks-one-ping-each-20-s',
  'clocks-busy-line',
  'clocks-busy-protocol',
  'clocks-deaf',
  'clocks-deaf-to-long-answers',
  'clocks-no-status',
  'clocks-nothing-at-all',
] as const satisfies readonly ClockName[];
export type BenchCase = (typeof benchCases)[number];

export interface BenchData {
  readonly limits: Readonly<Record<Clock, number>>;
  readonly runs: readonly ClockRun[];
}

/** What a reader can say: the clock of Pings ends nobody. */
export const guesses = ['handshake', 'status', 'read', 'write', 'none'] as const;
export type Guess = (typeof guesses)[number];

/** When the peer was over; undefined: it was not. */
export function endOf({ endings }: ClockRun): number | undefined {
  return endings[0]?.ending.endedAtMs;
}

/** Milliseconds that the picture shows: the whole run, or a little past its end. */
export function horizonOf(run: ClockRun): number {
  const end = endOf(run);
  if (end === undefined) return run.watchedMs;
  return Math.ceil((end * 1.12) / 1000) * 1000;
}

/** Marks on the time line, in ms. */
export function ticksOf(horizonMs: number): number[] {
  const step = horizonMs <= 15_000 ? 1_000 : 15_000;
  return Array.from(
    { length: Math.floor(horizonMs / step) + 1 },
    (_, index) => index * step,
  );
}

export interface Bar {
  /** Percent of the width. */
  readonly left: number;
  readonly width: number;
  /** How long it would have gone on. */
  readonly rest: number;
  readonly struck: boolean;
  /** It struck, and that was the end. */
  readonly last: boolean;
}

/** One lane of the picture: a clock of A, and when it ran. */
export interface Lane {
  readonly clock: Clock;
  readonly bars: readonly Bar[];
}

const always: readonly Clock[] = ['read', 'write', 'ping'];

export function lanesOf(run: ClockRun): Lane[] {
  const horizon = horizonOf(run);
  const percent = (ms: number): number => (100 * ms) / horizon;
  return clocks
    .map((clock) => ({
      clock,
      bars: run.spans
        .filter((span) => span.clock === clock)
        .map(({ fromMs, toMs, dueMs }) => ({
          left: percent(fromMs),
          width: percent(toMs - fromMs),
          rest: percent(Math.min(dueMs, horizon) - toMs),
          struck: toMs === dueMs,
          last: toMs === dueMs && clock === run.struck && toMs === endOf(run),
        })),
    }))
    .filter(({ clock, bars }) => bars.length > 0 || always.includes(clock));
}

/** The run in order, `[0, 'B message', …]`: what was said, and which clocks struck. */
export interface Event {
  readonly atMs: number;
  readonly mark?: Mark;
  readonly struck?: Clock;
}

export function eventsOf(run: ClockRun): Event[] {
  const marks = run.marks.map((mark) => ({ atMs: mark.atMs, mark }));
  const strikes = run.spans
    .filter(({ clock, toMs, dueMs }) => {
      return toMs === dueMs && (clock !== 'ping' || toMs !== endOf(run));
    })
    .map(({ clock, toMs }) => ({ atMs: toMs, struck: clock }));
  // A clock strikes before what comes of it.
  return [...strikes, ...marks].toSorted((a, b) => a.atMs - b.atMs);
}
