/** Transactions as a message, made once of the bytes that they have. */

import type { Hash } from '../core/hash.ts';
import { encodeTransaction, transactionSize } from '../core/transaction.ts';
import type { PooledTransaction } from '../core/txpool.ts';
import { newMsg, type Msg } from '../p2p/message.ts';
import { encodeList } from '../rlp/encode.ts';
import { transactionsMsg } from './protocol.ts';

/** A message of transactions is closed when it has so many bytes. @geth eth/sync.go txsyncPackSize */
export const txPackBytes = 100 * 1024;

/** Transactions as one message, and what it tells whoever gets it. */
export interface TxPack {
  readonly msg: Msg;
  readonly hashes: readonly Hash[];
}

/** Wraps the bytes that the transactions have: nothing is encoded again. */
export function txPack(txs: readonly PooledTransaction[]): TxPack {
  const payload = encodeList(txs.map(({ tx }) => encodeTransaction(tx)));
  return { msg: newMsg(transactionsMsg, payload), hashes: txs.map(({ hash }) => hash) };
}

/** The first of `txs` that fill a message: they may exceed the limit by one. */
export function takePack(txs: PooledTransaction[]): PooledTransaction[] {
  let bytes = 0;
  let count = 0;
  for (const { tx } of txs) {
    if (bytes >= txPackBytes) break;
    bytes += transactionSize(tx);
    count++;
  }
  return txs.splice(0, count);
}
