/**
 * What happens to peers, told to who listens inside this process. Nothing of it goes to
 * other nodes.
 */

import type { Msg, MsgReadWriter } from './message.ts';
import type { Node, NodeID } from './enode.ts';
import type { DiscReason } from './peer-error.ts';
import type { Cap } from './protocol.ts';

/** @geth p2p/peer.go PeerEvent */
export type PeerEvent =
  | {
      readonly type: 'add';
      readonly peer: NodeID;
      readonly name: string;
      readonly caps: readonly Cap[];
      readonly inbound: boolean;
      /** `host:port` */
      readonly remote: string;
    }
  | {
      readonly type: 'drop';
      readonly peer: NodeID;
      /** What ended the peer on our side. */
      readonly error: Error;
      /** What the remote was told, or told us. */
      readonly reason: DiscReason;
      readonly remoteRequested: boolean;
    }
  | {
      readonly type: 'msgsend' | 'msgrecv';
      readonly peer: NodeID;
      readonly protocol: string;
      /** Relative to the protocol. */
      readonly code: number;
      /** Bytes of the payload, uncompressed. */
      readonly size: number;
    }
  | {
      /** A connection that came to us and is no peer. */
      readonly type: 'refused';
      /** `host:port` */
      readonly remote: string;
      /** Throttled, a failed handshake, or the verdict of a checkpoint. */
      readonly error: Error;
    }
  | {
      /** The system gave us no connection, or too many wait: that one was closed. */
      readonly type: 'accept-error';
      readonly error: Error;
      /** How often since the event before: one a second is enough. */
      readonly count: number;
    }
  | { readonly type: 'dial-error'; readonly node: Node; readonly error: Error };

export type PeerEventListener = (event: PeerEvent) => void;

// #region peer-feed
/** Delivers each event to every listener, in the same turn. */
export class PeerFeed {
  readonly #listeners = new Set<PeerEventListener>(); // BOUNDED by the subscribers
  readonly #onListenerError: (error: unknown) => void;

  constructor(onListenerError: (error: unknown) => void) {
    this.#onListenerError = onListenerError;
  }

  subscribe(listener: PeerEventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  send(event: PeerEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        // A listener's fault is not the peer's: the others still hear the event.
        this.#onListenerError(error);
      }
    }
  }
}
// #endregion peer-feed

/** Reports every message that a protocol reads or writes. @geth p2p/message.go msgEventer */
export class MsgEventer implements MsgReadWriter {
  readonly #rw: MsgReadWriter;
  readonly #feed: PeerFeed;
  readonly #peer: NodeID;
  readonly #protocol: string;

  constructor(rw: MsgReadWriter, feed: PeerFeed, peer: NodeID, protocol: string) {
    this.#rw = rw;
    this.#feed = feed;
    this.#peer = peer;
    this.#protocol = protocol;
  }

  async readMsg(): Promise<Msg> {
    const msg = await this.#rw.readMsg();
    this.#report('msgrecv', msg);
    return msg;
  }

  async writeMsg(msg: Msg): Promise<void> {
    await this.#rw.writeMsg(msg);
    this.#report('msgsend', msg);
  }

  #report(type: 'msgsend' | 'msgrecv', { code, size }: Msg): void {
    const [peer, protocol] = [this.#peer, this.#protocol];
    this.#feed.send({ type, peer, protocol, code, size });
  }
}
