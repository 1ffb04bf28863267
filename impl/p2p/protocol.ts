/** What a subprotocol is, and what it may do with a peer. */

import type { Done } from '../csp/done.ts';
import type { MsgReadWriter } from './message.ts';
import type { DiscReason } from './peer-error.ts';
import type { NodeID } from './enode.ts';

// #region cap-protocol
/** A protocol that a node speaks: a name and a version. */
export interface Cap {
  readonly name: string;
  readonly version: number;
}

/** @geth p2p/protocol.go Protocol */
export interface Protocol {
  readonly name: string;
  readonly version: number;
  /** Message codes that it uses, from 0. Both sides must agree on it. */
  readonly length: number;
  /**
   * Runs once for each peer, in a task of its own, and ends with the peer: it returns
   * or throws when `rw` does. What it throws decides the reason the remote hears.
   */
  run(peer: PeerHandle, rw: MsgReadWriter): Promise<void>;
  nodeInfo?(): unknown;
  peerInfo?(id: NodeID): unknown;
}
// #endregion cap-protocol

/** The side of a `Peer` that a protocol sees. */
export interface PeerHandle {
  readonly id: NodeID;
  /** As the remote says it in Hello: any bytes. Clean it before you print it. */
  readonly name: string;
  readonly caps: readonly Cap[];
  readonly inbound: boolean;
  readonly trusted: boolean;
  /** Closes when the peer ends: long work for it stops then. */
  readonly closed: Done;
  /** Asks the peer's run loop to end; the first cause wins. Does not wait for the end. */
  disconnect(reason: DiscReason): Promise<void>;
}
