/** A script says its own Hello, or something where Hello is due, over either transport. */

import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import type { Trace } from '../../impl/csp/trace.ts';
import { runScenario, type ScenarioOutcome } from '../../impl/sim/run-scenario.ts';
import { readScenario, type ScriptSpec } from '../../impl/sim/scenario.ts';

beforeAll(initCrypto);

const transports = ['plain', 'rlpx'] as const;

/** Version, name "ab", eth/63, port 0, and its id. */
const helloOf = (version: string, tail = ''): string => {
  const fields = `${version}826162c6c5836574683f80b840`;
  const length = fields.length / 2 + 64 + tail.length / 2;
  return `f8${length.toString(16)}${fields}{id}${tail}`;
};

async function run(
  b: Partial<ScriptSpec>,
  transport: (typeof transports)[number],
  seed = '1',
): Promise<{ outcome: ScenarioOutcome; trace: Trace }> {
  const scenario = readScenario({
    version: 1,
    nodes: { A: { kind: 'node' }, B: { kind: 'script', steps: [], ...b } },
    transport,
    quirks: [],
    stop: { afterMs: 7_000, when: 'parted' },
  });
  const options = { seed, record: true };
  const { outcome, left, failures, trace } = await runScenario(scenario, options);
  if (outcome.status !== 'done') throw new Error(JSON.stringify(outcome));
  expect(left).toEqual([]);
  expect(failures).toEqual([]);
  if (trace === undefined) throw new Error('no trace');
  return { outcome: outcome.value, trace };
}

/** Payloads that B wrote, under their codes. */
function said(trace: Trace): string[] {
  return trace.events
    .filter(({ n, msg }) => n === 'B' && msg?.dir === 'out' && msg.code !== undefined)
    .map(({ msg, b }) => `${msg?.code} ${b === undefined ? '' : trace.bytes[b]}`);
}

describe.each(transports)('a script, over %s', (transport) => {
  it.each(['1', '2', '3'])(
    'says its own Hello, with its id in it (%s)',
    async (seed) => {
      const hello = helloOf('05', '83010203');
      const { outcome, trace } = await run({ hello }, transport, seed);
      const [first] = said(trace);
      expect(first).toMatch(/^0 f85205826162c6c5836574683f80b840.{128}83010203$/);
      // It is a peer: A has said its Status, and parts because none came back.
      expect(outcome.scripts['B']).toMatchObject({ greeted: true, reason: 11 });
    },
  );

  it('says bytes that are no Hello, as Hello', async () => {
    const { outcome, trace } = await run({ hello: 'c0' }, transport);
    expect(said(trace)).toEqual(['0 c0']);
    expect(outcome.scripts['B']).toMatchObject({ greeted: true, reason: undefined });
    expect(outcome.scripts['B']?.endedAtMs).toBe(0);
  });

  it('says a Hello of 2,049 bytes, and hears nothing after that', async () => {
    const name = `b907b0${'61'.repeat(1968)}`;
    const hello = `f907fe05${name}c6c5836574683f80b840{id}`;
    const { outcome, trace } = await run({ hello }, transport);
    expect(said(trace).map((one) => one.length)).toEqual(['0 '.length + 2 * 2049]);
    const { reason, endedAtMs } = outcome.scripts['B'] ?? {};
    expect({ reason, endedAtMs }).toEqual({ reason: undefined, endedAtMs: 0 });
  });

  it('says another message where Hello is due, and hears the Hello of A', async () => {
    const insteadOfHello = { code: 2, payload: 'c0' };
    const { outcome, trace } = await run({ insteadOfHello }, transport);
    expect(said(trace)).toEqual(['2 c0']);
    expect(outcome.scripts['B']).toMatchObject({ greeted: true, endedAtMs: 0 });
  });

  it('says nothing, and A closes after five seconds', async () => {
    const { outcome, trace } = await run({ insteadOfHello: 'nothing' }, transport);
    expect(said(trace)).toEqual([]);
    expect(outcome.scripts['B']).toMatchObject({ reason: undefined, endedAtMs: 5_000 });
  });

  it.each(['80', '04', '05', '06'])(
    'of version %s reads what A says, and is read',
    async (version) => {
      const hello = helloOf(version);
      const steps = [{ do: 'status' }, { do: 'send', code: 2, payload: 'c0' }] as const;
      const { outcome } = await run({ hello, steps }, transport);
      const codes = outcome.scripts['B']?.messages.map(({ code }) => code);
      expect(codes).toEqual([16, 3]);
      expect(outcome.nodes['A']?.peers).toBe(1);
    },
  );
});
