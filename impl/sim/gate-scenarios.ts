/** Who passes the two checkpoints of node A, and who hears what: runs for chapter 2. */

import {
  readScenario,
  type NodeSpec,
  type Scenario,
  type ScriptSpec,
} from './scenario.ts';

/** A remote that dials A, and says nothing but Hello. */
type Remote = Partial<Omit<ScriptSpec, 'kind'>>;

/** A's protocol reads and says nothing. */
const quiet = { protocol: 'listens' } as const;
/** At 0 ms others have come in; what is asked about happens at this time. */
const laterMs = 100;
/** One way: so long the other side takes between the checkpoints. */
const lineMs = 25;
const late: Remote = { dialsAtMs: [laterMs] };
const early: Remote = {};

function gate(
  a: Partial<Omit<NodeSpec, 'kind'>>,
  remotes: Readonly<Record<string, Remote>>,
  options: { readonly transport?: 'rlpx'; readonly latencyMs?: number } = {},
): Scenario {
  const scripts: Record<string, unknown> = {};
  for (const [name, remote] of Object.entries(remotes)) {
    scripts[name] = { kind: 'script', steps: [], ...remote };
  }
  return readScenario({
    version: 1,
    nodes: { A: { kind: 'node', ...quiet, ...a }, ...scripts },
    transport: options.transport ?? 'plain',
    latencyMs: options.latencyMs,
    quirks: [],
    stop: { afterMs: 1_000 },
  });
}

/** A has one place and two static nodes; it dials both at once. */
function twoStatics(protocol: NodeSpec['protocol']): Scenario {
  return readScenario({
    version: 1,
    nodes: {
      A: { kind: 'node', protocol, maxPeers: 1, dials: ['B', 'C'] },
      B: { kind: 'node', protocol },
      C: { kind: 'node', protocol },
    },
    transport: 'plain',
    quirks: [],
    stop: { afterMs: 1_000 },
  });
}

export const gateScenarios = {
  /** The remote of the chapter: twice at the same moment, and once more later. */
  'gate-thrice': gate(
    {},
    { B: { dialsAtMs: [0, 0, 400] } },
    { transport: 'rlpx', latencyMs: lineMs },
  ),
  'gate-full': gate({ maxPeers: 1 }, { C: early, B: late }),
  'gate-inbound-full': gate({ maxPeers: 3 }, { C: early, D: early, B: late }),
  'gate-trusted': gate({ maxPeers: 1, trusts: ['B'] }, { C: early, B: late }),
  'gate-static-dialed': twoStatics('listens'),
  'gate-static-dialed-eth': twoStatics('eth'),
  'gate-static-calls': gate({ maxPeers: 1, dials: ['B'] }, { C: early, B: late }),
  'gate-twice': gate({}, { B: { dialsAtMs: [0, laterMs] } }),
  'gate-twice-trusted': gate(
    { maxPeers: 1, trusts: ['B'] },
    { B: { dialsAtMs: [0, laterMs] } },
  ),
  'gate-twice-full': gate({ maxPeers: 1 }, { B: { dialsAtMs: [0, laterMs] } }),
  'gate-self': gate({}, { B: { as: 'A' } }),
  'gate-self-full': gate({ maxPeers: 1 }, { C: early, B: { ...late, as: 'A' } }),
  'gate-nothing-common': gate({}, { B: { caps: ['other/1'] } }),
  'gate-nothing-common-trusted': gate({ trusts: ['B'] }, { B: { caps: ['other/1'] } }),
  'gate-nothing-common-full': gate(
    { maxPeers: 1 },
    { C: early, B: { ...late, caps: ['other/1'] } },
  ),
  /** Two strangers at the same moment, and one place: both are told that there is one. */
  'gate-last-place': gate(
    { maxPeers: 1 },
    { C: early, B: early },
    { latencyMs: lineMs },
  ),
} as const satisfies Readonly<Record<string, Scenario>>;

export type GateName = keyof typeof gateScenarios;
