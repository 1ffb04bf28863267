/** A run of chapter 8, as the page gets it. */
import type { ClockName } from '../../impl/sim/clock-scenarios.ts';
import type { Judged } from './claims.ts';

export const clocks = [
  'handshake',
  'status',
  'read',
  'write',
  'ping',
  'farewell',
] as const;
export type Clock = (typeof clocks)[number];

export interface Span {
  readonly clock: Clock;
  readonly fromMs: number;
  readonly toMs: number;
  /** It would have struck here. If that is `toMs`, it did. */
  readonly dueMs: number;
}

/** Something that A hears or says. */
export interface Mark {
  readonly atMs: number;
  readonly by: 'A' | 'B';
  readonly what: 'Ping' | 'Pong' | 'Disconnect' | 'message' | 'byte';
}

export interface ClockEnding extends Judged {
  readonly error: string | undefined;
}

export interface ClockRun {
  readonly name: ClockName;
  readonly endings: readonly { readonly ending: ClockEnding }[];
  readonly spans: readonly Span[];
  readonly marks: readonly Mark[];
  /** The clock that struck at the end; undefined: none, or there was no end. */
  readonly struck: Clock | undefined;
  readonly watchedMs: number;
}
