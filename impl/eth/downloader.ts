/**
 * Full synchronisation with one peer: find the last block that both have, then fetch
 * headers and bodies from there on and insert them.
 *
 * Nothing that the peer says is taken on trust: headers must link, bodies must give the
 * roots that their headers name, and the chain decides what it accepts. geth's downloader
 * fetches from many peers at once, measures them, and knows fast sync; this one does not.
 */

import { Done } from '../csp/done.ts';
import { recv, select } from '../csp/select.ts';
import { runtime } from '../csp/runtime.ts';
import { sleep, Timer } from '../csp/timer.ts';
import { type Block, bodySchema, decodeBody } from '../core/block.ts';
import type { Chain } from '../core/chain.ts';
import type { Hash } from '../core/hash.ts';
import { hashHeader, type Header } from '../core/header.ts';
import { emptyUncleHash } from '../core/roots.ts';
import { emptyRoot } from '../core/trie.ts';
import { checkBody } from '../core/validate.ts';
import { decode } from '../rlp/decode.ts';
import { findAncestor } from './ancestor.ts';
import { SyncError, type SyncErrorCode } from './errors.ts';
import type { EthPeer, EthPeerID } from './peer.ts';
import { type HashOrNumber, maxBlockFetch, maxHeaderFetch } from './protocol.ts';
import type { OpenRequest } from './requests.ts';

/**
 * geth's first value: three times a round trip of 20 s, and never more. It then adapts to
 * the peers that it measures; this one stays.
 */
export const requestTimeoutMs = 60_000;

/** So many short answers of one synchronisation are forgiven: chains are reorganised. Ours. */
const shortAnswersForgiven = 3;

/** No answer of so many bytes is short: servers stop at a size; geth's stops at 2 MiB. */
const fullAnswerBytes = 64 * 1024;

/** Without a pause, inserting would hold up every other task. */
const insertSliceMs = 10;

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

interface Session {
  readonly peer: EthPeer;
  readonly cancel: Done;
  shortAnswers: number;
}

/** @geth eth/downloader/downloader.go Downloader */
export class Downloader {
  readonly #chain: Chain;
  readonly #dropPeer: (id: EthPeerID) => Promise<void>;
  readonly #peers = new Map<EthPeerID, EthPeer>(); // BOUNDED by the registered peers
  #session: Session | undefined;
  #terminated = false;

  constructor({ chain, dropPeer }: DownloaderOptions) {
    this.#chain = chain;
    this.#dropPeer = dropPeer;
  }

  /** @geth eth/downloader/downloader.go Downloader.RegisterPeer */
  registerPeer(peer: EthPeer): void {
    this.#peers.set(peer.id, peer);
  }

  /**
   * Forgets the peer; a synchronisation with it ends.
   *
   * @geth eth/downloader/downloader.go Downloader.UnregisterPeer
   */
  unregisterPeer(peer: EthPeer): void {
    if (this.#peers.get(peer.id) === peer) this.#peers.delete(peer.id);
    if (this.#session?.peer === peer) this.#session.cancel.close();
  }

  /** Ends the synchronisation that runs, and refuses every later one. */
  terminate(): void {
    this.#terminated = true;
    this.#session?.cancel.close();
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
    const peer = this.#peers.get(id);
    if (peer === undefined) return new SyncError('unknown-peer', id);
    if (this.#terminated) return new SyncError('cancelled', 'the node stops');
    const session = { peer, cancel: new Done('sync cancelled'), shortAnswers: 0 };
    this.#session = session;
    try {
      await this.#syncWithPeer(session, head, td);
      return undefined;
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      runtime().tracer?.emit('event', { v: error.message });
      if (droppedFor.has(error.code)) await this.#dropPeer(id);
      return error;
    } finally {
      this.#session = undefined;
    }
  }
  // #endregion synchronise-download

  // #region sync-with-peer
  /** @geth eth/downloader/downloader.go Downloader.syncWithPeer */
  async #syncWithPeer(session: Session, head: Hash, td: bigint): Promise<void> {
    //= how high is the peer?
    const height = await this.#fetchHeight(session, head);

    //= where did we part?
    const ancestor = await findAncestor(
      this.#chain,
      height.number,
      (from, count, skip) => this.#fetchHeaders(session, byNumber(from), count, skip),
    );

    //= fetch upwards from there, until the peer has no more
    let last = ancestor;
    for (;;) {
      const next = byNumber(last.number + 1n);
      const headers = await this.#fetchHeaders(session, next, maxHeaderFetch);
      const newest = headers.at(-1);
      if (newest === undefined) break;
      checkLinks(headers, last);
      checkPace(
        session,
        headers.length,
        Math.min(maxHeaderFetch, Number(height.number - last.number)),
      );
      for (let i = 0; i < headers.length; i += maxBlockFetch) {
        await this.#fetchBlocks(session, headers.slice(i, i + maxBlockFetch));
      }
      last = newest;
    }

    //: All came, and yet more was promised: an honest peer has the blocks that
    //: its td is the sum of.
    if (td > this.#chain.currentTd) {
      throw new SyncError('stalling-peer', `promised a total difficulty of ${td}`);
    }
  }
  // #endregion sync-with-peer

  /**
   * Asks for the block that the peer calls its head.
   *
   * @geth eth/downloader/downloader.go Downloader.fetchHeight
   */
  async #fetchHeight(session: Session, head: Hash): Promise<Header> {
    const headers = await this.#fetchHeaders(session, { kind: 'hash', hash: head }, 1);
    const [header] = headers;
    if (header === undefined || hashHeader(header) !== head) {
      throw new SyncError('bad-peer', `no header for its own head ${head}`);
    }
    return header;
  }

  #fetchHeaders(
    session: Session,
    origin: HashOrNumber,
    amount: number,
    skip = 0,
  ): Promise<readonly Header[]> {
    const request = session.peer.requestHeaders(origin, amount, { skip });
    return this.#answerTo(request, session);
  }

  /** Fetches the bodies that are not empty, puts the blocks together and inserts them. */
  async #fetchBlocks(session: Session, headers: readonly Header[]): Promise<void> {
    const wanted = headers.filter((header) => !hasEmptyBody(header));
    const bodies = new Map<Header, Block>(); // BOUNDED by headers
    while (bodies.size < wanted.length) {
      const missing = wanted.slice(bodies.size);
      const request = session.peer.requestBodies(missing.map(hashHeader));
      const encoded = await this.#answerTo(request, session);
      //: An answer may be short, when the blocks are large. An empty one
      //: says that the peer does not have them, and there is nobody else to ask.
      if (encoded.length === 0) {
        throw new SyncError('peers-unavailable', `no body of ${missing.length} blocks`);
      }
      const bytes = encoded.reduce((sum, { length }) => sum + length, 0);
      checkPace(session, encoded.length, missing.length, bytes);
      for (const [i, data] of encoded.entries()) {
        const header = missing[i];
        if (header !== undefined) bodies.set(header, matchBody(header, data));
      }
    }
    const blocks = headers.map(
      (header) =>
        bodies.get(header) ?? { header, body: { transactions: [], uncles: [] } },
    );
    await this.#insert(session, blocks);
  }

  /** Inserts blocks one by one, and lets the others run in between. */
  async #insert(session: Session, blocks: readonly Block[]): Promise<void> {
    let since = runtime().now();
    for (const block of blocks) {
      const { error } = this.#chain.insertChain([block]);
      if (error !== undefined) {
        throw new SyncError('invalid-chain', error.message, { cause: error });
      }
      if (runtime().now() - since < insertSliceMs) continue;
      await sleep(0);
      since = runtime().now();
      //: The peer may have gone meanwhile. What is inserted stays.
      if (session.cancel.closed) throw cancelled();
    }
  }

  // #region answer-to
  /** Waits for the answer, for the time-out, or for the end of the synchronisation. */
  async #answerTo<T>(request: OpenRequest<T>, { cancel }: Session): Promise<T> {
    const timeout = new Timer('request timeout', requestTimeoutMs);
    try {
      const event = await select({
        answered: recv(request.answer),
        timeout: recv(timeout),
        cancelled: recv(cancel),
      });
      if (event.case === 'answered') return event.value;
      //: An answer that comes later is thrown away, and forgiven.
      request.giveUp();
      if (event.case === 'cancelled') throw cancelled();
      throw new SyncError('timeout', `no answer in ${requestTimeoutMs} ms`);
    } finally {
      timeout.stop();
    }
  }
  // #endregion answer-to
}

function byNumber(number: bigint): HashOrNumber {
  return { kind: 'number', number };
}

function cancelled(): SyncError {
  return new SyncError('cancelled', 'the peer left, or the node stops');
}

// #region check-pace
/**
 * Judges an answer with less than half of what was asked for and the peer has. There is
 * one synchronisation at a time: who makes it last keeps everybody else from theirs.
 *
 * @throws {SyncError} `stalling-peer`: it is the fourth
 */
function checkPace(session: Session, got: number, has: number, bytes = 0): void {
  if (got * 2 >= has || bytes >= fullAnswerBytes) return;
  session.shortAnswers++;
  if (session.shortAnswers <= shortAnswersForgiven) return;
  throw new SyncError('stalling-peer', `${got} of ${has}, and not for the first time`);
}
// #endregion check-pace

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

function hasEmptyBody(header: Header): boolean {
  return header.txRoot === emptyRoot && header.uncleHash === emptyUncleHash;
}

/** The block of `header` and the body in `data`, if they belong together. */
function matchBody(header: Header, data: Uint8Array): Block {
  // Its shape is proved already: `splitBlockBodies`.
  const block = { header, body: decodeBody(decode(data, bodySchema, 'block body')) };
  const error = checkBody(block);
  if (error !== undefined) {
    throw new SyncError('bad-peer', error.message, { cause: error });
  }
  return block;
}
