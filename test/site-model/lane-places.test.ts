/** Where the lanes stand: all of them in the picture, with room for their names if there is. */
import { describe, expect, it } from 'vitest';
import { nameRoom } from '../../.vitepress/lab/lane-labels.ts';
import { lanePlaces } from '../../.vitepress/lab/lane-places.ts';
import { buildModel } from '../../.vitepress/lab/model.ts';
import type { TraceEvent } from '../../impl/csp/trace.ts';

/** Places of so many tasks on each node, all alive at once, from left to right. */
function placesOf(width: number, counts: Readonly<Record<string, number>>): number[] {
  const tasks = Object.entries(counts).flatMap(([n, count]) =>
    Array.from({ length: count }, (_, i) => ({ n, k: `task ${i}` })),
  );
  const events = tasks.map((task, i): TraceEvent => ({ i, t: 0, ...task, e: 'start' }));
  const model = buildModel({
    head: { peerwalkTrace: 1, code: '', scenario: '', seed: '', schedule: '' },
    events,
    bytes: [],
  });
  return model.lanes.map(lanePlaces(model, width)).sort((a, b) => a - b);
}

function closest(places: readonly number[]): number {
  return Math.min(...places.slice(1).map((place, i) => place - (places[i] ?? 0)));
}

describe('lanePlaces', () => {
  it.each([
    ['one node with a task', 627, { A: 1 }],
    ['one node with 200 tasks', 627, { A: 200 }],
    ['two nodes, one with 200 tasks', 627, { A: 200, B: 3 }],
    ['three nodes with 40 tasks each, on a phone', 340, { A: 40, B: 40, C: 40 }],
  ])('keeps in the picture %s', (_, width, counts) => {
    const places = placesOf(width, counts);
    expect(Math.min(...places)).toBeGreaterThan(50);
    expect(Math.max(...places)).toBeLessThan(width - 15);
    expect(closest(places)).toBeGreaterThan(0);
  });

  it('makes room for the names of a busy run, from the middle', () => {
    const places = placesOf(627, { A: 15, B: 15 });
    expect(closest(places)).toBeGreaterThanOrEqual(nameRoom);
    const [last = 0, next = 0] = places.slice(14, 16);
    expect(next - last).toBeGreaterThan(627 / 6);
  });

  it('does not spread few lanes over all of it', () => {
    expect(placesOf(627, { A: 2, B: 1 })).toEqual([65, 91, 598]);
  });
});
