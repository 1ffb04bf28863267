/** Where a case is played: the node, whoever comes to it, and the network between them. */

import { expect } from 'vitest';
import { initCrypto } from '#crypto';
import { runtime } from '../../impl/csp/runtime.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import type { Block } from '../../impl/core/block.ts';
import type { Chain } from '../../impl/core/chain.ts';
import type { StatusData } from '../../impl/eth/protocol.ts';
import type { Network } from '../../impl/net/listener.ts';
import { dialTCP } from '../../impl/net/tcp.ts';
import type { NetConn } from '../../impl/net/net-conn.ts';
import type { PeerEvent } from '../../impl/p2p/events.ts';
import { Prng } from '../../impl/sim/prng.ts';
import { chainOf, statusOf } from '../eth/harness.ts';
import { childrenOf, testGenesis, testKey } from '../helpers/blocks.ts';
import { serverAddress, World } from '../helpers/servers.ts';
import { CutConn, type Cut } from './conns.ts';
import { excess, type Kind, noteWork, type Work } from './bounds.ts';
import { HonestPeer } from './honest.ts';
import type { Meter } from './meter.ts';
import { AttackedNode, type Holdings, nodeKey, type NodeOptions } from './node.ts';
import { Stranger } from './stranger.ts';

await initCrypto();

const sharedBlocks = childrenOf(testGenesis().block, 8);
const strangerKeys = 100;

/** What a case is, beside its node: how bytes are cut, and what is counted by whom. */
export interface Played {
  readonly cut: Cut;
  readonly seed: string;
  readonly meter: Meter;
  /** What it may cost. */
  readonly kind: Kind;
}

/** What has been computed up to some moment, and for how many connections. */
export interface Cost {
  readonly work: Work;
  readonly connections: number;
}

/** The node, the honest peer, and whoever comes. One run of a case. */
export class Scene {
  readonly world = new World();
  readonly node: AttackedNode;
  /** For tasks of the case; awaited at its end. */
  readonly wg = new WaitGroup();
  readonly cut: Cut;
  readonly meter: Meter;
  readonly kind: Kind;
  /** Bytes that strangers have written. */
  readonly strangers: Stranger[] = [];
  readonly #random: Prng;
  #dials = 0;
  #aside = 0;

  constructor(
    options: Partial<NodeOptions>,
    { cut, seed, meter, kind }: Played,
    network?: Network,
  ) {
    this.cut = cut;
    this.meter = meter;
    this.kind = kind;
    this.#random = new Prng(`${seed}/${cut}`);
    const chain = options.chain ?? chainOf(sharedBlocks);
    this.node = new AttackedNode(this.world, { ...options, chain }, network);
    meter.watch(chain);
  }

  get cost(): Cost {
    return { work: this.meter.work(), connections: this.#connections - this.#aside };
  }

  /** A node that is dialed may refuse at once, and one that dials is not dialed. */
  get #connections(): number {
    return Math.max(this.#dials, this.node.connections);
  }

  /** Who comes meanwhile is no stranger: what the node does for him is not counted. */
  async aside<T>(come: () => Promise<T>): Promise<T> {
    const before = this.#connections;
    const result = await this.meter.forHonest(come);
    this.#aside += this.#connections - before;
    return result;
  }

  /** What has been computed since then is within the bounds: so much for each connection. */
  provesWork({ work: before, connections: from }: Cost): void {
    if (!this.isTimed) return;
    const connections = Math.max(1, this.cost.connections - from);
    const done = this.meter.work(before);
    noteWork(this.kind, done, connections);
    expect(excess(this.kind, done, connections), `work (${this.kind})`).toEqual([]);
  }

  /** Time is virtual, so that it can be looked at. */
  get isTimed(): boolean {
    return true;
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
    this.#dials++;
    return this.world.connect(serverAddress, host);
  }

  /** A stranger who has connected. Each has a key and an address of his own. */
  stranger(key?: Uint8Array, host?: string): Stranger {
    return this.strangerOn(this.dial(host), key);
  }

  /** The same over the network of the scene, whichever it is. */
  comes(key?: Uint8Array): Promise<Stranger> {
    return runtime().ready(this.stranger(key));
  }

  strangerOn(
    conn: NetConn,
    key = testKey(strangerKeys + this.strangers.length),
  ): Stranger {
    const fd = this.cutting(conn);
    const stranger = new Stranger({ fd, nodeKey, key, status: this.status });
    this.strangers.push(stranger);
    return stranger;
  }

  /** What is written to it arrives as this run cuts it. */
  cutting(fd: NetConn): CutConn {
    return new CutConn(fd, this.cut, this.#random);
  }

  honest(key: Uint8Array, host: string): Promise<HonestPeer> {
    return this.aside(() =>
      HonestPeer.join(this.dial(host), key, nodeKey, this.status),
    );
  }

  /** What the node holds while the honest peer has no question open. */
  async holdings(honest: HonestPeer): Promise<Holdings> {
    await honest.isAnswered();
    await sleep(50);
    return this.node.holdings();
  }

  /** A second after an attack the node holds what it held before. */
  async settlesTo(before: Holdings, honest: HonestPeer): Promise<void> {
    await sleep(1_000);
    expect(await this.holdings(honest)).toEqual(before);
  }

  /** Why the node refused or dropped him. It says so a moment after he hears of it. */
  async whyEnded({ fd, id }: Stranger): Promise<string | undefined> {
    for (let tries = 0; tries < 2_000; tries++) {
      const event = this.node.server.events.find(
        (each) =>
          (each.type === 'refused' && each.remote === fd.localAddr) ||
          (each.type === 'drop' && each.peer === id),
      );
      if (event !== undefined) return this.errorOf(event);
      await sleep(1);
    }
    return undefined;
  }

  /** Its class and code, or reason. */
  errorOf(event: PeerEvent | undefined): string {
    if (event === undefined || !('error' in event)) return 'no error';
    return nameOf(event.error);
  }
}

/** The same over real connections, in real time. */
export class TcpScene extends Scene {
  override get isTimed(): boolean {
    return false;
  }

  override async comes(key?: Uint8Array): Promise<Stranger> {
    return this.strangerOn(await this.#dialed(), key);
  }

  override async honest(key: Uint8Array): Promise<HonestPeer> {
    const fd = await this.#dialed();
    return HonestPeer.join(fd, key, nodeKey, this.status, patienceOverTCP);
  }

  override async settlesTo(before: Holdings): Promise<void> {
    for (let tries = 0; tries < 1_000; tries++) {
      if (JSON.stringify(await this.node.holdings()) === JSON.stringify(before)) break;
      await sleep(10);
    }
    expect(await this.node.holdings()).toEqual(before);
  }

  #dialed(): Promise<NetConn> {
    return dialTCP('127.0.0.1', this.node.server.port ?? 0);
  }
}

/** A busy machine takes its time; how long an answer may take is asked of the virtual clock. */
const patienceOverTCP = 30_000;

function nameOf(error: Error): string {
  if ('code' in error) return `${error.name} ${String(error.code)}`;
  if ('reason' in error) return `${error.name} ${String(error.reason)}`;
  return error.name;
}
