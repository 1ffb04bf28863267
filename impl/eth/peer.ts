/**
 * A peer as eth sees it: what it has told us and what we have asked it. Made
 * by the Run closure, registered after the Status handshake, forgotten when `handle` ends.
 */

import { encodeList } from '../rlp/encode.ts';
import { Chan } from '../csp/chan.ts';
import { Done } from '../csp/done.ts';
import { recv, select } from '../csp/select.ts';
import { Timer } from '../csp/timer.ts';
import type { WaitGroup } from '../csp/wait-group.ts';
import { endedBy, isFault } from '../p2p/fault.ts';
import { type Msg, newMsg, type MsgReadWriter } from '../p2p/message.ts';
import { DiscError, discReadTimeout, type DiscReason } from '../p2p/peer-error.ts';
import type { PeerHandle } from '../p2p/protocol.ts';
import { type Hash, zeroHash } from '../core/hash.ts';
import { encodeHeader, type Header } from '../core/header.ts';
import { EthError } from './errors.ts';
import { forPeer } from './for-peer.ts';
import { KnownSet, maxKnownBlocks, maxKnownTxs } from './known-set.ts';
import {
  blockBodiesMsg,
  blockHeadersMsg,
  checkSize,
  encodeGetBlockHeaders,
  encodeHashes,
  type EthVersion,
  getBlockBodiesMsg,
  getBlockHeadersMsg,
  type HashOrNumber,
  messageName,
  type StatusData,
  statusMsg,
  wireOf,
} from './protocol.ts';
import { type Answers, type OpenRequest, RequestTracker } from './requests.ts';
import type { TxPack } from './tx-pack.ts';

/** @geth eth/peer.go handshakeTimeout */
export const handshakeTimeoutMs = 5_000;

/** Lists of transactions that wait for a peer. @geth eth/peer.go maxQueuedTxs */
export const maxQueuedTxs = 128;

/** @geth eth/peer.go maxQueuedProps */
const maxQueuedBlocks = 4;

/** @geth eth/peer.go maxQueuedAnns */
const maxQueuedHashes = 4;

/** Answers without a question that a peer may not send. Ours. */
export const maxUnsolicited = 3;

/** A peer id: the first 8 bytes of the node id, as 16 hex digits. */
export type EthPeerID = string;

/** @geth eth/peer.go peer */
export class EthPeer {
  readonly version: EthVersion;
  readonly rw: MsgReadWriter;
  /** Owns the tasks that are started for this peer. */
  readonly wg: WaitGroup;
  /** Closes when the peer is no longer registered. */
  readonly term = new Done('eth peer term');
  readonly requests: RequestTracker;
  readonly knownTxs = new KnownSet(maxKnownTxs);
  readonly knownBlocks = new KnownSet(maxKnownBlocks);
  readonly #queuedTxs = new Chan<TxPack>('queued transactions', maxQueuedTxs);
  readonly #queuedBlocks = new Chan<BlockNews>('queued blocks', maxQueuedBlocks);
  readonly #queuedHashes = new Chan<BlockNews>('queued announcements', maxQueuedHashes);
  readonly #peer: PeerHandle;
  #head = zeroHash;
  #td = 0n;
  #unsolicited = 0;

  constructor(version: EthVersion, peer: PeerHandle, rw: MsgReadWriter, wg: WaitGroup) {
    this.version = version;
    this.requests = new RequestTracker(wireOf(version).keying);
    this.#peer = peer;
    this.rw = rw;
    this.wg = wg;
  }

  get id(): EthPeerID {
    return this.#peer.id.slice(0, 16);
  }

  /** What the peer layer knows of it. */
  get handle(): PeerHandle {
    return this.#peer;
  }

  /** Closes when the connection ends: long work for the peer stops then. */
  get closed(): Done {
    return this.#peer.closed;
  }

  get trusted(): boolean {
    return this.#peer.trusted;
  }

  /** Hash of the block that the peer is known to have as its head. */
  get head(): Hash {
    return this.#head;
  }

  /** Total difficulty that the peer says its head has. */
  get td(): bigint {
    return this.#td;
  }

  /** @geth eth/peer.go peer.SetHead */
  setHead(head: Hash, td: bigint): void {
    this.#head = head;
    this.#td = td;
  }

  disconnect(reason: DiscReason): Promise<void> {
    return this.#peer.disconnect(reason);
  }

  toString(): string {
    return `eth peer ${this.id.slice(0, 8)}`;
  }

  // #region status-handshake
  /**
   * Sends our Status and reads theirs, both at once: a side that read first would wait
   * for ever for another one that reads first.
   *
   * @returns their Status; it fits ours
   * @throws {EthError} what is wrong with theirs
   * @throws {DiscError} "read timeout": not both were done within 5 s
   * @geth eth/peer.go peer.Handshake
   */
  async handshake(ours: StatusData): Promise<StatusData> {
    //= send ours and read theirs, in two tasks
    //: Room for both results: a task whose result nobody wants can still end.
    const results = new Chan<StatusResult>('status results', 2);
    this.wg.go('statusWriter', async () => {
      results.trySend(await outcome('statusWriter', () => this.sendStatus(ours)));
    });
    this.wg.go('statusReader', async () => {
      results.trySend(await outcome('statusReader', () => this.readStatus(ours)));
    });

    //= wait for both, or for the first thing that goes wrong
    const timeout = new Timer('status timeout', handshakeTimeoutMs);
    let theirs: StatusData | undefined;
    try {
      for (let done = 0; done < 2; done++) {
        const event = await select({ result: recv(results), timeout: recv(timeout) });
        if (event.case === 'timeout') throw new DiscError(discReadTimeout);
        if ('error' in event.value) throw event.value.error;
        theirs ??= event.value.status;
      }
    } finally {
      timeout.stop();
    }

    //= remember what they told us
    if (theirs === undefined) throw new TypeError('two results and no Status');
    this.setHead(theirs.head, theirs.td);
    return theirs;
  }
  // #endregion status-handshake

  /** The first message, and the only Status, that we send. */
  async sendStatus(ours: StatusData): Promise<undefined> {
    await this.rw.writeMsg(newMsg(statusMsg, wireOf(this.version).status.encode(ours)));
  }

  // #region read-status
  /**
   * Reads their first message, which must be a Status that fits ours.
   *
   * @throws {EthError} with the first thing that does not fit
   * @geth eth/peer.go peer.readStatus
   */
  async readStatus(ours: StatusData): Promise<StatusData> {
    const msg = await this.rw.readMsg();
    if (msg.code !== statusMsg) {
      const got = msg.code.toString(16);
      throw new EthError('no-status-msg', `first msg has code ${got} (!= 0)`);
    }
    checkSize(msg);
    const unpacked = msg.unpack?.();
    if (unpacked !== undefined) await unpacked;
    const theirs = wireOf(this.version).status.decode(msg);

    //: The order shows: a peer of another chain hears of its genesis,
    //: whatever else it has wrong. `td` and `head` are believed for now.
    if (theirs.genesis !== ours.genesis) {
      const [got, wanted] = [theirs.genesis.slice(0, 16), ours.genesis.slice(0, 16)];
      throw new EthError('genesis-block-mismatch', `${got} (!= ${wanted})`);
    }
    if (theirs.networkId !== ours.networkId) {
      const detail = `${theirs.networkId} (!= ${ours.networkId})`;
      throw new EthError('network-id-mismatch', detail);
    }
    if (theirs.protocolVersion !== ours.protocolVersion) {
      const detail = `${theirs.protocolVersion} (!= ${ours.protocolVersion})`;
      throw new EthError('protocol-version-mismatch', detail);
    }
    return theirs;
  }
  // #endregion read-status

  // #region request-headers
  /**
   * Asks for headers. The query is written by a task of its own: a remote that does not
   * read must not hold up who waits for the answer, and who can give up.
   *
   * @geth eth/peer.go peer.RequestHeadersByNumber
   */
  requestHeaders(
    origin: HashOrNumber,
    amount: number,
    { skip = 0, reverse = false, judge }: HeaderQueryOptions = {},
  ): OpenRequest<Answers['headers']> {
    const query = { origin, amount: BigInt(amount), skip: BigInt(skip), reverse };
    const request = this.requests.open('headers', amount, judge);
    this.#ask('requestHeaders', getBlockHeadersMsg, encodeGetBlockHeaders(query));
    return request;
  }
  // #endregion request-headers

  /** Asks for the bodies of these blocks. @geth eth/peer.go peer.RequestBodies */
  requestBodies(hashes: readonly Hash[]): OpenRequest<Answers['bodies']> {
    const request = this.requests.open('bodies', hashes.length);
    this.#ask('requestBodies', getBlockBodiesMsg, encodeHashes(hashes));
    return request;
  }

  #ask(task: string, code: number, payload: Uint8Array): void {
    const write = async (): Promise<void> => {
      try {
        await this.rw.writeMsg(newMsg(code, payload));
      } catch (error) {
        // A write fails when the peer ends. `handle` hears of that from its own read,
        // and cancels what waits for the answer.
        if (isFault(error)) throw error;
      }
    };
    this.wg.go(task, forPeer(this, task, write));
  }

  /** @geth eth/peer.go peer.SendBlockHeaders */
  sendBlockHeaders(headers: readonly Header[]): Promise<void> {
    return this.sendEncoded(blockHeadersMsg, headers.map(encodeHeader));
  }

  /** Bodies encoded, each whole or in parts. @geth eth/peer.go peer.SendBlockBodiesRLP */
  sendBlockBodies(bodies: readonly Uint8Array[]): Promise<void> {
    return this.sendEncoded(blockBodiesMsg, bodies);
  }

  /** Sends items that are encoded already, as one list. */
  sendEncoded(code: number, items: readonly Uint8Array[]): Promise<void> {
    return this.rw.writeMsg(newMsg(code, encodeList(items)));
  }

  // #region peer-broadcast
  /** Queues a pack, and takes its transactions as known. A full queue drops it. */
  queueTransactions(pack: TxPack): void {
    //: Marked only if it was queued: what is dropped now may be sent another time.
    if (!this.#queuedTxs.trySend(pack)) return;
    for (const hash of pack.hashes) this.knownTxs.add(hash);
  }

  /** @geth eth/peer.go peer.SendTransactions */
  sendTransactions(pack: TxPack): Promise<void> {
    for (const hash of pack.hashes) this.knownTxs.add(hash);
    return this.rw.writeMsg(pack.msg);
  }

  /** Queues a whole block. @geth eth/peer.go peer.AsyncSendNewBlock */
  queueBlock(news: BlockNews): void {
    if (this.#queuedBlocks.trySend(news)) this.knownBlocks.add(news.hash);
  }

  /** Queues the hash of a block. @geth eth/peer.go peer.AsyncSendNewBlockHash */
  queueAnnouncement(news: BlockNews): void {
    if (this.#queuedHashes.trySend(news)) this.knownBlocks.add(news.hash);
  }

  /** Writes what is queued, until the peer ends. @geth eth/peer.go peer.broadcast */
  async broadcast(): Promise<void> {
    for (;;) {
      const event = await select({
        txs: recv(this.#queuedTxs),
        block: recv(this.#queuedBlocks),
        hash: recv(this.#queuedHashes),
        gone: recv(this.term),
      });
      if (event.case === 'gone') return;
      try {
        await this.rw.writeMsg(event.value.msg);
      } catch (error) {
        if (isFault(error)) throw error;
        return; // the connection ends; `handle` hears of that from its own read
      }
    }
  }
  // #endregion peer-broadcast

  /**
   * Counts an answer that belongs to no request.
   *
   * @throws {EthError} `unsolicited-response`: it was the last one too many
   */
  countUnsolicited(code: number): void {
    this.#unsolicited++;
    if (this.#unsolicited < maxUnsolicited) return;
    throw new EthError('unsolicited-response', messageName(code));
  }

  /** What `admin.peers` of geth v1.8.12 shows under `protocols.eth`. @geth eth/peer.go peer.Info */
  info(): { version: EthVersion; difficulty: bigint; head: Hash } {
    return { version: this.version, difficulty: this.td, head: this.head };
  }
}

/** A message about a block, made once for all peers. */
export interface BlockNews {
  readonly hash: Hash;
  readonly msg: Msg;
}

export interface HeaderQueryOptions {
  /** Blocks to leave out between two of them. */
  readonly skip?: number;
  readonly reverse?: boolean;
  /** See `OpenRequest`. */
  readonly judge?: (headers: readonly Header[]) => void;
}

type StatusResult = { readonly status: StatusData | undefined } | { error: unknown };

/** What a task reports to the one that started it. Of two errors, only one is thrown on. */
async function outcome(
  name: string,
  task: () => Promise<StatusData | undefined>,
): Promise<StatusResult> {
  try {
    return { status: await task() };
  } catch (error) {
    return { error: endedBy(name, error) };
  }
}
