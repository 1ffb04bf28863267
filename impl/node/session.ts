/** One run of the command line: files in, a node that runs, files out. */

import { Done } from '../csp/done.ts';
import { runtime } from '../csp/runtime.ts';
import { recv, select } from '../csp/select.ts';
import { Timer } from '../csp/timer.ts';
import { hashBlock } from '../core/block.ts';
import type { HeadEvent } from '../core/chain.ts';
import { exportChain, importChain } from '../core/chain-file.ts';
import type { PooledTransaction, Verdict } from '../core/txpool.ts';
import { FullNode } from './full-node.ts';
import { tcpNetwork } from './network.ts';
import { ConnClosed } from '../net/net-conn.ts';
import { enodeURL } from '../p2p/enode.ts';
import { discReasonText } from '../p2p/peer-error.ts';
import { readBytes, writeWhole } from './files.ts';
import type { ExitCondition, NodeOptions } from './options.ts';
import type { NodeEvent } from './report.ts';
import { UsageError } from './usage-error.ts';

/** What the pool says of a transaction that waits in it. */
const waits: ReadonlySet<Verdict> = new Set(['added', 'queued', 'known']);

export class Session {
  /** Closes when the run is to end: a signal, or the exit condition. */
  readonly stop = new Done('stop');
  readonly #options: NodeOptions;
  readonly #report: (event: NodeEvent) => void;
  readonly #node: FullNode;

  constructor(options: NodeOptions, report: (event: NodeEvent) => void) {
    this.#options = options;
    this.#report = (event) => {
      report(event);
      if (fulfils(options.exitAfter, event)) this.stop.close();
    };
    const { listen, ethVersions, genesis, networkId, name, noDial } = options;
    this.#node = new FullNode({
      privateKey: options.privateKey ?? runtime().randomBytes(32),
      genesis,
      networkId,
      name,
      noDial,
      ethVersions,
      network: tcpNetwork,
      staticNodes: options.peers,
      trustedNodes: options.trusted,
      maxPeers: options.maxPeers,
      maxPendingPeers: options.maxPendingPeers,
      enableMsgEvents: true,
      ...(listen && { listen }),
      onStatus: (peer, { networkId: network, td, head, genesis: genesisHash }) => {
        this.#report({
          type: 'status',
          peer: peer.handle.id,
          version: peer.version,
          networkId: network,
          td,
          head,
          genesis: genesisHash,
        });
      },
    });
  }

  /**
   * @throws {UsageError} there is nothing to do, or a file or an address cannot be used;
   *   then nothing is reported
   */
  async run(): Promise<void> {
    const { listen, peers, noDial, exportFile } = this.#options;
    const hasNetwork = listen !== undefined || (peers.length > 0 && !noDial);
    if (!hasNetwork) this.#checkFileWork();
    const found = this.#readFiles();
    this.#subscribe();
    if (hasNetwork) await this.#serve(found);
    else for (const event of found) this.#report(event);
    if (exportFile !== undefined) {
      writeWhole('--export', exportFile, exportChain(this.#node.chain));
    }
    this.#report({ type: 'stopped' });
  }

  /** Without a network, the run is about files and transactions alone. */
  #checkFileWork(): void {
    const { importFile, exportFile, transactions, peers } = this.#options;
    if (importFile !== undefined || exportFile !== undefined) return;
    if (transactions.length > 0) return;
    const missing =
      peers.length > 0
        ? 'with --no-dial, give --listen as well'
        : 'give --listen, --peer, --import, --export or --tx';
    throw new UsageError(`nothing to do: ${missing} (--help says more)`);
  }

  /** @param found what the files gave, to be reported once the node listens */
  async #serve(found: readonly NodeEvent[]): Promise<void> {
    const { exitAfter } = this.#options;
    try {
      await this.#node.start();
    } catch (error) {
      if (!(error instanceof ConnClosed)) throw error;
      const { cause } = error;
      const why = cause instanceof Error ? cause.message : error.message;
      throw new UsageError(`--listen: ${why}`);
    }
    const { enode, port } = this.#node.server;
    if (enode !== undefined && port !== undefined) {
      this.#report({ type: 'listening', enode, port });
    }
    for (const event of found) this.#report(event);
    // A chain that is there already makes no event.
    const { currentHeader } = this.#node.chain;
    if (exitAfter?.kind === 'head' && currentHeader.number >= exitAfter.number) {
      this.stop.close();
    }
    const ms = exitAfter?.kind === 'seconds' ? exitAfter.seconds * 1000 : undefined;
    const timer = ms === undefined ? undefined : new Timer('exit after', ms);
    await select({ stop: recv(this.stop), time: recv(timer) });
    timer?.stop();
    await this.#node.stop();
  }

  /** @returns the events that tell of it: the head after the import, and each `tx` */
  #readFiles(): readonly NodeEvent[] {
    const { importFile, transactions } = this.#options;
    const { chain, txPool } = this.#node;
    const found: NodeEvent[] = [];
    if (importFile !== undefined) {
      try {
        const { imported } = importChain(chain, readBytes('--import', importFile));
        const { currentBlock: head, currentTd: td } = chain;
        if (imported > 0) found.push(headEvent({ head, hash: hashBlock(head), td }));
      } catch (error) {
        if (error instanceof UsageError || !(error instanceof Error)) throw error;
        throw new UsageError(`--import: ${importFile}: ${error.message}`);
      }
    }
    const forget = txPool.subscribe((tx) => {
      found.push(txEvent(tx));
    });
    for (const tx of transactions) {
      const verdict = txPool.add(tx);
      if (!waits.has(verdict)) {
        throw new UsageError(`--tx: refused by the pool: ${verdict}`);
      }
    }
    forget();
    return found;
  }

  #subscribe(): void {
    const { server, chain, txPool } = this.#node;
    const report = this.#report;
    chain.subscribe((event) => {
      report(headEvent(event));
    });
    txPool.subscribe((tx) => {
      report(txEvent(tx));
    });
    server.feed.subscribe((event) => {
      switch (event.type) {
        case 'add': {
          const { peer, name, inbound, remote } = event;
          const caps = event.caps.map((cap) => `${cap.name}/${cap.version}`);
          report({ type: 'peer-add', peer, name, caps, inbound, remote });
          break;
        }
        case 'drop': {
          const { peer, reason, remoteRequested, error } = event;
          report({
            type: 'peer-drop',
            peer,
            reason: discReasonText(reason),
            code: reason,
            remoteRequested,
            error: error.message,
          });
          break;
        }
        case 'msgsend':
        case 'msgrecv': {
          const { peer, protocol, code, size } = event;
          const type = event.type === 'msgsend' ? 'msg-send' : 'msg-recv';
          report({ type, peer, protocol, code, size });
          break;
        }
        case 'dial-error':
          report({
            type: 'dial-error',
            enode: enodeURL(event.node),
            error: event.error.message,
          });
          break;
      }
    });
  }
}

function headEvent({
  head,
  hash,
  td,
}: Omit<HeadEvent, 'added' | 'dropped'>): NodeEvent {
  return { type: 'head', number: head.header.number, hash, td };
}

function txEvent({ hash, from }: PooledTransaction): NodeEvent {
  return { type: 'tx', hash, from };
}

function fulfils(condition: ExitCondition | undefined, event: NodeEvent): boolean {
  switch (condition?.kind) {
    case 'peer':
      return event.type === 'peer-add';
    case 'status':
      return event.type === 'status';
    case 'drop':
      return event.type === 'peer-drop';
    case 'head':
      return event.type === 'head' && event.number >= condition.number;
    case 'seconds':
    case undefined:
      return false;
  }
}
