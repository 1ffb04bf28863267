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
  /** Names of neighbours would lie on one another. */
  readonly dense: boolean;
}

/** Closer than this, two names cannot be told apart. */
export const nameRoom = 13;

/**
 * All lanes that live, or those at work where they are dense; and those that ended in
 * sight, the latest first, where no other name stands.
 */
export function namedLanes(
  model: TraceModel,
  step: number,
  { first, lanes, x, dense }: LanesInSight,
): NamedLane[] {
  const named = lanes
    .filter(({ lane }) => lane.from <= step && lane.to >= step)
    .filter(({ lane, index }) => !dense || isAtWork(model, step, lane, index))
    .map((one): NamedLane => ({ ...one, over: false }));
  const ended = lanes
    .filter(({ lane }) => lane.ended && lane.to < step && lane.to >= first)
    .sort((one, other) => other.lane.to - one.lane.to);
  for (const one of ended) {
    const at = x(one.lane);
    if (named.every(({ lane }) => Math.abs(x(lane) - at) >= nameRoom))
      named.push({ ...one, over: true });
  }
  return named;
}

function isAtWork(
  { laneOf, links }: TraceModel,
  step: number,
  lane: Lane,
  index: number,
): boolean {
  if (laneOf[step] === index) return true;
  const isLinked = links.some(
    ({ from, to, fromLane, toLane }) =>
      (from === step || to === step) && (fromLane === index || toLane === index),
  );
  return isLinked || !lane.blocked.some(({ from, to }) => from <= step && to > step);
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
