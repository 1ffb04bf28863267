/** The lines of a reader's own code, in the trace of a live run. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { instrument } from '#kit/trace/instrument.ts';
import { readCatalog } from '#kit/catalog/catalog.ts';
import { compileLearner } from '#kit/run/learner.ts';
import type { LiveRun } from '#kit/run/live.ts';
import { buildWorkerScript } from '#kit/script/script.ts';
import { repository } from '#kit/catalog/sources.ts';
import { Threads } from '#kit/script/thread.ts';

const exercise = readCatalog(repository).find(({ facts }) => facts.id === 'E14');
if (exercise === undefined) throw new Error('no E14');
const solution = exercise.solution;
const file = `exercises/${exercise.folder}/exercise.ts`;

let threads: Threads;
beforeAll(async () => {
  threads = new Threads((await buildWorkerScript(repository, 'whole')).text);
});
afterAll(() => threads.close());

async function live(code: string): Promise<LiveRun> {
  return (await threads.live('E14', code, 'meet')) as LiveRun;
}

describe('Session.live', () => {
  it('records at every step where a task stands, in our code and in the reader’s', async () => {
    const { trace } = await live(`\n\n${solution}`);
    const events = trace?.events ?? [];
    expect(events.length).toBeGreaterThan(500);
    expect(events.filter(({ src }) => src === undefined)).toHaveLength(2);
    const lines = `\n\n${solution}`.split('\n');
    const theirs = events.filter(({ src }) => src?.startsWith(`${file}:`));
    expect(theirs.length).toBeGreaterThan(10);
    for (const { src } of theirs) {
      expect(lines[Number(src?.split(':')[1]) - 1]).toMatch(/\w\(/);
    }
    expect(events.some(({ src }) => src?.startsWith('impl/p2p/peer.ts:'))).toBe(true);
  });

  it('says of code that is none what it says without marks', () => {
    for (const broken of [
      'const a = ;',
      'const a = 1; const a = 2;',
      'function (',
      '',
    ]) {
      const messages: string[] = [];
      for (const marks of [undefined, { instrument, file }]) {
        try {
          compileLearner(broken, () => true, marks)({ exports: {} }, {}, () => ({}));
          messages.push('it is code');
        } catch (error) {
          messages.push(JSON.stringify([String(error), error]));
        }
      }
      expect(messages[1]).toBe(messages[0]);
    }
  });
});
