/** Runs a scenario under the serial runtime and says what each node lived through. */

import { initCrypto, keccak256, publicKey } from '#crypto';
import { toHex, utf8 } from '../bytes.ts';
import { Done } from '../csp/done.ts';
import { runtime } from '../csp/runtime.ts';
import { recv, select } from '../csp/select.ts';
import { sleep, Timer } from '../csp/timer.ts';
import { WaitGroup } from '../csp/wait-group.ts';
import { Chain } from '../core/chain.ts';
import { childrenOf } from '../core/development-blocks.ts';
import { developmentGenesis } from '../core/development-genesis.ts';
import { ProtocolManager } from '../eth/handler.ts';
import { MemoryNetwork } from '../net/memory.ts';
import type { NetConn } from '../net/net-conn.ts';
import type { NewTransport } from '../p2p/conn.ts';
import { nodeIDOf, type Node } from '../p2p/enode.ts';
import type { PeerEvent } from '../p2p/events.ts';
import { newMsg, sendItems, type Msg, type MsgReader } from '../p2p/message.ts';
import { discRequested, type DiscReason } from '../p2p/peer-error.ts';
import type { Protocol } from '../p2p/protocol.ts';
import { newRLPX } from '../p2p/rlpx/transport.ts';
import { Server } from '../p2p/server.ts';
import { PlainTransport } from './plain-transport.ts';
import { MaskingProtocolManager } from './quirks/masked-removal.ts';
import type {
  BesideSpec,
  NodeSpec,
  ProtocolKind,
  Scenario,
  ScriptSpec,
} from './scenario.ts';
import { firstOf, playScript, type Heard } from './script.ts';
import { ScriptedRLPX } from './scripted-rlpx.ts';
import { simulate, type SimulateOptions, type Simulation } from './simulate.ts';

/** How one peer of a node ended. */
export interface Parting {
  readonly peer: string;
  readonly error: string;
  readonly reason: DiscReason;
  readonly remoteRequested: boolean;
  readonly atMs: number;
}

export interface NodeOutcome {
  /** Number of the chain's last block. */
  readonly head: number;
  /** Peers at the end. */
  readonly peers: number;
  readonly partings: readonly Parting[];
  /** Why dials failed. */
  readonly dialErrors: readonly string[];
}

export interface ScenarioOutcome {
  readonly nodes: Readonly<Record<string, NodeOutcome>>;
  readonly scripts: Readonly<Record<string, Heard>>;
}

const port = 30_303;
/** How long the protocol `slow` is busy. */
const slowMs = 40_000;

interface Live {
  readonly server: Server;
  readonly manager: ProtocolManager | undefined;
  readonly chain: Chain;
  readonly events: { readonly atMs: number; readonly event: PeerEvent }[];
}

/** @param options `seed` decides keys, nonces and, without a schedule, the order */
export async function runScenario(
  scenario: Scenario,
  options: SimulateOptions = {},
): Promise<Simulation<ScenarioOutcome>> {
  await initCrypto();
  return simulate(options, () => play(scenario, options.seed ?? '1'));
}

async function play(scenario: Scenario, seed: string): Promise<ScenarioOutcome> {
  const network = new MemoryNetwork(scenario.latencyMs);
  const changed = new Done('the run is over');
  const live = new Map<string, Live>();
  const tasks = new WaitGroup();
  const heard = new Map<string, Heard>();
  let isOver = false;

  for (const [name, spec] of Object.entries(scenario.nodes)) {
    if (spec.kind !== 'node') continue;
    const node = makeNode(scenario, seed, name, spec, network, (current) => {
      live.set(name, current);
      if (hasEnded(scenario, live)) changed.close();
    });
    live.set(name, node);
  }
  // Who dials nobody starts first, and scripts come last: nobody dials into the void.
  const dials = (name: string): number => {
    const spec = scenario.nodes[name];
    return spec?.kind === 'node' ? spec.dials.length : 0;
  };
  for (const [name, node] of [...live].toSorted(([a], [b]) => dials(a) - dials(b))) {
    const start = async (): Promise<void> => {
      await node.server.start();
      node.manager?.start();
    };
    const starting = new WaitGroup();
    starting.go('start', start, { node: name });
    await starting.wait();
  }
  for (const [name, spec] of Object.entries(scenario.nodes)) {
    const target = live.get('A');
    if (spec.kind !== 'script' || target === undefined) continue;
    for (const [nth, atMs] of (spec.dialsAtMs ?? [0]).entries()) {
      const play = async (): Promise<void> => {
        if (atMs > 0) await sleep(atMs);
        if (isOver) return;
        const key = nth === 0 ? name : `${name}#${nth + 1}`;
        const onHeard = (now: Heard): unknown => heard.set(key, now);
        onHeard(
          await dialAndPlay(scenario, seed, name, spec, network, target, onHeard),
        );
      };
      tasks.go('remote', play, { node: name });
    }
  }

  const timer = new Timer('the scenario ends', scenario.stop.afterMs);
  await select({ over: recv(changed), late: recv(timer) });
  timer.stop();
  isOver = true;
  const nodes: Record<string, NodeOutcome> = {};
  for (const [name, node] of live) nodes[name] = await outcomeOf(node);
  const scripts = Object.fromEntries(heard);
  // One after the other: the first to stop says so, the next one hears it.
  for (const [name, node] of live) {
    const stop = async (): Promise<void> => {
      await node.manager?.stop();
      await node.server.stop();
    };
    const stopping = new WaitGroup();
    stopping.go('stop', stop, { node: name });
    await stopping.wait();
  }
  await tasks.wait();
  return { nodes, scripts };
}

async function dialAndPlay(
  scenario: Scenario,
  seed: string,
  name: string,
  spec: ScriptSpec,
  network: MemoryNetwork,
  target: Live,
  onHeard: (heard: Heard) => void,
): Promise<Heard> {
  const fd = await network.dial(addressOf('A'), port);
  const self = identity(seed, spec.as ?? name);
  return playScript({
    spec,
    fd,
    transport: makeTransport(scenario, fd, self.node, firstOf(spec, self.node.id)),
    privateKey: self.privateKey,
    self: self.node.id,
    dest: identity(seed, 'A').node,
    chain: target.chain,
    onHeard,
  });
}

function makeNode(
  scenario: Scenario,
  seed: string,
  name: string,
  spec: NodeSpec,
  network: MemoryNetwork,
  onChange: (live: Live) => void,
): Live {
  const chain = new Chain(developmentGenesis());
  chain.insertChain(childrenOf(chain.currentBlock, spec.blocks));
  const self = identity(seed, name);
  const Manager = scenario.quirks.includes('maskedRemoval')
    ? MaskingProtocolManager
    : ProtocolManager;
  const manager =
    spec.protocol === 'eth'
      ? new Manager({
          ...{ chain, networkId: 1337n, maxPeers: spec.maxPeers },
          ...(spec.versions !== undefined && { versions: spec.versions }),
        })
      : undefined;
  const server = new Server({
    privateKey: self.privateKey,
    self: self.node.id,
    name: `peerwalk/${name}`,
    protocols: [
      ...(manager?.protocols() ?? [misbehaving(spec.protocol, spec.busyMs)]),
      ...(spec.beside ?? []).map(besideEth),
    ],
    network,
    newTransport: (fd) => makeTransport(scenario, fd, self.node),
    maxPeers: spec.maxPeers,
    maxPendingPeers: 2, // enough here, and fewer steps in the trace
    listen: { host: addressOf(name), port },
    staticNodes: spec.dials.map((other) => identity(seed, other).node),
    trustedNodes: (spec.trusts ?? []).map((other) => identity(seed, other).node),
  });
  const live: Live = { server, manager, chain, events: [] };
  server.feed.subscribe((event) => {
    live.events.push({ atMs: runtime().now(), event });
    onChange(live);
  });
  chain.subscribe(() => {
    onChange(live);
  });
  return live;
}

/** Protocols that are not eth, under the name and codes of eth/63. */
function misbehaving(kind: ProtocolKind, busyMs?: number): Protocol {
  const run: Protocol['run'] = async (peer, rw) => {
    switch (kind) {
      case 'eth':
      case 'returns':
        return;
      case 'writes-past-its-codes':
        return rw.writeMsg(newMsg(17, new Uint8Array()));
      case 'writes-without-end':
        try {
          for (;;) await rw.writeMsg(newMsg(0, new Uint8Array(4096)));
        } catch {
          await rw.readMsg(); // it tells nobody that its write failed
        }
        return;
      case 'writes-too-much':
        // More than a frame can carry. It tells nobody that its write failed.
        await rw.writeMsg(newMsg(0, new Uint8Array(2 ** 24))).catch(() => undefined);
        for (;;) await rw.readMsg();
      case 'writes-twenty':
        for (let i = 0; i < 20; i++) await rw.writeMsg(newMsg(0, new Uint8Array(4096)));
        for (;;) await rw.readMsg();
      case 'asks-to-leave':
        await peer.disconnect(discRequested);
        await rw.readMsg();
        return;
      case 'sleeps':
        return sleep(3_600_000);
      case 'slow':
        await rw.readMsg();
        await sleep(slowMs);
        for (;;) await rw.readMsg();
      case 'listens':
        return readAll(rw, busyMs);
    }
  };
  return { name: 'eth', version: 63, length: 17, run };
}

/** Ends with its peer, as every protocol must. */
function besideEth(spec: BesideSpec): Protocol {
  const { name, version, length, busyMs } = spec;
  const run: Protocol['run'] = async (_peer, rw) => {
    if (spec.greetsAfterMs !== undefined) await sleep(spec.greetsAfterMs);
    try {
      if (spec.greets === true) await sendItems(rw, spec.greeting ?? 0);
    } catch (error) {
      if (spec.shrugs !== true) throw error;
    }
    await readAll(rw, busyMs);
  };
  return { name, version, length, run };
}

/** A handler that computes cannot be called away: it does not look at `closed`. */
async function readAll(rw: MsgReader, busyMs = 0): Promise<never> {
  for (;;) {
    await rw.readMsg();
    if (busyMs > 0) await select({ done: recv(new Timer('handler', busyMs)) });
  }
}

/** @param first what it says where Hello is due, if that is not the Hello of ours */
function makeTransport(
  scenario: Scenario,
  fd: NetConn,
  self: Node,
  first?: Msg | 'nothing',
): NewTransport {
  if (scenario.transport === 'plain') return new PlainTransport(fd, self.id, first);
  return first === undefined ? newRLPX(fd) : new ScriptedRLPX(fd, first);
}

/** Keys come from the seed, so that a node is the same in every schedule. */
function identity(seed: string, name: string): { privateKey: Uint8Array; node: Node } {
  const privateKey = keccak256(utf8(`peerwalk scenario/${seed}/${name}`));
  const id = nodeIDOf(toHex(publicKey(privateKey)));
  return { privateKey, node: { id, host: addressOf(name), port } };
}

function addressOf(name: string): string {
  return `10.0.0.${name.charCodeAt(0) - 64}`;
}

function hasEnded(scenario: Scenario, live: ReadonlyMap<string, Live>): boolean {
  const nodes = [...live.values()];
  if (scenario.stop.when === 'parted') {
    return nodes.some(({ events }) =>
      events.some(({ event }) => event.type === 'drop'),
    );
  }
  const [first, ...rest] = nodes.map(({ chain }) => chain.currentHeader.number);
  return scenario.stop.when === 'synced' && rest.every((number) => number === first);
}

async function outcomeOf({ server, chain, events }: Live): Promise<NodeOutcome> {
  const partings: Parting[] = [];
  const dialErrors: string[] = [];
  for (const { atMs, event } of events) {
    if (event.type === 'dial-error') dialErrors.push(event.error.message);
    if (event.type !== 'drop') continue;
    const { peer, error, reason, remoteRequested } = event;
    partings.push({ peer, error: error.message, reason, remoteRequested, atMs });
  }
  const head = Number(chain.currentHeader.number);
  return { head, peers: (await server.peers()).length, partings, dialErrors };
}
