/**
 * RLPx over a connection: the two handshakes, then messages in frames. Above it nobody
 * sees bytes of the wire, below it nobody sees messages.
 */

import { fromHex, toHex } from '../../bytes.ts';
import { createFrameCrypto } from '#crypto';
import { Chan } from '../../csp/chan.ts';
import { Done } from '../../csp/done.ts';
import { runtime } from '../../csp/runtime.ts';
import { recv, select, send } from '../../csp/select.ts';
import { Timer } from '../../csp/timer.ts';
import { WaitGroup } from '../../csp/wait-group.ts';
import { ConnClosed, type NetConn } from '../../net/net-conn.ts';
import {
  baseProtocolMaxMsgSize,
  discMsg,
  discWriteTimeoutMs,
  frameReadTimeoutMs,
  frameWriteTimeoutMs,
  handshakeMsg,
  handshakeTimeoutMs,
  pingMsg,
  pongMsg,
  snappyProtocolVersion,
} from '../base-protocol.ts';
import type { ProtoHandshake, Transport } from '../conn.ts';
import { nodeIDOf, type Node, type NodeID } from '../enode.ts';
import { newMsg, type Msg } from '../message.ts';
import { DiscError, discNetworkError } from '../peer-error.ts';
import { encodeDisconnect } from './disconnect.ts';
import { HandshakeError } from './errors.ts';
import { FrameRW, headerLength, maxFrameSize } from './frame.ts';
import { initiate, receive, type EncHandshakeOptions } from './handshake.ts';
import { encodeHello, readProtocolHandshake } from './hello.ts';
import { packPayload, unpackPayload } from './payload.ts';
import { BudgetShare, ReadBudget } from './read-budget.ts';

/** A Hello and its code, or the Disconnect in its place. */
const helloFrameLimit = baseProtocolMaxMsgSize + 1;

/** How long a connection may linger so that the last message is read. */
const lingerMs = 1_000;

export interface RLPXOptions extends EncHandshakeOptions {
  /** From construction until both handshakes are done. Default 5 s. */
  readonly handshakeTimeoutMs?: number;
  /** What all connections of a node share. Default: one of its own. */
  readonly readBudget?: ReadBudget;
}

/**
 * Makes the transport of a connection that was accepted or dialed this moment.
 *
 * @geth p2p/rlpx.go newRLPX
 */
export function newRLPX(fd: NetConn, options: RLPXOptions = {}): RLPX {
  //: One deadline for all that comes before the first message: a remote that
  //: trickles its bytes does not get it anew with each of them.
  const until = runtime().now() + (options.handshakeTimeoutMs ?? handshakeTimeoutMs);
  fd.setReadDeadline(until);
  fd.setWriteDeadline(until);
  return new RLPX(fd, options);
}

/** @geth p2p/rlpx.go rlpx */
export class RLPX implements Transport {
  readonly #runtime = runtime();
  readonly #fd: NetConn;
  readonly #options: RLPXOptions;
  /** Who has put something in here may write. The others wait in the order they came. */
  readonly #writing = new Chan<undefined>('write lock', 1);
  readonly #closing = new Done('transport closing');
  readonly #closed = new Done('transport closed');
  readonly #share: BudgetShare;
  #began = false;
  #frames: FrameRW | undefined;
  /** The version in our Hello, once that is on its way; then the one in theirs. */
  #ourVersion: number | undefined;
  #theirVersion: number | undefined;
  /** A Disconnect came where Hello was due. */
  #wasRefused = false;

  constructor(fd: NetConn, options: RLPXOptions) {
    this.#fd = fd;
    this.#options = options;
    this.#share = new BudgetShare(options.readBudget ?? new ReadBudget());
  }

  /** @geth p2p/rlpx.go rlpx.doEncHandshake */
  async doEncHandshake(
    privateKey: Uint8Array,
    dialDest: Node | undefined,
  ): Promise<NodeID> {
    if (this.#began) {
      throw new HandshakeError('out-of-turn', 'a second encryption handshake');
    }
    this.#began = true;
    const { remoteKey, secrets } =
      dialDest === undefined
        ? await receive(this.#fd, privateKey, this.#options)
        : await initiate(this.#fd, privateKey, fromHex(dialDest.id), this.#options);
    this.#frames = new FrameRW(createFrameCrypto(secrets));
    return nodeIDOf(toHex(remoteKey));
  }

  // #region do-proto-handshake
  /** @geth p2p/rlpx.go rlpx.doProtoHandshake */
  async doProtoHandshake(our: ProtoHandshake): Promise<ProtoHandshake> {
    //: Both sides speak first. With one task, each would wait for the other if
    //: the connection took less than a Hello.
    const writer = new WaitGroup();
    let writeFailed: { readonly cause: unknown } | undefined;
    writer.go('helloWriter', async () => {
      try {
        await this.#writeHello(our);
      } catch (cause) {
        writeFailed = { cause };
      }
    });
    let their: ProtoHandshake;
    try {
      //: What reading says wins: a remote that refuses us also breaks our write.
      their = await readProtocolHandshake({ readMsg: () => this.#readFirst() });
    } finally {
      await writer.wait();
    }
    if (writeFailed !== undefined) throw helloWriteError(writeFailed);
    //: From here on both compress, if both said a version that does.
    this.#theirVersion = their.version;
    return their;
  }
  // #endregion do-proto-handshake

  // #region transport-read-write
  /**
   * Waits for the next message, at most 30 s. One read at a time.
   *
   * @throws {FrameError} {SnappyError} the remote broke the rules; the connection is over
   * @throws {EndOfStream} {DeadlineExceeded} {ConnClosed} from the connection
   * @geth p2p/rlpx.go rlpx.ReadMsg
   */
  readMsg(): Promise<Msg> {
    //: Who asks for the next message has got rid of the last one.
    this.#share.release();
    const until = this.#runtime.now() + frameReadTimeoutMs;
    this.#fd.setReadDeadline(until);
    const beforeHello = this.#theirVersion === undefined;
    return this.#read(beforeHello ? helloFrameLimit : maxFrameSize, until);
  }

  /**
   * Waits for its turn, then at most 20 s until the connection has taken the message.
   *
   * @throws {FrameError} `too-big`, `bad-code`: the connection lives on · `poisoned`
   * @throws {DeadlineExceeded} {ConnClosed} from the connection, which is over
   * @geth p2p/rlpx.go rlpx.WriteMsg
   */
  async writeMsg(msg: Msg): Promise<void> {
    await this.#locked(async () => {
      this.#fd.setWriteDeadline(this.#runtime.now() + frameWriteTimeoutMs);
      await this.#write(msg);
    });
  }
  // #endregion transport-read-write

  // #region transport-close
  /** @geth p2p/rlpx.go rlpx.close */
  async close(error: unknown): Promise<void> {
    if (this.#closing.closed) {
      await this.#closed.wait();
      return;
    }
    this.#closing.close();
    try {
      const told = await this.#tellWhy(error);
      //: A connection that is cut at once takes the reason with it.
      await this.#fd.close(told ? lingerMs : 0);
    } finally {
      this.#share.release();
      this.#closed.close();
    }
  }

  /** Sends a Disconnect if there is a reason to give and somebody to read it. */
  async #tellWhy(error: unknown): Promise<boolean> {
    if (!(error instanceof DiscError) || error.reason === discNetworkError)
      return false;
    //: Who was refused with a Disconnect does not send one back.
    if (this.#frames === undefined || this.#wasRefused) return false;
    const until = this.#runtime.now() + discWriteTimeoutMs;
    const tooLate = new Timer('disconnect write', discWriteTimeoutMs);
    //: A message on its way may take 20 s more. Nobody waits that long for a farewell.
    const turn = await select({
      mine: send(this.#writing, undefined),
      tooLate: recv(tooLate),
    });
    tooLate.stop();
    if (turn.case === 'tooLate') return false;
    try {
      this.#fd.setWriteDeadline(until);
      await this.#write(newMsg(discMsg, encodeDisconnect(error.reason)));
      return true;
    } catch {
      // The remote will not hear the reason. We are leaving either way.
      return false;
    }
  }
  // #endregion transport-close

  /** Reads the remote's first message. */
  async #readFirst(): Promise<Msg> {
    // So small a frame does not wait for the budget: the deadline is the connection's.
    const msg = await this.#read(helloFrameLimit, this.#runtime.now());
    this.#wasRefused = msg.code === discMsg;
    return msg;
  }

  async #writeHello(our: ProtoHandshake): Promise<void> {
    await this.#locked(async () => {
      await this.#write(newMsg(handshakeMsg, encodeHello(our)));
      this.#ourVersion = our.version;
    });
  }

  // #region transport-read
  async #read(limit: number, until: number): Promise<Msg> {
    const frames = this.#needFrames();
    frames.assertUsable();
    try {
      const header = await this.#fd.readFull(headerLength);
      const body = frames.openHeader(header, limit);
      const { length } = body;
      const bytes = await this.#share.read(this.#fd, length, until, this.#closing);
      const frame = await this.#inSlices(body.open(bytes));
      const msg = unpackPayload(frame, this.#compresses(this.#theirVersion));
      this.#trace('in', msg);
      return msg;
    } catch (error) {
      //: Where the next frame begins is not known any more.
      frames.poison(error);
      this.#share.release();
      throw error;
    }
  }
  // #endregion transport-read

  // #region transport-write
  /** Writes one frame. Only who holds the lock calls it: order on the wire is order here. */
  async #write(msg: Msg): Promise<void> {
    const frames = this.#needFrames();
    //: The remote compresses as soon as it has our Hello. A Disconnect that follows
    //: our Hello is for such a remote, even if we refuse its own Hello.
    const compressed = this.#compresses(this.#theirVersion ?? this.#ourVersion);
    const payload = packPayload(msg.payload, compressed);
    const frame = await this.#inSlices(frames.seal(msg.code, payload));
    this.#trace('out', msg);
    try {
      await this.#fd.write(frame);
    } catch (error) {
      //: Part of the frame may be out; another frame after it would be garbage.
      frames.poison(error);
      throw error;
    }
  }

  /** Runs `task` when every write that came earlier is over. */
  async #locked(task: () => Promise<void>): Promise<void> {
    const turn = await select({
      mine: send(this.#writing, undefined),
      closing: recv(this.#closing),
    });
    if (turn.case === 'closing') throw new ConnClosed('write');
    try {
      //: A turn has passed since the choice. Whoever closes waits for this lock to
      //: say why, so it goes back even if there is nothing left to do.
      if (this.#closing.closed) throw new ConnClosed('write');
      await task();
    } finally {
      this.#writing.tryRecv();
    }
  }
  // #endregion transport-write

  #compresses(theirVersion: number | undefined): boolean {
    if (this.#ourVersion === undefined || theirVersion === undefined) return false;
    return Math.min(this.#ourVersion, theirVersion) >= snappyProtocolVersion;
  }

  /** Between the slices of a large frame, others run. */
  async #inSlices<T>(steps: Generator<undefined, T>): Promise<T> {
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
      await this.#runtime.ready(undefined);
    }
  }

  #needFrames(): FrameRW {
    if (this.#frames !== undefined) return this.#frames;
    throw new HandshakeError(
      'out-of-turn',
      'a message before the encryption handshake',
    );
  }

  #trace(direction: 'in' | 'out', msg: Msg): void {
    // The payload of a message is touched for a trace only.
    this.#runtime.tracer?.emit(
      'msg',
      { v: `${direction} ${messageName(msg.code)}, ${msg.size} bytes` },
      msg.payload,
    );
  }
}

const baseNames: ReadonlyMap<number, string> = new Map([
  [handshakeMsg, 'Hello'],
  [discMsg, 'Disconnect'],
  [pingMsg, 'Ping'],
  [pongMsg, 'Pong'],
]);

function messageName(code: number): string {
  return baseNames.get(code) ?? `code ${code}`;
}

function helloWriteError({ cause }: { readonly cause: unknown }): HandshakeError {
  const why = cause instanceof Error ? cause.message : 'unknown';
  return new HandshakeError('write-failed', `write error: ${why}`, { cause });
}
