/** The Hello that a reader changes: what the page says of it is what comes of it in a run. */
import { beforeAll, describe, expect, it } from 'vitest';
import {
  answerTo,
  checks,
  picked,
  picks,
  readHello,
  spansOf,
  type Answer,
} from '../../.vitepress/theme/components/hello-bytes.ts';
import { repoDir } from '../../.vitepress/build/pages.ts';
import { wireSamples } from '../../.vitepress/data/wire.ts';
import { initCrypto } from '#crypto';
import { fromHex, toHex } from '../../impl/bytes.ts';
import { decodeHello } from '../../impl/p2p/rlpx/hello.ts';
import { Prng } from '../../impl/sim/prng.ts';
import { runScenario } from '../../impl/sim/run-scenario.ts';
import { readScenario } from '../../impl/sim/scenario.ts';

beforeAll(initCrypto);

/** B's, with the key that B has under the seed of every recording. */
const recorded = wireSamples(repoDir)['hello']?.hex ?? '';
const key = decodeHello(fromHex(recorded)).id;

const answer = (hex: string): Answer => answerTo(fromHex(hex), key);

/** What B hears in a run in which these bytes are its Hello. */
async function inARun(hello: string, transport = 'plain'): Promise<string> {
  const { outcome } = await runScenario(
    readScenario({
      version: 1,
      nodes: { A: { kind: 'node' }, B: { kind: 'script', steps: [], hello } },
      transport,
      quirks: [],
      stop: { afterMs: 10 },
    }),
    { schedule: '' },
  );
  if (outcome.status !== 'done') throw new Error(outcome.status);
  const { nodes, scripts } = outcome.value;
  if (nodes['A']?.peers === 1) return 'a peer';
  expect(scripts['B']?.endedAtMs).toBe(0);
  return `hears ${scripts['B']?.reason ?? 'nothing'}`;
}

function inWords(found: Answer): string {
  return found.fails === undefined ? 'a peer' : `hears ${found.reason ?? 'nothing'}`;
}

describe('answerTo', () => {
  it('takes the Hello of the run', () => {
    const speaks = ['eth/63'];
    expect(answer(recorded)).toEqual({ fails: undefined, speaks, compresses: true });
  });

  it.each(picks)('says what comes of a change to pick: %s', async (pick) => {
    const hex = picked(pick, recorded);
    expect(hex).not.toBe(recorded);
    expect(inWords(answer(hex))).toBe(await inARun(hex));
    expect(inWords(answer(hex))).toBe(await inARun(hex, 'rlpx'));
  });

  it('has a change to pick for every check, and some that A takes', () => {
    const found = picks.map((pick) => answer(picked(pick, recorded)).fails);
    for (const check of checks) expect(found).toContain(check);
    expect(found.filter((fails) => fails === undefined).length).toBeGreaterThan(3);
  });

  it('says what comes of any byte that is another, as a run does', async () => {
    const random = new Prng('a byte of Hello');
    const met = new Set<string>();
    for (let n = 0; n < 150; n++) {
      const bytes = fromHex(recorded);
      // Half of them in front of the id, where there are few.
      const at = random.below(n % 2 === 0 ? bytes.length - 64 : bytes.length);
      bytes[at] = random.below(256);
      const hex = toHex(bytes);
      const expected = await inARun(hex);
      expect(inWords(answer(hex)), hex).toBe(expected);
      met.add(expected);
    }
    expect([...met].sort()).toEqual(['a peer', 'hears 9', 'hears nothing']);
  });

  it('says where a connection ends, in the order of the node', () => {
    const fails = (hex: string): string | undefined => answer(hex).fails;
    const zero = fromHex(picked('zero-id', picked('other-name', recorded)));
    expect(fails(toHex(zero))).toBe('zero');
    expect(fails(picked('other-id', picked('other-name', recorded)))).toBe('key');
    expect(fails('')).toBe('list');
    expect(fails('00'.repeat(2049))).toBe('size');
  });
});

describe('picked', () => {
  it('makes a Hello of 2,049 bytes', () => {
    expect(picked('too-big', recorded).length / 2).toBe(2049);
  });
});

describe('spansOf', () => {
  it('owns every byte, whatever it is, and says of each what it is', () => {
    const random = new Prng('spans');
    const all = [recorded, '', 'c0', ...picks.map((pick) => picked(pick, recorded))];
    for (let n = 0; n < 200; n++) {
      const bytes = fromHex(recorded);
      bytes[random.below(bytes.length)] = random.below(256);
      all.push(toHex(bytes));
    }
    for (const hex of all) {
      let end = 0;
      for (const span of spansOf(fromHex(hex), 'odd')) {
        expect(span.start).toBe(end);
        expect(span.sentence).not.toBe('');
        end = span.end;
      }
      expect(end).toBe(hex.length / 2);
    }
  });

  it('tells a field of next year from bytes behind the list', () => {
    const fields = (hex: string): string[] =>
      spansOf(fromHex(hex), 'odd').map(({ field }) => field);
    expect(fields(picked('next-year', recorded)).at(-1)).toBe('hello.extra');
    expect(fields(picked('behind', recorded)).at(-1)).toBe('ignored');
  });
});

describe('readHello', () => {
  it('is undefined where A reads none', () => {
    expect(readHello(fromHex(recorded))?.listenPort).toBe(0);
    expect(readHello(fromHex(picked('port', recorded)))?.listenPort).toBe(30303);
    expect(readHello(fromHex(picked('zero-as-00', recorded)))).toBe(undefined);
  });
});
