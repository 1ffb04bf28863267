/** A whole node: chain, pool, eth protocol and server, put together and taken apart. */

import { publicKey } from '#crypto';
import { toHex } from '../bytes.ts';
import { WaitGroup } from '../csp/wait-group.ts';
import { Chain } from '../core/chain.ts';
import type { Genesis } from '../core/genesis.ts';
import { TxPool } from '../core/txpool.ts';
import { ProtocolManager, type ProtocolManagerOptions } from '../eth/handler.ts';
import type { Network } from '../net/listener.ts';
import { nodeIDOf, type Node, type NodeID } from '../p2p/enode.ts';
import { asError } from '../p2p/as-error.ts';
import { ReadBudget } from '../p2p/rlpx/read-budget.ts';
import { newRLPX } from '../p2p/rlpx/transport.ts';
import { Server } from '../p2p/server.ts';

export interface FullNodeConfig {
  readonly privateKey: Uint8Array;
  readonly genesis: Genesis;
  readonly networkId: bigint;
  readonly network: Network;
  readonly name: string;
  readonly listen?: { readonly host: string; readonly port: number };
  readonly staticNodes?: readonly Node[];
  readonly bootnodes?: readonly Node[];
  readonly trustedNodes?: readonly Node[];
  readonly noDial?: boolean;
  readonly maxPeers?: number;
  readonly maxPendingPeers?: number;
  readonly ethVersions?: readonly (62 | 63)[];
  /** How often the best peer is asked for blocks. Default: 10 s, as in geth v1.8.12. */
  readonly syncTickMs?: number;
  readonly enableMsgEvents?: boolean;
  readonly onStatus?: NonNullable<ProtocolManagerOptions['onStatus']>;
}

const defaultMaxPeers = 25;

export class FullNode {
  readonly id: NodeID;
  readonly chain: Chain;
  readonly txPool: TxPool;
  readonly eth: ProtocolManager;
  readonly server: Server;

  constructor(config: FullNodeConfig) {
    const { maxPeers = defaultMaxPeers } = config;
    this.id = nodeIDOf(toHex(publicKey(config.privateKey)));
    this.chain = new Chain(config.genesis);
    this.txPool = new TxPool(this.chain);
    this.eth = new ProtocolManager({
      chain: this.chain,
      networkId: config.networkId,
      txPool: this.txPool,
      maxPeers,
      ...(config.ethVersions && { versions: config.ethVersions }),
      ...(config.syncTickMs !== undefined && { syncTickMs: config.syncTickMs }),
      ...(config.onStatus && { onStatus: config.onStatus }),
    });
    const readBudget = new ReadBudget();
    this.server = new Server({
      ...config,
      maxPeers,
      self: this.id,
      protocols: this.eth.protocols(),
      newTransport: (fd) => newRLPX(fd, { readBudget }),
    });
  }

  // #region node-start
  /** @throws {ConnClosed} the address cannot be listened on; nothing is left running */
  start(): Promise<void> {
    return this.#asNode('start', async () => {
      //: The server first, as in geth: a peer that comes before its protocol
      //: has started waits at the protocol's gate.
      await this.server.start();
      this.eth.start();
    });
  }

  /** Resolves when no task, socket or timer of the node is left. */
  stop(): Promise<void> {
    return this.#asNode('stop', async () => {
      await this.eth.stop();
      await this.server.stop();
    });
  }
  // #endregion node-start

  /** In a trace, a task belongs to the node of who started it: here, to this one. */
  async #asNode(name: string, task: () => Promise<void>): Promise<void> {
    let failure: Error | undefined;
    const tasks = new WaitGroup((_name, error) => {
      failure = asError(error);
    });
    tasks.go(name, task, { node: this.id.slice(0, 8) });
    await tasks.wait();
    if (failure !== undefined) throw failure;
  }
}
