/** The scenarios that pages, exercises and tests run, by name. */

import { readScenario, type Scenario, type Step } from './scenario.ts';

/** Node A, complete, and a remote B that dials it and plays a script. */
function remote(
  steps: readonly Step[],
  options: {
    readonly protocol?: 'eth' | 'returns' | 'writes-past-its-codes';
    readonly afterMs?: number;
    readonly quirks?: readonly string[];
  } = {},
): Scenario {
  return readScenario({
    version: 1,
    nodes: {
      A: { kind: 'node', blocks: 8, protocol: options.protocol ?? 'eth' },
      B: { kind: 'script', steps },
    },
    transport: 'plain',
    quirks: options.quirks ?? [],
    stop: { afterMs: options.afterMs ?? 20_000, when: 'parted' },
  });
}

const quiet: Step = { do: 'sleep', ms: 100 };
const goodStatus: Step = { do: 'status' };
/** Wire code of an eth message: eth is the only protocol, so its codes begin at 16. */
const eth = (code: number): number => 16 + code;

export const scenarios = {
  /** Two of our nodes: A dials B, syncs its eight blocks at the 10 s tick, and stops. */
  meet: readScenario({
    version: 1,
    nodes: {
      A: { kind: 'node', blocks: 0, dials: ['B'] },
      B: { kind: 'node', blocks: 8 },
    },
    transport: 'rlpx',
    quirks: [],
    stop: { afterMs: 20_000, when: 'synced' },
  }),
  'remote-closes': remote([goodStatus, quiet, { do: 'close' }]),
  'remote-disconnects': remote([goodStatus, quiet, { do: 'disconnect', reason: 4 }]),
  'code-past-the-end': remote([
    goodStatus,
    quiet,
    { do: 'send', code: eth(17), payload: 'c0' },
  ]),
  'reserved-base-code': remote(
    [goodStatus, quiet, { do: 'send', code: 5, payload: 'c0' }],
    {
      afterMs: 3_000,
    },
  ),
  'other-genesis-and-network': remote([
    { do: 'status', genesis: 'other', networkId: 1 },
  ]),
  'other-network': remote([{ do: 'status', networkId: 1 }]),
  'no-status': remote([]),
  'second-status': remote([goodStatus, quiet, goodStatus]),
  'hole-in-the-codes': remote([
    goodStatus,
    quiet,
    { do: 'send', code: eth(0x0a), payload: 'c0' },
  ]),
  'second-status-2018': remote([goodStatus, quiet, goodStatus], {
    quirks: ['maskedRemoval'],
  }),
  'protocol-returns': remote([], { protocol: 'returns' }),
  'protocol-writes-past-its-codes': remote([], { protocol: 'writes-past-its-codes' }),
  'silence-after-status': remote([goodStatus], { afterMs: 3_000 }),
  'dead-line': remote([goodStatus], { afterMs: 40_000 }),
} as const satisfies Readonly<Record<string, Scenario>>;

export type ScenarioName = keyof typeof scenarios;
