/**
 * One function for each message. They run in the peer's own task, one at a time: while
 * one works or waits, nothing more is read from this peer.
 */

import { runtime } from '../csp/runtime.ts';
import { recv, select } from '../csp/select.ts';
import { sleep, Timer } from '../csp/timer.ts';
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

/** Recovering one sender takes about a millisecond: then the others have a turn. */
const txSliceMs = 10;

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

function handleBlockBodies(_host: HandlerHost, peer: EthPeer, msg: Msg): void {
  const request = peer.bodyRequests.take();
  if (request === undefined) {
    peer.countUnsolicited(msg.code);
    return;
  }
  if (request.isGivenUp) return;
  request.answer.trySend(splitBlockBodies(msg, request.maxItems));
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
function handleNewBlockHashes(_host: HandlerHost, _peer: EthPeer, msg: Msg): void {
  checkNewBlockHashes(msg);
}

// #region handle-new-block
function handleNewBlock(host: HandlerHost, peer: EthPeer, msg: Msg): void {
  const { header, td } = decodeNewBlock(msg);
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

  const verdicts: Verdict[] = [];
  let since = runtime().now();
  for (const tx of transactionsOf(msg)) {
    verdicts.push(txPool.add(tx));
    if (runtime().now() - since < txSliceMs) continue;
    await sleep(0);
    since = runtime().now();
  }
  //: A bad transaction is no breach, so the peer stays. Much junk makes it wait.
  const junk = verdicts.filter((verdict) => junkVerdicts.has(verdict)).length;
  if (junk * 4 > verdicts.length) await pause(peer, junkPauseMs);
}
// #endregion handle-transactions

/** Reads nothing from the peer for a while, unless it leaves. */
async function pause(peer: EthPeer, ms: number): Promise<void> {
  const over = new Timer('pause', ms);
  await select({ over: recv(over), gone: recv(peer.term) });
  over.stop();
}

/** Answers to requests that we never make: nobody here needs state or receipts. */
function handleUnasked(_host: HandlerHost, peer: EthPeer, msg: Msg): void {
  peer.countUnsolicited(msg.code);
}

function handleStatus(): never {
  throw new EthError('extra-status-msg', 'uncontrolled status message');
}
