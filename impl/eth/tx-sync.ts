/**
 * A new peer is told all that waits in the pool. That may be megabytes for each, so it
 * goes out in packs, and one pack of one peer at a time in the whole node.
 */

import { Chan } from '../csp/chan.ts';
import type { Done } from '../csp/done.ts';
import { runtime } from '../csp/runtime.ts';
import { recv, select, send } from '../csp/select.ts';
import type { WaitGroup } from '../csp/wait-group.ts';
import { isFault } from '../p2p/fault.ts';
import type { PooledTransaction, TxPool } from '../core/txpool.ts';
import { forPeer } from './for-peer.ts';
import type { EthPeer, EthPeerID } from './peer.ts';
import { takePack, txPack } from './tx-pack.ts';

/** What is left to tell a peer. */
export interface TxSync {
  readonly peer: EthPeer;
  readonly txs: PooledTransaction[];
}

export interface TxSyncHost {
  readonly txPool: TxPool | undefined;
  readonly txsyncCh: Chan<TxSync>;
  readonly quitSync: Done;
  readonly wg: WaitGroup;
}

// #region sync-transactions
/**
 * Hands what is pending over to `txsyncLoop`, for this peer.
 *
 * @geth eth/sync.go ProtocolManager.syncTransactions
 */
export async function syncTransactions(host: TxSyncHost, peer: EthPeer): Promise<void> {
  const txs = [...(host.txPool?.waiting() ?? [])];
  if (txs.length === 0) return;
  await select({
    taken: send(host.txsyncCh, { peer, txs }),
    quit: recv(host.quitSync),
    gone: recv(peer.closed),
  });
}
// #endregion sync-transactions

// #region txsync-loop
/** @geth eth/sync.go ProtocolManager.txsyncLoop */
export async function txsyncLoop({
  txsyncCh,
  quitSync,
  wg,
}: TxSyncHost): Promise<void> {
  const pending = new Map<EthPeerID, TxSync>(); // BOUNDED by the peers: see `done`
  //: A place for the one result that can come: it lies there until we ask for it.
  const done = new Chan<{ failed: boolean }>('txsync pack sent', 1);
  let sending: TxSync | undefined;

  const sendNext = (): void => {
    const waiting = [...pending.values()];
    sending = waiting[runtime().choose(Math.max(1, waiting.length), 'item')];
    if (sending === undefined) return;
    const { peer, txs } = sending;
    const pack = txPack(takePack(txs));
    if (txs.length === 0) pending.delete(peer.id);
    const send = async (): Promise<void> => {
      let failed = true;
      try {
        await peer.sendTransactions(pack);
        failed = false;
      } catch (error) {
        if (isFault(error)) throw error; // else the peer ends, and `handle` hears why
      } finally {
        done.trySend({ failed });
      }
    };
    wg.go('txsyncSend', forPeer(peer, 'txsyncSend', send));
  };

  for (;;) {
    const event = await select({
      sync: recv(txsyncCh),
      done: recv(done),
      quit: recv(quitSync),
    });
    switch (event.case) {
      case 'sync':
        pending.set(event.value.peer.id, event.value);
        if (sending === undefined) sendNext();
        break;
      case 'done':
        //: Only its own: the same node may be back, with a synchronisation of its own.
        if (event.value.failed && sending !== undefined) {
          const { id } = sending.peer;
          if (pending.get(id) === sending) pending.delete(id);
        }
        sendNext();
        break;
      case 'quit':
        return;
    }
  }
}
// #endregion txsync-loop
