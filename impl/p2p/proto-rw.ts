/**
 * Which protocols two peers run together, where each one's codes lie, and the pair of
 * ends through which a protocol reads and writes.
 */

import { compareBytes, utf8 } from '../bytes.ts';
import { Chan } from '../csp/chan.ts';
import type { Done } from '../csp/done.ts';
import { recv, select } from '../csp/select.ts';
import { EndOfStream } from '../net/net-conn.ts';
import { baseProtocolLength } from './base-protocol.ts';
import { endedBy } from './fault.ts';
import { withCode, type Msg, type MsgReadWriter, type MsgWriter } from './message.ts';
import { PeerError } from './peer-error.ts';
import type { Cap, Protocol } from './protocol.ts';

/** A protocol that both sides speak, and the wire code of its message 0. */
export interface Match {
  readonly protocol: Protocol;
  readonly offset: number;
}

// #region match-protocols
/**
 * The protocols to run with a peer: for each name the highest version that both have,
 * packed in the order of their names. Both sides compute the same table, each from the
 * other's caps, so the offsets never travel.
 *
 * @param protocols ours
 * @param caps the remote's, in any order
 * @geth p2p/peer.go matchProtocols
 */
export function matchProtocols(
  protocols: readonly Protocol[],
  caps: readonly Cap[],
): Map<string, Match> {
  const matches = new Map<string, Match>();
  let offset = baseProtocolLength;
  for (const cap of caps.toSorted(compareCaps)) {
    //= what both speak
    const protocol = protocols.find((own) => isSame(own, cap));
    if (protocol === undefined) continue;

    //= one version of each name
    //: A lower version of the same name came before: give its codes back.
    const lower = matches.get(cap.name);
    if (lower !== undefined) offset -= lower.protocol.length;

    //= the next codes are its own
    matches.set(cap.name, { protocol, offset });
    offset += protocol.length;
  }
  return matches;
}

/** By name, byte by byte as in Go, then by version. */
export function compareCaps(a: Cap, b: Cap): number {
  //: Not `localeCompare`, nor `<`, which compares UTF-16: both sides must agree,
  //: whatever their language.
  if (a.name !== b.name) return compareBytes(utf8(a.name), utf8(b.name));
  return a.version - b.version;
}
// #endregion match-protocols

// #region count-matching
/** @geth p2p/peer.go countMatchingProtocols */
export function countMatchingProtocols(
  protocols: readonly Protocol[],
  caps: readonly Cap[],
): number {
  return caps.filter((cap) => protocols.some((own) => isSame(own, cap))).length;
}

//: `eth/63` and `eth/64` are as different as two names.
function isSame(a: Cap, b: Cap): boolean {
  return a.name === b.name && a.version === b.version;
}
// #endregion count-matching

/** A protocol of ours waited for the token when the peer closed. */
export class ShuttingDown extends Error {
  override readonly name = 'ShuttingDown';

  constructor() {
    super('shutting down');
  }
}

/** What all protocols of one peer share. `Peer` owns it. */
export interface ProtoLink {
  /** Closes when the peer ends. */
  readonly closed: Done;
  /** Holds the write token while it is free. */
  readonly writeStart: Chan<undefined>;
  /** Takes each write's result back to `Peer.run`; undefined is success. */
  readonly writeErr: Chan<Error | undefined>;
  /** The transport; codes are absolute there. */
  readonly writer: MsgWriter;
}

/** One protocol's connection to its peer. @geth p2p/peer.go protoRW */
export class ProtoRW implements MsgReadWriter {
  readonly protocol: Protocol;
  readonly offset: number;
  //: No capacity: `readLoop` waits here until the protocol takes the message.
  readonly in: Chan<Msg>;
  readonly link: ProtoLink;

  constructor({ protocol, offset }: Match, link: ProtoLink) {
    this.protocol = protocol;
    this.offset = offset;
    this.in = new Chan(`${protocol.name}.in`);
    this.link = link;
  }

  get closed(): Done {
    return this.link.closed;
  }

  // #region covers
  /** Whether a code on the wire belongs to this protocol. */
  covers(code: number): boolean {
    return code >= this.offset && code < this.offset + this.protocol.length;
  }
  // #endregion covers

  // #region read-msg
  /**
   * Waits for the next message of this protocol.
   *
   * @returns the message under the protocol's own code
   * @throws {EndOfStream} the peer closed
   * @geth p2p/peer.go protoRW.ReadMsg
   */
  async readMsg(): Promise<Msg> {
    const event = await select({ msg: recv(this.in), closed: recv(this.closed) });
    if (event.case === 'closed') throw new EndOfStream();
    //: On the wire the code counts from 0 over all protocols; here, over this one.
    return withCode(event.value, event.value.code - this.offset);
  }
  // #endregion read-msg

  // #region write-msg
  /**
   * Waits for the write token, then until the transport has taken the message.
   *
   * @throws {PeerError} `invalid-msg-code`: the protocol has no such code
   * @throws {ShuttingDown} the peer closed before the token was free
   * @geth p2p/peer.go protoRW.WriteMsg
   */
  async writeMsg(msg: Msg): Promise<void> {
    if (msg.code >= this.protocol.length) {
      throw new PeerError('invalid-msg-code', 'not handled');
    }
    const { writeStart, writeErr, writer } = this.link;
    //: One token for all protocols of the peer. `closed` is the way out for
    //: who waits: after a failed write, there is no token any more.
    const event = await select({ token: recv(writeStart), closed: recv(this.closed) });
    if (event.case === 'closed') throw new ShuttingDown();
    try {
      await writer.writeMsg(withCode(msg, msg.code + this.offset));
    } catch (error) {
      //: The token goes back through `Peer.run`, which so hears of a failure
      //: even if the protocol ignores it.
      writeErr.trySend(endedBy(this.protocol.name, error));
      throw error;
    }
    writeErr.trySend(undefined);
  }
  // #endregion write-msg
}
