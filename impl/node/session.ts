/** One run of the command line: files in, a node that runs, files out. */

import { Done } from '../csp/done.ts';
import { recv, select } from '../csp/select.ts';
import { stopped } from '../csp/slices.ts';
import { Timer } from '../csp/timer.ts';
import { errorText } from '../net/error-text.ts';
import { hashBlock } from '../core/block.ts';
import type { HeadEvent } from '../core/chain.ts';
import type { PooledTransaction, Verdict } from '../core/txpool.ts';
import { exportFile, importFile } from './chain-files.ts';
import { isThere } from './files.ts';
import { FullNode } from './full-node.ts';
import { load, type Loaded } from './load.ts';
import { tcpNetwork } from './network.ts';
import { ConnClosed } from '../net/net-conn.ts';
import { enodeURL, type Node } from '../p2p/enode.ts';
import { discReasonText } from '../p2p/peer-error.ts';
import type { ExitCondition, NodeOptions } from './options.ts';
import type { Progress } from './progress.ts';
import { inHex, type NodeEvent } from './report.ts';
import { Unfinished, UsageError } from './usage-error.ts';

export interface SessionHost {
  report(event: NodeEvent): void;
  /** How far file work is, if somebody wants to see it. */
  progress?(what: string): Progress | undefined;
  /** No peer is left: what comes now may take its time. */
  nodeEnded?(): void;
}

/** What the pool says of a transaction that waits in it. */
const waits: ReadonlySet<Verdict> = new Set(['added', 'queued', 'known']);

export class Session {
  /** Closes when the run is to end: a signal, or the exit condition. */
  readonly stop = new Done('stop');
  /** Closes when the export is to be given up: ending a run does not do that by itself. */
  readonly giveUp = new Done('give up');
  readonly #options: NodeOptions;
  readonly #host: SessionHost;

  constructor(options: NodeOptions, host: SessionHost) {
    this.#options = options;
    this.#host = host;
  }

  /**
   * @throws {UsageError} there is nothing to do, or a file or an address cannot be used;
   *   then nothing is reported
   * @throws {Unfinished} a signal came before the export was whole, or the node died
   */
  async run(): Promise<void> {
    const { listen, noDial } = this.#options;
    const hasNetwork = listen !== undefined || (this.#dialed.length > 0 && !noDial);
    if (!hasNetwork) this.#checkFileWork();
    const loaded = await load(this.#options, this.stop);
    if (loaded === stopped) {
      this.#report({ type: 'stopped' });
      return;
    }
    const node = this.#nodeOf(loaded);
    const { found, isWhole } = await this.#readFiles(node);
    this.#subscribe(node);
    // A signal during the import: nobody is let in any more.
    let isWell = true;
    if (hasNetwork && !this.stop.closed) isWell = await this.#serve(node, found);
    else for (const event of found) this.#report(event);
    this.#host.nodeEnded?.();
    try {
      await this.#export(node, isWhole);
    } finally {
      this.#report({ type: 'stopped' });
    }
    if (!isWell) throw new Unfinished('a loop of the node died: it was stopped');
  }

  #report(event: NodeEvent): void {
    this.#host.report(event);
    if (fulfils(this.#options.exitAfter, event)) this.stop.close();
  }

  #nodeOf({ genesis, networkId, privateKey }: Loaded): FullNode {
    const { listen, ethVersions, name, noDial } = this.#options;
    return new FullNode({
      privateKey,
      genesis,
      networkId,
      name,
      noDial,
      ethVersions,
      network: tcpNetwork,
      staticNodes: this.#options.peers,
      bootnodes: this.#options.bootnodes,
      trustedNodes: this.#options.trusted,
      maxPeers: this.#options.maxPeers,
      maxPendingPeers: this.#options.maxPendingPeers,
      enableMsgEvents: true,
      ...(listen && { listen }),
      onStatus: (peer, { networkId: network, td, head, genesis: genesisHash }) => {
        this.#report({
          type: 'status',
          peer: peer.handle.id,
          version: peer.version,
          networkId: network,
          td,
          head: inHex(head),
          genesis: inHex(genesisHash),
        });
      },
    });
  }

  /** Whom the options name to be dialed. */
  get #dialed(): readonly Node[] {
    return [...this.#options.peers, ...this.#options.bootnodes];
  }

  /** Without a network, the run is about files and transactions alone. */
  #checkFileWork(): void {
    const { importFile, exportFile, transactions } = this.#options;
    if (importFile !== undefined || exportFile !== undefined) return;
    if (transactions.length > 0) return;
    const missing =
      this.#dialed.length > 0
        ? 'with --no-dial, give --listen as well'
        : 'give --listen, --peer, --bootnode, --import, --export or --tx';
    throw new UsageError(`nothing to do: ${missing} (--help says more)`);
  }

  /**
   * @param found what the files gave, to be reported once the node listens
   * @returns false: a loop of the node had died, and is told in the log
   */
  async #serve(node: FullNode, found: readonly NodeEvent[]): Promise<boolean> {
    const { exitAfter } = this.#options;
    try {
      await node.start();
    } catch (error) {
      if (!(error instanceof ConnClosed)) throw error;
      const why = errorText(error.cause ?? error);
      throw new UsageError(`--listen: ${why}`);
    }
    const { enode, port } = node.server;
    if (enode !== undefined && port !== undefined) {
      this.#report({ type: 'listening', enode, port });
    }
    for (const event of found) this.#report(event);
    this.#sayIfItself(node);
    // A chain that is there already makes no event.
    const { currentHeader } = node.chain;
    if (exitAfter?.kind === 'head' && currentHeader.number >= exitAfter.number) {
      this.stop.close();
    }
    const ms = exitAfter?.kind === 'seconds' ? exitAfter.seconds * 1000 : undefined;
    const timer = ms === undefined ? undefined : new Timer('exit after', ms);
    const event = await select({
      stop: recv(this.stop),
      time: recv(timer),
      server: recv(node.server.quit),
      eth: recv(node.eth.quitSync),
    });
    timer?.stop();
    await node.stop();
    return event.case === 'stop' || event.case === 'time';
  }

  /** One list of peers for all nodes of a network is common: no reason to refuse it. */
  #sayIfItself(node: FullNode): void {
    if (this.#options.noDial) return;
    for (const peer of this.#dialed) {
      if (peer.id !== node.id) continue;
      const error = 'this is the node itself: not dialed';
      this.#report({ type: 'dial-error', enode: enodeURL(peer), error });
    }
  }

  /** @returns the events that tell of it: the head after the import, and each `tx` */
  async #readFiles({ chain, txPool }: FullNode): Promise<{
    readonly found: readonly NodeEvent[];
    readonly isWhole: boolean;
  }> {
    const { importFile: file, transactions } = this.#options;
    const found: NodeEvent[] = [];
    let isWhole = true;
    if (file !== undefined) {
      const { imported, ...result } = await this.#withProgress('import', (work) =>
        importFile(chain, file, { ...work, stop: this.stop }),
      );
      isWhole = result.isWhole;
      const { currentBlock: head, currentTd: td } = chain;
      if (imported > 0) found.push(headEvent({ head, hash: hashBlock(head), td }));
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
    return { found, isWhole };
  }

  async #export({ chain }: FullNode, isWhole: boolean): Promise<void> {
    const { exportFile: file } = this.#options;
    if (file === undefined) return;
    if (!isWhole && isThere(file)) {
      const why = 'the import was stopped, and it may hold more';
      throw new Unfinished(`--export: ${file} is as it was: ${why}`);
    }
    const stop = this.giveUp;
    const isWritten = await this.#withProgress('export', (work) =>
      exportFile(chain, file, { ...work, stop }),
    );
    if (isWritten) return;
    throw new Unfinished(`--export: stopped before its end, ${file} was not written`);
  }

  async #withProgress<T>(
    what: string,
    run: (work: { onProgress?: Progress['show'] }) => Promise<T>,
  ): Promise<T> {
    const progress = this.#host.progress?.(what);
    try {
      return await run(
        progress === undefined
          ? {}
          : {
              onProgress: (state) => {
                progress.show(state);
              },
            },
      );
    } finally {
      progress?.end();
    }
  }

  #subscribe({ server, chain, txPool }: FullNode): void {
    const report = (event: NodeEvent): void => {
      this.#report(event);
    };
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
            error: errorText(error),
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
            error: errorText(event.error),
          });
          break;
        case 'accept-error': {
          const { type, error, count } = event;
          report({ type, error: errorText(error), count });
          break;
        }
        case 'refused': {
          const { remote, error } = event;
          report({ type: 'refused', remote, error: errorText(error) });
          break;
        }
      }
    });
  }
}

function headEvent({
  head,
  hash,
  td,
}: Omit<HeadEvent, 'added' | 'dropped'>): NodeEvent {
  return { type: 'head', number: head.header.number, hash: inHex(hash), td };
}

function txEvent({ hash, from }: PooledTransaction): NodeEvent {
  return { type: 'tx', hash: inHex(hash), from: inHex(from) };
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
