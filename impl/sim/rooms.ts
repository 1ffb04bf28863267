/**
 * What becomes of a peer when one of its channels has other room than it has. Each trial
 * is a situation in which that room matters, and every answer is read off runs of the
 * real `Peer`: one channel of it is replaced, nothing else.
 */

import { Chan } from '../csp/chan.ts';
import { runtime } from '../csp/runtime.ts';
import { select, send } from '../csp/select.ts';
import { sleep } from '../csp/timer.ts';
import { WaitGroup } from '../csp/wait-group.ts';
import { discMsg, pingMsg } from '../p2p/base-protocol.ts';
import { newMsg } from '../p2p/message.ts';
import { Peer, type PeerEnd } from '../p2p/peer.ts';
import { discUselessPeer } from '../p2p/peer-error.ts';
import type { Protocol } from '../p2p/protocol.ts';
import { encodeDisconnect } from '../p2p/rlpx/disconnect.ts';
import { connOver, Line } from './one-peer.ts';
import { simulate, type SimulateOptions } from './simulate.ts';

/**
 * How a task reports that it is over. Ours tries: without room, the report is lost.
 * A plain send, as in Go, waits: without room, the task stands there.
 */
export type Reports = 'tries' | 'waits';

/** What a run came to. `n` counts tasks, messages or milliseconds, or is a reason. */
export type Fate =
  /** The peer has ended, and none of its tasks is left. */
  | { readonly fate: 'ends' }
  /** Its end was decided, and has not come: so many tasks stand at the channel. */
  | { readonly fate: 'stands'; readonly n: number }
  /** It should have ended, and lives on. */
  | { readonly fate: 'stays' }
  /** The remote heard this reason. */
  | { readonly fate: 'heard'; readonly n: number }
  /** A protocol's first message has reached the remote, or has not. */
  | { readonly fate: 'written' | 'mute' }
  /** So many messages were read while the protocol worked on one of them. */
  | { readonly fate: 'ahead'; readonly n: number }
  /** The protocol got its message so late. */
  | { readonly fate: 'handed'; readonly n: number };

export interface Stage {
  readonly peer: Peer;
  readonly line: Line;
  /** What the protocols of the trial took, and when. */
  readonly taken: number[];
  /** When `Peer.run` returned. */
  readonly endedAt: { ms?: number; end?: PeerEnd };
}

export interface Trial {
  readonly name: string;
  readonly room: 'in' | Room;
  readonly reports: Reports;
  /** Protocols that run with this peer. */
  readonly protocols: number;
  readonly capacities: readonly number[];
  /** What each protocol does; undefined: it reads until the peer ends. */
  readonly protocol?: (
    stage: Stage,
    ...args: Parameters<Protocol['run']>
  ) => Promise<void>;
  readonly prepare?: (stage: Stage) => void;
  /** What happens to the peer. */
  readonly happens: (stage: Stage) => Promise<void>;
  readonly fate: (stage: Stage, left: readonly string[]) => Fate;
}

type Room = 'disc' | 'protoErr' | 'readErr' | 'writeErr' | 'writeStart' | 'pingRecv';

const protocolNames = ['eth', 'chat', 'note'];
const protoCode = 16;
const message = (code: number): ReturnType<typeof newMsg> =>
  newMsg(code, Uint8Array.of(0xc0));
const leave = newMsg(discMsg, encodeDisconnect(4));
/** How long each run is watched after what has happened; longer than a Ping waits. */
const watchedMs = 40_000;

/** For a trial about the end: did it come, and did everybody leave? */
function endOf({ peer, endedAt }: Stage, left: readonly string[]): Fate {
  if (endedAt.ms !== undefined) return { fate: 'ends' };
  if (!peer.closed.closed) return { fate: 'stays' };
  return { fate: 'stands', n: left.length };
}

export const trials: readonly Trial[] = [
  {
    name: 'in',
    room: 'in',
    reports: 'tries',
    protocols: 1,
    capacities: [0, 1, 16],
    protocol: async ({ taken }, _peer, rw) => {
      for (;;) {
        taken.push((await rw.readMsg()).code);
        await sleep(700);
      }
    },
    happens: async ({ line }) => {
      for (let i = 0; i < 20; i++) line.incoming.trySend(message(protoCode));
      await sleep(100);
    },
    fate: ({ line }) => ({ fate: 'ahead', n: 20 - line.incoming.length - 1 }),
  },
  {
    name: 'pingRecv',
    room: 'pingRecv',
    reports: 'tries',
    protocols: 1,
    capacities: [0, 1, 16],
    protocol: async ({ taken }, _peer, rw) => {
      await rw.readMsg();
      taken.push(runtime().now());
      for (;;) await rw.readMsg();
    },
    prepare: ({ line }) => {
      line.beforeWrite = () => sleep(2_000);
    },
    happens: async ({ line }) => {
      for (let i = 0; i < 3; i++) line.incoming.trySend(message(pingMsg));
      line.incoming.trySend(message(protoCode));
      await sleep(watchedMs);
    },
    fate: ({ taken }) => ({ fate: 'handed', n: taken[0] ?? NaN }),
  },
  {
    name: 'writeStart',
    room: 'writeStart',
    reports: 'tries',
    protocols: 1,
    capacities: [0, 1, 2],
    protocol: async (_stage, _peer, rw) => {
      await rw.writeMsg(message(0));
      for (;;) await rw.readMsg();
    },
    happens: () => sleep(1_000),
    fate: ({ line }) => ({ fate: line.heard.length > 0 ? 'written' : 'mute' }),
  },
  {
    name: 'writeErr',
    room: 'writeErr',
    reports: 'waits',
    protocols: 1,
    capacities: [0, 1],
    protocol: async (_stage, _peer, rw) => {
      await rw.writeMsg(message(0));
    },
    prepare: ({ line }) => {
      line.beforeWrite = () => sleep(100);
    },
    happens: async ({ line }) => {
      await sleep(50);
      line.incoming.trySend(leave);
      await sleep(watchedMs);
    },
    fate: endOf,
  },
  {
    name: 'readErr',
    room: 'readErr',
    reports: 'tries',
    protocols: 1,
    capacities: [0, 1],
    protocol: async (_stage, _peer, rw) => {
      await sleep(50);
      await rw.writeMsg(message(0));
      for (;;) await rw.readMsg();
    },
    happens: async ({ line }) => {
      await sleep(50);
      line.incoming.trySend(leave);
      await sleep(watchedMs);
    },
    fate: endOf,
  },
  {
    name: 'readErr-waits',
    room: 'readErr',
    reports: 'waits',
    protocols: 1,
    capacities: [0, 1],
    protocol: async () => {
      await sleep(50); // and returns: that ends the peer
    },
    happens: () => sleep(watchedMs),
    fate: endOf,
  },
  {
    name: 'protoErr',
    room: 'protoErr',
    reports: 'tries',
    protocols: 1,
    capacities: [0, 1, 2],
    protocol: async (_stage, _peer, rw) => {
      await rw.writeMsg(message(0)); // its last message; then it returns
    },
    happens: () => sleep(watchedMs),
    fate: endOf,
  },
  {
    name: 'protoErr-waits',
    room: 'protoErr',
    reports: 'waits',
    protocols: 2,
    capacities: [0, 1, 2, 3, 4],
    prepare: ({ line }) => {
      line.beforeWrite = () => sleep(1_000);
    },
    happens: async ({ peer }) => {
      await sleep(15_500); // a Ping is being written
      await peer.disconnect(discUselessPeer);
      await sleep(watchedMs);
    },
    fate: endOf,
  },
  {
    name: 'disc',
    room: 'disc',
    reports: 'tries',
    protocols: 1,
    capacities: [0, 1],
    protocol: async (_stage, peer, rw) => {
      await rw.writeMsg(message(0));
      await peer.disconnect(discUselessPeer);
      throw new Error('something else');
    },
    happens: () => sleep(1_000),
    fate: ({ endedAt }) => ({ fate: 'heard', n: endedAt.end?.reason ?? NaN }),
  },
];

export interface Found {
  readonly capacity: number;
  /** Each different fate, with the number of orders of the tasks that came to it. */
  readonly fates: readonly { readonly fate: Fate; readonly orders: number }[];
}

/** First in first out, and orders that are drawn. */
export const orders: readonly SimulateOptions[] = [
  { schedule: '' },
  ...Array.from({ length: 39 }, (_, n) => ({ seed: `room ${n}` })),
];

/** @param among in which orders of the tasks; default: all of `orders` */
export async function tryRoom(
  trial: Trial,
  capacity: number,
  among: readonly SimulateOptions[] = orders,
): Promise<Found> {
  const seen = new Map<string, { fate: Fate; orders: number }>();
  for (const order of among) {
    const fate = await playTrial(trial, capacity, order);
    const key = JSON.stringify(fate);
    seen.set(key, { fate, orders: (seen.get(key)?.orders ?? 0) + 1 });
  }
  const fates = [...seen.values()].toSorted((a, b) => b.orders - a.orders);
  return { capacity, fates };
}

export async function playTrial(
  trial: Trial,
  capacity: number,
  order: SimulateOptions,
): Promise<Fate> {
  const { outcome } = await simulate(order, async () => {
    const stage = setUp(trial, capacity);
    trial.prepare?.(stage);
    const tasks = new WaitGroup();
    tasks.go('runPeer', async () => {
      const end = await stage.peer.run();
      Object.assign(stage.endedAt, { end, ms: runtime().now() });
    });
    await trial.happens(stage);
    return trial.fate(stage, stage.peer.wg.names);
  });
  if (outcome.status !== 'done') throw new Error(`${trial.name}: ${outcome.status}`);
  return outcome.value;
}

/** A peer of which one channel has another room. */
function setUp(trial: Trial, capacity: number): Stage {
  const line = new Line();
  const taken: number[] = [];
  const run: Protocol['run'] = async (peer, rw) => {
    if (trial.protocol !== undefined) return trial.protocol(stage, peer, rw);
    for (;;) await rw.readMsg();
  };
  const protocols = Array.from({ length: trial.protocols }, (_, n) => {
    const version = n === 0 ? 63 : 1;
    return { name: protocolNames[n] ?? `p${n}`, version, length: 17, run };
  });
  const peer = new Peer(connOver(line, protocols), protocols);
  const stage: Stage = { peer, line, taken, endedAt: {} };
  const { room } = trial;
  const name = room === 'in' ? 'eth.in' : room;
  const chan =
    trial.reports === 'waits'
      ? new Insisting<unknown>(name, capacity, peer.wg)
      : new Chan<unknown>(name, capacity);
  // In place of its own: the field has that name, and a channel of the same values.
  Object.assign((room === 'in' ? peer.running.get('eth') : peer) ?? {}, {
    [room]: chan,
  });
  return stage;
}

/**
 * A channel whose `trySend` does not give up. To report is the last thing that a task
 * does, so a task of its own can stand here for the one that would have waited.
 */
class Insisting<T> extends Chan<T> {
  readonly #wg: WaitGroup;

  constructor(name: string, capacity: number, wg: WaitGroup) {
    super(name, capacity);
    this.#wg = wg;
  }

  override trySend(value: T): boolean {
    if (super.trySend(value)) return true;
    this.#wg.go(`a report at ${this.name}`, async () => {
      await select({ taken: send(this, value) });
    });
    return true;
  }
}
