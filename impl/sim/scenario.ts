/**
 * A scenario: which nodes there are, what the scripted ones do, and when the run is
 * over. Plain JSON, so that a link or a page can carry one; this file is its schema.
 */

import { protocolVersions, type EthVersion } from '../eth/protocol.ts';
import { quirkNames, type QuirkName } from './quirks/names.ts';
import {
  capNames,
  few,
  hex,
  integer,
  list,
  object,
  oneOf,
  onlyKeys,
  prediction,
  text,
  times,
  ScenarioError,
  type Fields,
} from './scenario-fields.ts';
import { readStep, type Step } from './scenario-step.ts';

export type { Step };

/**
 * What a node runs: eth, or a protocol under the name `eth/63` that breaks one rule.
 * `listens` breaks none: it reads what comes and says nothing. `slow` does so too, and
 * is busy with the first message for 40 s.
 */
export const protocolKinds = [
  'eth',
  'returns',
  'writes-past-its-codes',
  'writes-without-end',
  'writes-too-much',
  'writes-twenty',
  'asks-to-leave',
  'sleeps',
  'listens',
  'slow',
] as const;
export type ProtocolKind = (typeof protocolKinds)[number];

/** A complete node of ours. */
export interface NodeSpec {
  readonly kind: 'node';
  /** Blocks of its chain above the genesis. */
  readonly blocks: number;
  /** Names of its static nodes. Where a script stands, nobody answers the dial. */
  readonly dials: readonly string[];
  /** Names of those that it trusts. */
  readonly trusts?: readonly string[];
  readonly protocol: ProtocolKind;
  /** How long `listens` is busy with each message, whatever happens meanwhile. */
  readonly busyMs?: number;
  readonly maxPeers: number;
  /** Versions of eth that it speaks; without it, all. */
  readonly versions?: readonly EthVersion[];
  /** Protocols that it speaks besides eth. */
  readonly beside?: readonly BesideSpec[];
}

/** A protocol that takes whatever comes, without a word. */
export interface BesideSpec {
  readonly name: string;
  readonly version: number;
  readonly length: number;
  /** It first says its message 0. */
  readonly greets?: true;
  /** How long it is busy with each message, whatever happens meanwhile. */
  readonly busyMs?: number;
  /** When it greets. Default: at once. */
  readonly greetsAfterMs?: number;
  /** Under which code of its own it greets. Default: 0. */
  readonly greeting?: number;
  /** It goes on if its greeting fails, and tells nobody. */
  readonly shrugs?: true;
}

/** A remote that plays a script to node A over a connection that it dials. */
export interface ScriptSpec {
  readonly kind: 'script';
  readonly steps: readonly Step[];
  /** It reads nothing before its script is over. */
  readonly deaf?: true;
  /** It opens the connection and shakes no hands: its steps are bytes and pauses. */
  readonly mute?: true;
  /** It answers each Ping with a Pong until its script is over. */
  readonly answers?: true;
  /** When it dials, each time a connection that plays the same steps. Default: once, at 0. */
  readonly dialsAtMs?: readonly number[];
  /** Whose id it names. Default: its own. */
  readonly as?: string;
  /** What its Hello says it speaks, `eth/63`; without it, that. */
  readonly caps?: readonly string[];
  /** The payload of its Hello, as hex; `{id}` stands for its id. */
  readonly hello?: string;
  /** What it says where Hello is due. */
  readonly insteadOfHello?: FirstMessage | 'nothing';
}

export interface FirstMessage {
  readonly code: number;
  /** As hex. */
  readonly payload: string;
}

/**
 * A script stands in the node that plays it, so that no other field has to say whose it
 * is. There are no faults yet: they come with the lab, and until then a scenario that asks
 * for some is refused.
 */
export interface Scenario {
  readonly version: 1;
  readonly nodes: Readonly<Record<string, NodeSpec | ScriptSpec>>;
  /** RLPx, or messages in the clear. */
  readonly transport: 'rlpx' | 'plain';
  /** What bytes take from one end of a connection to the other. Default 0. */
  readonly latencyMs?: number;
  /** Behaviour of geth in 2018 that ours does not copy, switched on for this run. */
  readonly quirks: readonly QuirkName[];
  /** The run ends after this time, or earlier when `synced` or `parted` comes true. */
  readonly stop: { readonly afterMs: number; readonly when?: 'synced' | 'parted' };
  /** What a reader may be asked before the run is shown. */
  readonly predict?: { readonly question: string; readonly choices: readonly string[] };
}

export const scenarioLimits = {
  nodes: 4,
  blocks: 256,
  steps: 64,
  dials: 4,
  payloadBytes: 4096,
  afterMs: 120_000,
  latencyMs: 1_000,
  protocols: 16,
} as const;

/** @throws {ScenarioError} with the place that breaks the schema */
export function readScenario(value: unknown): Scenario {
  const scenario = object(value, 'top');
  if (scenario['version'] !== 1) throw new ScenarioError('version', 'expected 1');
  for (const [key, why] of Object.entries(notHere)) {
    if (Object.hasOwn(scenario, key)) throw new ScenarioError(key, why);
  }
  onlyKeys(scenario, scenarioKeys, '');
  const { latencyMs, predict } = scenario;
  return {
    version: 1,
    nodes: readNodes(scenario['nodes']),
    transport: oneOf(scenario['transport'], ['rlpx', 'plain'], 'transport'),
    ...(latencyMs === undefined
      ? {}
      : { latencyMs: integer(latencyMs, scenarioLimits.latencyMs, 'latencyMs') }),
    quirks: list(scenario['quirks'], 'quirks').map((name) =>
      oneOf(name, quirkNames, 'quirks'),
    ),
    stop: readStop(scenario['stop']),
    ...(predict === undefined ? {} : { predict: prediction(predict, 'predict') }),
  };
}

const scenarioKeys = [
  'version',
  'nodes',
  'transport',
  'latencyMs',
  'quirks',
  'stop',
  'predict',
] as const satisfies readonly (keyof Scenario)[];

/** Keys that somebody may look for at the top, and where it is instead. */
const notHere = {
  script: 'a script stands in the node that plays it, as its steps',
  faults: 'there are none yet; they come with the lab',
} as const;

function readNodes(value: unknown): Scenario['nodes'] {
  const entries = Object.entries(object(value, 'nodes'));
  if (entries.length < 1 || entries.length > scenarioLimits.nodes) {
    throw new ScenarioError('nodes', `expected 1 to ${scenarioLimits.nodes}`);
  }
  const nodes = Object.fromEntries(
    entries.map(([name, spec]) => [nodeName(name), readNode(spec, `nodes.${name}`)]),
  );
  for (const [name, spec] of Object.entries(nodes)) {
    if (spec.kind === 'script' && nodes['A']?.kind !== 'node')
      throw new ScenarioError(`nodes.${name}`, 'a script needs a node A to talk to');
    checkNamed(nodes, name, spec);
  }
  return nodes;
}

/** Whoever a node or a script names must be there. */
function checkNamed(
  nodes: Scenario['nodes'],
  name: string,
  spec: NodeSpec | ScriptSpec,
): void {
  const isOther = (other: string): boolean =>
    other !== name && Object.hasOwn(nodes, other);
  const named =
    spec.kind === 'node'
      ? { dials: spec.dials, trusts: spec.trusts ?? [] }
      : { as: spec.as === undefined ? [] : [spec.as] };
  for (const [key, names] of Object.entries(named)) {
    const nobody = names.find((other) => !isOther(other));
    if (nobody === undefined) continue;
    const what = `"${nobody}" is no other node of the scenario`;
    throw new ScenarioError(`nodes.${name}.${key}`, what);
  }
}

function nodeName(name: string): string {
  if (!/^[A-Z]$/.test(name))
    throw new ScenarioError('nodes', 'a name is one letter, A to Z');
  return name;
}

function readNode(value: unknown, at: string): NodeSpec | ScriptSpec {
  const spec = object(value, at);
  return oneOf(spec['kind'], ['node', 'script'], `${at}.kind`) === 'script'
    ? readScript(spec, at)
    : readNodeSpec(spec, at);
}

function readScript(spec: Fields, at: string): ScriptSpec {
  const flags = ['deaf', 'mute', 'answers'] as const;
  const keys = ['kind', 'steps', ...flags, 'dialsAtMs', 'as', ...firstKeys];
  onlyKeys(spec, keys, `${at}.`);
  const steps = few(spec['steps'], scenarioLimits.steps, `${at}.steps`);
  const { dialsAtMs, as } = spec;
  return {
    kind: 'script',
    steps: steps.map((step, i) => readStep(step, scenarioLimits, `${at}.steps[${i}]`)),
    ...Object.fromEntries(
      flags
        .filter((flag) => oneOf(spec[flag] ?? false, [true, false], `${at}.${flag}`))
        .map((flag) => [flag, true as const]),
    ),
    ...(dialsAtMs === undefined
      ? {}
      : { dialsAtMs: times(dialsAtMs, scenarioLimits, `${at}.dialsAtMs`) }),
    ...(as === undefined ? {} : { as: text(as, `${at}.as`) }),
    ...readFirst(spec, at),
  };
}

/** Three ways to say what comes first, of which a script has one. */
const firstKeys = ['caps', 'hello', 'insteadOfHello'] as const;

function readFirst(
  spec: Fields,
  at: string,
): Pick<ScriptSpec, (typeof firstKeys)[number]> {
  const { caps, hello, insteadOfHello: instead } = spec;
  if (firstKeys.filter((key) => spec[key] !== undefined).length > 1) {
    throw new ScenarioError(at, `expected one of ${firstKeys.join(', ')}`);
  }
  return {
    ...(caps !== undefined && {
      caps: capNames(caps, scenarioLimits.protocols, `${at}.caps`),
    }),
    ...(hello !== undefined && { hello: payload(hello, `${at}.hello`, '{id}') }),
    ...(instead !== undefined && {
      insteadOfHello: readInstead(instead, `${at}.insteadOfHello`),
    }),
  };
}

function readInstead(value: unknown, at: string): FirstMessage | 'nothing' {
  if (value === 'nothing') return value;
  const spec = object(value, at);
  onlyKeys(spec, ['code', 'payload'], `${at}.`);
  return {
    code: integer(spec['code'], 255, `${at}.code`),
    payload: payload(spec['payload'], `${at}.payload`),
  };
}

function payload(value: unknown, at: string, name?: string): string {
  return hex(value, scenarioLimits.payloadBytes, at, name);
}

function readNodeSpec(spec: Fields, at: string): NodeSpec {
  const { beside, versions } = spec;
  const keys = ['kind', 'blocks', 'dials', 'trusts', 'protocol', 'busyMs', 'maxPeers'];
  onlyKeys(spec, [...keys, 'versions', 'beside'], `${at}.`);
  const names = (key: 'dials' | 'trusts'): readonly string[] =>
    few(spec[key] ?? [], scenarioLimits.nodes, `${at}.${key}`).map((name) =>
      text(name, `${at}.${key}`),
    );
  return {
    kind: 'node',
    blocks: integer(spec['blocks'] ?? 0, scenarioLimits.blocks, `${at}.blocks`),
    dials: names('dials'),
    ...(spec['trusts'] === undefined ? {} : { trusts: names('trusts') }),
    protocol: oneOf(spec['protocol'] ?? 'eth', protocolKinds, `${at}.protocol`),
    ...readBusy(spec, at),
    maxPeers: integer(spec['maxPeers'] ?? 25, 1000, `${at}.maxPeers`),
    ...(versions !== undefined && {
      versions: few(versions, scenarioLimits.protocols, `${at}.versions`).map(
        (version) => oneOf(version, protocolVersions, `${at}.versions`),
      ),
    }),
    ...(beside !== undefined && { beside: readBeside(beside, `${at}.beside`) }),
  };
}

function readBeside(value: unknown, at: string): BesideSpec[] {
  return few(value, scenarioLimits.protocols, at).map((entry) => {
    const spec = object(entry, at);
    const others = ['greetsAfterMs', 'greeting', 'shrugs', 'busyMs'];
    onlyKeys(spec, ['name', 'version', 'length', 'greets', ...others], `${at}.`);
    const { greetsAfterMs, greeting } = spec;
    return {
      name: text(spec['name'], `${at}.name`),
      version: integer(spec['version'], 1000, `${at}.version`),
      length: integer(spec['length'], 200, `${at}.length`),
      ...(oneOf(spec['greets'] ?? false, [true, false], at) && { greets: true }),
      ...readBusy(spec, at),
      ...(greetsAfterMs !== undefined && {
        greetsAfterMs: integer(greetsAfterMs, scenarioLimits.afterMs, at),
      }),
      ...(greeting !== undefined && { greeting: integer(greeting, 255, at) }),
      ...(oneOf(spec['shrugs'] ?? false, [true, false], at) && { shrugs: true }),
    };
  });
}

function readBusy(spec: Fields, at: string): { readonly busyMs?: number } {
  const { busyMs } = spec;
  if (busyMs === undefined) return {};
  return { busyMs: integer(busyMs, scenarioLimits.afterMs, `${at}.busyMs`) };
}

function readStop(value: unknown): Scenario['stop'] {
  const stop = object(value, 'stop');
  onlyKeys(stop, ['afterMs', 'when'], 'stop.');
  const afterMs = integer(stop['afterMs'], scenarioLimits.afterMs, 'stop.afterMs');
  if (stop['when'] === undefined) return { afterMs };
  return { afterMs, when: oneOf(stop['when'], ['synced', 'parted'], 'stop.when') };
}
