/**
 * The eth service of a node: it owns the eth peers from their Run to their end, answers
 * them, and keeps the chain in step with the best of them.
 */

import { Chan } from '../csp/chan.ts';
import { Done } from '../csp/done.ts';
import { runtime } from '../csp/runtime.ts';
import { recv, select, send } from '../csp/select.ts';
import { Signal } from '../csp/signal.ts';
import { WaitGroup } from '../csp/wait-group.ts';
import type { Block } from '../core/block.ts';
import type { Chain } from '../core/chain.ts';
import { hashHeader } from '../core/header.ts';
import type { TxPool } from '../core/txpool.ts';
import {
  DiscError,
  discQuitting,
  discTooManyPeers,
  discUselessPeer,
} from '../p2p/peer-error.ts';
import type { Protocol } from '../p2p/protocol.ts';
import { challengeDao } from './dao.ts';
import { broadcastBlock } from './broadcast-blocks.ts';
import { Downloader } from './downloader.ts';
import { EthError } from './errors.ts';
import { Fetcher } from './fetcher.ts';
import { forPeer } from './for-peer.ts';
import { messagesOf } from './handle-msg.ts';
import { EthPeer, type EthPeerID } from './peer.ts';
import { PeerSet } from './peer-set.ts';
import * as eth from './protocol.ts';
import { syncTransactions, type TxSync, txsyncLoop } from './tx-sync.ts';
import { txLoop } from './broadcast.ts';
import { forceSyncCycleMs, syncer } from './sync.ts';

export interface ProtocolManagerOptions {
  readonly chain: Chain;
  readonly networkId: bigint;
  /** Without a pool, transactions from peers are thrown away. */
  readonly txPool?: TxPool;
  /** Most preferred first. Default: 63, 62. */
  readonly versions?: readonly eth.EthVersion[];
  /** Default 25, as geth v1.8.12. `start` may say something else. */
  readonly maxPeers?: number;
  readonly syncTickMs?: number;
  /** A peer's Status fits ours, and it is registered. */
  readonly onStatus?: (peer: EthPeer, status: eth.StatusData) => void;
}

/** Without one of these eth does not go on. Other tasks belong to a peer or a request. */
const loops: ReadonlySet<string> = new Set([
  'syncer',
  'fetcher',
  'txLoop',
  'txsyncLoop',
]);

/** @geth eth/handler.go ProtocolManager */
export class ProtocolManager {
  readonly chain: Chain;
  readonly networkId: bigint;
  readonly txPool: TxPool | undefined;
  readonly versions: readonly eth.EthVersion[];
  readonly syncTickMs: number;
  readonly peers = new PeerSet();
  readonly downloader: Downloader;
  readonly fetcher: Fetcher;
  /** Transactions count only once the chain is in step with somebody's. */
  acceptTxs = false;

  readonly newPeerCh = new Chan<EthPeer>('newPeerCh');
  readonly txsyncCh = new Chan<TxSync>('txsyncCh');
  readonly noMorePeers = new Chan<undefined>('noMorePeers');
  readonly quitSync = new Done('quitSync');
  /** Every task of eth but the handlers: those are the peers' own. */
  readonly wg = new WaitGroup((task, error) => {
    this.#died(task, error);
  });

  readonly #onStatus: ProtocolManagerOptions['onStatus'];
  readonly #handlers = new Set<EthPeer>(); // BOUNDED by the peers of the server
  readonly #handlerLeft = new Signal('handler left');
  readonly #stopped = new Done('eth stopped');
  readonly #syncerDied = new Done('syncer died');
  #maxPeers: number;
  #phase: 'new' | 'running' | 'stopping' = 'new';

  constructor(options: ProtocolManagerOptions) {
    this.chain = options.chain;
    this.networkId = options.networkId;
    this.txPool = options.txPool;
    this.versions = options.versions ?? eth.protocolVersions;
    this.syncTickMs = options.syncTickMs ?? forceSyncCycleMs;
    this.#maxPeers = options.maxPeers ?? 25;
    this.#onStatus = options.onStatus;
    this.downloader = new Downloader({
      chain: options.chain,
      dropPeer: (id) => this.removePeer(id),
    });
    this.fetcher = new Fetcher({
      chain: options.chain,
      quitSync: this.quitSync,
      wg: this.wg,
      broadcastBlock: this.broadcastBlock,
      imported: () => {
        this.acceptTxs = true;
      },
      dropPeer: async (peer) => {
        //: Not its namesake, which may have come since.
        if (this.peers.get(peer.id) === peer) await this.removePeer(peer.id);
      },
    });
  }

  /** As a value: it is handed on. @geth eth/handler.go ProtocolManager.BroadcastBlock */
  readonly broadcastBlock = (block: Block, propagate: boolean): void => {
    broadcastBlock(this, block, propagate);
  };

  /** What to give to the server, most preferred version first. */
  protocols(): Protocol[] {
    return this.versions.map((version) => this.#protocol(version));
  }

  // #region run-closure
  /** One for each version that we speak: they differ in what the closure remembers. */
  #protocol(version: eth.EthVersion): Protocol {
    return {
      name: eth.protocolName,
      version,
      length: eth.protocolLength(version),
      run: async (handle, rw) => {
        const peer = new EthPeer(version, handle, rw, this.wg);
        //: Counted before the gate: `stop` must not miss who is just passing it.
        this.#handlers.add(peer);
        try {
          //: `newPeerCh` has no buffer and one reader, the syncer. Before `start`
          //: and after `stop` nobody reads, so here is where a peer waits.
          const gate = await select({
            taken: send(this.newPeerCh, peer),
            quit: recv(this.quitSync),
          });
          if (gate.case === 'quit') throw new DiscError(discQuitting);
          await this.handle(peer);
        } finally {
          this.#handlers.delete(peer);
          this.#handlerLeft.raise();
        }
      },
      nodeInfo: () => this.nodeInfo(),
      peerInfo: (id) => this.peers.get(id.slice(0, 16))?.info(),
    };
  }
  // #endregion run-closure

  /** Lets peers in. Does not wait. @geth eth/handler.go ProtocolManager.Start */
  start(maxPeers: number = this.#maxPeers): void {
    if (this.#phase !== 'new') return;
    this.#phase = 'running';
    this.#maxPeers = maxPeers;
    this.wg.go('syncer', () => syncer(this));
    this.wg.go('fetcher', () => this.fetcher.loop());
    if (this.txPool === undefined) return;
    this.wg.go('txLoop', txLoop(this, this.txPool));
    this.wg.go('txsyncLoop', () => txsyncLoop(this));
  }

  // #region eth-stop
  /** Ends every task of eth, in every phase of every peer. @geth eth/handler.go ProtocolManager.Stop */
  async stop(): Promise<void> {
    if (this.#phase === 'stopping') return this.#stopped.wait();
    const wasRunning = this.#phase === 'running';
    this.#phase = 'stopping';

    //= nobody new comes in
    if (wasRunning) {
      const died = recv(this.#syncerDied); // it takes nothing any more
      await select({ taken: send(this.noMorePeers, undefined), died });
    }
    this.quitSync.close();
    this.peers.close();

    //= those who are here leave, in the middle of Status too
    for (const peer of [...this.#handlers]) await peer.disconnect(discQuitting);

    //= wait for everyone
    while (this.#handlers.size > 0) await select({ left: recv(this.#handlerLeft) });
    await this.wg.wait();
    this.#stopped.close();
  }
  // #endregion eth-stop

  /** A loop that died answers nobody: whoever waits for it leaves by `quitSync`. */
  #died(task: string, error: unknown): void {
    runtime().taskFailed(task, error);
    if (task === 'syncer') {
      this.downloader.terminate();
      this.#syncerDied.close();
    }
    if (loops.has(task)) this.quitSync.close();
  }

  // #region handle
  /**
   * Serves one peer from its Status to its end. What it throws decides the reason that
   * the remote hears.
   *
   * @throws {DiscError} "too many peers"; "read timeout": no Status; "client quitting"
   * @throws {EthError} what the peer did wrong
   * @throws {PeerSetError} one of that id is there
   * @geth eth/handler.go ProtocolManager.handle
   */
  async handle(peer: EthPeer): Promise<void> {
    this.refuseIfFull(peer);

    //= say who we are, hear who they are
    const { chain } = this;
    const status = await peer.handshake({
      protocolVersion: peer.version,
      networkId: this.networkId,
      td: chain.currentTd,
      head: hashHeader(chain.currentHeader),
      genesis: chain.genesisHash,
    });

    //= register
    //: Asked again: while we waited, others may have taken the last place.
    this.refuseIfFull(peer);
    this.peers.register(peer);
    try {
      this.downloader.registerPeer(peer);
      this.reportStatus(peer, status);
      this.wg.go(
        'broadcast',
        forPeer(peer, 'broadcast', () => peer.broadcast()),
      );
      await syncTransactions(this, peer);
      challengeDao(this, peer);

      //= handle its messages, until one of them or the connection fails
      for (;;) await this.handleMsg(peer);
    } finally {
      //: Only forgets the peer. If it also disconnected, as geth did until
      //: v1.10.4, "useless peer" would hide the real reason.
      await this.leave(peer);
    }
  }
  // #endregion handle

  // #region handle-msg
  /**
   * Reads one message and does what it asks for.
   *
   * @throws {EthError} `msg-too-large`, `invalid-msg-code`, and what the handler says
   * @geth eth/handler.go ProtocolManager.handleMsg
   */
  async handleMsg(peer: EthPeer): Promise<void> {
    const msg = await peer.rw.readMsg();
    //: Before the payload is touched: until then it has cost us next to nothing.
    eth.checkSize(msg);
    const entry = messagesOf(peer.version).get(msg.code);
    if (entry === undefined) throw new EthError('invalid-msg-code', `${msg.code}`);
    await entry.handle(this, peer, msg);
  }
  // #endregion handle-msg

  // #region leave
  /**
   * Forgets a peer whose `handle` ends, for whatever reason. A second time: nothing.
   *
   * @geth eth/handler.go ProtocolManager.removePeer
   */
  leave(peer: EthPeer): Promise<void> {
    this.downloader.unregisterPeer(peer);
    this.peers.unregister(peer);
    return Promise.resolve();
  }

  /**
   * Ends the connection to a peer that has lied or was silent: reason 3, "useless peer".
   *
   * @geth eth/handler.go ProtocolManager.removePeer
   */
  async removePeer(id: EthPeerID): Promise<void> {
    const peer = this.peers.get(id);
    if (peer === undefined) return;
    //: Forgotten at once: the next synchronisation must not choose it again.
    await this.leave(peer);
    await peer.disconnect(discUselessPeer);
  }
  // #endregion leave

  /** @geth eth/handler.go ProtocolManager.NodeInfo */
  nodeInfo(): { network: bigint; difficulty: bigint; genesis: string; head: string } {
    const { chain } = this;
    return {
      network: this.networkId,
      difficulty: chain.currentTd,
      genesis: chain.genesisHash,
      head: hashHeader(chain.currentHeader),
    };
  }

  /** @throws {DiscError} "too many peers" */
  refuseIfFull(peer: EthPeer): void {
    //: Only the trusted are exempt. A static peer is not.
    if (this.peers.length < this.#maxPeers || peer.trusted) return;
    throw new DiscError(discTooManyPeers);
  }

  /** Tells the listener. An error of the listener is not the peer's. */
  reportStatus(peer: EthPeer, status: eth.StatusData): void {
    try {
      this.#onStatus?.(peer, status);
    } catch (error) {
      runtime().taskFailed('onStatus', error);
    }
  }
}
