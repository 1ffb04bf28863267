/** Where the lanes stand in the picture. Pure: its width comes as a number. */
import { nameRoom } from './lane-labels.ts';
import type { Lane, TraceModel } from './model.ts';

/** Pixels left of the lanes: the times stand there. */
export const leftEdge = 52;
const rightEdge = 16;

/** What the lanes of a side take of the width, and how far apart they are at most. */
interface Side {
  readonly share: number;
  /** The share that they may have, if their names would not fit otherwise. */
  readonly mostShare: number;
  readonly widestGap: number;
}

const alone: Side = { share: 0.9, mostShare: 0.9, widestGap: 72 };
/** Between the two, messages cross. */
const facing: Side = { share: 0.34, mostShare: 0.44, widestGap: 26 };

/**
 * Pixels from the left edge, for each lane whose node has a place. However many lanes
 * there are, all stand in the picture.
 */
export function lanePlaces(model: TraceModel, width: number): (lane: Lane) => number {
  const { nodes, columns } = model;
  const inner = Math.max(0, width - leftEdge - rightEdge);
  const side = nodes.length === 1 ? alone : facing;
  const leftGap = gapOf(side, inner, columns[0] ?? 0);
  // All nodes but the first stand right, one beside the other.
  const rightGap = gapOf(side, inner, sum(columns.slice(1)));
  return (lane) => {
    const node = nodes.indexOf(lane.node);
    if (node < 0) return width / 2;
    if (node === 0) return leftEdge + (lane.column + 0.5) * leftGap;
    const column = sum(columns.slice(1, node)) + lane.column;
    return width - rightEdge - (column + 0.5) * rightGap;
  };
}

function gapOf(side: Side, inner: number, count: number): number {
  const liked = (inner * side.share) / Math.max(1, count);
  const most = (inner * side.mostShare) / Math.max(1, count);
  return Math.min(side.widestGap, Math.max(liked, Math.min(nameRoom, most)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
