import { describe, expect, it } from 'vitest';
import {
  buildModel,
  focusStep,
  nextStop,
  previousStop,
  stepFromHash,
  tableRows,
} from '../../.vitepress/theme/trace/model.ts';
import { sampleTrace } from '../../.vitepress/theme/trace/sample.ts';
import { sentence } from '../../.vitepress/theme/trace/sentence.ts';
import { en } from '../../.vitepress/theme/strings/en.ts';
import {
  readTrace,
  type Trace,
  type TraceEvent,
  type TraceKind,
} from '../../impl/csp/trace.ts';

type Line = readonly [task: string, kind: TraceKind, fields?: Partial<TraceEvent>];

function traceOf(lines: readonly Line[], bytes: readonly string[] = []): Trace {
  return {
    head: { peerwalkTrace: 1, code: '', scenario: 'test', seed: '', schedule: '' },
    events: lines.map(([task, e, fields], i) => {
      const [n = '', k = ''] = task.split('/');
      return { i, t: i, n, k, e, ...fields };
    }),
    bytes,
  };
}

describe('buildModel', () => {
  it('gives each task a lane from its first to its last step', () => {
    const { lanes } = buildModel(
      traceOf([
        ['A/run', 'start'],
        ['A/loop', 'start'],
        ['A/loop', 'end'],
        ['A/run', 'end'],
      ]),
    );
    expect(lanes.map(({ task, from, to }) => [task, from, to])).toEqual([
      ['run', 0, 3],
      ['loop', 1, 2],
    ]);
  });

  it('gives the column of a lane that ended to the next task', () => {
    const { lanes, columns } = buildModel(
      traceOf([
        ['A/run', 'start'],
        ['A/dial', 'start'],
        ['A/dial', 'end'],
        ['A/readLoop', 'start'],
      ]),
    );
    expect(lanes.map((lane) => lane.column)).toEqual([0, 1, 1]);
    expect(columns).toEqual([2]);
  });

  it('marks a lane as blocked until the next step of its task', () => {
    const { lanes } = buildModel(
      traceOf([
        ['A/run', 'block', { on: 'recv quit' }],
        ['B/run', 'start'],
        ['A/run', 'wake'],
        ['A/run', 'block'],
        ['B/run', 'end'],
      ]),
    );
    expect(lanes[0]?.blocked).toEqual([
      { from: 0, to: 2 },
      { from: 3, to: 4 },
    ]);
  });

  it('pairs a send with the receive of the same channel, first in, first out', () => {
    const { links } = buildModel(
      traceOf([
        ['A/x', 'send', { ch: 'in' }],
        ['A/x', 'send', { ch: 'in' }],
        ['A/y', 'recv', { ch: 'in' }],
        ['B/z', 'recv', { ch: 'in' }],
        ['A/y', 'recv', { ch: 'in' }],
      ]),
    );
    expect(links.map(({ kind, from, to }) => [kind, from, to])).toEqual([
      ['handover', 0, 2],
      ['handover', 1, 4],
    ]);
  });

  it('takes a select for the receive that it chose, and counts it once', () => {
    const { links } = buildModel(
      traceOf([
        ['A/x', 'send', { ch: 'in' }],
        ['A/y', 'recv', { ch: 'in' }],
        ['A/y', 'select', { ch: 'recv in', v: 'in' }],
        ['A/x', 'send', { ch: 'in' }],
        ['A/y', 'select', { ch: 'recv in', v: 'in' }],
      ]),
    );
    expect(links.map(({ from, to }) => [from, to])).toEqual([
      [0, 1],
      [3, 4],
    ]);
  });

  it('draws nothing for a value that a task takes from itself', () => {
    const { links } = buildModel(
      traceOf([
        ['A/x', 'send', { ch: 'token' }],
        ['A/x', 'recv', { ch: 'token' }],
      ]),
    );
    expect(links).toEqual([]);
  });

  it('joins a message that went out with the one that came in on the other node', () => {
    const { links, stops } = buildModel(
      traceOf([
        ['A/w', 'msg', { v: 'out code 16, 76 bytes' }],
        ['B/w', 'msg', { v: 'out code 16, 76 bytes' }],
        ['A/r', 'msg', { v: 'in code 16, 76 bytes' }],
        ['B/r', 'msg', { v: 'in code 16, 76 bytes' }],
      ]),
    );
    expect(links.map(({ from, to, label }) => [from, to, label])).toEqual([
      [0, 3, 'Status'],
      [1, 2, 'Status'],
    ]);
    expect(stops).toEqual([0, 1, 2, 3]);
  });

  it('joins bytes by their place in the stream where no message is named', () => {
    const { links } = buildModel(
      traceOf(
        [
          ['A/w', 'write', { b: 0 }],
          ['B/r', 'read', { b: 1 }],
          ['B/r', 'read', { b: 1 }],
          ['B/w', 'write', { b: 1 }],
          ['A/r', 'read', { b: 1 }],
        ],
        ['aabb', 'aa'],
      ),
    );
    expect(links.map(({ kind, from, to }) => [kind, from, to])).toEqual([
      ['bytes', 0, 2],
      ['bytes', 3, 4],
    ]);
  });

  it('draws a line from the task that starts another', () => {
    const { links } = buildModel(
      traceOf([
        ['A/run', 'event', { v: 'go readLoop' }],
        ['A/run', 'block'],
        ['A/readLoop', 'start'],
      ]),
    );
    expect(links).toMatchObject([{ kind: 'spawn', from: 0, to: 2 }]);
  });

  it('makes an empty model of an empty trace', () => {
    const model = buildModel(traceOf([]));
    expect(model.lanes).toEqual([]);
    expect([
      nextStop(model, 0),
      previousStop(model, 0),
      focusStep(model, 'run'),
    ]).toEqual([0, 0, 0]);
  });

  it('keeps what belongs to no node off both sides', () => {
    const { nodes } = buildModel(
      traceOf([
        ['/main', 'start'],
        ['B/run', 'start'],
        ['A/run', 'start'],
      ]),
    );
    expect(nodes).toEqual(['A', 'B']);
  });
});

describe('tableRows', () => {
  it('holds every step exactly once', () => {
    const model = buildModel(readTrace(sampleTrace()));
    const steps = tableRows(model).flatMap(({ event, minor }) => [
      event.i,
      ...minor.map((small) => small.i),
    ]);
    expect(steps).toEqual(model.trace.events.map((event) => event.i));
  });
});

describe('stepFromHash', () => {
  it('reads its own anchor and no other', () => {
    expect(stepFromHash('#t=41', 't', 100)).toBe(41);
    expect(stepFromHash('#u=41', 't', 100)).toBeUndefined();
    expect(stepFromHash('#t=-1', 't', 100)).toBeUndefined();
    expect(stepFromHash('#t=1e9', 't', 100)).toBeUndefined();
  });

  it('stops at the last step', () => {
    expect(stepFromHash('#t=9999', 't', 100)).toBe(99);
    expect(stepFromHash('#t=0', 't', 0)).toBeUndefined();
  });
});

describe('focusStep', () => {
  const model = buildModel(
    traceOf([
      ['A/run', 'start'],
      ['A/readLoop', 'start'],
      ['B/readLoop', 'start'],
      ['B/readLoop', 'msg', { v: 'in Hello, 3 bytes' }],
    ]),
  );

  it('finds a step by number, task, node and task, or word', () => {
    expect(focusStep(model, '2')).toBe(2);
    expect(focusStep(model, '99')).toBe(3);
    expect(focusStep(model, 'readLoop')).toBe(1);
    expect(focusStep(model, 'B/readLoop')).toBe(2);
    expect(focusStep(model, 'Hello')).toBe(3);
  });
});

describe('sentence', () => {
  it('says something that ends in a full stop for every step of the sample', () => {
    for (const event of readTrace(sampleTrace()).events) {
      expect(sentence(event, 3, en)).toMatch(/^\S.*\S\.$/);
    }
  });

  it('names the message and who hears it', () => {
    const [event] = traceOf([
      ['B/readLoop', 'msg', { v: 'in Hello, 94 bytes' }],
    ]).events;
    expect(event && sentence(event, 94, en)).toBe('readLoop hears Hello (94 bytes).');
  });
});
