/** The peers that have shaken hands, by id. The ProtocolManager owns it. */

import { DiscError, discQuitting } from '../p2p/peer-error.ts';
import { PeerSetError } from './errors.ts';
import type { EthPeer, EthPeerID } from './peer.ts';

// #region peer-set
/** @geth eth/peer.go peerSet */
export class PeerSet {
  readonly #peers = new Map<EthPeerID, EthPeer>(); // BOUNDED by maxPeers, except trusted peers
  #closed = false;

  get length(): number {
    return this.#peers.size;
  }

  get(id: EthPeerID): EthPeer | undefined {
    return this.#peers.get(id);
  }

  /**
   * @throws {PeerSetError} one of that id is there
   * @throws {DiscError} "client quitting": the set is closed
   * @geth eth/peer.go peerSet.Register
   */
  register(peer: EthPeer): void {
    if (this.#closed) throw new DiscError(discQuitting);
    if (this.#peers.has(peer.id)) throw new PeerSetError();
    this.#peers.set(peer.id, peer);
  }

  /** Forgets the peer, if it is the one that is registered. A second time: nothing. */
  unregister(peer: EthPeer): void {
    //: Compared as an object: one that was refused must not evict its namesake.
    if (this.#peers.get(peer.id) !== peer) return;
    this.#peers.delete(peer.id);
    peer.term.close();
  }

  /** The peer with the highest td; of equals, the first that came. */
  bestPeer(): EthPeer | undefined {
    let best: EthPeer | undefined;
    for (const peer of this.#peers.values()) {
      if (best === undefined || peer.td > best.td) best = peer;
    }
    return best;
  }

  /** Nobody is registered from now on. */
  close(): void {
    this.#closed = true;
  }

  [Symbol.iterator](): Iterator<EthPeer> {
    return this.#peers.values();
  }
}
// #endregion peer-set
