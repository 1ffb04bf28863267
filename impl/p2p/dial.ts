/**
 * Whom to dial, and when. Static nodes are dialed until they are peers. Bootnodes are
 * dialed in turn, while a share of our places is free. Neither is dialed again within 30
 * seconds. There is no discovery here, so there are no other nodes to dial.
 */

import type { Done } from '../csp/done.ts';
import { recv, select } from '../csp/select.ts';
import { Timer } from '../csp/timer.ts';
import type { NetConn } from '../net/net-conn.ts';
import type { Node, NodeID } from './enode.ts';
import { isAllowed, type Cidr } from './ip.ts';
import { asError } from './as-error.ts';

/** @geth p2p/dial.go dialHistoryExpiration */
export const dialHistoryExpirationMs = 30_000;
/** @geth p2p/server.go defaultDialTimeout */
export const defaultDialTimeoutMs = 15_000;
/** @geth p2p/server.go maxActiveDialTasks */
export const maxActiveDialTasks = 16;

/** What a dial task needs of the server. */
export interface DialHost {
  dial(node: Node): Promise<NetConn>;
  /** Resolves when the connection is a peer or was refused. */
  setupDialed(fd: NetConn, task: DialNodeTask): Promise<void>;
  dialFailed(node: Node, error: Error): void;
  readonly quit: Done;
}

export interface DialTask {
  readonly name: string;
  /** Done when the peer is added or the attempt has failed, not when it is connected. */
  run(host: DialHost): Promise<void>;
}

/** Static nodes are exempt from the cap on peers, dynamic ones (the bootnodes) are not. */
export type DialKind = 'static' | 'dynamic';

/** One attempt to make a peer of a node. @geth p2p/dial.go dialTask */
export class DialNodeTask implements DialTask {
  readonly dest: Node;
  readonly kind: DialKind;

  constructor(dest: Node, kind: DialKind) {
    this.dest = dest;
    this.kind = kind;
  }

  get name(): string {
    return `dial ${this.dest.id.slice(0, 8)}`;
  }

  async run(host: DialHost): Promise<void> {
    try {
      const fd = await host.dial(this.dest);
      await host.setupDialed(fd, this);
    } catch (error) {
      host.dialFailed(this.dest, asError(error));
    }
  }
}

/** Sleeps until the oldest entry of the history expires. @geth p2p/dial.go waitExpireTask */
export class WaitExpireTask implements DialTask {
  readonly name = 'wait for dial history';
  readonly durationMs: number;

  constructor(durationMs: number) {
    this.durationMs = durationMs;
  }

  async run({ quit }: DialHost): Promise<void> {
    const timer = new Timer('dial history', this.durationMs);
    await select({ expired: recv(timer), quit: recv(quit) });
    timer.stop();
  }
}

/** How a peer came to be one: what its place counts as. */
export interface PeerOrigin {
  readonly inbound: boolean;
  readonly staticDialed: boolean;
}

export interface DialConfig {
  readonly self: NodeID;
  readonly staticNodes?: readonly Node[];
  readonly bootnodes?: readonly Node[];
  /** Peers that may be dialed bootnodes at a time. Default 0. */
  readonly maxDynDials?: number;
  /** Ranges to dial; without them, all. */
  readonly netRestrict?: readonly Cidr[] | undefined;
}

/**
 * What the run loop dials. Owned by it: nobody else calls these methods.
 *
 * @geth p2p/dial.go dialstate
 */
export class DialState {
  readonly #self: NodeID;
  readonly #netRestrict: readonly Cidr[] | undefined;
  readonly #maxDynDials: number;
  readonly #static = new Map<NodeID, DialNodeTask>(); // BOUNDED by the configuration
  // BOUNDED by the configuration; who has waited longest for a dial comes first.
  readonly #bootnodes = new Map<NodeID, Node>();
  // BOUNDED by the two lists; `newTasks` gave them, and they are neither done nor forgotten.
  readonly #dialing = new Map<NodeID, DialKind>();
  // BOUNDED by the two lists; when each may be dialed again, earliest first.
  readonly #history = new Map<NodeID, number>();

  constructor(config: DialConfig) {
    const { staticNodes = [], bootnodes = [] } = config;
    this.#self = config.self;
    this.#netRestrict = config.netRestrict;
    this.#maxDynDials = config.maxDynDials ?? 0;
    for (const node of staticNodes) this.addStatic(node);
    for (const node of bootnodes) this.#bootnodes.set(node.id, node);
  }

  addStatic(node: Node): void {
    this.#static.set(node.id, new DialNodeTask(node, 'static'));
  }

  /** Forgets the node and its history: it may be added and dialed again at once. */
  removeStatic({ id }: Node): void {
    this.#static.delete(id);
    this.#bootnodes.delete(id);
    this.#history.delete(id);
  }

  // #region dial-state
  /**
   * The tasks to start now.
   *
   * @param running tasks that run or wait to
   * @param now milliseconds on the runtime's clock
   */
  newTasks(
    running: number,
    peers: ReadonlyMap<NodeID, PeerOrigin>,
    now: number,
  ): DialTask[] {
    for (const [id, until] of this.#history) if (until < now) this.#history.delete(id);
    const tasks: DialTask[] = [];
    for (const [id, task] of this.#static) {
      if (this.#dialing.has(id) || peers.has(id)) continue;
      if (!this.#mayDial(task.dest)) this.#static.delete(id);
      else if (!this.#history.has(id)) {
        this.#dialing.set(id, task.kind);
        tasks.push(task);
      }
    }
    tasks.push(...this.#newDynTasks(peers));
    const [earliest] = this.#history.values();
    if (running === 0 && tasks.length === 0 && earliest !== undefined) {
      //: Nothing else will wake the run loop when the time has come.
      tasks.push(new WaitExpireTask(earliest - now + 1));
    }
    return tasks;
  }

  taskDone(task: DialTask, now: number): void {
    if (!(task instanceof DialNodeTask)) return;
    const { id } = task.dest;
    this.#dialing.delete(id);
    this.#history.delete(id); // so that the order stays earliest first
    this.#history.set(id, now + dialHistoryExpirationMs);
  }
  // #endregion dial-state

  /** Whether a task that waits for its turn is still wanted; if not, it was never given. */
  keeps(task: DialTask): boolean {
    if (!(task instanceof DialNodeTask)) return true;
    const { id } = task.dest;
    const isKept =
      task.kind === 'static'
        ? this.#static.get(id) === task
        : this.#bootnodes.has(id) && !this.#static.has(id);
    if (!isKept) this.#dialing.delete(id);
    return isKept;
  }

  /** Dials of bootnodes, as many as our share of the places has room for. */
  #newDynTasks(peers: ReadonlyMap<NodeID, PeerOrigin>): DialTask[] {
    if (this.#bootnodes.size === 0) return [];
    let taken = 0;
    for (const kind of this.#dialing.values()) if (kind === 'dynamic') taken++;
    for (const peer of peers.values()) if (!peer.inbound && !peer.staticDialed) taken++;
    const tasks: DialTask[] = [];
    for (const [id, node] of [...this.#bootnodes]) {
      if (taken + tasks.length >= this.#maxDynDials) break;
      if (this.#dialing.has(id) || peers.has(id) || this.#history.has(id)) continue;
      this.#bootnodes.delete(id);
      if (!this.#mayDial(node)) continue;
      this.#bootnodes.set(id, node); // last in the line from now on
      this.#dialing.set(id, 'dynamic');
      tasks.push(new DialNodeTask(node, 'dynamic'));
    }
    return tasks;
  }

  /** Not ourselves, and only the ranges that are allowed: what is not is dropped for good. */
  #mayDial({ id, host }: Node): boolean {
    return id !== this.#self && isAllowed(this.#netRestrict, host);
  }
}
