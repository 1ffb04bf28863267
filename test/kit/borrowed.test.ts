/** Answers that let ours do the work. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSolved, stateAfter, type RunReport } from '#kit/formats/schema-report.ts';
import { buildWorkerScript } from '#kit/script/script.ts';
import { Threads } from '#kit/script/thread.ts';
import { course } from './sources.ts';

let threads: Threads;

beforeAll(async () => {
  threads = new Threads((await buildWorkerScript(course, 'small')).text, 60_000);
}, 120_000);
afterAll(() => threads.close());

const protoRW = '#impl/p2p/proto-rw.ts';

describe('an answer that lets ours do the work', () => {
  it.each([
    [
      'E07',
      `export { matchProtocols } from '${protoRW}';`,
      '`matchProtocols` in impl/p2p/proto-rw.ts',
    ],
    [
      'E07',
      `import { matchProtocols as ours } from '${protoRW}';\nexport const matchProtocols = (a: any, b: any) => ours(a, b);`,
      '`matchProtocols` in impl/p2p/proto-rw.ts',
    ],
    [
      'E07',
      `import * as p from '${protoRW}';\nexport function matchProtocols(a: any, b: any) { return p.matchProtocols(a, b); }`,
      '`matchProtocols` in impl/p2p/proto-rw.ts',
    ],
    [
      'E14',
      "import { Peer } from '#impl/p2p/peer.ts';\nexport const handle = (peer: any, msg: any) => Peer.prototype.handle.call(peer, msg);",
      '`Peer.handle` in impl/p2p/peer.ts',
    ],
    [
      'E06',
      `export { encodeHello, helloIn as readHello } from '#impl/p2p/rlpx/hello.ts';`,
      '`encodeHello` in impl/p2p/rlpx/hello.ts',
    ],
  ])('%s passes, and counts as looked up: %s', async (id, code, what) => {
    const report = await threads.test(id, code);
    expect(report).toMatchObject({ verdict: 'passed', borrowed: what, message: '' });
    expect(isSolved(report)).toBe(false);
    expect(stateAfter('tried', report)).toBe('revealed');
  });

  it.each([
    [
      'E08',
      `import { matchProtocols } from '${protoRW}';
       export const rangesOf = (mine: any, theirs: any) =>
         [...matchProtocols(mine, theirs).values()].map(({ protocol, offset }) => ({ protocol, first: offset }));`,
      '`matchProtocols` in impl/p2p/proto-rw.ts',
    ],
    [
      'E06',
      `import { helloIn } from '#impl/p2p/rlpx/hello.ts';
       export const encodeHello = () => new Uint8Array();
       export const readHello = (msg: any) => helloIn(msg);`,
      '`helloIn` in impl/p2p/rlpx/hello.ts',
    ],
    [
      'E06',
      `import { decodeHello } from '#impl/p2p/rlpx/hello.ts';
       export const encodeHello = () => new Uint8Array();
       export const readHello = (msg: any) => decodeHello(msg.payload);`,
      '`decodeHello` in impl/p2p/rlpx/hello.ts',
    ],
    [
      'E15',
      `import { decodeDisconnect } from '#impl/p2p/rlpx/disconnect.ts';
       export const reasonIn = (payload: Uint8Array) => decodeDisconnect(payload);`,
      '`decodeDisconnect` in impl/p2p/rlpx/disconnect.ts',
    ],
  ])('%s is told of, although not all of it is ours: %s', async (id, code, what) => {
    expect((await threads.test(id, code)).borrowed).toBe(what);
  });

  it('is none that takes other things of the same file', async () => {
    const exercise = "import { ProtoRW, type Match } from '#impl/p2p/proto-rw.ts';\n";
    const report = await threads.test(
      'E07',
      `${exercise}export function matchProtocols() { void ProtoRW; return new Map<string, Match>(); }`,
    );
    expect(report.borrowed).toBeUndefined();
  });
});

describe('stateAfter', () => {
  const report = (part: Partial<RunReport>): RunReport => ({
    ...{
      verdict: 'passed',
      tests: [],
      message: '',
      output: [],
      outputCut: false,
      ms: 1,
    },
    ...part,
  });
  it.each([
    ['new', {}, 'passed'],
    ['revealed', {}, 'passed'],
    ['new', { verdict: 'failed' }, 'tried'],
    ['passed', { verdict: 'failed' }, 'passed'],
    ['revealed', { verdict: 'failed' }, 'revealed'],
    ['new', { borrowed: 'x' }, 'revealed'],
    ['passed', { borrowed: 'x' }, 'passed'],
  ] as const)('after %s and %j is %s', (before, part, after) => {
    expect(stateAfter(before, report(part))).toBe(after);
  });
});
