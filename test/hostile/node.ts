/** The node under attack: the real `Server` with the real eth over RLPx, and what it has in hand. */

import { publicKey } from '#crypto';
import { toHex } from '../../impl/bytes.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import type { RunningTimer } from '../../impl/csp/seam.ts';
import { TxPool } from '../../impl/core/txpool.ts';
import type { Chain } from '../../impl/core/chain.ts';
import type { ProtocolManager } from '../../impl/eth/handler.ts';
import type { Network } from '../../impl/net/listener.ts';
import { type Node, type NodeID, nodeIDOf } from '../../impl/p2p/enode.ts';
import { ReadBudget } from '../../impl/p2p/rlpx/read-budget.ts';
import { newRLPX } from '../../impl/p2p/rlpx/transport.ts';
import { newManager } from '../eth/harness.ts';
import { type Asked, MeasuredConn } from './conns.ts';
import {
  makeServer,
  nodeAt,
  serverHost,
  type TestServer,
  type World,
} from '../helpers/servers.ts';

export interface NodeOptions {
  /** Default 3: one place is the honest peer's, one the stranger's, one stays for dials. */
  readonly maxPeers?: number;
  /** Default 1: who does not give it back keeps everybody else out. */
  readonly maxPendingPeers?: number;
  readonly trustedNodes?: readonly Node[];
  readonly staticNodes?: readonly Node[];
  readonly chain: Chain;
  /** Bytes that large frames of all peers may hold. Default: as a node has it. */
  readonly readBudget?: number;
  /** Default: `nodeKey`, at the address that strangers dial. */
  readonly key?: Uint8Array;
  readonly host?: string;
}

export const nodeKey = new Uint8Array(32).fill(0x11);

export const idOfKey = (key: Uint8Array): NodeID => nodeIDOf(toHex(publicKey(key)));

/** What the node holds at one moment. After an attack it is what it was before. */
export interface Holdings {
  readonly peers: readonly string[];
  readonly ethPeers: number;
  readonly tasks: readonly string[];
  readonly ethTasks: readonly string[];
  readonly budget: number;
  readonly timers: number;
}

/** Says how low it has been. */
class MeasuredBudget extends ReadBudget {
  readonly total = this.free;
  lowest = this.free;

  override async take(...args: Parameters<ReadBudget['take']>): Promise<void> {
    await super.take(...args);
    this.lowest = Math.min(this.lowest, this.free);
  }
}

export class AttackedNode {
  /** How others dial it. */
  readonly node: Node;
  readonly server: TestServer;
  readonly eth: ProtocolManager;
  readonly chain: Chain;
  readonly txPool: TxPool;
  readonly readBudget: MeasuredBudget;
  /** By the stranger's address. */
  readonly asked = new Map<string, Asked>();
  /** That were accepted, or dialed. */
  connections = 0;
  readonly #timers = new Set<object>();

  constructor(world: World, options: NodeOptions, network?: Network) {
    const { chain, key = nodeKey, maxPeers = 3, maxPendingPeers = 1 } = options;
    const { host = serverHost } = options;
    this.chain = chain;
    this.readBudget = new MeasuredBudget(options.readBudget);
    this.node = nodeAt(idOfKey(key), host);
    this.txPool = new TxPool(chain);
    this.eth = newManager({ chain, txPool: this.txPool, maxPeers });
    this.server = makeServer(world, {
      ...{ host, privateKey: key, self: this.node.id },
      protocols: this.eth.protocols(),
      newTransport: (fd) => {
        this.connections++;
        const measured = new MeasuredConn(fd, this.askedOf(fd.remoteAddr));
        return newRLPX(measured, { readBudget: this.readBudget });
      },
      ...{ maxPeers, maxPendingPeers },
      ...(options.trustedNodes && { trustedNodes: options.trustedNodes }),
      ...(options.staticNodes && { staticNodes: options.staticNodes }),
      ...(network && { network, listen: { host: '127.0.0.1', port: 0 } }),
    });
    if (network === undefined) this.#countTimers();
  }

  async start(): Promise<void> {
    await this.server.start();
    this.eth.start();
  }

  async stop(): Promise<void> {
    await this.eth.stop();
    await this.server.stop();
  }

  async holdings(): Promise<Holdings> {
    const peers = await this.server.peers();
    return {
      peers: peers.map(({ id }) => id.slice(0, 8)).sort(),
      ethPeers: this.eth.peers.length,
      tasks: [...this.server.tasks].sort(),
      ethTasks: [...this.eth.wg.names].sort(),
      budget: this.readBudget.free,
      timers: this.#timers.size,
    };
  }

  askedOf(remoteAddr: string): Asked {
    const asked = this.asked.get(remoteAddr) ?? { most: 0 };
    this.asked.set(remoteAddr, asked);
    return asked;
  }

  /** Timers of the whole run that are set and have not fired. */
  #countTimers(): void {
    const rt = runtime();
    const startTimer = rt.startTimer.bind(rt);
    const timers = this.#timers;
    Object.assign(rt, {
      startTimer: (ms: number, fire: () => void): RunningTimer => {
        const timer = {};
        timers.add(timer);
        const running = startTimer(ms, () => {
          timers.delete(timer);
          fire();
        });
        return {
          stop: () => {
            timers.delete(timer);
            running.stop();
          },
        };
      },
    });
  }
}
