/** A connection on its way to becoming a peer, and the transport under it. */

import type { Chan } from '../csp/chan.ts';
import type { NetConn } from '../net/net-conn.ts';
import type { Node, NodeID } from './enode.ts';
import type { MsgReadWriter } from './message.ts';
import type { Cap } from './protocol.ts';

/** The Hello message: who a node says it is. @geth p2p/peer.go protoHandshake */
export interface ProtoHandshake {
  /** Of the base protocol; from 5 on, payloads are compressed. */
  readonly version: number;
  readonly name: string;
  readonly caps: readonly Cap[];
  /** geth v1.0.0 and later leave it at 0. */
  readonly listenPort: number;
  /** 64-byte public key. Identity comes from the encryption handshake, not from here. */
  readonly id: Uint8Array;
}

// #region transport
/**
 * A connection that was made this moment. Each handshake returns what can be done after
 * it, so a message before its time cannot be written down. Both share one absolute
 * deadline, set when the connection was made.
 *
 * @geth p2p/server.go transport
 */
export interface NewTransport extends Closable {
  /**
   * Agrees on keys and learns who the remote is.
   *
   * @param dialDest the node that was dialed; undefined when we were
   */
  doEncHandshake(
    privateKey: Uint8Array,
    dialDest: Node | undefined,
  ): Promise<EncTransport>;
}

/** A connection with keys, and a name at its other end. */
export interface EncTransport extends Closable {
  /** What the remote named; only its Hello proves that it owns it. */
  readonly id: NodeID;
  /** Exchanges Hello. Compression is on afterwards if both speak version 5. */
  doProtoHandshake(our: ProtoHandshake): Promise<Greeting>;
}

export interface Greeting {
  readonly their: ProtoHandshake;
  readonly messages: Transport;
}

/** Messages both ways, until it is closed. */
export interface Transport extends MsgReadWriter, Closable {}

interface Closable {
  /**
   * Ends the connection, in every phase. A `DiscError` is told to the remote first,
   * unless its reason is "network error"; anything else closes in silence. Resolves when
   * nothing is left, a few seconds later at most: `Server.stop` waits for it. If it
   * fails, its caller closes the connection.
   */
  close(error: unknown): Promise<void>;
}
// #endregion transport

/** @geth p2p/server.go connFlag */
export interface ConnFlags {
  readonly staticDialed: boolean;
  readonly inbound: boolean;
  /** Set by the run loop at checkpoint 1, if the identity is in its trusted set. */
  trusted: boolean;
}

// #region conn
/**
 * A connection after the encryption handshake: we know who it is, not what it speaks.
 *
 * @geth p2p/server.go conn
 */
export interface Conn extends Identified {
  readonly transport: EncTransport;
}

/** The same after Hello. A phase is a type, so no field is empty for a while. */
export interface HelloConn extends Identified {
  readonly transport: Transport;
  readonly caps: readonly Cap[];
  readonly name: string;
}

/** What the run loop is asked about, at both checkpoints. */
export interface Identified {
  readonly fd: NetConn;
  readonly flags: ConnFlags;
  /** What the remote named in the encryption handshake; proved once Hello is there. */
  readonly id: NodeID;
  //: The run loop's answer: undefined lets the connection pass, an error refuses it.
  readonly cont: Chan<Error | undefined>;
}
// #endregion conn
