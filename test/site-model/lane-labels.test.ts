/** What is written on the picture of the lanes: which names, and where a card stands. */
import { describe, expect, it } from 'vitest';
import {
  cardPlace,
  clockDigits,
  freeCards,
  namedLanes,
  type Card,
} from '../../.vitepress/lab/lane-labels.ts';
import { buildModel, type Lane } from '../../.vitepress/lab/model.ts';
import type { Trace, TraceKind } from '../../impl/csp/trace.ts';

const sight = { width: 600, top: 100, bottom: 400 };

describe('cardPlace', () => {
  it('is the middle of a line that is in sight', () => {
    const place = cardPlace({ x: 100, y: 200 }, { x: 500, y: 300 }, 80, sight);
    expect(place).toEqual({ x: 300, y: 250 });
  });

  it.each([
    ['the top', { x: 100, y: 0 }, { x: 500, y: 150 }, 110],
    ['the bottom', { x: 500, y: 350 }, { x: 100, y: 500 }, 390],
  ])('stays on its line and whole at %s', (_, a, b, y) => {
    const place = cardPlace(a, b, 80, sight);
    expect(place?.y).toBe(y);
    const share = (y - a.y) / (b.y - a.y);
    expect(place?.x).toBeCloseTo(a.x + share * (b.x - a.x));
  });

  it('stays whole at the sides', () => {
    const right = cardPlace({ x: 300, y: -700 }, { x: 590, y: 120 }, 80, sight);
    expect(right).toEqual({ x: 558, y: 110 });
    const left = cardPlace({ x: 300, y: -700 }, { x: 10, y: 120 }, 80, sight);
    expect(left).toEqual({ x: 42, y: 110 });
  });

  it('is nowhere where it would be cut', () => {
    expect(cardPlace({ x: 1, y: 0 }, { x: 9, y: 105 }, 80, sight)).toBeUndefined();
    expect(cardPlace({ x: 1, y: 395 }, { x: 9, y: 600 }, 80, sight)).toBeUndefined();
  });
});

type Line = readonly [task: string, kind: TraceKind];

describe('namedLanes', () => {
  function namesOf(
    lines: readonly Line[],
    step: number,
    view: { first?: number; gap?: number } = {},
  ): string[] {
    const trace: Trace = {
      head: { peerwalkTrace: 1, code: '', scenario: '', seed: '', schedule: '' },
      events: lines.map(([k, e], i) => ({ i, t: i, n: 'A', k, e })),
      bytes: [],
    };
    const model = buildModel(trace);
    const lanes = model.lanes.map((lane, index) => ({ lane, index }));
    const { first = 0, gap = 20 } = view;
    const x = (lane: Lane): number => lane.column * gap;
    const found = namedLanes(model, step, { first, lanes, x });
    return found.map(({ lane, over }) => (over ? `${lane.task}, over` : lane.task));
  }

  const twoEnd: readonly Line[] = [
    ['run', 'start'],
    ['loop', 'start'],
    ['loop', 'end'],
    ['run', 'end'],
    ['last', 'start'],
  ];

  it('keeps the name of a lane that has ended', () => {
    expect(namesOf(twoEnd, 2)).toEqual(['loop', 'run']);
    expect(namesOf(twoEnd, 3)).toEqual(['run', 'loop, over']);
  });

  it('gives the place to the task that has it now', () => {
    expect(namesOf(twoEnd, 4)).toEqual(['last', 'loop, over']);
  });

  it('forgets a lane that is out of sight', () => {
    expect(namesOf(twoEnd, 4, { first: 3 })).toEqual(['last']);
  });

  describe('where they are dense', () => {
    const lines: readonly Line[] = [
      ['one', 'start'],
      ['one', 'block'],
      ['two', 'start'],
      ['two', 'block'],
      ['three', 'start'],
      ['three', 'block'],
      ['four', 'start'],
      ['four', 'end'],
    ];

    it('names all that have room', () => {
      expect(namesOf(lines, 6)).toEqual(['four', 'one', 'two', 'three']);
      expect(namesOf(lines, 6, { gap: 8 })).toEqual(['four', 'one']);
    });

    it('names first who acts', () => {
      expect(namesOf(lines, 3, { gap: 8 })).toEqual(['two']);
      expect(namesOf(lines, 5, { gap: 8 })).toEqual(['three', 'one']);
    });

    it('names a lane that has ended where no other name stands', () => {
      const over: readonly Line[] = [...lines, ['one', 'end']];
      expect(namesOf(over, 8, { gap: 8 })).toEqual(['one', 'three']);
      expect(namesOf(over, 8, { gap: 5 })).toEqual(['one', 'four, over']);
    });
  });
});

describe('freeCards', () => {
  const card = (x: number, y: number, active = false): Card => ({
    place: { x, y },
    width: 40,
    active,
  });

  it('leaves out what would cover another', () => {
    const [first, beside, under] = [card(100, 200), card(139, 200), card(139, 216)];
    expect(freeCards([first, beside, under])).toEqual([first, under]);
    expect(freeCards([first, card(140, 200)])).toHaveLength(2);
  });

  it('keeps the message of this step, whatever it covers', () => {
    const [first, now, next] = [card(100, 200), card(120, 200, true), card(141, 200)];
    expect(freeCards([first, now, next])).toEqual([now]);
  });
});

describe('clockDigits', () => {
  const texts = (times: readonly number[]): string[] =>
    times.map((t, at) => {
      const beside = [times[at - 1], times[at + 1]].filter((one) => one !== undefined);
      return (t >= 1000 ? t / 1000 : t).toFixed(clockDigits(t, beside));
    });

  it('gives neighbours as many digits as tell them apart', () => {
    expect(texts([1000, 1050, 1070, 1100, 15_110, 15_140])).toEqual([
      '1',
      '1.05',
      '1.07',
      '1.1',
      '15.11',
      '15.14',
    ]);
    expect(texts([0, 25, 100, 100.25])).toEqual(['0', '25.0', '100', '100.3']);
  });

  it('gives few where nothing is near', () => {
    expect(texts([225, 15_125, 40_010])).toEqual(['225', '15.1', '40.0']);
  });
});
