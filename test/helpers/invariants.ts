/**
 * Invariants I-1 to I-9 of a server, watched from outside: what its network gave it and
 * what its feed said have to fit together, at any moment. A test makes its server with
 * `watched.network`, attaches, and asks `broken()` at rest and after the stop.
 *
 * I-10 (what was accepted outlives its peer) is `watchChain`'s. What no event tells, the
 * order of messages and of bytes within one connection, has tests by name: `faults.ts`.
 */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { Chain } from '../../impl/core/chain.ts';
import { tellFailuresTo } from '../../impl/csp/failures.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import type { Listener, Network } from '../../impl/net/listener.ts';
import type { NetConn } from '../../impl/net/net-conn.ts';
import { dialHistoryExpirationMs } from '../../impl/p2p/dial.ts';
import type { NodeID } from '../../impl/p2p/enode.ts';
import type { PeerEvent } from '../../impl/p2p/events.ts';
import { maxInboundConns } from '../../impl/p2p/handshake-checks.ts';
import type { Server } from '../../impl/p2p/server.ts';

/** When it is asked: nothing under way · anything may be under way · after `stop`. */
export type Moment = 'at rest' | 'busy' | 'stopped';

export class WatchedNetwork implements Network {
  readonly #inner: Network;
  accepted = 0;
  dialed = 0;
  /** What was accepted or dialed and is not closed yet. */
  readonly open = new Set<NetConn>();
  /** Writes that wait. */
  writing = 0;
  /** Bytes that were read of one connection, at most, since `lookAnew`. */
  mostTaken = 0;
  #looks = 0;
  readonly broken: string[] = [];
  readonly #lastDial = new Map<string, number>();
  readonly removed = new Set<string>();

  constructor(inner: Network) {
    this.#inner = inner;
  }

  async listen(host: string, port: number): Promise<Listener> {
    const listener = await this.#inner.listen(host, port);
    return {
      host: listener.host,
      port: listener.port,
      accept: async () => {
        const conn = await listener.accept();
        this.accepted++;
        return this.#watch(conn);
      },
      close: () => listener.close(),
    };
  }

  async dial(...call: Parameters<Network['dial']>): Promise<NetConn> {
    const to = `${call[0]}:${call[1]}`;
    const now = runtime().now();
    const last = this.#lastDial.get(to);
    if (last !== undefined && now - last < dialHistoryExpirationMs) {
      this.broken.push(`I-4: ${to} dialed again after ${now - last} ms`);
    }
    if (this.removed.has(to)) this.broken.push(`I-4: ${to} dialed, but was removed`);
    this.#lastDial.set(to, now);
    this.dialed++;
    return this.#watch(await this.#inner.dial(...call));
  }

  lookAnew(): void {
    this.mostTaken = 0;
    this.#looks++;
  }

  /** Added by hand: it may be dialed at once, whatever was before. */
  wanted(to: string): void {
    this.removed.delete(to);
    this.#lastDial.delete(to);
  }

  /** I-5: one write at a time, and none after one that failed. */
  #watch(conn: NetConn): NetConn {
    this.open.add(conn);
    const close = conn.close.bind(conn);
    const write = conn.write.bind(conn);
    const consume = conn.consume.bind(conn);
    const readFull = conn.readFull.bind(conn);
    let writes = 0;
    let failed = false;
    let [taken, look] = [0, 0];
    const take = (length: number): void => {
      if (look < this.#looks) taken = 0;
      look = this.#looks;
      taken += length;
      this.mostTaken = Math.max(this.mostTaken, taken);
    };
    conn.consume = (length) => {
      take(length);
      consume(length);
    };
    conn.readFull = async (length) => {
      const bytes = await readFull(length);
      take(length);
      return bytes;
    };
    conn.close = async (lingerMs) => {
      await close(lingerMs);
      this.open.delete(conn);
    };
    conn.write = async (bytes) => {
      if (++writes > 1) this.broken.push('I-5: two writes at once on one connection');
      const hadFailed = failed;
      this.writing++;
      try {
        await write(bytes);
        if (hadFailed) this.broken.push('I-5: bytes went out behind half a frame');
      } catch (error) {
        failed = true;
        throw error;
      } finally {
        writes--;
        this.writing--;
      }
    };
    return conn;
  }
}

interface Live {
  readonly inbound: boolean;
  readonly counts: boolean;
}

/** Attached to one server from before its start. */
export class Watch {
  readonly network: WatchedNetwork;
  readonly counts = { adds: 0, drops: 0, refused: 0, dialErrors: 0, inboundAdds: 0 };
  /** The most at a time, of each. */
  readonly most = { peers: 0, inbound: 0, handshakes: 0 };
  readonly live = new Map<NodeID, Live>();
  readonly #broken: string[] = [];
  readonly #exempt: ReadonlySet<NodeID>;
  #server: Server | undefined;

  /** @param exempt static and trusted nodes: no cap counts them */
  constructor(network: Network, exempt: Iterable<NodeID> = []) {
    this.network = new WatchedNetwork(network);
    this.#exempt = new Set(exempt);
  }

  attach(server: Server): void {
    this.#server = server;
    server.feed.subscribe((event) => {
      this.#hear(event, server);
    });
    const addPeer = server.addPeer.bind(server);
    const removePeer = server.removePeer.bind(server);
    server.addPeer = (node) => {
      this.network.wanted(`${node.host}:${node.port}`);
      return addPeer(node);
    };
    server.removePeer = async (node) => {
      await removePeer(node);
      this.network.removed.add(`${node.host}:${node.port}`);
    };
  }

  #hear(event: PeerEvent, server: Server): void {
    const { counts, live, most } = this;
    switch (event.type) {
      case 'add':
        counts.adds++;
        if (event.inbound) counts.inboundAdds++;
        if (live.has(event.peer))
          this.#note('I-2', `add of ${event.peer}, who is here`);
        live.set(event.peer, {
          inbound: event.inbound,
          counts: !this.#exempt.has(event.peer),
        });
        break;
      case 'drop':
        counts.drops++;
        if (!live.delete(event.peer)) {
          this.#note('I-2', `drop of ${event.peer}, who is not here`);
        }
        break;
      case 'refused':
        counts.refused++;
        break;
      case 'dial-error':
        counts.dialErrors++;
        break;
      case 'accept-error':
        break;
      case 'msgrecv':
      case 'msgsend':
        if (!live.has(event.peer)) this.#note('I-6', `${event.type} of nobody's`);
        break;
    }
    const handshakes = shakingHands(server);
    most.handshakes = Math.max(most.handshakes, handshakes);
    if (handshakes > (server.config.maxPendingPeers || 50)) {
      this.#note('I-3', `${handshakes} handshakes at once`);
    }
    this.#count(server.config.maxPeers);
  }

  #count(maxPeers: number): void {
    let [peers, inbound] = [0, 0];
    for (const peer of this.live.values()) {
      if (!peer.counts) continue;
      peers++;
      if (peer.inbound) inbound++;
    }
    this.most.peers = Math.max(this.most.peers, peers);
    this.most.inbound = Math.max(this.most.inbound, inbound);
    if (peers > maxPeers) this.#note('I-3', `${peers} peers of ${maxPeers}`);
    if (inbound > maxInboundConns(maxPeers)) this.#note('I-3', `${inbound} inbound`);
  }

  /** What does not hold, each with the name of its invariant. Empty: all holds. */
  async broken(moment: Moment): Promise<readonly string[]> {
    const server = this.#server;
    if (server === undefined) throw new TypeError('attach a server first');
    const { counts, live, network } = this;
    const broken = [...this.#broken, ...network.broken];
    const check = (holds: boolean, what: string): void => {
      if (!holds) broken.push(what);
    };
    const inbound = network.accepted - counts.refused - counts.inboundAdds;
    const dialed =
      network.dialed - counts.dialErrors - (counts.adds - counts.inboundAdds);
    check(inbound >= 0, `I-1: ${-inbound} more ends than connections accepted`);
    check(dialed >= 0, `I-1: ${-dialed} more ends than dials`);
    check(counts.adds === counts.drops + live.size, 'I-1: adds, drops and who is here');
    if (moment === 'at rest') {
      check(inbound === 0, `I-1: ${inbound} accepted connections came to no end`);
      check(dialed === 0, `I-1: ${dialed} dials came to no end`);
      const ids = new Set((await server.peers()).map(({ id }) => id));
      check(same(ids, new Set(live.keys())), 'I-2: the feed and the table differ');
      check(
        network.open.size === live.size,
        `I-8: ${network.open.size} connections for ${live.size} peers`,
      );
      const tasks = server.tasks.filter((name) => name !== 'wait for dial history');
      const loops = tasks.filter((name) => name !== 'runPeer');
      check(
        tasks.length - loops.length === live.size,
        `I-7: tasks ${tasks.join()} for ${live.size} peers`,
      );
      check(
        loops.every((name) => name === 'run' || name === 'listenLoop'),
        `I-3: ${loops.join()} are no loops`,
      );
    }
    if (moment === 'stopped') {
      check(live.size === 0, `I-2: ${live.size} peers without a drop`);
      check(server.tasks.length === 0, `I-7: left: ${server.tasks.join()}`);
      check(network.open.size === 0, `I-8: ${network.open.size} connections are open`);
      check((await server.peers()).length === 0, 'I-2: peers after the stop');
    }
    return broken;
  }

  #note(invariant: string, what: string): void {
    if (this.#broken.length < 100) this.#broken.push(`${invariant}: ${what}`);
  }
}

/** Inbound connections between accept and the last verdict. */
export function shakingHands(server: Server): number {
  return server.tasks.filter((name) => name === 'setupConn').length;
}

function same(a: ReadonlySet<NodeID>, b: ReadonlySet<NodeID>): boolean {
  return a.size === b.size && [...a].every((id) => b.has(id));
}

/** I-10: the head never goes back; each new one is heavier, or as heavy and shorter. */
export function watchChain(chain: Chain): () => readonly string[] {
  const broken: string[] = [];
  let td = chain.currentTd;
  chain.subscribe(() => {
    if (chain.currentTd < td) broken.push('I-10: the head has gone back');
    td = chain.currentTd;
  });
  return () =>
    chain.currentTd < td ? [...broken, 'I-10: the head is behind'] : broken;
}

/** A socket has so many listeners of one event, Node's own counted, and never more. */
const mostListeners = 4;

/**
 * I-9, and the timers of I-8: for this process, so for tests over TCP. In a simulation,
 * `finished` sees the same.
 */
export class WatchedProcess {
  readonly #broken: string[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #heard = (what: string) => (error: unknown) => {
    this.#broken.push(`I-9: ${what}: ${String(error)}`);
  };
  readonly #rejection = this.#heard('unhandled rejection');
  readonly #exception = this.#heard('uncaught exception');
  readonly #warning = this.#heard('warning');
  readonly #timers = new Set<unknown>();
  readonly #real = { setTimeout, clearTimeout };
  /** The socket of the last dial in this process. */
  lastDialed: Socket | undefined;
  readonly #dialed = (message: unknown): void => {
    this.lastDialed = this.#made(message);
  };
  readonly #accepted = (message: unknown): void => {
    this.#made(message);
  };

  start(): this {
    process.on('unhandledRejection', this.#rejection);
    process.on('uncaughtExceptionMonitor', this.#exception);
    process.on('warning', this.#warning);
    tellFailuresTo((task, error) => {
      this.#broken.push(`I-9: task ${task} failed: ${String(error)}`);
    });
    this.#countTimers();
    subscribe('net.client.socket', this.#dialed);
    subscribe('net.server.socket', this.#accepted);
    return this;
  }

  /** Those that were started since `start`, and run. */
  get timers(): number {
    return this.#timers.size;
  }

  broken(): readonly string[] {
    const broken = [...this.#broken];
    for (const socket of this.#sockets) {
      for (const name of socket.eventNames()) {
        const count = socket.listenerCount(name);
        if (count > mostListeners) {
          broken.push(`I-9: ${count} listeners of ${String(name)} on one socket`);
        }
      }
    }
    return broken;
  }

  stop(): void {
    process.off('unhandledRejection', this.#rejection);
    process.off('uncaughtExceptionMonitor', this.#exception);
    process.off('warning', this.#warning);
    tellFailuresTo(undefined);
    Object.assign(globalThis, this.#real);
    unsubscribe('net.client.socket', this.#dialed);
    unsubscribe('net.server.socket', this.#accepted);
  }

  /** Here, not by Node: a test runner has timers of its own, from before. */
  #countTimers(): void {
    const [timers, real] = [this.#timers, this.#real];
    Object.assign(globalThis, {
      setTimeout: <A extends unknown[]>(
        task: (...args: A) => void,
        ms: number,
        ...args: A
      ) => {
        const timer = real.setTimeout(() => {
          timers.delete(timer);
          task(...args);
        }, ms);
        timers.add(timer);
        return timer;
      },
      clearTimeout: (timer: NodeJS.Timeout) => {
        timers.delete(timer);
        real.clearTimeout(timer);
      },
    });
  }

  #made(message: unknown): Socket {
    const { socket } = message as { socket: Socket }; // Node's channels say so
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    return socket;
  }
}
