/** Where the parts of one peer stand in the graph of waits, and which arrows it has. */
import type { WaitingName } from '../../../impl/sim/waiting-scenarios.ts';
import type { Moment, Part, WaitRun } from '../../data/waits-run.ts';

/** The runs that a reader can choose, in the order in which they are offered. */
export const blockedCases = [
  'waits-two',
  'waits-one',
  'waits-three',
  'waits-chat-slow',
  'waits-for-ever',
  'waits-full-line',
  'waits-nobody',
] as const satisfies readonly WaitingName[];
export type BlockedCase = (typeof blockedCases)[number];

export const graph = { height: 236, boxHeight: 40 } as const;

interface Place {
  /** Of the middle, in parts of the width. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

const right = (y: number): Place => ({ x: 0.83, y, width: 84 });
export const places: Readonly<Record<Part, Place>> = {
  B: { x: 0.08, y: 118, width: 38 },
  readLoop: { x: 0.43, y: 118, width: 84 },
  'eth/63': right(28),
  'chat/1': right(88),
  pingLoop: right(148),
  runPeer: right(208),
};

export interface Arrow {
  readonly from: Part;
  readonly to: Part;
  /** Who waits has something to do, and cannot. */
  readonly held: boolean;
  /** The path, and its head. */
  readonly path: string;
  readonly head: string;
}

/** Who waits for whom, drawn over `width` pixels. */
export function arrowsOf({ doing, held }: Moment, width: number): Arrow[] {
  const arrows: Arrow[] = [];
  for (const [name, { to = [] }] of Object.entries(doing)) {
    const from = name as Part; // `doing` has one key for each part
    for (const other of to) {
      const drawn = draw(places[from], places[other], width);
      arrows.push({ from, to: other, held: held.includes(from), ...drawn });
    }
  }
  return arrows;
}

/** From the side of one box to that of another; below each other, around on the right. */
function draw(from: Place, to: Place, width: number): Pick<Arrow, 'path' | 'head'> {
  if (from.x === to.x) {
    const x = from.x * width + from.width / 2;
    const bend = x + Math.min(26, width - x - 4);
    return {
      path: `M${x} ${from.y}C${bend} ${from.y} ${bend} ${to.y} ${x + 6} ${to.y}`,
      head: `M${x} ${to.y}l9 -4v8z`,
    };
  }
  const way = from.x < to.x ? 1 : -1;
  const x1 = from.x * width + (way * from.width) / 2;
  const x2 = to.x * width - (way * to.width) / 2;
  // All meet at `readLoop`: a little apart, in the order of where they come from.
  const apart = (one: Place, other: Place): number =>
    one.x === places.readLoop.x
      ? Math.max(-12, Math.min(12, (other.y - one.y) / 7))
      : 0;
  const [y1, y2] = [from.y + apart(from, to), to.y + apart(to, from)];
  const angle = (Math.atan2(y2 - y1, x2 - x1) * 180) / Math.PI;
  const spin = (degrees: number, length: number): string => {
    const radians = ((angle + degrees) * Math.PI) / 180;
    const [dx, dy] = [Math.cos(radians) * length, Math.sin(radians) * length];
    return `${(x2 + dx).toFixed(1)} ${(y2 + dy).toFixed(1)}`;
  };
  return {
    path: `M${x1.toFixed(1)} ${y1}L${spin(180, 6)}`,
    head: `M${x2.toFixed(1)} ${y2}L${spin(154, 10)}L${spin(206, 10)}z`,
  };
}

/** The first whom a wait comes down to: who has something to do that takes time. */
export function rootOf({ doing }: Moment, part: Part): Part | undefined {
  let at: Part | undefined = part;
  // No wait is met twice: there are six parts.
  for (let i = 0; at !== undefined && i < 6; i++) {
    const { what, to } = doing[at] as Moment['doing'][Part];
    if (what === 'works') return at;
    at = to?.[0];
  }
  return undefined;
}

export function runOf(runs: readonly WaitRun[], name: BlockedCase): WaitRun {
  const found = runs.find((run) => run.name === name);
  if (found === undefined) throw new Error(`no run of ${name}`);
  return found;
}

export function isSameSet(a: readonly Part[], b: readonly Part[]): boolean {
  return a.length === b.length && a.every((part) => b.includes(part));
}
