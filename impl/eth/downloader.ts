/**
 * Synchronisation: find the last block that we and the best peer have in common, then
 * fetch headers from it and bodies from everybody, and insert them (`download.ts`).
 *
 * What a peer sends is held against itself: headers must link, bodies must give the roots
 * that their headers name, and the chain refuses what breaks its rules. That a chain is the
 * heavier one is believed (`validate.ts`). The downloader of geth v1.8.12 also knows fast
 * sync, which fetches receipts and one state; this one does not.
 */

import { runtime } from '../csp/runtime.ts';
import { Signal } from '../csp/signal.ts';
import type { Chain } from '../core/chain.ts';
import type { Hash } from '../core/hash.ts';
import { hashHeader, type Header } from '../core/header.ts';
import { findAncestor } from './ancestor.ts';
import { Download, Session } from './download.ts';
import { SyncError, type SyncErrorCode } from './errors.ts';
import type { EthPeer, EthPeerID } from './peer.ts';
import { cancelled, Source } from './source.ts';

/** The faults that cost a peer its connection. */
const droppedFor: ReadonlySet<SyncErrorCode> = new Set([
  'timeout',
  'bad-peer',
  'stalling-peer',
  'empty-header-set',
  'peers-unavailable',
  'invalid-ancestor',
  'invalid-chain',
]);

export interface DownloaderOptions {
  readonly chain: Chain;
  /** Ends the connection to a peer that has lied. */
  readonly dropPeer: (id: EthPeerID) => Promise<void>;
}

/** @geth eth/downloader/downloader.go Downloader */
export class Downloader {
  readonly chain: Chain;
  readonly sources = new Map<EthPeerID, Source>(); // BOUNDED by the registered peers
  /** Read by the download that runs; there is one at a time. */
  readonly sourcesChanged = new Signal('sources changed');
  readonly #dropPeer: (id: EthPeerID) => Promise<void>;
  #session: Session | undefined;
  #terminated = false;

  constructor({ chain, dropPeer }: DownloaderOptions) {
    this.chain = chain;
    this.#dropPeer = dropPeer;
  }

  /** @geth eth/downloader/downloader.go Downloader.RegisterPeer */
  registerPeer(peer: EthPeer): void {
    this.sources.set(peer.id, new Source(peer));
    this.sourcesChanged.raise();
  }

  /**
   * Forgets the peer. What it was asked for goes to others; a synchronisation of which it
   * is the master ends.
   *
   * @geth eth/downloader/downloader.go Downloader.UnregisterPeer
   */
  unregisterPeer(peer: EthPeer): void {
    const source = this.sources.get(peer.id);
    if (source?.peer !== peer) return;
    this.sources.delete(peer.id);
    source.left.close();
    if (this.#session?.master === source) this.#session.fail(cancelled());
    this.sourcesChanged.raise();
  }

  /** Ends the synchronisation that runs, and refuses every later one. */
  terminate(): void {
    this.#terminated = true;
    this.#session?.fail(cancelled());
  }

  // #region synchronise-download
  /**
   * Synchronises with the peer. If it fails by the peer's fault, the peer is dropped.
   *
   * @param td what the peer has promised
   * @returns what went wrong; undefined: everything that the peer has is in the chain
   * @geth eth/downloader/downloader.go Downloader.Synchronise
   */
  async synchronise(
    id: EthPeerID,
    head: Hash,
    td: bigint,
  ): Promise<SyncError | undefined> {
    //: Asked and taken in one turn: two tasks cannot both find nobody busy.
    if (this.#session !== undefined) return new SyncError('busy', id);
    const master = this.sources.get(id);
    if (master === undefined) return new SyncError('unknown-peer', id);
    if (this.#terminated) return new SyncError('cancelled', 'the node stops');
    const session = new Session(master);
    this.#session = session;
    try {
      await this.#syncWithPeer(session, head, td);
      return undefined;
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      await this.dropPeer(id, error);
      return error;
    } finally {
      this.#session = undefined;
    }
  }
  // #endregion synchronise-download

  /** Ends the connection to a peer that has lied or stalled, and says why. */
  async dropPeer(id: EthPeerID, error: SyncError): Promise<void> {
    runtime().tracer?.emit('event', { v: error.message });
    if (droppedFor.has(error.code)) await this.#dropPeer(id);
  }

  // #region sync-with-peer
  /** @geth eth/downloader/downloader.go Downloader.syncWithPeer */
  async #syncWithPeer(session: Session, head: Hash, td: bigint): Promise<void> {
    const { master, over } = session;
    for (const source of this.sources.values()) source.begin();

    //= how high is the peer?
    const height = await fetchHeight(session, head);

    //= where did we part?
    const ancestor = await findAncestor(
      this.chain,
      height.number,
      (from, count, skip) =>
        master.fetchHeaders({ kind: 'number', number: from }, count, skip, over),
    );

    //= fetch upwards from there, until the peer has no more
    await new Download(this, session).run(ancestor, height.number);

    //: All came, and yet more was promised: an honest peer has the blocks that
    //: its td is the sum of.
    if (td > this.chain.currentTd) {
      throw new SyncError('stalling-peer', `promised a total difficulty of ${td}`);
    }
  }
  // #endregion sync-with-peer
}

/**
 * Asks for the block that the peer calls its head.
 *
 * @geth eth/downloader/downloader.go Downloader.fetchHeight
 */
async function fetchHeight({ master, over }: Session, head: Hash): Promise<Header> {
  const headers = await master.fetchHeaders({ kind: 'hash', hash: head }, 1, 0, over);
  const [header] = headers;
  if (header === undefined || hashHeader(header) !== head) {
    throw new SyncError('bad-peer', `no header for its own head ${head}`);
  }
  return header;
}
