/** The messages that stand on the front page before any script. */
import { describe, expect, it } from 'vitest';
import { stillOf } from '../../.vitepress/build/trace-still.ts';
import { ladderRoom, ladderStart } from '../../.vitepress/lab/ladder.ts';
import { sampleTrace } from '../../.vitepress/lab/sample.ts';
import { readTrace, type Trace } from '../../impl/csp/trace.ts';

function crossings(count: number): Trace {
  const events = Array.from({ length: count }, (_, index) => [
    {
      n: 'A',
      k: 'eth/63',
      e: 'msg' as const,
      t: index,
      v: `out code 16, ${index} bytes`,
    },
    {
      n: 'B',
      k: 'r',
      e: 'msg' as const,
      t: index + 5,
      v: `in code 16, ${index} bytes`,
    },
  ]).flat();
  return {
    head: { peerwalkTrace: 1, code: '', scenario: 'test', seed: '', schedule: '' },
    events: events.map((event, i) => ({ i, ...event })),
    bytes: [],
  };
}

describe('stillOf', () => {
  it('lists messages in the order in which they were sent, with who sent them when', () => {
    const { ladder, scenario } = stillOf(crossings(2));
    expect({ nodes: ladder.nodes, scenario }).toEqual({
      nodes: ['A', 'B'],
      scenario: 'test',
    });
    expect(ladder.messages).toEqual([
      { from: 'A', to: 'B', name: 'Status', size: 0, t: 0, sent: 0, heard: 1 },
      { from: 'A', to: 'B', name: 'Status', size: 1, t: 1, sent: 2, heard: 3 },
    ]);
  });

  it('takes a handshake for messages as well', () => {
    const { messages } = stillOf(readTrace(sampleTrace())).ladder;
    expect(messages.slice(0, 3).map(({ name }) => name)).toEqual([
      'auth',
      'ack',
      'Hello',
    ]);
  });

  it('is empty for a run without messages', () => {
    expect(stillOf(crossings(0)).ladder.messages).toEqual([]);
  });
});

describe('ladderStart', () => {
  const { messages } = stillOf(crossings(40)).ladder;

  it.each([0, 11, 30, 77, 79])('has the message of step %i in the picture', (step) => {
    const start = ladderStart(messages, step);
    const shown = messages.slice(start, start + ladderRoom);
    expect(shown).toHaveLength(ladderRoom);
    expect(shown).toContain(messages.findLast(({ sent }) => sent <= step));
  });

  it('begins with the first message where there is room for all', () => {
    expect(ladderStart(messages.slice(0, ladderRoom), 79)).toBe(0);
  });
});
