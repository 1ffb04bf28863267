/**
 * Whom to dial, and when. Static nodes are dialed until they are peers, and not again
 * within 30 seconds. There is no discovery here, so there are no other nodes to dial.
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
  setupDialed(fd: NetConn, node: Node): Promise<void>;
  dialFailed(node: Node, error: Error): void;
  readonly quit: Done;
}

export interface DialTask {
  readonly name: string;
  /** Done when the peer is added or the attempt has failed, not when it is connected. */
  run(host: DialHost): Promise<void>;
}

/** One attempt to make a peer of a static node. @geth p2p/dial.go dialTask */
export class StaticDialTask implements DialTask {
  readonly dest: Node;

  constructor(dest: Node) {
    this.dest = dest;
  }

  get name(): string {
    return `dial ${this.dest.id.slice(0, 8)}`;
  }

  async run(host: DialHost): Promise<void> {
    try {
      const fd = await host.dial(this.dest);
      await host.setupDialed(fd, this.dest);
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

/**
 * What the run loop dials. Owned by it: nobody else calls these methods.
 *
 * @geth p2p/dial.go dialstate
 */
export class DialState {
  readonly #self: NodeID;
  readonly #netRestrict: readonly Cidr[] | undefined;
  readonly #static = new Map<NodeID, StaticDialTask>(); // BOUNDED by the configuration
  readonly #dialing = new Set<NodeID>(); // BOUNDED by maxActiveDialTasks
  // BOUNDED by the static nodes; when each may be dialed again, earliest first.
  readonly #history = new Map<NodeID, number>();

  constructor(
    self: NodeID,
    staticNodes: readonly Node[],
    netRestrict?: readonly Cidr[],
  ) {
    this.#self = self;
    this.#netRestrict = netRestrict;
    for (const node of staticNodes) this.addStatic(node);
  }

  addStatic(node: Node): void {
    this.#static.set(node.id, new StaticDialTask(node));
  }

  /** Forgets the node and its history: it may be added and dialed again at once. */
  removeStatic({ id }: Node): void {
    this.#static.delete(id);
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
    peers: ReadonlyMap<NodeID, unknown>,
    now: number,
  ): DialTask[] {
    for (const [id, until] of this.#history) if (until < now) this.#history.delete(id);
    const tasks: DialTask[] = [];
    for (const [id, task] of this.#static) {
      if (this.#dialing.has(id) || peers.has(id)) continue;
      if (!this.#mayDial(task.dest)) this.#static.delete(id);
      else if (!this.#history.has(id)) {
        this.#dialing.add(id);
        tasks.push(task);
      }
    }
    const [earliest] = this.#history.values();
    if (running === 0 && tasks.length === 0 && earliest !== undefined) {
      //: Nothing else will wake the run loop when the time has come.
      tasks.push(new WaitExpireTask(earliest - now + 1));
    }
    return tasks;
  }

  /** Not ourselves, and only the ranges that are allowed: what is not is dropped for good. */
  #mayDial({ id, host }: Node): boolean {
    return id !== this.#self && isAllowed(this.#netRestrict, host);
  }

  /** Whether a task that waits for its turn is still wanted; if not, it was never given. */
  keeps(task: DialTask): boolean {
    if (!(task instanceof StaticDialTask)) return true;
    const { id } = task.dest;
    const isKept = this.#static.get(id) === task;
    if (!isKept) this.#dialing.delete(id);
    return isKept;
  }

  taskDone(task: DialTask, now: number): void {
    if (!(task instanceof StaticDialTask)) return;
    const { id } = task.dest;
    this.#dialing.delete(id);
    this.#history.delete(id); // so that the order stays earliest first
    this.#history.set(id, now + dialHistoryExpirationMs);
  }
  // #endregion dial-state
}
