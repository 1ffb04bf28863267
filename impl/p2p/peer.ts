/**
 * A connected peer: the tasks that serve it, and how they all end together.
 *
 * `run` owns the peer from its first to its last moment. `readLoop` brings messages in,
 * `pingLoop` keeps the line alive, and each matched protocol runs in a task of its own.
 * They tell `run` what went wrong through channels; `run` alone decides.
 */

import { Chan } from '../csp/chan.ts';
import { Done } from '../csp/done.ts';
import { runtime } from '../csp/runtime.ts';
import { recv, select, send } from '../csp/select.ts';
import { Timer } from '../csp/timer.ts';
import { WaitGroup } from '../csp/wait-group.ts';
import { EndOfStream } from '../net/net-conn.ts';
import { asError } from './as-error.ts';
import {
  baseProtocolLength,
  discMsg,
  pingIntervalMs,
  pingMsg,
  pongMsg,
} from './base-protocol.ts';
import type { HelloConn } from './conn.ts';
import type { NodeID } from './enode.ts';
import { MsgEventer, type PeerFeed } from './events.ts';
import { endedBy, isFault } from './fault.ts';
import { sendItems, type Msg, type MsgWriter } from './message.ts';
import {
  CodeOutOfRange,
  DiscError,
  discNetworkError,
  discReasonForError,
  ProtocolReturned,
  type DiscReason,
} from './peer-error.ts';
import { PongBudget } from './pong-budget.ts';
import { compareCaps, matchProtocols, ProtoRW, type ProtoLink } from './proto-rw.ts';
import type { Cap, PeerHandle, Protocol } from './protocol.ts';
import { decodeDisconnect } from './rlpx/disconnect.ts';

/** Pings that may wait for their pong. As in geth since v1.12.1. */
export const pendingPings = 16;

/** How a peer ended. */
export interface PeerEnd {
  /** The first cause, in our words. */
  readonly error: Error;
  /** What the remote was told, unless it told us first or the line was dead. */
  readonly reason: DiscReason;
  /** The remote sent a Disconnect. */
  readonly remoteRequested: boolean;
}

/** A conn after the last verdict: nobody will ask about it again. */
type PeerConn = Omit<HelloConn, 'cont'>;

/** @geth p2p/peer.go Peer */
export class Peer implements PeerHandle, ProtoLink {
  // #region peer-channels
  readonly running: ReadonlyMap<string, ProtoRW>;
  /** Closes when `run` has decided to end. Everyone who waits for anything leaves. */
  readonly closed = new Done('closed');
  /** `disconnect` offers a reason here; `run` takes the first. */
  readonly disc = new Chan<DiscReason>('disc');
  /** One place for each protocol and one for `pingLoop`: each reports once. */
  readonly protoErr: Chan<Error>;
  readonly readErr = new Chan<Error>('readErr', 1);
  readonly writeErr = new Chan<Error | undefined>('writeErr', 1);
  readonly writeStart = new Chan<undefined>('writeStart', 1);
  readonly pingRecv = new Chan<undefined>('pingRecv', pendingPings);
  /** The connection under it; its transport is what `run` closes. */
  readonly conn: PeerConn;
  /** Every task that serves this peer. */
  readonly wg: WaitGroup;
  // #endregion peer-channels
  readonly #feed: PeerFeed | undefined;

  // #region new-peer
  /**
   * @param feed where message events go; undefined: none are made
   * @geth p2p/peer.go newPeer
   */
  constructor(conn: HelloConn, protocols: readonly Protocol[], feed?: PeerFeed) {
    const { fd, transport, flags, id, caps, name } = conn;
    this.conn = { fd, transport, flags, id, caps, name };
    this.#feed = feed;
    const matches = matchProtocols(protocols, conn.caps);
    this.running = new Map(
      Array.from(matches, ([name, match]) => [name, new ProtoRW(match, this)]),
    );
    this.protoErr = new Chan('protoErr', this.running.size + 1);
    const rt = runtime();
    this.wg = new WaitGroup((task, error) => {
      // What a task has not foreseen is a fault of ours: this peer ends, and it is logged.
      rt.taskFailed(task, error);
      this.protoErr.trySend(asError(error));
    });
  }
  // #endregion new-peer

  get writer(): MsgWriter {
    return this.conn.transport;
  }

  get id(): NodeID {
    return this.conn.id;
  }

  get name(): string {
    return this.conn.name;
  }

  /** The remote's, sorted. */
  get caps(): readonly Cap[] {
    return this.conn.caps.toSorted(compareCaps);
  }

  get inbound(): boolean {
    return this.conn.flags.inbound;
  }

  get trusted(): boolean {
    return this.conn.flags.trusted;
  }

  get staticDialed(): boolean {
    return this.conn.flags.staticDialed;
  }

  get remoteAddr(): string {
    return this.conn.fd.remoteAddr;
  }

  get localAddr(): string {
    return this.conn.fd.localAddr;
  }

  toString(): string {
    return `peer ${this.id.slice(0, 8)}`;
  }

  // #region disconnect
  /** @geth p2p/peer.go Peer.Disconnect */
  async disconnect(reason: DiscReason): Promise<void> {
    //: Nobody waits for the end here. A second cause finds `closed` and is dropped.
    await select({ asked: send(this.disc, reason), closed: recv(this.closed) });
  }
  // #endregion disconnect

  // #region peer-run
  /**
   * Serves the peer until the first of four things happens, then ends every task.
   *
   * @geth p2p/peer.go Peer.run
   */
  async run(): Promise<PeerEnd> {
    //= start the tasks
    this.wg.go('readLoop', () => this.readLoop());
    this.wg.go('pingLoop', () => this.pingLoop());
    //: The write token: whoever holds it may write.
    this.writeStart.trySend(undefined);
    this.startProtocols();

    //= wait for the first cause
    const end = await this.firstCause();

    // #region leave-no-one
    //= tell the remote, and leave no one behind
    this.closed.close();
    const { transport, fd } = this.conn;
    //: If the farewell fails, the line is cut: readLoop waits on it.
    await transport.close(new DiscError(end.reason)).catch(() => fd.close());
    //: Not over before every task is: a protocol that ignores its errors
    //: keeps its peer, and the server, from ending.
    await this.wg.wait();
    return end;
    // #endregion leave-no-one
  }
  // #endregion peer-run

  // #region first-cause
  /** The select of `Peer.run`: four ways to die, and the way of the write token. */
  async firstCause(): Promise<PeerEnd> {
    for (;;) {
      const event = await select({
        writeErr: recv(this.writeErr),
        readErr: recv(this.readErr),
        protoErr: recv(this.protoErr),
        disc: recv(this.disc),
      });
      switch (event.case) {
        //= a write has ended
        case 'writeErr':
          if (event.value !== undefined) return networkEnd(event.value);
          this.writeStart.trySend(undefined); // written: the next writer may go
          break;
        //= reading has ended
        case 'readErr':
          //: A Disconnect arrives as an error of reading. What else ends a
          //: read is trouble on the line, and on a dead line nothing is said.
          if (!(event.value instanceof DiscError)) return networkEnd(event.value);
          return { ...endOf(event.value), remoteRequested: true };
        //= a protocol has ended
        case 'protoErr':
          return endOf(event.value);
        //= our own side asks
        case 'disc':
          return endOf(new DiscError(event.value));
      }
    }
  }
  // #endregion first-cause

  // #region read-loop
  /** Brings messages in, one at a time. @geth p2p/peer.go Peer.readLoop */
  async readLoop(): Promise<void> {
    try {
      for (;;) {
        //= one message at a time
        //: The next message is not read before this one is handled. That is the whole
        //: of back-pressure: some bytes wait in a queue here, the rest at their sender.
        await this.handle(await this.conn.transport.readMsg());
        // No variable: it would hold the last message of a peer that falls silent.
      }
    } catch (error) {
      //= say why reading has ended
      this.readErr.trySend(endedBy('readLoop', error));
    }
  }
  // #endregion read-loop

  // #region ping-loop
  /** Sends a Ping every 15 s, and every Pong. @geth p2p/peer.go Peer.pingLoop */
  async pingLoop(): Promise<void> {
    const due = new Timer('ping interval', pingIntervalMs);
    const budget = new PongBudget();
    const { transport } = this.conn;
    try {
      for (;;) {
        //= wait until something is owed
        const event = await select({
          due: recv(due),
          pinged: recv(budget.isSpent ? undefined : this.pingRecv),
          earned: recv(budget.earned),
          closed: recv(this.closed),
        });
        if (event.case === 'closed') return;
        //= send it
        if (event.case === 'due') {
          await sendItems(transport, pingMsg);
          due.reset(pingIntervalMs);
        } else if (event.case === 'pinged') {
          budget.spend();
          await sendItems(transport, pongMsg);
        } else {
          budget.refill();
        }
      }
    } catch (error) {
      this.protoErr.trySend(endedBy('pingLoop', error));
    } finally {
      //= leave no clock running
      due.stop();
      budget.stop();
    }
  }
  // #endregion ping-loop

  // #region peer-handle
  /**
   * Answers base-protocol messages and hands the rest to the protocol that owns the code.
   *
   * @throws {DiscError} the remote disconnects; carries its reason
   * @throws {CodeOutOfRange} no running protocol covers `msg.code`
   * @throws {EndOfStream} the peer closed while the protocol was not reading
   * @geth p2p/peer.go Peer.handle
   */
  async handle(msg: Msg): Promise<void> {
    //= what belongs to the connection itself
    if (msg.code === pingMsg) {
      //: Handed to pingLoop through a channel of 16: a flood cannot pile up tasks.
      await select({
        queued: send(this.pingRecv, undefined),
        closed: recv(this.closed),
      });
      return;
    }
    if (msg.code === discMsg) throw new DiscError(decodeDisconnect(msg.payload));
    if (msg.code < baseProtocolLength) return; // a second Hello, Pong, reserved codes

    //= what belongs to a protocol
    const proto = this.getProto(msg.code);
    const event = await select({
      taken: send(proto.in, msg),
      closed: recv(this.closed),
    });
    if (event.case === 'closed') throw new EndOfStream();
  }
  // #endregion peer-handle

  // #region get-proto
  /** @geth p2p/peer.go Peer.getProto */
  getProto(code: number): ProtoRW {
    for (const proto of this.running.values()) {
      if (proto.covers(code)) return proto;
    }
    throw new CodeOutOfRange(code);
  }
  // #endregion get-proto

  // #region start-protocols
  /** Starts a task for each matched protocol. @geth p2p/peer.go Peer.startProtocols */
  startProtocols(): void {
    for (const proto of this.running.values()) {
      const { name, version } = proto.protocol;
      //: A feed hears of each message that passes.
      const rw =
        this.#feed === undefined
          ? proto
          : new MsgEventer(proto, this.#feed, this.id, name);
      //= let it run in a task of its own
      this.wg.go(`${name}/${version}`, async () => {
        try {
          await proto.protocol.run(this, rw);
          //: To return is to end the peer: the others must not wait for it.
          this.protoErr.trySend(new ProtocolReturned());
        } catch (error) {
          this.protoErr.trySend(endedBy(`${name}/${version}`, error));
        }
      });
    }
  }
  // #endregion start-protocols
}

/** Trouble on the line. What went wrong in our own code, in a read or a write, is none. */
function networkEnd(error: Error): PeerEnd {
  if (isFault(error)) return endOf(error);
  return { error, reason: discNetworkError, remoteRequested: false };
}

function endOf(error: Error): PeerEnd {
  return { error, reason: discReasonForError(error), remoteRequested: false };
}
