/** Traces of code with marks: every step of every task says where it stands. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { TraceEvent } from '../../impl/csp/trace.ts';
import { Chan } from '../../impl/csp/chan.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { runScenario } from '../../impl/sim/run-scenario.ts';
import { scenarios } from '../../impl/sim/scenarios.ts';
import { simulate } from '../../impl/sim/simulate.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The line of the source that an event names. */
function textAt(src: string | undefined): string {
  const [file = '', line] = (src ?? '').split(':');
  return readFileSync(root + file, 'utf8').split('\n')[Number(line) - 1] ?? '';
}

async function eventsOf(
  name: 'meet' | 'second-status',
): Promise<readonly TraceEvent[]> {
  const run = await runScenario(scenarios[name], { schedule: '', record: true });
  return run.trace?.events ?? [];
}

describe('TraceEvent.src', () => {
  it.each(['meet', 'second-status'] as const)(
    'stands at every step of %s but the first, which nobody took',
    async (name) => {
      const events = await eventsOf(name);
      expect(events.length).toBeGreaterThan(200);
      const without = events.filter(({ src }) => src === undefined);
      expect(without.map(({ k, e }) => `${k} ${e}`)).toEqual([
        'outside event',
        'main start',
      ]);
    },
  );

  it('is where a waiting task waited, when it wakes', async () => {
    const waits = new Map<string, string | undefined>();
    let woken = 0;
    for (const { n, k, e, src } of await eventsOf('meet')) {
      if (e === 'block') waits.set(`${n}/${k}`, src);
      if (e !== 'wake') continue;
      expect(src).toBe(waits.get(`${n}/${k}`));
      woken++;
    }
    expect(woken).toBeGreaterThan(50);
  });

  it('is the line that starts it, when a task begins', async () => {
    for (const { e, k, src } of await eventsOf('meet')) {
      if (e !== 'start' || k === 'main') continue;
      expect(textAt(src)).toMatch(/\bgo\($|\bgo\(/);
    }
  });

  it('is the line of the story, not of the channel or the connection below', async () => {
    const events = await eventsOf('second-status');
    const ofPeers = events.filter(
      ({ n, k }) => n === 'A' && /^(read|ping)Loop/.test(k),
    );
    expect(ofPeers.length).toBeGreaterThan(10);
    for (const { src } of ofPeers) expect(src).toMatch(/^impl\/(p2p|eth|sim)\//);
    const sends = events.filter(
      ({ n, e, ch }) => n === 'A' && e === 'send' && ch === 'addpeer',
    );
    expect(sends.map(({ src }) => textAt(src)).join()).toContain('send(stage, conn)');
  });

  it('comes from no code without marks', async () => {
    // This file has none: what shows are the lines of the channels below.
    const { trace } = await simulate({ schedule: '', record: true }, async () => {
      const channel = new Chan<number>('c');
      const group = new WaitGroup();
      group.go('giver', () => channel.send(1));
      await channel.recv();
      await group.wait();
    });
    const files = new Set(trace?.events.map(({ src }) => src?.split(':')[0]));
    expect(files).toEqual(
      new Set([undefined, 'impl/csp/chan.ts', 'impl/csp/wait-group.ts']),
    );
  });
});
