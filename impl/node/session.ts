/** One run of the command line: files in, a node that runs, files out. */

import { Done } from '../csp/done.ts';
import { runtime } from '../csp/runtime.ts';
import { recv, select } from '../csp/select.ts';
import { Timer } from '../csp/timer.ts';
import { exportChain, importChain } from '../core/chain-file.ts';
import { FullNode } from './full-node.ts';
import { tcpNetwork } from './network.ts';
import { ConnClosed } from '../net/net-conn.ts';
import { enodeURL } from '../p2p/enode.ts';
import { discReasonText } from '../p2p/peer-error.ts';
import { readBytes, writeWhole } from './files.ts';
import type { ExitCondition, NodeOptions } from './options.ts';
import type { NodeEvent } from './report.ts';
import { UsageError } from './usage-error.ts';

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
   * @throws {UsageError} a file or an address cannot be used
   */
  async run(): Promise<void> {
    this.#subscribe();
    this.#readFiles();
    const { listen, peers, noDial } = this.#options;
    //: Neither listening nor dialing: it was about the files alone.
    const hasNetwork = listen !== undefined || (peers.length > 0 && !noDial);
    if (hasNetwork) await this.#serve();
    if (this.#options.exportFile !== undefined) {
      writeWhole('--export', this.#options.exportFile, exportChain(this.#node.chain));
    }
    this.#report({ type: 'stopped' });
  }

  async #serve(): Promise<void> {
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

  #readFiles(): void {
    const { importFile, transactions } = this.#options;
    const { chain, txPool } = this.#node;
    if (importFile !== undefined) {
      try {
        importChain(chain, readBytes('--import', importFile));
      } catch (error) {
        if (error instanceof UsageError || !(error instanceof Error)) throw error;
        throw new UsageError(`--import: ${importFile}: ${error.message}`);
      }
    }
    for (const tx of transactions) {
      const verdict = txPool.add(tx);
      if (verdict !== 'added' && verdict !== 'known') {
        throw new UsageError(`--tx: refused by the pool: ${verdict}`);
      }
    }
  }

  #subscribe(): void {
    const { server, chain, txPool } = this.#node;
    const report = this.#report;
    chain.subscribe(({ head, hash, td }) => {
      report({ type: 'head', number: head.header.number, hash, td });
    });
    txPool.subscribe((added) => {
      for (const { hash, from } of added) report({ type: 'tx', hash, from });
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
