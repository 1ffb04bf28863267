/**
 * RLPx over a connection: the two handshakes, then messages in frames. Above it nobody
 * sees bytes of the wire, below it nobody sees messages.
 *
 * Each phase is an object that the phase before it makes. So there are no keys that may
 * be missing, and no message can be read before Hello.
 */

import { fromHex, toHex } from '../../bytes.ts';
import { createFrameCrypto } from '#crypto';
import { runtime } from '../../csp/runtime.ts';
import { WaitGroup } from '../../csp/wait-group.ts';
import type { NetConn } from '../../net/net-conn.ts';
import {
  baseProtocolMaxMsgSize,
  discMsg,
  frameReadTimeoutMs,
  frameWriteTimeoutMs,
  handshakeMsg,
  handshakeTimeoutMs,
  snappyProtocolVersion,
} from '../base-protocol.ts';
import type {
  EncTransport,
  Greeting,
  NewTransport,
  ProtoHandshake,
  Transport,
} from '../conn.ts';
import { nodeIDOf, type Node, type NodeID } from '../enode.ts';
import { endedBy } from '../fault.ts';
import { newMsg, type Msg } from '../message.ts';
import { DiscError, discNetworkError, type DiscReason } from '../peer-error.ts';
import { HandshakeError } from './errors.ts';
import { FrameConn } from './frame-conn.ts';
import { FrameRW, maxFrameSize } from './frame.ts';
import { initiate, receive, type EncHandshakeOptions } from './handshake.ts';
import { helloPayload, readProtocolHandshake } from './hello.ts';
import { BudgetShare, ReadBudget } from './read-budget.ts';

/** A Hello and its code, or the Disconnect in its place. */
const helloFrameLimit = baseProtocolMaxMsgSize + 1;

export interface RLPXOptions extends EncHandshakeOptions {
  /** From construction until both handshakes are done. Default 5 s. */
  readonly handshakeTimeoutMs?: number;
  /** What all connections of a node share. Default: one of its own. */
  readonly readBudget?: ReadBudget;
}

// #region new-rlpx
/**
 * Makes the transport of a connection that was accepted or dialed this moment.
 *
 * @geth p2p/rlpx.go newRLPX
 */
export function newRLPX(fd: NetConn, options: RLPXOptions = {}): NewTransport {
  //: One deadline for all that comes before the first message: a remote that
  //: trickles its bytes does not get it anew with each of them.
  const until = runtime().now() + (options.handshakeTimeoutMs ?? handshakeTimeoutMs);
  fd.setReadDeadline(until);
  fd.setWriteDeadline(until);
  return new RLPX(fd, options);
}
// #endregion new-rlpx

// #region rlpx
/** A connection without keys. @geth p2p/rlpx.go rlpx */
class RLPX implements NewTransport {
  readonly #fd: NetConn;
  readonly #options: RLPXOptions;
  #next: EncRLPX | undefined;

  constructor(fd: NetConn, options: RLPXOptions) {
    this.#fd = fd;
    this.#options = options;
  }

  /** @geth p2p/rlpx.go rlpx.doEncHandshake */
  async doEncHandshake(
    privateKey: Uint8Array,
    dialDest: Node | undefined,
  ): Promise<EncTransport> {
    const { remoteKey, secrets } =
      dialDest === undefined
        ? await receive(this.#fd, privateKey, this.#options)
        : await initiate(this.#fd, privateKey, fromHex(dialDest.id), this.#options);
    const frames = new FrameRW(createFrameCrypto(secrets));
    const share = new BudgetShare(this.#options.readBudget ?? new ReadBudget());
    const conn = new FrameConn(this.#fd, frames, share);
    this.#next = new EncRLPX(conn, nodeIDOf(toHex(remoteKey)));
    return this.#next;
  }

  /** @geth p2p/rlpx.go rlpx.close */
  close(error: unknown): Promise<void> {
    //: Without keys nothing can be said.
    return this.#next?.close(error) ?? this.#fd.close();
  }
}
// #endregion rlpx

/** A connection with keys, before and while Hello is exchanged. */
class EncRLPX implements EncTransport {
  readonly id: NodeID;
  readonly #conn: FrameConn;
  /** A Disconnect came where Hello was due. */
  #wasRefused = false;

  constructor(conn: FrameConn, id: NodeID) {
    this.#conn = conn;
    this.id = id;
  }

  // #region do-proto-handshake
  /** @geth p2p/rlpx.go rlpx.doProtoHandshake */
  async doProtoHandshake(our: ProtoHandshake): Promise<Greeting> {
    //= write ours, in a task of its own
    //: Both sides speak first. With one task, each would wait for the other if
    //: the connection took less than a Hello.
    const writer = new WaitGroup();
    let writeFailed: { readonly cause: unknown } | undefined;
    writer.go('helloWriter', async () => {
      try {
        await this.#writeHello(our);
      } catch (error) {
        writeFailed = { cause: endedBy('helloWriter', error) };
      }
    });
    //= read theirs meanwhile
    let their: ProtoHandshake;
    try {
      //: What reading says wins: a remote that refuses us also breaks our write.
      their = await readProtocolHandshake({ readMsg: () => this.#readFirst() });
    } finally {
      //= leave no writer behind
      await writer.wait();
    }
    if (writeFailed !== undefined) throw helloWriteError(writeFailed);
    //= both have spoken: compress
    //: From here on both compress, if both said a version that does.
    const { compressed } = this.#conn;
    compressed.incoming = compresses(our) && compresses(their);
    compressed.outgoing = compressed.incoming;
    return { their, messages: new MsgRLPX(this.#conn) };
  }
  // #endregion do-proto-handshake

  close(error: unknown): Promise<void> {
    //: Who was refused with a Disconnect does not send one back.
    return this.#conn.close(this.#wasRefused ? undefined : reasonToTell(error));
  }

  /** Reads the remote's first message. */
  async #readFirst(): Promise<Msg> {
    // So small a frame does not wait for the budget: the deadline is the connection's.
    const msg = await this.#conn.read(helloFrameLimit, Infinity);
    this.#wasRefused = msg.code === discMsg;
    return msg;
  }

  #writeHello(our: ProtoHandshake): Promise<void> {
    return this.#conn.write(newMsg(handshakeMsg, helloPayload(our)), () => {
      //: The remote compresses as soon as it has our Hello. A Disconnect that follows
      //: our Hello is for such a remote, even if we refuse its own Hello.
      this.#conn.compressed.outgoing = compresses(our);
    });
  }
}

/** A connection after Hello. */
class MsgRLPX implements Transport {
  readonly #runtime = runtime();
  readonly #conn: FrameConn;

  constructor(conn: FrameConn) {
    this.#conn = conn;
  }

  // #region transport-read-write
  //= how long we wait for a message
  /**
   * Waits for the next message, at most 30 s. One read at a time.
   *
   * @throws {FrameError} {SnappyError} the remote broke the rules; the connection is over
   * @throws {EndOfStream} {DeadlineExceeded} {ConnClosed} from the connection
   * @geth p2p/rlpx.go rlpx.ReadMsg
   */
  readMsg(): Promise<Msg> {
    const until = this.#runtime.now() + frameReadTimeoutMs;
    this.#conn.fd.setReadDeadline(until);
    return this.#conn.read(maxFrameSize, until);
  }

  //= how long a message of ours may take
  /**
   * Waits for its turn, then at most 20 s until the connection has taken the message.
   *
   * @throws {FrameError} `too-big`, `bad-code`: the connection lives on · `poisoned`
   * @throws {DeadlineExceeded} {ConnClosed} from the connection, which is over
   * @geth p2p/rlpx.go rlpx.WriteMsg
   */
  writeMsg(msg: Msg): Promise<void> {
    return this.#conn.write(msg, () => {
      this.#conn.fd.setWriteDeadline(this.#runtime.now() + frameWriteTimeoutMs);
    });
  }
  // #endregion transport-read-write

  close(error: unknown): Promise<void> {
    return this.#conn.close(reasonToTell(error));
  }
}

function reasonToTell(error: unknown): DiscReason | undefined {
  if (!(error instanceof DiscError) || error.reason === discNetworkError) {
    return undefined;
  }
  return error.reason;
}

function compresses({ version }: ProtoHandshake): boolean {
  return version >= snappyProtocolVersion;
}

function helloWriteError({ cause }: { readonly cause: unknown }): HandshakeError {
  const why = cause instanceof Error ? cause.message : 'unknown';
  return new HandshakeError('write-failed', `write error: ${why}`, { cause });
}
