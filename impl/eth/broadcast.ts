/**
 * Passing on what is new. The pool tells of a transaction in the task of whoever added it;
 * `txLoop` takes what has come together and queues it for the peers that lack it. Each
 * peer has a task that writes its queue, so that a slow one holds up nobody.
 */

import { Signal } from '../csp/signal.ts';
import { recv, select } from '../csp/select.ts';
import { inSlices, stopped } from '../csp/slices.ts';
import type { Done } from '../csp/done.ts';
import type { Body } from '../core/block.ts';
import type { Chain, HeadEvent } from '../core/chain.ts';
import type { Hash } from '../core/hash.ts';
import type { PooledTransaction, TxPool } from '../core/txpool.ts';
import type { EthPeer } from './peer.ts';
import type { PeerSet } from './peer-set.ts';
import { takePack, type TxPack, txPack } from './tx-pack.ts';

export interface TxLoopHost {
  readonly chain: Chain;
  readonly peers: PeerSet;
  readonly quitSync: Done;
}

// #region tx-loop
/**
 * Passes on what the pool takes in, and takes out of the pool what new blocks have. It
 * hears of both from now on; the task does the work.
 *
 * @returns the task
 * @geth eth/handler.go ProtocolManager.txBroadcastLoop
 */
export function txLoop(host: TxLoopHost, txPool: TxPool): () => Promise<void> {
  const news = new Signal('transactions or blocks');
  const added: PooledTransaction[] = []; // BOUNDED by what comes until the task has its turn
  const moves: HeadEvent[] = []; // BOUNDED as `added`
  const forgetTxs = txPool.subscribe((tx) => {
    added.push(tx);
    news.raise();
  });
  const forgetBlocks = host.chain.subscribe((event) => {
    if (txPool.size === 0) return;
    moves.push(event);
    news.raise();
  });
  return async () => {
    for (;;) {
      const event = await select({ news: recv(news), quit: recv(host.quitSync) });
      if (event.case === 'quit') break;
      //: Together, as they came: one message for many, and one for all peers.
      while (added.length > 0) broadcastTxs(host.peers, takePack(added));
      const work = txPool.removeIncluded(bodiesOf(moves.splice(0)));
      if ((await inSlices(work, host.quitSync)) === stopped) break;
    }
    forgetTxs();
    forgetBlocks();
  };
}

/** Walked as it is used: a reorganisation may bring a hundred thousand. */
function* bodiesOf(moves: readonly HeadEvent[]): Generator<Body, void> {
  for (const { added } of moves) for (const { body } of added) yield body;
}
// #endregion tx-loop

// #region broadcast-txs
/**
 * Queues transactions for every peer that is not known to have them.
 *
 * @geth eth/handler.go ProtocolManager.BroadcastTxs
 */
export function broadcastTxs(
  peers: Iterable<EthPeer>,
  txs: readonly PooledTransaction[],
): void {
  //: Peers that lack the same ones get the same message: it is made once.
  const packs = new Map<string, TxPack>();
  for (const peer of peers) {
    const lacking = txs.filter(({ hash }) => !peer.knownTxs.has(hash));
    if (lacking.length === 0) continue;
    const key = lacking.length === txs.length ? 'all' : lacking.map(hashOf).join(' ');
    const pack = packs.get(key) ?? txPack(lacking);
    packs.set(key, pack);
    peer.queueTransactions(pack);
  }
}
// #endregion broadcast-txs

function hashOf({ hash }: PooledTransaction): Hash {
  return hash;
}
