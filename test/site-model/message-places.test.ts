/** At a message, the code that a reader sees is what built the message, or read it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadTrace } from '../../.vitepress/build/trace-plugin.ts';
import { traceFile } from '../../.vitepress/build/trace-file.ts';
import { filesOf, findPlaces, srcOf } from '../../.vitepress/lab/message-places.ts';
import { buildModel, crossingOf } from '../../.vitepress/lab/model.ts';
import { placeOf } from '../../.vitepress/lab/player-data.ts';
import { readTrace, type TraceEvent } from '../../impl/csp/trace.ts';
import { repoDir } from '../site/build.ts';

const names = ['meet', 'second-status'];
// `npm run record` makes them, and every build.
const recorded = names.every((name) => existsSync(traceFile(repoDir, name)));

const textOf = (file: string): string => readFileSync(join(repoDir, file), 'utf8');

describe.skipIf(!recorded)('the code at a message', () => {
  it.each(names)('is no line that all messages pass, in %s', (name) => {
    const { run, code, places } = loadTrace(repoDir, name);
    const { events } = buildModel(readTrace(run)).trace;
    const crossings = events.filter((event) => crossingOf(event) !== undefined);
    expect(crossings.length).toBeGreaterThan(10);
    for (const event of crossings) {
      const place = placeOf(srcOf(event, places));
      const line = textOf(place?.file ?? '').split('\n')[(place?.line ?? 0) - 1] ?? '';
      // What makes bytes of a message, or a message of bytes; not what notes it.
      expect(line, `step ${event.i}`).toMatch(
        /encode|[eE]ncrypt|decrypt|decode|readMsg|sendBlock|newMsg|DiscError|status\(/,
      );
      expect(
        code[place?.file ?? '']?.[place?.line ?? 0],
        `step ${event.i}`,
      ).toBeDefined();
    }
  });
});

describe('srcOf', () => {
  const places = findPlaces(textOf);
  const event = (k: string, own: Partial<TraceEvent>): TraceEvent => ({
    i: 0,
    t: 0,
    n: 'A',
    k,
    e: 'msg',
    src: 'impl/p2p/rlpx/frame-conn.ts:1',
    ...own,
  });
  const status = { msg: { dir: 'out', code: 16, name: 'Status', size: 1 } } as const;

  it('tells the script that plays a remote from a node', () => {
    expect(srcOf(event('statusWriter', status), places)).toMatch(
      /^impl\/eth\/peer\.ts/,
    );
    expect(srcOf(event('script', status), places)).toMatch(/^impl\/sim\/script\.ts/);
  });

  it('counts the second task of a name as the first', () => {
    expect(srcOf(event('script#2', status), places)).toMatch(/script\.ts/);
  });

  it('leaves a line of the reader’s own alone, and what is no message', () => {
    const own = { ...status, src: 'exercise.ts:7' };
    expect(srcOf(event('main', own), places, 'exercise.ts')).toBe('exercise.ts:7');
    expect(srcOf(event('main', { e: 'wake' }), places)).toMatch(/frame-conn/);
  });

  it('names the file of every line that it gives, to be loaded', () => {
    const head = { code: '', scenario: '', seed: '', schedule: '' };
    const events = [event('eth/63', status), event('main', { src: 'exercise.ts:7' })];
    const trace = { head: { peerwalkTrace: 1 as const, ...head }, events, bytes: [] };
    const files = filesOf(trace, places, 'exercise.ts');
    expect([...files]).toEqual(['impl/eth/peer.ts', 'exercise.ts']);
  });

  it('knows where every line of its list stands', () => {
    const missed: string[] = [];
    findPlaces(textOf, (text, file) => missed.push(`${text} in ${file}`));
    expect(missed).toEqual([]);
  });

  it('tells of a text that stands in no line, or in two', () => {
    const missed = new Set<string>();
    const twice = (file: string): string => `${textOf(file)}\n${textOf(file)}`;
    for (const from of [(): string => '', twice])
      expect(findPlaces(from, (_, file) => missed.add(file))).toEqual({});
    expect(missed).toContain('impl/p2p/peer.ts');
  });
});
