/**
 * What is written on the picture of the lanes: the names over them, and where the card of
 * a message stands. Pure: what is in sight comes as numbers.
 */
import type { Lane, TraceModel } from './model.ts';

export interface NamedLane {
  readonly lane: Lane;
  readonly index: number;
  /** The task has ended; its lane is still in sight. */
  readonly over: boolean;
}

export interface LanesInSight {
  /** The first step that the picture shows. */
  readonly first: number;
  /** The lanes that have a place. */
  readonly lanes: readonly { readonly lane: Lane; readonly index: number }[];
  readonly x: (lane: Lane) => number;
}

/** Closer than this, two names cannot be told apart. */
export const nameRoom = 15;

/**
 * As many names as have room: of the lanes at work first, then of those that wait, and
 * of those that ended in sight, the latest first.
 */
export function namedLanes(
  model: TraceModel,
  step: number,
  { first, lanes, x }: LanesInSight,
): NamedLane[] {
  const linked = linkedAt(model, step);
  const rank = ({ lane, index }: NamedLane): number => {
    if (lane.to < step) return 3;
    if (model.laneOf[step] === index) return 0;
    return linked.has(index) || !waitsAt(lane, step) ? 1 : 2;
  };
  const wanted = lanes
    .filter(({ lane }) => lane.from <= step)
    .filter(({ lane }) => lane.to >= step || (lane.ended && lane.to >= first))
    .map((one): NamedLane => ({ ...one, over: one.lane.to < step }))
    .map((one) => ({ one, rank: rank(one) }))
    .sort(
      (a, b) => a.rank - b.rank || (a.rank < 3 ? 0 : b.one.lane.to - a.one.lane.to),
    );
  const named: NamedLane[] = [];
  for (const { one } of wanted) {
    const at = x(one.lane);
    if (named.every(({ lane }) => Math.abs(x(lane) - at) >= nameRoom)) named.push(one);
  }
  return named;
}

/** The lanes between which something is handed over in this step. */
function linkedAt({ links }: TraceModel, step: number): Set<number> {
  const now = links.filter(({ from, to }) => from === step || to === step);
  return new Set(now.flatMap(({ fromLane, toLane }) => [fromLane, toLane]));
}

function waitsAt(lane: Lane, step: number): boolean {
  return lane.blocked.some(({ from, to }) => from <= step && to > step);
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** What the lanes show, without the names at the top; in the measure of the lines. */
export interface Sight {
  readonly width: number;
  readonly top: number;
  readonly bottom: number;
}

export const cardHeight = 16;
const air = 2;

/**
 * The middle of the card of a line from `a` to `b`: on the line, as near to the line's
 * own middle as it can be seen whole. Undefined, if it cannot.
 */
export function cardPlace(
  a: Point,
  b: Point,
  cardWidth: number,
  sight: Sight,
): Point | undefined {
  const reach = cardHeight / 2 + air;
  const from = Math.max(Math.min(a.y, b.y), sight.top + reach);
  const to = Math.min(Math.max(a.y, b.y), sight.bottom - reach);
  if (from > to) return undefined;
  const y = between(from, (a.y + b.y) / 2, to);
  const share = a.y === b.y ? 0.5 : (y - a.y) / (b.y - a.y);
  const half = cardWidth / 2 + air;
  return { x: between(half, a.x + share * (b.x - a.x), sight.width - half), y };
}

export interface Card {
  readonly place: Point;
  readonly width: number;
  /** Its message is sent or read in this step. */
  readonly active: boolean;
}

/** Those that cover no other: of messages that go side by side, the first and the active. */
export function freeCards<T extends Card>(cards: readonly T[]): T[] {
  const free: T[] = [];
  const covers = (a: Card, b: Card): boolean =>
    Math.abs(a.place.x - b.place.x) < (a.width + b.width) / 2 &&
    Math.abs(a.place.y - b.place.y) < cardHeight;
  for (const card of [...cards].sort((a, b) => Number(b.active) - Number(a.active))) {
    if (!free.some((other) => covers(card, other))) free.push(card);
  }
  return free;
}

function between(least: number, wanted: number, most: number): number {
  return Math.max(least, Math.min(most, wanted));
}

/**
 * Digits behind the point for a time at the edge, in seconds from one second on: few, but
 * neighbours are never called the same.
 */
export function clockDigits(t: number, neighbours: readonly number[] = []): number {
  const unit = t >= 1000 ? 1000 : 1;
  const least = unit === 1000 ? Number(t % 1000 !== 0) : Number(t < 100 && t !== 0);
  for (let digits = least; digits < 3; digits++) {
    const text = (t / unit).toFixed(digits);
    const alike = neighbours.some((one) => (one / unit).toFixed(digits) === text);
    if (!alike || Number(text) * unit === t) return digits;
  }
  return 3;
}
