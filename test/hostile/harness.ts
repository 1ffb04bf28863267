/**
 * The battery: each case is something that a stranger sends or does, and what has to
 * come of it. The node is the real one on the virtual clock; an honest peer is connected
 * before, asks all the time, and is answered within a second; afterwards the node holds
 * what it held before, and whoever comes then still becomes a peer.
 *
 * A case runs three times: with its bytes whole, cut at random, and one by one.
 */

import { describe, expect, it, vi } from 'vitest';
import { initCrypto } from '#crypto';
import { sleep } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import type { Block } from '../../impl/core/block.ts';
import type { Chain } from '../../impl/core/chain.ts';
import type { StatusData } from '../../impl/eth/protocol.ts';
import type { NetConn } from '../../impl/net/net-conn.ts';
import type { PeerEvent } from '../../impl/p2p/events.ts';
import type { DiscReason } from '../../impl/p2p/peer-error.ts';
import * as snappy from '../../impl/p2p/rlpx/snappy.ts';
import { Prng } from '../../impl/sim/prng.ts';
import { simulate } from '../../impl/sim/simulate.ts';
import { chainOf, statusOf } from '../eth/harness.ts';
import { childrenOf, testGenesis, testKey } from '../helpers/blocks.ts';
import { finished } from '../helpers/explore.ts';
import { serverAddress, World } from '../helpers/servers.ts';
import { bytewiseLimit, CutConn, type Cut, cuts } from './conns.ts';
import { HonestPeer } from './honest.ts';
import { AttackedNode, nodeKey, type NodeOptions } from './node.ts';
import { type Stage, Stranger } from './stranger.ts';

await initCrypto();

/** Cuts, keys, and the order of tasks come from it. */
const seed = process.env['PEERWALK_SEED'] ?? '1';

/** What becomes of a stranger. */
export type End =
  | 'closed' // without a word
  | { readonly disconnect: DiscReason }
  | 'kept'; // he is answered afterwards, as an honest node is

/** Bounds on what he costs. */
export interface Most {
  /** Bytes that the node waits for at once: what it would hold if they came. Default 2 KiB. */
  readonly asks?: number;
  /** Bytes of the read budget that are taken at once. Default 0. */
  readonly holds?: number;
  /** Bytes of the longest payload that is decompressed. Default 2 KiB. */
  readonly expands?: number;
}

interface Common {
  /** As in the list of attacks: `H-31`. */
  readonly id: string;
  /** What is sent. */
  readonly title: string;
  readonly node?: Partial<NodeOptions>;
  readonly most?: Most;
}

/** One stranger, and his end. */
export interface StrangerCase extends Common {
  /** How far he goes first, as an honest node does. */
  readonly after: Stage;
  /** His, if not one of his own. */
  readonly key?: Uint8Array;
  readonly act: (stranger: Stranger, scene: Scene) => Promise<void>;
  readonly ends: End;
  /** Milliseconds from the start of `act` to the end: exactly, or from and to. Default 0. */
  readonly at?: number | readonly [number, number];
  /** The error behind it, `HandshakeError bad-size`; default: not looked at. */
  readonly why?: string;
  /** More that has to be so, when it is over. */
  readonly check?: (stranger: Stranger, scene: Scene) => void | Promise<void>;
}

/** Several strangers, or none: it says for itself what has to come. */
export interface SceneCase extends Common {
  readonly play: (scene: Scene) => Promise<void>;
  /** `whole` alone, where no bytes of a stranger matter. Default: all cuts. */
  readonly cuts?: readonly Cut[];
}

export type Case = StrangerCase | SceneCase;

const sharedBlocks = childrenOf(testGenesis().block, 8);
const strangerKeys = 100;

/** The node, the honest peer, and whoever comes. One run of a case. */
export class Scene {
  readonly world = new World();
  readonly node: AttackedNode;
  /** For tasks of the case; awaited at its end. */
  readonly wg = new WaitGroup();
  readonly cut: Cut;
  /** Bytes that strangers have written. */
  readonly strangers: Stranger[] = [];
  readonly #random: Prng;

  constructor(options: Partial<NodeOptions>, cut: Cut) {
    this.cut = cut;
    this.#random = new Prng(`${seed}/${cut}`);
    const chain = options.chain ?? chainOf(sharedBlocks);
    this.node = new AttackedNode(this.world, { ...options, chain });
  }

  get chain(): Chain {
    return this.node.chain;
  }

  get status(): StatusData {
    return statusOf(this.chain);
  }

  get head(): Block {
    const block = sharedBlocks.at(-1);
    if (block === undefined) throw new TypeError('no blocks');
    return block;
  }

  /** Connects from an address of its own, or from `host`. */
  dial(host = `10.0.1.${1 + this.strangers.length}`): NetConn {
    return this.world.connect(serverAddress, host);
  }

  /** A stranger who has connected. Each has a key and an address of his own. */
  stranger(
    key = testKey(strangerKeys + this.strangers.length),
    host?: string,
  ): Stranger {
    const fd = this.cutting(this.dial(host));
    const stranger = new Stranger({ fd, nodeKey, key, status: this.status });
    this.strangers.push(stranger);
    return stranger;
  }

  /** What is written to it arrives as this run cuts it. */
  cutting(fd: NetConn): CutConn {
    return new CutConn(fd, this.cut, this.#random);
  }

  honest(key: Uint8Array, host: string): Promise<HonestPeer> {
    return HonestPeer.join(this.dial(host), key, nodeKey, this.status);
  }

  /** Why the node refused or dropped him. It says so a moment after he hears of it. */
  async whyEnded({ fd, id }: Stranger): Promise<string | undefined> {
    await sleep(1);
    const event = this.node.server.events.find(
      (each) =>
        (each.type === 'refused' && each.remote === fd.localAddr) ||
        (each.type === 'drop' && each.peer === id),
    );
    return event && this.errorOf(event);
  }

  /** Its class and code, or reason. */
  errorOf(event: PeerEvent | undefined): string {
    if (event === undefined || !('error' in event)) return 'no error';
    return nameOf(event.error);
  }
}

function nameOf(error: Error): string {
  if ('code' in error) return `${error.name} ${String(error.code)}`;
  if ('reason' in error) return `${error.name} ${String(error.reason)}`;
  return error.name;
}

/** Declares the tests of a group. */
export function battery(group: string, cases: readonly Case[]): void {
  describe(group, () => {
    for (const each of cases) {
      it(`${each.id}: ${each.title}`, () => attack(each));
    }
  });
}

async function attack(each: Case): Promise<void> {
  const wanted = 'play' in each ? (each.cuts ?? cuts) : cuts;
  let written = 0;
  for (const cut of wanted) {
    if (cut === 'one byte at a time' && written > bytewiseLimit) break;
    try {
      written = await attackOnce(each, cut);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const name = `${each.id}, ${cut}, PEERWALK_SEED=${seed}`;
      throw new Error(`${name}: ${why}`, { cause: error });
    }
  }
}

/** @returns how many bytes the strangers wrote */
async function attackOnce(each: Case, cut: Cut): Promise<number> {
  const expanded = [vi.spyOn(snappy, 'expand'), vi.spyOn(snappy, 'expandInSlices')];
  try {
    const run = await simulate({ seed, maxSteps: 5_000_000 }, () => play(each, cut));
    const written = finished(run); // no task is left, and none has failed
    const lengths = expanded.flatMap(({ mock }) =>
      mock.calls.map(([, length]) => length),
    );
    expect(Math.max(...lengths)).toBeLessThanOrEqual(each.most?.expands ?? 2_048);
    return written;
  } finally {
    for (const spy of expanded) spy.mockRestore();
  }
}

async function play(each: Case, cut: Cut): Promise<number> {
  const scene = new Scene(each.node ?? {}, cut);
  const { node } = scene;
  await node.start();
  const honest = await scene.honest(testKey(1), '10.0.0.2');
  await sleep(100);
  const before = await node.holdings();

  honest.askNow();
  if ('play' in each) await each.play(scene);
  else await meet(each, scene);
  for (const stranger of scene.strangers) await stranger.leave();
  await scene.wg.wait();

  await sleep(1_000);
  honest.askNow();
  await sleep(100);
  expect(await node.holdings()).toEqual(before);
  await newcomer(scene);
  expect(honest.lost).toBeUndefined();
  expect(honest.answers).toBeGreaterThan(2);
  expect(honest.slowest).toBeLessThanOrEqual(1_000);
  await honest.leave();
  await node.stop();
  return scene.strangers.reduce((sum, { fd }) => sum + fd.written, 0);
}

/** Places and slots are back: whoever comes is a peer, and is answered. */
async function newcomer(scene: Scene): Promise<void> {
  const late = await scene.honest(testKey(2), '10.0.0.3');
  await sleep(10);
  expect(late.answers).toBe(1);
  await late.leave();
}

async function meet(each: StrangerCase, scene: Scene): Promise<void> {
  const stranger = scene.stranger(each.key);
  await stranger.goTo(each.after);
  stranger.began();
  await each.act(stranger, scene);
  if (each.ends === 'kept') await provesKept(stranger);
  else await provesEnded(each, each.ends, stranger);
  const { node } = scene;
  const { asks = 2_048, holds = 0 } = each.most ?? {};
  expect(node.askedOf(stranger.fd.localAddr).most).toBeLessThanOrEqual(asks);
  const held = node.readBudget.total - node.readBudget.lowest;
  expect(held).toBeLessThanOrEqual(holds);
  if (each.why !== undefined) expect(await scene.whyEnded(stranger)).toBe(each.why);
  await each.check?.(stranger, scene);
}

async function provesEnded(
  { at = 0 }: StrangerCase,
  end: Exclude<End, 'kept'>,
  stranger: Stranger,
): Promise<void> {
  expect(await stranger.isLeft(60_000)).toBe(true);
  expect(stranger.reason).toBe(end === 'closed' ? undefined : end.disconnect);
  expect(stranger.plainBytes).toBe(0); // without keys nothing is said
  const [from, to] = typeof at === 'number' ? [at, at] : at;
  expect(stranger.stayed).toBeGreaterThanOrEqual(from);
  expect(stranger.stayed).toBeLessThanOrEqual(to);
}

/** What is left of the handshakes goes through, and a question is answered. */
async function provesKept(stranger: Stranger): Promise<void> {
  await stranger.goTo('Status');
  await stranger.asks();
  expect(stranger.reason).toBeUndefined();
  expect(stranger.endedAt).toBeUndefined();
}
