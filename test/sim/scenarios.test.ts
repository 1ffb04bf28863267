import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto, providerName } from '#crypto';
import { readTrace, writeTrace } from '../../impl/csp/trace.ts';
import { examScenarios } from '../../impl/sim/exam-scenarios.ts';
import { gateScenarios } from '../../impl/sim/gate-scenarios.ts';
import { runScenario, type ScenarioOutcome } from '../../impl/sim/run-scenario.ts';
import { ScenarioError } from '../../impl/sim/scenario-fields.ts';
import {
  readScenario,
  scenarioLimits,
  type Scenario,
} from '../../impl/sim/scenario.ts';
import { scenarios, type ScenarioName } from '../../impl/sim/scenarios.ts';
import type { SimulateOptions } from '../../impl/sim/simulate.ts';
import type { TokenName } from '../../impl/sim/token-scenarios.ts';
import type { SortingName } from '../../impl/sim/sorting-scenarios.ts';
import { traceHash } from '../../impl/sim/trace-hash.ts';
import type { WaitingName } from '../../impl/sim/waiting-scenarios.ts';

beforeAll(initCrypto);

async function outcomeOf(
  scenario: Scenario,
  options: SimulateOptions,
): Promise<ScenarioOutcome> {
  const { outcome, left, failures } = await runScenario(scenario, options);
  if (outcome.status !== 'done') throw new Error(JSON.stringify(outcome));
  expect(left).toEqual([]);
  expect(failures).toEqual([]);
  return outcome.value;
}

/** How node A and the remote came out of it. */
type Ending =
  | {
      /** Why A parted: error, reason, when; and whether the remote asked for it. */
      readonly parted: readonly [error: string | RegExp, reason: number, atMs: number];
      readonly byRemote?: true;
      /** The Disconnect that the remote heard. */
      readonly heard: number | undefined;
    }
  | { readonly refused: number | undefined }
  | 'lives';

const silent = undefined;
/** Refused before it was a peer, without a word. */
const turnedAway = { refused: silent } as const;
const endings: Readonly<
  Record<
    // What a message comes to is told apart by test/site-model/read-loop.test.ts,
    // what a busy handler holds up by test/site-model/proto-rw.test.ts, and what a write
    // comes to by test/site-model/write-token.test.ts.
    Exclude<
      ScenarioName,
      'meet' | 'codes-strangers' | SortingName | WaitingName | TokenName
    >,
    readonly Ending[]
  >
> = {
  'remote-closes': [{ parted: ['EOF', 1, 100], heard: silent }],
  'remote-disconnects': [
    { parted: ['too many peers', 4, 100], byRemote: true, heard: 4 },
  ],
  'code-past-the-end': [
    { parted: ['msg code out of range: 33', 1, 100], heard: silent },
  ],
  'reserved-base-code': ['lives'],
  'second-hello': ['lives'],
  ping: ['lives'],
  'unasked-pong': ['lives'],
  'disconnect-without-a-reason': [
    { parted: ['disconnect requested', 0, 100], byRemote: true, heard: 0 },
  ],
  'reason-13': [
    { parted: ['unknown disconnect reason 13', 13, 100], byRemote: true, heard: 13 },
  ],
  'reason-17': [
    { parted: ['unknown disconnect reason 17', 17, 100], byRemote: true, heard: 17 },
  ],
  // Genesis is looked at before the network.
  'other-genesis-and-network': [
    { parted: [/^Genesis block mismatch/, 16, 0], heard: 16 },
  ],
  'other-network': [{ parted: ['NetworkId mismatch - 1 (!= 1337)', 16, 0], heard: 16 }],
  'no-status': [{ parted: ['read timeout', 11, 5000], heard: 11 }],
  // The line takes 25 ms each way: A hears at 275 ms that the remote has closed.
  'second-status': [{ parted: [/^Extra status message/, 16, 275], heard: 16 }],
  'hole-in-the-codes': [{ parted: [/^Invalid message code - 10/, 16, 100], heard: 16 }],
  'second-status-2018': [{ parted: ['useless peer', 3, 100], heard: 3 }],
  'protocol-returns': [{ parted: ['protocol returned', 8, 0], heard: 8 }],
  'protocol-writes-past-its-codes': [
    { parted: [/^invalid message code/, 2, 0], heard: 2 },
  ],
  'silence-after-status': ['lives'],
  'dead-line': [{ parted: ['read: i/o timeout', 1, 30_000], heard: silent }],
  'asked-to-leave': [{ parted: ['disconnect requested', 0, 0], heard: 0 }],
  'remote-stops-reading': [
    { parted: ['write: i/o timeout', 1, 20_000], heard: silent },
  ],
  'ping-flood': [{ parted: ['write: i/o timeout', 1, 20_000], heard: silent }],
  // Whichever cause comes first.
  'two-causes': [
    { parted: [/^Extra status message/, 16, 100], heard: 16 },
    { parted: ['too many peers', 4, 100], byRemote: true, heard: 4 },
  ],
  // Its Disconnect is out, and still it is no peer less: the protocol holds it.
  'protocol-will-not-leave': ['lives'],
  // Refused at checkpoint 2: there was no peer that could part.
  'codes-nothing-in-common': [{ refused: 3 }],
  'codes-eth-62-alone': [
    { parted: ['msg code out of range: 29', 1, 100], heard: silent },
  ],
  'codes-lower-version-gone': ['lives'],
  'codes-said-twice': ['lives'],
  'codes-chat-before-eth': ['lives'],
  'codes-chat-on-one-side': ['lives'],
  // chat takes the Status of eth for one of its own, and eth waits.
  'codes-chat-forgotten': [{ parted: ['read timeout', 11, 5000], heard: 11 }],
  'codes-chat-of-another-length': [
    { parted: [/^No status message - first msg has code 1/, 16, 0], heard: 16 },
  ],
  'hello-as-ours': ['lives'],
  'hello-next-year': ['lives'],
  'hello-tail-of-lists': ['lives'],
  'hello-bytes-behind': ['lives'],
  'hello-port': ['lives'],
  'hello-version-4': ['lives'],
  'hello-version-99': ['lives'],
  'hello-2048-bytes': ['lives'],
  'hello-2049-bytes': [turnedAway],
  'hello-zero-as-00': [turnedAway],
  'hello-without-id': [turnedAway],
  'hello-id-of-63': [turnedAway],
  'hello-cap-of-three': [turnedAway],
  'hello-zero-id': [{ refused: 7 }],
  // Before checkpoint 2, which would say 3.
  'hello-other-id': [{ refused: 9 }],
  'hello-other-id-strange': [{ refused: 9 }],
  // C, who has the place, stays.
  'hello-zero-id-full': [{ refused: 4 }],
  'hello-no-caps': [{ refused: 3 }],
  'hello-is-disconnect': [turnedAway],
  'hello-is-bare-disconnect': [turnedAway],
  'hello-is-ping': [turnedAway],
  'hello-is-status': [turnedAway],
  'hello-is-empty-list': [turnedAway],
  'hello-is-missing': [turnedAway],
};

/** First in, first out, and other orders: 20, and more until each ending was met. */
const orders: readonly SimulateOptions[] = [
  { schedule: '' },
  ...Array.from({ length: 200 }, (_, n) => ({ seed: `order ${n}` })),
];

function fits(ending: Ending, { nodes, scripts }: ScenarioOutcome): boolean {
  const { peers, partings } = nodes['A'] ?? { peers: -1, partings: [] };
  if (ending === 'lives') return peers === 1 && partings.length === 0;
  const [parting] = partings;
  if ('refused' in ending) {
    const { B, ...others } = scripts;
    return (
      peers === Object.keys(others).length &&
      partings.length === 0 &&
      B?.endedAtMs !== undefined &&
      B.reason === ending.refused
    );
  }
  const [error, reason, atMs] = ending.parted;
  return (
    partings.length === 1 &&
    peers === 0 &&
    parting !== undefined &&
    (typeof error === 'string' ? parting.error === error : error.test(parting.error)) &&
    parting.reason === reason &&
    parting.atMs === atMs &&
    parting.remoteRequested === (ending.byRemote ?? false) &&
    scripts['B']?.reason === ending.heard
  );
}

describe('scenarios', () => {
  it.each(Object.entries(endings))(
    '%s ends as it is taught, in 21 orders or more',
    async (name, expected) => {
      const scenario = Object.entries(scenarios).find(([key]) => key === name)?.[1];
      if (scenario === undefined) throw new TypeError(`no scenario ${name}`);
      const met = new Set<Ending>();
      for (const [index, options] of orders.entries()) {
        if (index > 20 && met.size === expected.length) break;
        const outcome = await outcomeOf(scenario, options);
        const ending = expected.find((one) => fits(one, outcome));
        expect(
          ending,
          `${JSON.stringify(options)}: ${JSON.stringify(outcome)}`,
        ).not.toBe(undefined);
        if (ending !== undefined) met.add(ending);
      }
      expect(met.size).toBe(expected.length);
    },
  );

  it('answers a Ping, and neither a Pong nor a second Hello', async () => {
    const codes = async (name: ScenarioName): Promise<number[]> => {
      const { scripts } = await outcomeOf(scenarios[name], { schedule: '' });
      return scripts['B']?.messages.map(({ code }) => code) ?? [];
    };
    expect(await codes('ping')).toEqual([16, 3]);
    expect(await codes('unasked-pong')).toEqual([16]);
    expect(await codes('second-hello')).toEqual([16]);
    expect(await codes('reserved-base-code')).toEqual([16]);
    expect(await codes('protocol-will-not-leave')).toEqual([1]);
  });

  it.each([
    ['codes-lower-version-gone', [16, 33]],
    ['codes-said-twice', [16, 33]],
    ['codes-chat-before-eth', [20]],
    ['codes-chat-on-one-side', [16]],
  ] as const)('%s: what A says first comes under these codes', async (name, codes) => {
    for (const options of orders.slice(0, 5)) {
      const { scripts } = await outcomeOf(scenarios[name], options);
      const found = new Set(scripts['B']?.messages.map(({ code }) => code));
      expect([...found].sort()).toEqual(codes);
    }
  });

  it('codes-strangers: both say “useless peer”, and neither stays to hear it', async () => {
    for (const options of orders.slice(0, 5)) {
      const scenario = scenarios['codes-strangers'];
      const { outcome, trace } = await runScenario(scenario, {
        ...options,
        record: true,
      });
      if (outcome.status !== 'done') throw new Error(outcome.status);
      const { A, B } = outcome.value.nodes;
      expect(A).toMatchObject({ peers: 0, dialErrors: ['useless peer'] });
      expect(B).toMatchObject({ peers: 0, partings: [] });
      const said = trace?.events.filter(({ msg }) => msg?.name === 'Disconnect') ?? [];
      const inWords = said.map(({ n, msg, b }) => {
        return `${n} ${msg?.dir} ${b === undefined ? '' : trace?.bytes[b]}`;
      });
      expect(inWords.sort()).toEqual(['A out c103', 'B out c103']);
    }
  });

  it('can all be written as JSON and read back', () => {
    const all = { ...scenarios, ...gateScenarios, ...examScenarios };
    for (const scenario of Object.values(all)) {
      expect(readScenario(JSON.parse(JSON.stringify(scenario)))).toEqual(scenario);
    }
  });
});

describe('meet', () => {
  const run = async (): Promise<{ outcome: ScenarioOutcome; hash: string }> => {
    const options = { scenario: 'meet', schedule: '0', record: true };
    const { outcome, left, trace, duration } = await runScenario(
      scenarios.meet,
      options,
    );
    if (outcome.status !== 'done' || trace === undefined)
      throw new Error(outcome.status);
    expect(left).toEqual([]);
    // The tick of the syncer, then three answers and a parting, 50 ms each.
    expect(duration).toBe(10_200);
    expect(readTrace(writeTrace(trace))).toEqual(trace);
    return { outcome: outcome.value, hash: traceHash(trace) };
  };

  it('ends with the same eight blocks on both sides, and both are still peers', async () => {
    const { outcome } = await run();
    const node = { head: 8, peers: 1, partings: [], dialErrors: [] };
    expect(outcome).toEqual({ nodes: { A: node, B: node }, scripts: {} });
  });

  it('sends six messages, and then none before the tick of the syncer', async () => {
    const options = { scenario: 'meet', schedule: '0', record: true };
    const { trace } = await runScenario(scenarios.meet, options);
    const sent = (trace?.events ?? []).flatMap(({ t, n, msg }) =>
      msg?.dir === 'out' ? [{ t, said: `${n} ${msg.name ?? msg.code}` }] : [],
    );
    expect(sent.slice(0, 7)).toEqual([
      { t: 50, said: 'A auth' },
      { t: 75, said: 'B ack' },
      { t: 75, said: 'B Hello' },
      { t: 100, said: 'A Hello' },
      { t: 100, said: 'A 16' }, // Status
      { t: 125, said: 'B 16' },
      { t: 10_000, said: 'A 19' }, // GetBlockHeaders
    ]);
  });

  it('has one trace: again, and with the crypto of a browser', async () => {
    expect(providerName).toBe('node');
    const browser = promisify(execFile)(process.execPath, [
      ...['--conditions=browser', '--import', 'tsx', 'impl/node/lab.ts'],
      ...['meet', '--schedule', '0', '--json'],
    ]);
    const { hash } = await run();
    expect((await run()).hash).toBe(hash);
    expect(JSON.parse((await browser).stdout)).toMatchObject({ hash });
  });

  it('has another trace under another seed', async () => {
    const hashes = new Set<string>();
    for (const seed of ['1', '2']) {
      const options = { seed, schedule: '', record: true };
      const { trace } = await runScenario(scenarios.meet, options);
      // Without its head, which names the seed.
      const head = { code: '', scenario: '', seed: '', schedule: '' };
      if (trace) hashes.add(traceHash({ ...trace, head: { ...trace.head, ...head } }));
    }
    expect(hashes.size).toBe(2);
  });
});

describe('readScenario', () => {
  const good = {
    version: 1,
    nodes: { A: { kind: 'node' }, B: { kind: 'script', steps: [{ do: 'close' }] } },
    transport: 'plain',
    quirks: [],
    stop: { afterMs: 1000 },
  };
  const script = good.nodes.B;
  const withStep = (step: unknown): unknown => {
    return { ...good, nodes: { ...good.nodes, B: { kind: 'script', steps: [step] } } };
  };
  const withB = (fields: object): unknown => {
    return { ...good, nodes: { ...good.nodes, B: { ...script, ...fields } } };
  };
  const withA = (fields: object): unknown => {
    return { ...good, nodes: { A: { kind: 'node', ...fields } } };
  };

  const besideB = (fields: object): unknown => {
    return { ...good, nodes: { ...good.nodes, A: { kind: 'node', ...fields } } };
  };

  it('fills in what is left out', () => {
    expect(readScenario(good).nodes['A']).toEqual({
      kind: 'node',
      blocks: 0,
      dials: [],
      protocol: 'eth',
      maxPeers: 25,
    });
  });

  const many = (count: number, make: (n: number) => unknown): unknown[] =>
    Array.from({ length: count }, (_, n) => make(n));

  it.each<readonly [string, unknown]>([
    ['top', null],
    ['top', []],
    ['version', { ...good, version: 2 }],
    ['nodes', { ...good, nodes: {} }],
    ['nodes', { ...good, nodes: { a: good.nodes.A } }],
    ['nodes', { ...good, nodes: { ['__proto__x']: good.nodes.A } }],
    [
      'nodes',
      {
        ...good,
        nodes: Object.fromEntries(
          ['A', 'B', 'C', 'D', 'E'].map((name) => [name, good.nodes.A]),
        ),
      },
    ],
    ['nodes.A', { ...good, nodes: { A: 'node' } }],
    ['nodes.A.kind', { ...good, nodes: { A: { kind: 'ghost' } } }],
    ['nodes.A.blocks', withA({ blocks: scenarioLimits.blocks + 1 })],
    ['nodes.A.blocks', withA({ blocks: 1.5 })],
    ['nodes.A.blocks', withA({ blocks: '1' })],
    ['nodes.A.dials', withA({ dials: 'B' })],
    ['nodes.A.protocol', withA({ protocol: 'les' })],
    ['nodes.A.maxPeers', withA({ maxPeers: -1 })],
    ['nodes.A.versions', withA({ versions: [64] })],
    ['nodes.A.beside', withA({ beside: many(17, () => ({})) })],
    ['nodes.A.beside.name', withA({ beside: [{ version: 1, length: 1 }] })],
    ['nodes.A.beside.size', withA({ beside: [{ size: 1 }] })],
    ['nodes.B.caps', withB({ caps: ['eth'] })],
    ['nodes.B.caps', withB({ caps: many(17, () => 'eth/63') })],
    ['nodes.B.steps[0].version', withStep({ do: 'status', version: 256 })],
    ['nodes.B.steps[0].code', withStep({ do: 'status', code: -1 })],
    ['nodes.B.steps[0].do', withStep({ do: 'explode' })],
    ['nodes.B.steps[0].payload', withStep({ do: 'send', code: 16, payload: 'C0' })],
    [
      'nodes.B.steps[0].payload',
      withStep({ do: 'send', code: 16, payload: 'c0'.repeat(4097) }),
    ],
    ['nodes.B.steps[0].code', withStep({ do: 'send', code: 256, payload: '' })],
    ['nodes.B.steps[0].ms', withStep({ do: 'sleep', ms: 120_001 })],
    ['nodes.B.steps[0].reason', withStep({ do: 'disconnect', reason: NaN })],
    [
      'nodes.B.steps',
      {
        ...good,
        nodes: { B: { kind: 'script', steps: many(65, () => ({ do: 'close' })) } },
      },
    ],
    ['transport', { ...good, transport: 'tcp' }],
    ['latencyMs', { ...good, latencyMs: -1 }],
    ['latencyMs', { ...good, latencyMs: scenarioLimits.latencyMs + 1 }],
    ['quirks', { ...good, quirks: ['any'] }],
    ['quirks', { ...good, quirks: 'maskedRemoval' }],
    ['stop', { ...good, stop: undefined }],
    ['stop.afterMs', { ...good, stop: { afterMs: scenarioLimits.afterMs + 1 } }],
    ['stop.when', { ...good, stop: { afterMs: 1, when: 'never' } }],
    ['predict.choices', { ...good, predict: { question: 'q', choices: 'a' } }],
    ['predict.question', { ...good, predict: { choices: [] } }],
    ['latency', { ...good, latency: 1 }],
    ['__proto__', JSON.parse('{"version":1,"__proto__":{}}')],
    ['nodes.A.block', withA({ block: 1 })],
    ['nodes.A.steps', withA({ steps: [] })],
    [
      'nodes.B.dials',
      { ...good, nodes: { ...good.nodes, B: { ...script, dials: [] } } },
    ],
    ['nodes.B.steps[0].ms', withStep({ do: 'close', ms: 1 })],
    ['stop.until', { ...good, stop: { afterMs: 1, until: 'synced' } }],
    ['predict.answer', { ...good, predict: { question: 'q', choices: [], answer: 1 } }],
    ['nodes.A.dials', withA({ dials: ['Z'] })],
    ['nodes.A.dials', withA({ dials: [''] })],
    ['nodes.A.dials', withA({ dials: ['A'] })],
    ['nodes.A.dials', besideB({ dials: many(5, () => 'B') })],
    ['nodes.A.trusts', besideB({ trusts: many(5, () => 'B') })],
    ['nodes.A.trusts', withA({ trusts: ['Z'] })],
    ['nodes.A.trusts', withA({ trusts: ['A'] })],
    ['nodes.A.trusts', withA({ trusts: 'B' })],
    ['nodes.B.as', withB({ as: 'Z' })],
    ['nodes.B.as', withB({ as: 1 })],
    ['nodes.B.caps', withB({ caps: 'eth' })],
    ['nodes.B.dialsAtMs', withB({ dialsAtMs: [] })],
    ['nodes.B.dialsAtMs', withB({ dialsAtMs: [0, 1, 2, 3, 4] })],
    ['nodes.B.dialsAtMs', withB({ dialsAtMs: [scenarioLimits.afterMs + 1] })],
    ['nodes.B.trusts', withB({ trusts: [] })],
    ['nodes.B.hello', withB({ hello: 5 })],
    ['nodes.B.hello', withB({ hello: 'c' })],
    ['nodes.B.hello', withB({ hello: 'C0' })],
    ['nodes.B.hello', withB({ hello: 'c0{name}' })],
    ['nodes.B.hello', withB({ hello: 'c0'.repeat(4097) })],
    ['nodes.B', withB({ hello: 'c0', caps: ['eth/63'] })],
    ['nodes.B', withB({ hello: 'c0', insteadOfHello: 'nothing' })],
    ['nodes.B.insteadOfHello', withB({ insteadOfHello: 'silence' })],
    ['nodes.B.insteadOfHello.code', withB({ insteadOfHello: { payload: '' } })],
    [
      'nodes.B.insteadOfHello.payload',
      withB({ insteadOfHello: { code: 1, payload: '{id}' } }),
    ],
    ['nodes.B.insteadOfHello.reason', withB({ insteadOfHello: { reason: 4 } })],
    ['nodes.B', { ...good, nodes: { B: script } }],
    ['nodes.A', { ...good, nodes: { A: script } }],
  ])('names the place: %s', (where, value) => {
    const read = (): unknown => readScenario(value);
    expect(read).toThrow(ScenarioError);
    expect(read).toThrow(`scenario: ${where}: `);
  });

  it('says where a script stands, and that there are no faults yet', () => {
    expect(() => readScenario({ ...good, script: [] })).toThrow(
      'scenario: script: a script stands in the node that plays it, as its steps',
    );
    expect(() => readScenario({ ...good, faults: [] })).toThrow(
      'scenario: faults: there are none yet; they come with the lab',
    );
  });

  it('is harmless for a run: a step after the end', async () => {
    const late = readScenario(withStep({ do: 'sleep', ms: 100 }));
    await outcomeOf({ ...late, stop: { afterMs: 10 } }, { schedule: '' });
  });
});
