/**
 * The tasks and channels of one peer, found and not written down: what room a channel has
 * is asked of peers that are made here, and who sends, receives and closes is read off
 * the traces of runs in which each channel is used.
 */
import type { TraceEvent } from '../../impl/csp/trace.ts';
import { Chan } from '../../impl/csp/chan.ts';
import { MemoryNetwork } from '../../impl/net/memory.ts';
import { pingMsg } from '../../impl/p2p/base-protocol.ts';
import { nodeIDOf } from '../../impl/p2p/enode.ts';
import { Peer } from '../../impl/p2p/peer.ts';
import { Server } from '../../impl/p2p/server.ts';
import type { Protocol } from '../../impl/p2p/protocol.ts';
import { connOver, Line } from '../../impl/sim/one-peer.ts';
import { gateScenarios } from '../../impl/sim/gate-scenarios.ts';
import { runScenario } from '../../impl/sim/run-scenario.ts';
import type { Scenario } from '../../impl/sim/scenario.ts';
import { scenarios } from '../../impl/sim/scenarios.ts';
import { simulate } from '../../impl/sim/simulate.ts';
import { lanes, type Lane } from './lanes.ts';

export interface PictureChannel {
  /** `in` for a protocol's `eth.in`. */
  readonly name: string;
  /** With N protocols: this, and N more if `perProtocol`. */
  readonly capacity: number;
  readonly perProtocol: boolean;
  readonly senders: readonly Lane[];
  readonly receivers: readonly Lane[];
}

export interface PeerPicture {
  /** Who starts whom. */
  readonly starts: readonly { readonly by: Lane; readonly task: Lane }[];
  readonly channels: readonly PictureChannel[];
  /** The stop signal: who gives it, and who waits for it. */
  readonly closed: { readonly by: readonly Lane[]; readonly seenBy: readonly Lane[] };
  /** The connection: who reads from it, and who writes to it. */
  readonly line: {
    readonly readers: readonly Lane[];
    readonly writers: readonly Lane[];
  };
}

/** Each is here for a way that no other of them goes. */
const used: readonly Scenario[] = [
  scenarios['second-status'],
  scenarios['remote-disconnects'],
  scenarios['asked-to-leave'],
  scenarios.ping,
  gateScenarios['gate-full'], // at its end the server asks the peer to leave
];

export async function findPeerPicture(): Promise<PeerPicture> {
  const seen = new Seen();
  for (const scenario of used) {
    const { trace } = await runScenario(scenario, { schedule: '', record: true });
    seen.look((trace?.events ?? []).filter(({ n }) => n === 'A'));
  }
  seen.look(await pingThatFails());
  const rooms = findRooms();
  const channels = [...rooms].map(([name, room]) => ({
    ...{ name, ...room },
    senders: seen.who(`${name} send`),
    receivers: seen.who(`${name} recv`),
  }));
  return {
    starts: lanes.flatMap((by) =>
      seen.who(`${by} starts`).map((task) => ({ by, task })),
    ),
    channels,
    closed: { by: seen.who('closed close'), seenBy: seen.who('closed wait') },
    line: { readers: seen.who('line in'), writers: seen.who('line out') },
  };
}

/** What the lanes did, by what it was. A task counts for the lane that started it. */
class Seen {
  readonly #by = new Map<string, Set<Lane>>();

  who(what: string): readonly Lane[] {
    const found = this.#by.get(what);
    return lanes.filter((lane) => found?.has(lane) === true);
  }

  look(events: readonly TraceEvent[]): void {
    const laneOf = new Map<string, Lane>(lanes.map((lane) => [lane, lane]));
    for (const event of events) {
      const lane = laneOf.get(event.k);
      if (lane === undefined) continue;
      const started = event.go?.task;
      if (started !== undefined) {
        const own = lanes.find((one) => one === started);
        if (own === undefined) laneOf.set(started, lane);
        else this.#note(`${lane} starts`, own);
      }
      this.#lookAt(event, lane);
    }
  }

  #lookAt({ chan, waits, msg }: TraceEvent, lane: Lane): void {
    if (chan?.op !== undefined) this.#note(`${shortName(chan.name)} ${chan.op}`, lane);
    for (const { name } of waits ?? []) {
      if (name === 'closed') this.#note('closed wait', lane);
    }
    if (msg?.dir !== undefined) this.#note(`line ${msg.dir}`, lane);
  }

  #note(what: string, lane: Lane): void {
    const known = this.#by.get(what);
    if (known === undefined) this.#by.set(what, new Set([lane]));
    else known.add(lane);
  }
}

function shortName(name: string): string {
  return name.replace(/^eth\./, '');
}

/** `pingLoop` reports in one case only: its own write fails. */
async function pingThatFails(): Promise<readonly TraceEvent[]> {
  const { trace } = await simulate({ schedule: '', record: true }, async () => {
    const line = new Line();
    line.beforeWrite = ({ code }) =>
      code === pingMsg ? Promise.reject(new Error('no more')) : Promise.resolve();
    const protocols = protocolsOf(1);
    await new Peer(connOver(line, protocols), protocols).run();
  });
  return trace?.events ?? [];
}

function protocolsOf(count: number): readonly Protocol[] {
  return Array.from({ length: count }, (_, n) => ({
    ...{ name: n === 0 ? 'eth' : `p${n}`, version: 63, length: 17 },
    run: async (_peer, rw): Promise<void> => {
      for (;;) await rw.readMsg();
    },
  }));
}

type Room = Pick<PictureChannel, 'capacity' | 'perProtocol'>;

/** Every channel that a peer holds, in the order of the class, and the one of its end. */
function findRooms(): Map<string, Room> {
  const [one, two] = [1, 2].map((count) => channelsOf(count));
  const rooms = new Map<string, Room>();
  for (const [name, capacity] of one ?? []) {
    const more = (two?.get(name) ?? NaN) - capacity;
    rooms.set(name, { capacity: capacity - more, perProtocol: more === 1 });
  }
  const { delpeer } = serverOf();
  return rooms.set(delpeer.name, { capacity: delpeer.capacity, perProtocol: false });
}

function channelsOf(count: number): Map<string, number> {
  const protocols = protocolsOf(count);
  const peer = new Peer(connOver(new Line(), protocols), protocols);
  const own: unknown[] = [...Object.values(peer)];
  for (const proto of [...peer.running.values()].slice(0, 1)) {
    own.push(...Object.values(proto));
  }
  const found = new Map<string, number>();
  for (const value of own) {
    if (value instanceof Chan) found.set(shortName(value.name), value.capacity);
  }
  return found;
}

function serverOf(): Server {
  const transport = (): never => {
    throw new Error('this server is never started');
  };
  return new Server({
    ...{ privateKey: new Uint8Array(32), self: nodeIDOf('11'.repeat(64)), name: 'A' },
    ...{ protocols: [], network: new MemoryNetwork(0), newTransport: transport },
    maxPeers: 1,
  });
}
