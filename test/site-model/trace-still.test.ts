/** The messages that stand on the front page before any script. */
import { describe, expect, it } from 'vitest';
import { stillOf } from '../../.vitepress/build/trace-still.ts';
import { sampleTrace } from '../../.vitepress/lab/sample.ts';
import { readTrace, type Trace } from '../../impl/csp/trace.ts';

function crossings(count: number): Trace {
  const events = Array.from({ length: count }, (_, index) => [
    { n: 'A', k: 'w', e: 'msg' as const, t: index, v: `out code 16, ${index} bytes` },
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
    const { messages, nodes, scenario, more } = stillOf(crossings(2));
    expect({ nodes, scenario, more }).toEqual({
      nodes: ['A', 'B'],
      scenario: 'test',
      more: 0,
    });
    expect(messages).toEqual([
      { from: 'A', to: 'B', name: 'Status', size: '0 bytes', t: 0 },
      { from: 'A', to: 'B', name: 'Status', size: '1 bytes', t: 1 },
    ]);
  });

  it('takes a handshake for messages as well', () => {
    const { messages } = stillOf(readTrace(sampleTrace()));
    expect(messages.slice(0, 3).map(({ name }) => name)).toEqual([
      'auth',
      'ack',
      'Hello',
    ]);
  });

  it('counts what does not fit', () => {
    const { messages, more } = stillOf(crossings(40));
    expect(messages.length + more).toBe(40);
    expect(messages.length).toBeLessThanOrEqual(16);
  });

  it('is empty for a run without messages', () => {
    expect(stillOf(crossings(0))).toMatchObject({ messages: [], more: 0 });
  });
});
