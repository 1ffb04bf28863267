/**
 * When to synchronise and with whom. `syncer` is the only reader of `newPeerCh`, so it is
 * also the gate through which every new peer passes.
 */

import type { Chan } from '../csp/chan.ts';
import { recv, select } from '../csp/select.ts';
import { Timer } from '../csp/timer.ts';
import type { WaitGroup } from '../csp/wait-group.ts';
import type { Block } from '../core/block.ts';
import type { Chain } from '../core/chain.ts';
import type { Downloader } from './downloader.ts';
import { forPeer } from './for-peer.ts';
import type { EthPeer } from './peer.ts';
import type { PeerSet } from './peer-set.ts';

/** @geth eth/sync.go forceSyncCycle */
export const forceSyncCycleMs = 10_000;

/** With so many peers, a new one is reason enough. @geth eth/sync.go minDesiredPeerCount */
export const minDesiredPeerCount = 5;

/** What these functions need of a ProtocolManager. */
export interface SyncHost {
  readonly chain: Chain;
  readonly peers: PeerSet;
  readonly downloader: Downloader;
  readonly newPeerCh: Chan<EthPeer>;
  readonly noMorePeers: Chan<undefined>;
  readonly wg: WaitGroup;
  readonly syncTickMs: number;
  acceptTxs: boolean;
  readonly broadcastBlock: (block: Block, propagate: boolean) => void;
}

// #region syncer
/**
 * Lets new peers in, and starts synchronisations, until there are to be no more peers.
 *
 * @geth eth/sync.go ProtocolManager.syncer
 */
export async function syncer(host: SyncHost): Promise<void> {
  const forceSync = new Timer('sync tick', host.syncTickMs);
  for (;;) {
    const event = await select({
      newPeer: recv(host.newPeerCh),
      forceSync: recv(forceSync),
      noMorePeers: recv(host.noMorePeers),
    });
    switch (event.case) {
      case 'newPeer':
        //: Not the newcomer: it has not shaken hands yet. This looks at the others.
        if (host.peers.length >= minDesiredPeerCount) {
          startSynchronise(host, host.peers.bestPeer());
        }
        break;
      case 'forceSync':
        //: However few there are.
        startSynchronise(host, host.peers.bestPeer());
        forceSync.reset(host.syncTickMs);
        break;
      case 'noMorePeers':
        forceSync.stop();
        host.downloader.terminate();
        return;
    }
  }
}
// #endregion syncer

/** The loop does not wait for it: peers must be let in meanwhile. */
export function startSynchronise(host: SyncHost, peer: EthPeer | undefined): void {
  if (peer === undefined) return;
  const task = (): Promise<void> => synchronise(host, peer);
  host.wg.go('synchronise', forPeer(peer, 'synchronise', task));
}

// #region synchronise
/**
 * Fetches what `peer` has and we have not, if it says that it has the heavier chain.
 *
 * @geth eth/sync.go ProtocolManager.synchronise
 */
export async function synchronise(host: SyncHost, peer: EthPeer): Promise<void> {
  const { head, td } = peer;
  if (td <= host.chain.currentTd) return;

  //: A peer that lies is dropped in there. Another one gets its turn at the next tick.
  const error = await host.downloader.synchronise(peer.id, head, td);
  if (error !== undefined) return;

  //: Before the chain is there, a transaction tells nothing. From now on it does.
  host.acceptTxs = true;

  //: Those who are behind hear that there is more to fetch, and from whom.
  const { currentBlock } = host.chain;
  if (currentBlock.header.number > 0n) host.broadcastBlock(currentBlock, false);
}
// #endregion synchronise
