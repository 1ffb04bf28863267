/**
 * The part of a synchronisation that takes long: headers from the master, bodies from
 * everybody who has them, blocks into the chain, all at once. One loop owns what is known;
 * the tasks around it ask, check and insert, and report over channels.
 */

import { Chan } from '../csp/chan.ts';
import { Done } from '../csp/done.ts';
import { recv, select, send } from '../csp/select.ts';
import type { Signal } from '../csp/signal.ts';
import { inSlices, type Work } from '../csp/slices.ts';
import { WaitGroup } from '../csp/wait-group.ts';
import type { Block } from '../core/block.ts';
import type { Chain } from '../core/chain.ts';
import { hashHeader, type Header } from '../core/header.ts';
import { checkBodyWork } from '../core/validate.ts';
import { endedBy } from '../p2p/fault.ts';
import { BodyQueue } from './body-queue.ts';
import { SyncError } from './errors.ts';
import { BodyFetcher, type Fetched } from './fetch-bodies.ts';
import type { EthPeerID } from './peer.ts';
import { maxBlockFetch, maxHeaderFetch } from './protocol.ts';
import type { Source } from './source.ts';

/** Answers above the height that the master has named: its chain may grow meanwhile. Ours. */
const answersAboveHeight = 3;

/** Blocks that the importer takes at once; the loop looks after the others meanwhile. */
const importBatch = 128;

/** What it costs to insert a block whose body is checked, see `slices.ts`. */
const insertUnits = 60;

/** What a download needs of the Downloader. */
export interface DownloadHost {
  readonly chain: Chain;
  /** Everybody who can be asked. */
  readonly sources: ReadonlyMap<EthPeerID, Source>;
  /** Somebody came or left. */
  readonly sourcesChanged: Signal;
  readonly dropPeer: (id: EthPeerID, error: SyncError) => Promise<void>;
}

/** One synchronisation: with whom, and how it ends. */
export class Session {
  readonly master: Source;
  /** Everything that belongs to the synchronisation ends. */
  readonly over = new Done('sync over');
  #fault: Error | undefined;

  constructor(master: Source) {
    this.master = master;
  }

  /** The first fault is the one that counts. */
  fail(error: unknown): void {
    if (this.over.closed) {
      endedBy('synchronise', error); // not thrown on, so logged here
      return;
    }
    this.#fault = error instanceof Error ? error : new TypeError(String(error));
    this.over.close();
  }

  get fault(): Error | undefined {
    return this.#fault;
  }
}

export class Download {
  readonly #host: DownloadHost;
  readonly #session: Session;
  readonly #queue = new BodyQueue();
  readonly #fetchers = new Map<Source, BodyFetcher>(); // BOUNDED by the sources
  readonly #spent = new WeakSet<Source>();
  readonly #headers = new Chan<readonly Header[]>('headers checked');
  readonly #fetched = new Chan<Fetched>('bodies fetched');
  readonly #blocks = new Chan<readonly Block[]>('blocks complete');
  readonly #wg: WaitGroup;

  constructor(host: DownloadHost, session: Session) {
    this.#host = host;
    this.#session = session;
    this.#wg = new WaitGroup((_, error) => {
      session.fail(error);
    });
  }

  /**
   * Fetches and inserts what the master has above `ancestor`.
   *
   * @param height number of the block that the master calls its head
   * @throws {SyncError} what ended it early. What is inserted stays.
   */
  async run(ancestor: Header, height: bigint): Promise<void> {
    this.#wg.go('fetchHeaders', () => this.#fetchHeaders(ancestor, height));
    this.#wg.go('importBlocks', () => this.#importBlocks());
    try {
      await this.#loop();
    } catch (error) {
      this.#session.fail(error);
    }
    for (const fetcher of this.#fetchers.values()) fetcher.stop.close();
    await this.#wg.wait();
    if (this.#session.fault !== undefined) throw this.#session.fault;
  }

  // #region download-loop
  /** Ends when everything is inserted, or the synchronisation is over. */
  async #loop(): Promise<void> {
    const { over } = this.#session;
    const queue = this.#queue;
    let hasAll = false;
    while (!hasAll || !queue.isEmpty) {
      this.#handOut();
      const ready = queue.ready(importBatch);
      const event = await select({
        //: A full queue takes no more: a case without a channel is never ready.
        headers: recv(hasAll || queue.isFull ? undefined : this.#headers),
        fetched: recv(this.#fetched),
        importing: send(ready.length > 0 ? this.#blocks : undefined, ready),
        sources: recv(this.#host.sourcesChanged),
        over: recv(over),
      });
      switch (event.case) {
        case 'headers':
          //: An empty batch is the last: as in geth, where it is a nil one.
          if (event.value.length === 0) hasAll = true;
          queue.add(event.value);
          break;
        case 'fetched':
          this.#take(event.value);
          break;
        case 'importing':
          queue.drop(ready);
          break;
        case 'sources':
          break; // who is new gets work at the next turn of the loop
        case 'over':
          return;
      }
    }
    await select({ last: send(this.#blocks, []), over: recv(over) });
  }
  // #endregion download-loop

  /** One batch after the other, each checked. @geth eth/downloader/downloader.go Downloader.fetchHeaders */
  async #fetchHeaders(ancestor: Header, height: bigint): Promise<void> {
    const { master, over } = this.#session;
    let last = ancestor;
    for (let above = 0; above < answersAboveHeight;) {
      const origin = { kind: 'number', number: last.number + 1n } as const;
      const headers = await master.fetchHeaders(origin, maxHeaderFetch, 0, over);
      const newest = headers.at(-1);
      if (newest === undefined) break;
      checkLinks(headers, last);
      const has = height - last.number;
      if (has > 0n) master.judge(headers.length, Math.min(maxHeaderFetch, Number(has)));
      else above++;
      const event = await select({
        taken: send(this.#headers, headers),
        over: recv(over),
      });
      if (event.case === 'over') return;
      last = newest;
    }
    await select({ taken: send(this.#headers, []), over: recv(over) });
  }

  /** Inserts what comes, until the last. @geth eth/downloader/downloader.go Downloader.processFullSyncContent */
  async #importBlocks(): Promise<void> {
    const { over } = this.#session;
    for (;;) {
      const event = await select({ blocks: recv(this.#blocks), over: recv(over) });
      if (event.case === 'over' || event.value.length === 0) return;
      await inSlices(insertAll(this.#host.chain, event.value), over);
    }
  }

  // #region hand-out
  /** Gives work to everybody who has none, the fastest first. */
  #handOut(): void {
    const { chain, sources } = this.#host;
    const { master } = this.#session;
    for (const source of this.#fetchers.keys()) {
      if (source.left.closed) this.#forget(source);
    }
    for (const source of sources.values()) {
      if (this.#fetchers.has(source) || this.#spent.has(source)) continue;
      //: Whoever claims no more than we have is not asked for it.
      if (source !== master && source.peer.td <= chain.currentTd) continue;
      const fetcher = new BodyFetcher(source, this.#session.over, this.#fetched);
      this.#fetchers.set(source, fetcher);
      this.#wg.go('fetchBodies', () => fetcher.run());
    }
    if (!this.#queue.hasWork) return;
    const idle = [...this.#fetchers.values()].filter(({ isIdle }) => isIdle);
    idle.sort((a, b) => b.source.pace.itemsPerSecond - a.source.pace.itemsPerSecond);
    for (const fetcher of idle) {
      const headers = this.#queue.take(fetcher.source.pace.batch(maxBlockFetch));
      if (headers.length > 0) fetcher.start(headers);
    }
    if (this.#fetchers.size > 0) return;
    const error = new SyncError('peers-unavailable', 'nobody has the bodies');
    this.#session.fail(error);
  }
  // #endregion hand-out

  // #region take-bodies
  /** Keeps what was proved; what is missing goes to whoever is free next. */
  #take({ source, headers, blocks, fault }: Fetched): void {
    for (const { block, bytes } of blocks) {
      this.#queue.complete(block.header, block.body, bytes);
    }
    this.#queue.giveBack(headers);
    this.#fetchers.get(source)?.rest();
    if (fault === undefined) {
      //: On another chain, perhaps, or behind: no lie, but of no use here.
      if (blocks.length === 0) this.#forget(source);
      return;
    }
    if (fault.code === 'timeout' && headers.length > 2) {
      //: Too much was asked of it. It may show that it can do less.
      source.pace.wasLate();
      return;
    }
    this.#forget(source);
    if (fault.code === 'cancelled') return;
    if (source === this.#session.master) this.#session.fail(fault);
    else this.#wg.go('dropPeer', () => this.#host.dropPeer(source.peer.id, fault));
  }
  // #endregion take-bodies

  /** It is not asked again in this synchronisation. */
  #forget(source: Source): void {
    this.#fetchers.get(source)?.stop.close();
    this.#fetchers.delete(source);
    this.#spent.add(source);
  }
}

/** Each header must be the child of the one before, the first the child of `parent`. */
function checkLinks(headers: readonly Header[], parent: Header): void {
  let last = parent;
  for (const header of headers) {
    if (header.number !== last.number + 1n || header.parentHash !== hashHeader(last)) {
      const detail = `header ${header.number} does not follow ${last.number}`;
      throw new SyncError('bad-peer', detail);
    }
    last = header;
  }
}

/** @throws {SyncError} `invalid-chain`: what the chain refuses; what came before it stays */
function* insertAll(chain: Chain, blocks: readonly Block[]): Work<void> {
  for (const block of blocks) {
    yield* checkBodyWork(block); // known already, unless the body is empty
    const { error } = chain.insertChain([block]);
    if (error !== undefined) {
      throw new SyncError('invalid-chain', error.message, { cause: error });
    }
    yield insertUnits;
  }
}
