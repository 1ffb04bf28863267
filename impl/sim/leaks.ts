/**
 * Faults that leave a task of a peer behind, and in how many orders of its tasks one can
 * see them. The peer is the real one with one thing changed. A test that runs one order
 * has tried one order; here many are run, and each says who was left and where.
 */

import { Chan } from '../csp/chan.ts';
import { runtime } from '../csp/runtime.ts';
import { recv, select, send } from '../csp/select.ts';
import { sleep } from '../csp/timer.ts';
import { WaitGroup } from '../csp/wait-group.ts';
import { discMsg, pingIntervalMs } from '../p2p/base-protocol.ts';
import { newMsg } from '../p2p/message.ts';
import { Peer } from '../p2p/peer.ts';
import { encodeDisconnect } from '../p2p/rlpx/disconnect.ts';
import type { Protocol } from '../p2p/protocol.ts';
import { everyOrder } from './every-order.ts';
import { connOver, Line } from './one-peer.ts';
import { simulate, type BlockedTask, type Simulation } from './simulate.ts';

export const faults = [
  'none',
  'readErr',
  'protoErr',
  'protoErr-short',
  'writeErr',
  'own-wait',
] as const;
export type Fault = (typeof faults)[number];

/** Deviations from first in, first out, at most. */
export const depth = 2;
/** Orders that are drawn, beside those that are gone through. */
export const draws = 200;

const momentMs = pingIntervalMs;
const empty = Uint8Array.of(0xc0);

/** A channel without room whose `trySend` does not give up: a plain send, as in Go. */
class Insisting<T> extends Chan<T> {
  readonly #wg: WaitGroup;

  constructor(name: string, capacity: number, wg: WaitGroup) {
    super(name, capacity);
    this.#wg = wg;
  }

  override trySend(value: T): boolean {
    if (super.trySend(value)) return true;
    this.#wg.go(`at ${this.name}`, async () => {
      await select({ taken: send(this, value) });
    });
    return true;
  }
}

/**
 * Two protocols, and several things in one moment: a Ping is due, one of the protocols
 * writes and asks the chain something, and the remote says Disconnect.
 */
async function live(fault: Fault): Promise<readonly string[]> {
  const line = new Line();
  line.beforeWrite = () => runtime().pause();
  const questions = new Chan<undefined>('questions', 1);
  const answers = new Chan<undefined>('answers');
  const eth: Protocol['run'] = async (_peer, rw) => {
    for (;;) await rw.readMsg();
  };
  const note: Protocol['run'] = async (own, rw) => {
    await sleep(momentMs);
    await rw.writeMsg(newMsg(0, empty));
    questions.trySend(undefined);
    // Whoever waits for anything of its own has to wait for the end as well.
    if (fault === 'own-wait') await answers.recv();
    else await select({ answer: recv(answers), closed: recv(peer.closed) });
    await eth(own, rw);
  };
  const protocols = [
    { name: 'eth', version: 63, length: 17, run: eth },
    { name: 'note', version: 1, length: 4, run: note },
  ];
  const peer = new Peer(connOver(line, protocols), protocols);
  const room = faultyRoom[fault];
  if (room !== undefined) {
    const { name, capacity } = room;
    Object.assign(peer, { [name]: new Insisting(name, capacity, peer.wg) });
  }
  const tasks = new WaitGroup();
  tasks.go('runPeer', async () => {
    await peer.run();
  });
  tasks.go('chain', async () => {
    const event = await select({ asked: recv(questions), closed: recv(peer.closed) });
    if (event.case === 'closed') return;
    await select({ answer: send(answers, undefined), closed: recv(peer.closed) });
  });
  tasks.go('remote', async () => {
    await sleep(1);
    await sleep(momentMs - 1);
    line.incoming.trySend(newMsg(discMsg, encodeDisconnect(4)));
  });
  await sleep(2 * momentMs);
  return peer.wg.names;
}

/** The room that a channel of the peer has instead of its own. */
const faultyRoom: Readonly<Record<string, { name: string; capacity: number }>> = {
  readErr: { name: 'readErr', capacity: 0 },
  protoErr: { name: 'protoErr', capacity: 0 },
  'protoErr-short': { name: 'protoErr', capacity: 2 },
  writeErr: { name: 'writeErr', capacity: 0 },
};

export interface Seen {
  /** Each order in the sequence in which it was run: how many tasks were left. */
  readonly orders: readonly number[];
  /** Who was left, and on what it waited, with the number of orders. */
  readonly left: readonly {
    readonly tasks: readonly string[];
    readonly orders: number;
  }[];
  /** The first order that left somebody; undefined: none did. */
  readonly first: string | undefined;
}

function leftOf(run: Simulation<readonly string[]>): readonly string[] {
  if (run.outcome.status !== 'done') throw new Error(run.outcome.status);
  const names = new Set(run.outcome.value);
  return run.left
    .filter(({ task }) => names.has(task))
    .map(({ task, on }: BlockedTask) => `${task} (${on})`)
    .toSorted();
}

class Tally {
  readonly orders: number[] = [];
  readonly #left = new Map<string, { tasks: readonly string[]; orders: number }>();
  first: string | undefined;

  readonly take = (run: Simulation<readonly string[]>): boolean => {
    const tasks = leftOf(run);
    this.orders.push(tasks.length);
    if (tasks.length === 0) return true;
    this.first ??= run.schedule;
    const key = tasks.join();
    this.#left.set(key, { tasks, orders: (this.#left.get(key)?.orders ?? 0) + 1 });
    return true;
  };

  seen(): Seen {
    const left = [...this.#left.values()].toSorted((a, b) => b.orders - a.orders);
    return { orders: this.orders, left, first: this.first };
  }
}

/** Every order with at most k deviations. */
export async function seenWith(fault: Fault, k: number): Promise<Seen> {
  const tally = new Tally();
  await everyOrder(k, () => live(fault), tally.take);
  return tally.seen();
}

/** So many orders that are drawn. */
export async function seenIn(fault: Fault, count: number): Promise<Seen> {
  const tally = new Tally();
  for (let n = 0; n < count; n++) {
    tally.take(await simulate({ seed: `leak ${n}` }, () => live(fault)));
  }
  return tally.seen();
}
