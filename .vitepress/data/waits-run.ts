/** A run of chapter 9, as the page gets it. */
import type { WaitingName } from '../../impl/sim/waiting-scenarios.ts';

/** Who can wait: the remote, and the tasks of A's peer. */
export const parts = [
  'B',
  'readLoop',
  'eth/63',
  'chat/1',
  'pingLoop',
  'runPeer',
] as const;
export type Part = (typeof parts)[number];

/** A message, by whose it is and its own code there. */
export interface Lying {
  readonly whose: Part;
  readonly own: number;
}

/**
 * What a part does: `reads` the line, `hands` a message over, `works` on one, waits `idle`
 * for something to come, `writes` and finds no room, waits for the `ends` of others, or is
 * `over`.
 */
export interface Doing {
  readonly what: 'reads' | 'hands' | 'works' | 'idle' | 'writes' | 'ends' | 'over';
  /** For whom it waits. */
  readonly to?: readonly Part[];
  /** What it has in its hands. */
  readonly msg?: Lying;
}

export interface Moment {
  readonly atMs: number;
  readonly doing: Readonly<Record<Part, Doing>>;
  /** Sent and not yet read, the oldest first. */
  readonly line: readonly Lying[];
  /** Who cannot go on although there is something for it to do. */
  readonly held: readonly Part[];
}

export interface WaitRun {
  readonly name: WaitingName;
  readonly moments: readonly Moment[];
}
