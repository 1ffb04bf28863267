/** What chapter 3 says in words and in predictions without a scenario, against runs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { answerTo } from '../../.vitepress/theme/components/hello-bytes.ts';
import { repoDir } from '../../.vitepress/build/pages.ts';
import { wireSamples } from '../../.vitepress/data/wire.ts';
import { initCrypto } from '#crypto';
import { fromHex, toHex } from '../../impl/bytes.ts';
import { readTrace, type Trace } from '../../impl/csp/trace.ts';
import { decodeHello } from '../../impl/p2p/rlpx/hello.ts';
import { helloFields } from '../../impl/p2p/rlpx/layout.ts';
import { packPayload } from '../../impl/p2p/rlpx/payload.ts';
import { helloScenarios } from '../../impl/sim/hello-scenarios.ts';
import { runScenario } from '../../impl/sim/run-scenario.ts';
import { readScenario } from '../../impl/sim/scenario.ts';

beforeAll(initCrypto);

const page = readFileSync(join(repoDir, 'docs/guide/03-hello.md'), 'utf8');
const samples = wireSamples(repoDir);
const recorded = fromHex(samples['hello']?.hex ?? '');
const key = decodeHello(recorded).id;

/** What front matter calls right in a prediction. */
function rightChoice(id: string): string {
  const [, block = ''] =
    new RegExp(`  - id: ${id}\\n([^]*?)\\n  - id: `).exec(page) ?? [];
  const choices = Array.from(
    block.matchAll(/^      - (.*)$/gm),
    ([, text = '']) => text,
  );
  return choices[Number(/^    right: (\d+)$/m.exec(block)?.[1])] ?? 'no such choice';
}

/** The frame that A writes with its Status, in bytes, and the Status. */
function statusFrame(trace: Trace): { frame: number; payload: Uint8Array } {
  const { events, bytes } = trace;
  const at = events.findIndex(
    ({ n, msg }) => n === 'A' && msg?.dir === 'out' && msg.code === 16,
  );
  const write = events.slice(at).find(({ n, e }) => n === 'A' && e === 'write');
  const bytesOf = (b: number | undefined): Uint8Array => fromHex(bytes[b ?? -1] ?? '');
  return {
    frame: bytesOf(write?.b).length,
    payload: bytesOf(events[at]?.b),
  };
}

/** Header and MAC, the body in blocks of 16, and its MAC. */
function frameOf(payload: Uint8Array, compressed: boolean): number {
  return 48 + 16 * Math.ceil((1 + packPayload(payload, compressed).length) / 16);
}

describe('the bytes of B’s Hello', () => {
  it('begin as the page reads them', () => {
    expect(toHex(recorded.subarray(0, 2))).toBe('f85c');
    expect(recorded.length).toBe(2 + 0x5c);
    const first = (field: string): string | undefined => {
      const span = helloFields(recorded).find((one) => one.field === field);
      return span && toHex(recorded.subarray(span.start, span.end));
    };
    expect(first('hello.name.length')).toBe('8a');
    expect(first('hello.cap.list')).toBe('c5');
    expect(first('hello.version')).toBe('05');
    expect(first('hello.listen-port')).toBe('80');
  });

  it('become what the reader should have found', () => {
    const fails = (at: number, byte: number): string | undefined =>
      answerTo(recorded.with(at, byte), key).fails;
    const spans = helloFields(recorded);
    const spanOf = (field: string): { start: number; end: number } => {
      const span = spans.find((one) => one.field === field);
      if (span === undefined) throw new Error(field);
      return span;
    };
    const { start, end } = spanOf('hello.id');
    for (let at = start; at < end; at++) {
      expect(fails(at, (recorded[at] ?? 0) ^ 1)).toBe('key');
    }
    const lengths = [1, spanOf('hello.name.length').start, start - 1];
    for (const at of lengths) {
      for (let byte = 0; byte < 256; byte++) {
        if (byte !== recorded[at])
          expect(fails(at, byte), `${at}: ${byte}`).toBe('list');
      }
    }
    expect(fails(spanOf('hello.name').start, 0x78)).toBe(undefined);
    expect(fails(spanOf('hello.version').start, 0x04)).toBe(undefined);
    for (let byte = 1; byte < 0x80; byte++) {
      expect(fails(spanOf('hello.listen-port').start, byte)).toBe(undefined);
    }
    const [one = 0, other = 0] = spans
      .filter(({ field }) => field === 'hello.cap-version')
      .map((span) => span.start);
    expect(fails(one, 1)).toBe(undefined);
    expect(fails(other, 1)).toBe(undefined);
    expect(answerTo(recorded.with(one, 1).with(other, 1), key)).toMatchObject({
      reason: 3,
    });
  });
});

describe('the bytes of a refusal instead of Hello', () => {
  it('are three', () => {
    expect(samples['refusal-body']?.hex).toBe('01c105');
    expect(samples['refusal-body']?.fields.map(({ field }) => field)).toEqual([
      'body.code',
      'disconnect.list',
      'disconnect.reason',
    ]);
  });
});

describe('a dial that is refused while Hello goes out', () => {
  it('fails as the prediction says', async () => {
    expect(rightChoice('c3-both-fail')).toBe('“too many peers”');
    const scenario = readScenario({
      version: 1,
      nodes: {
        A: { kind: 'node', dials: ['B'] },
        B: { kind: 'node', maxPeers: 0 },
      },
      transport: 'rlpx',
      quirks: [],
      stop: { afterMs: 1_000 },
    });
    for (const seed of ['1', '2', '3', '4', '5']) {
      const { outcome } = await runScenario(scenario, { seed });
      if (outcome.status !== 'done') throw new Error(outcome.status);
      expect(outcome.value.nodes['A']?.dialErrors).toEqual(['too many peers']);
    }
  });
});

describe('A’s Status', () => {
  it('is compressed, right behind its Hello', () => {
    expect(rightChoice('c3-switch')).toBe('Yes');
    const file = join(repoDir, 'docs', 'traces', 'meet.jsonl');
    const { frame, payload } = statusFrame(readTrace(readFileSync(file, 'utf8')));
    expect(frame).toBe(frameOf(payload, true));
    expect(frame).not.toBe(frameOf(payload, false));
  });

  it('is not, if B says version 4, and begins as the page has it', async () => {
    const { A, B } = helloScenarios['hello-version-4'].nodes;
    // Whose head is its genesis has a Status that gets shorter, as in the run.
    const nodes = { A: { ...A, blocks: 0 }, B };
    const scenario = readScenario({ ...helloScenarios['hello-version-4'], nodes });
    const { trace } = await runScenario(scenario, { schedule: '', record: true });
    if (trace === undefined) throw new Error('no trace');
    const { frame, payload } = statusFrame(trace);
    expect(frame).toBe(frameOf(payload, false));
    expect(frame).not.toBe(frameOf(payload, true));
    const body = `10${toHex(payload)}`;
    const said = /`(10 (?:[0-9a-f]{2} )+)…`/.exec(page)?.[1]?.replaceAll(' ', '');
    expect(said).toBe(body.slice(0, 6));
  });
});

describe('the long names of two scenarios', () => {
  it.each([
    ['hello-2048-bytes', 2048],
    ['hello-2049-bytes', 2049],
  ] as const)('%s has as many', (name, bytes) => {
    const { B } = helloScenarios[name].nodes;
    const hello = B?.kind === 'script' ? (B.hello ?? '') : '';
    expect(hello.replace('{id}', '00'.repeat(64)).length / 2).toBe(bytes);
  });
});
