/**
 * One function for each message. They run in the peer's own task, one at a time: while
 * one works or waits, nothing more is read from this peer.
 */

import { recv, select } from '../csp/select.ts';
import { inSlices, stopped, type Work } from '../csp/slices.ts';
import { Timer } from '../csp/timer.ts';
import { encodeBody } from '../core/block.ts';
import { emptyRoot } from '../core/trie.ts';
import type { TxPool, Verdict } from '../core/txpool.ts';
import type { Msg } from '../p2p/message.ts';
import { checkDaoAnswer } from './dao.ts';
import { EthError } from './errors.ts';
import type { EthPeer } from './peer.ts';
import {
  blockBodiesMsg,
  blockHeadersMsg,
  type EthVersion,
  getBlockBodiesMsg,
  getBlockHeadersMsg,
  getNodeDataMsg,
  getReceiptsMsg,
  newBlockHashesMsg,
  newBlockMsg,
  protocolLength,
  statusMsg,
  transactionsMsg,
  checkNewBlockHashes,
  decodeBlockHeaders,
  decodeGetBlockHeaders,
  decodeNewBlock,
  hashesOf,
  maxBlockFetch,
  maxReceiptFetch,
  maxStateFetch,
  nodeDataMsg,
  receiptsMsg,
  softResponseLimit,
  splitBlockBodies,
  transactionsOf,
} from './protocol.ts';
import { serveHeaders } from './serve-headers.ts';
import { startSynchronise, type SyncHost } from './sync.ts';

/** What the handlers need of a ProtocolManager. */
export interface HandlerHost extends SyncHost {
  readonly txPool: TxPool | undefined;
}

/** So many transactions are judged together; geth does so since v1.11.0. */
const batchLength = 128;

const junkVerdicts: ReadonlySet<Verdict> = new Set(['bad-signature', 'wrong-chain']);

/** Above a quarter of junk, a peer waits before its next message is read. */
const junkPauseMs = 200;

export type Handler = (
  host: HandlerHost,
  peer: EthPeer,
  msg: Msg,
) => Promise<void> | void;

// #region handler-table
const handlers: ReadonlyMap<number, Handler> = new Map<number, Handler>([
  [statusMsg, handleStatus],
  [newBlockHashesMsg, handleNewBlockHashes],
  [transactionsMsg, handleTransactions],
  [getBlockHeadersMsg, handleGetBlockHeaders],
  [blockHeadersMsg, handleBlockHeaders],
  [getBlockBodiesMsg, handleGetBlockBodies],
  [blockBodiesMsg, handleBlockBodies],
  [newBlockMsg, handleNewBlock],
  [getNodeDataMsg, handleGetNodeData],
  [nodeDataMsg, handleUnasked],
  [getReceiptsMsg, handleGetReceipts],
  [receiptsMsg, handleUnasked],
]);

/** Who handles a message code; undefined: nobody, in this version. */
export function handlerFor(code: number, version: EthVersion): Handler | undefined {
  //: eth/62 ends at 0x07, also where eth/63 would know what to do.
  return code < protocolLength(version) ? handlers.get(code) : undefined;
}
// #endregion handler-table

async function handleGetBlockHeaders(
  { chain }: HandlerHost,
  peer: EthPeer,
  msg: Msg,
): Promise<void> {
  const query = decodeGetBlockHeaders(msg);
  await peer.sendBlockHeaders(serveHeaders(chain, query));
}

// #region handle-block-headers
function handleBlockHeaders({ chain }: HandlerHost, peer: EthPeer, msg: Msg): void {
  const request = peer.headerRequests.take();
  //: Nobody has asked: it is not even decoded.
  if (request === undefined) {
    peer.countUnsolicited(msg.code);
    return;
  }
  if (request.isGivenUp) return; // too late, which may happen to an honest peer
  const headers = decodeBlockHeaders(msg, request.maxItems);
  const { daoChallenge } = peer;
  if (request === daoChallenge?.request) {
    checkDaoAnswer(chain, peer, daoChallenge, headers);
  } else {
    request.answer.trySend(headers);
  }
}
// #endregion handle-block-headers

// #region handle-get-block-bodies
async function handleGetBlockBodies(
  { chain }: HandlerHost,
  peer: EthPeer,
  msg: Msg,
): Promise<void> {
  const bodies: Uint8Array[] = [];
  let size = 0;
  //: Twice as many lookups as answers, so that unknown hashes have an end too.
  for (const hash of hashesOf(msg, 2 * maxBlockFetch)) {
    const body = chain.getBody(hash);
    if (body === undefined) continue;
    const encoded = encodeBody(body);
    bodies.push(encoded);
    size += encoded.length;
    if (bodies.length === maxBlockFetch || size >= softResponseLimit) break;
  }
  await peer.sendBlockBodies(bodies);
}
// #endregion handle-get-block-bodies

async function handleBlockBodies(
  _host: HandlerHost,
  peer: EthPeer,
  msg: Msg,
): Promise<void> {
  const request = peer.bodyRequests.take();
  if (request === undefined) {
    peer.countUnsolicited(msg.code);
    return;
  }
  if (request.isGivenUp) return;
  const bodies = await inSlices(splitBlockBodies(msg, request.maxItems), peer.closed);
  if (bodies !== stopped) request.answer.trySend(bodies);
}

/** There is no state here, so every hash is unknown. Unknown hashes are left out. */
async function handleGetNodeData(
  _host: HandlerHost,
  peer: EthPeer,
  msg: Msg,
): Promise<void> {
  Array.from(hashesOf(msg, 2 * maxStateFetch)); // so far each must be a hash; the bound is ours
  await peer.sendEncoded(nodeDataMsg, []);
}

/**
 * Nothing is executed here, so there are no receipts: only a block whose header says that
 * it has none is answered for, with an empty list.
 */
async function handleGetReceipts(
  { chain }: HandlerHost,
  peer: EthPeer,
  msg: Msg,
): Promise<void> {
  const receipts: Uint8Array[] = [];
  for (const hash of hashesOf(msg, 2 * maxReceiptFetch)) {
    if (chain.getHeaderByHash(hash)?.receiptRoot !== emptyRoot) continue;
    receipts.push(Uint8Array.of(0xc0));
    if (receipts.length === maxReceiptFetch) break;
  }
  await peer.sendEncoded(receiptsMsg, receipts);
}

/** Nothing is fetched for an announcement (geth's fetcher does), so nothing is kept. */
async function handleNewBlockHashes(
  _host: HandlerHost,
  peer: EthPeer,
  msg: Msg,
): Promise<void> {
  await inSlices(checkNewBlockHashes(msg), peer.closed);
}

// #region handle-new-block
async function handleNewBlock(
  host: HandlerHost,
  peer: EthPeer,
  msg: Msg,
): Promise<void> {
  const data = await inSlices(decodeNewBlock(msg), peer.closed);
  if (data === stopped) return;
  const {
    block: { header },
    td,
  } = data;
  //: What the peer surely has is the parent: it may still be checking the block.
  const trueTd = td - header.difficulty;
  if (trueTd <= peer.td) return;
  peer.setHead(header.parentHash, trueTd);

  //: One block above ours is no reason: its parent is our head.
  if (trueTd > host.chain.currentTd) startSynchronise(host, peer);
}
// #endregion handle-new-block

// #region handle-transactions
async function handleTransactions(
  host: HandlerHost,
  peer: EthPeer,
  msg: Msg,
): Promise<void> {
  const { txPool } = host;
  //: Without the chain nobody can tell a good one from a bad one.
  if (!host.acceptTxs || txPool === undefined) return;

  //: It ends early when the peer does: what is left of the message is nobody's.
  const junk = await inSlices(addTransactions(txPool, msg), peer.closed);
  //: A bad transaction is no breach, so the peer stays. Much junk makes it wait.
  if (junk === true) await pause(peer, junkPauseMs);
}
// #endregion handle-transactions

// #region add-transactions
/**
 * Puts the transactions of a message into the pool, up to the first batch of which more
 * than a quarter is junk: each of those has cost us a recovered key.
 *
 * @returns whether that is how it ended
 */
function* addTransactions(txPool: TxPool, msg: Msg): Work<boolean> {
  let batch = 0;
  let junk = 0;
  for (const raw of yield* transactionsOf(msg)) {
    const { verdict, units } = txPool.addEncoded(raw);
    yield units;
    batch++;
    if (junkVerdicts.has(verdict)) junk++;
    if (batch < batchLength) continue;
    if (junk * 4 > batch) break;
    batch = 0;
    junk = 0;
  }
  return junk * 4 > batch;
}
// #endregion add-transactions

/** Reads nothing from the peer for a while, unless it leaves. */
async function pause(peer: EthPeer, ms: number): Promise<void> {
  const over = new Timer('pause', ms);
  await select({ over: recv(over), gone: recv(peer.closed) });
  over.stop();
}

/** Answers to requests that we never make: nobody here needs state or receipts. */
function handleUnasked(_host: HandlerHost, peer: EthPeer, msg: Msg): void {
  peer.countUnsolicited(msg.code);
}

function handleStatus(): never {
  throw new EthError('extra-status-msg', 'uncontrolled status message');
}
