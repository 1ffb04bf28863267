/**
 * One function for each message. They run in the peer's own task, one at a time: while
 * one works or waits, nothing more is read from this peer.
 */

import { recv, select } from '../csp/select.ts';
import { inSlices, stopped, type Work } from '../csp/slices.ts';
import { Timer } from '../csp/timer.ts';
import { blockOf, bodyParts, hashBlock } from '../core/block.ts';
import type { Hash } from '../core/hash.ts';
import { checkBodyWork } from '../core/validate.ts';
import { emptyRoot } from '../core/trie.ts';
import type { TxPool, Verdict } from '../core/txpool.ts';
import {
  type Announcement,
  blockBodiesCodec,
  blockHeadersCodec,
  firstOf,
  getBlockHeadersCodec,
  hashesCodec,
  newBlockCodec,
  type NewBlockData,
  newBlockHashesCodec,
  rawItemsCodec,
  transactionsCodec,
} from './codecs.ts';
import { EthError } from './errors.ts';
import { type Fetcher, hashLimit } from './fetcher.ts';
import { answer, message, type MessageEntry, type MessageTable } from './messages.ts';
import type { EthPeer } from './peer.ts';
import {
  blockBodiesMsg,
  blockHeadersMsg,
  eth62,
  eth63,
  type EthVersion,
  getBlockBodiesMsg,
  type GetBlockHeadersData,
  getBlockHeadersMsg,
  getNodeDataMsg,
  getReceiptsMsg,
  maxBlockFetch,
  maxReceiptFetch,
  maxStateFetch,
  newBlockHashesMsg,
  newBlockMsg,
  nodeDataMsg,
  receiptsMsg,
  softResponseLimit,
  statusMsg,
  transactionsMsg,
} from './protocol.ts';
import { serveHeaders } from './serve-headers.ts';
import { startSynchronise, type SyncHost } from './sync.ts';

/** What the handlers need of a ProtocolManager. */
export interface HandlerHost extends SyncHost {
  readonly fetcher: Fetcher;
  readonly txPool: TxPool | undefined;
}

/** So many transactions are judged together; geth does so since v1.11.0. */
const batchLength = 128;

/** What no node passes on. What is known, too cheap or has no place here may be honest. */
const junkVerdicts: ReadonlySet<Verdict> = new Set([
  'too-large',
  'bad-nonce',
  'bad-value',
  'over-gas-limit',
  'intrinsic-gas',
  'wrong-chain',
  'bad-signature',
]);

/**
 * Above a quarter of junk, a peer waits before its next message is read. One that leaves
 * keeps its place meanwhile, as long as our Pings can be written, the second of them no
 * more: its end stands behind what it has sent, and that may be honest.
 */
const junkPauseMs = 200;

type Entries = readonly (readonly [number, MessageEntry<HandlerHost>])[];

// #region handler-table
const eth62Messages: Entries = [
  [statusMsg, { handle: handleStatus }],
  [newBlockHashesMsg, message(newBlockHashesCodec, handleNewBlockHashes)],
  [transactionsMsg, message(transactionsCodec, handleTransactions, acceptsTxs)],
  [getBlockHeadersMsg, message(getBlockHeadersCodec, handleGetBlockHeaders)],
  [blockHeadersMsg, answer('headers', blockHeadersCodec)],
  [getBlockBodiesMsg, message(hashesCodec, handleGetBlockBodies)],
  [blockBodiesMsg, answer('bodies', blockBodiesCodec)],
  [newBlockMsg, message(newBlockCodec, handleNewBlock)],
];

const eth63Messages: Entries = [
  ...eth62Messages,
  [getNodeDataMsg, message(hashesCodec, handleGetNodeData)],
  [nodeDataMsg, answer('state', rawItemsCodec)],
  [getReceiptsMsg, message(hashesCodec, handleGetReceipts)],
  [receiptsMsg, answer('receipts', rawItemsCodec)],
];

const tables: Readonly<Record<EthVersion, MessageTable<HandlerHost>>> = {
  [eth62]: new Map(eth62Messages),
  [eth63]: new Map(eth63Messages),
};

/** What a version does with each code; a code that is not in it is nobody's. */
export function messagesOf(version: EthVersion): MessageTable<HandlerHost> {
  return tables[version];
}
// #endregion handler-table

async function handleGetBlockHeaders(
  { chain }: HandlerHost,
  peer: EthPeer,
  query: GetBlockHeadersData,
): Promise<void> {
  await peer.sendBlockHeaders(serveHeaders(chain, query));
}

// #region handle-get-block-bodies
async function handleGetBlockBodies(
  { chain }: HandlerHost,
  peer: EthPeer,
  hashes: Iterable<Hash>,
): Promise<void> {
  const parts: Uint8Array[] = [];
  let count = 0;
  let size = 0;
  //: Twice as many lookups as answers, so that unknown hashes have an end too.
  for (const hash of firstOf(hashes, 2 * maxBlockFetch)) {
    const body = chain.getBody(hash);
    if (body === undefined) continue;
    count++;
    //: The bytes that came, which are copied once: into the answer.
    for (const part of bodyParts(body)) {
      parts.push(part);
      size += part.length;
    }
    if (count === maxBlockFetch || size >= softResponseLimit) break;
  }
  await peer.sendBlockBodies(parts);
}
// #endregion handle-get-block-bodies

/** There is no state here, so every hash is unknown. Unknown hashes are left out. */
async function handleGetNodeData(
  _host: HandlerHost,
  peer: EthPeer,
  hashes: Iterable<Hash>,
): Promise<void> {
  Array.from(firstOf(hashes, 2 * maxStateFetch)); // so far each must be a hash; the bound is ours
  await peer.sendEncoded(nodeDataMsg, []);
}

/**
 * Nothing is executed here, so there are no receipts: only a block whose header says that
 * it has none is answered for, with an empty list.
 */
async function handleGetReceipts(
  { chain }: HandlerHost,
  peer: EthPeer,
  hashes: Iterable<Hash>,
): Promise<void> {
  const receipts: Uint8Array[] = [];
  for (const hash of firstOf(hashes, 2 * maxReceiptFetch)) {
    if (chain.getHeaderByHash(hash)?.receiptRoot !== emptyRoot) continue;
    receipts.push(Uint8Array.of(0xc0));
    if (receipts.length === maxReceiptFetch) break;
  }
  await peer.sendEncoded(receiptsMsg, receipts);
}

/** Tells the fetcher of each. Of more than it keeps of a peer, none is looked at. */
async function handleNewBlockHashes(
  { fetcher }: HandlerHost,
  peer: EthPeer,
  announcements: Iterable<Announcement>,
): Promise<void> {
  for (const announcement of firstOf(announcements, hashLimit)) {
    peer.knownBlocks.add(announcement.hash);
    await fetcher.notify(peer, announcement);
  }
}

// #region handle-new-block
async function handleNewBlock(
  host: HandlerHost,
  peer: EthPeer,
  { data, td }: NewBlockData,
): Promise<void> {
  const block = await inSlices(blockOf(data), peer.closed);
  if (block === stopped) return;
  const { header } = block;
  peer.knownBlocks.add(hashBlock(block));
  //: A wrong body goes nowhere, and says nothing about the hash: the right one may come.
  if (host.fetcher.wants(block)) {
    const wrong = await inSlices(checkBodyWork(block), peer.closed);
    if (wrong === undefined) await host.fetcher.enqueue(peer, block);
  }

  //: What the peer surely has is the parent: it may still be checking the block.
  const trueTd = td - header.difficulty;
  if (trueTd <= peer.td) return;
  peer.setHead(header.parentHash, trueTd);

  //: One block above ours is no reason: its parent is our head.
  if (trueTd > host.chain.currentTd) startSynchronise(host, peer);
}
// #endregion handle-new-block

/** Without the chain nobody can tell a good transaction from a bad one. */
function acceptsTxs({ acceptTxs, txPool }: HandlerHost): boolean {
  return acceptTxs && txPool !== undefined;
}

// #region handle-transactions
async function handleTransactions(
  { txPool }: HandlerHost,
  peer: EthPeer,
  txs: Iterable<Uint8Array>,
): Promise<void> {
  if (txPool === undefined) return;
  //: It ends early when the peer does: what is left of the message is nobody's.
  const junk = await inSlices(addTransactions(txPool, peer, txs), peer.closed);
  //: A bad transaction is no breach, so the peer stays. Much junk makes it wait.
  if (junk === true) await pause(peer, junkPauseMs);
}
// #endregion handle-transactions

// #region add-transactions
/**
 * Puts the transactions of a message into the pool, up to the first batch of which more
 * than a quarter is junk: to look at it costs us more than it costs to send.
 *
 * @returns whether that is how it ended
 */
function* addTransactions(
  txPool: TxPool,
  peer: EthPeer,
  txs: Iterable<Uint8Array>,
): Work<boolean> {
  const seen = new Set<Hash | undefined>(); // BOUNDED by maxTransactions
  let batch = 0;
  let junk = 0;
  for (const raw of txs) {
    const { hash, verdict, units } = txPool.addEncoded(raw);
    if (hash !== undefined) peer.knownTxs.add(hash);
    yield units;
    batch++;
    //: To be known is no fault. To be there twice is: a copy costs its sender a few bytes.
    if (junkVerdicts.has(verdict) || seen.has(hash)) junk++;
    seen.add(hash);
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

function handleStatus(): Promise<never> {
  const error = new EthError('extra-status-msg', 'uncontrolled status message');
  return Promise.reject(error);
}
