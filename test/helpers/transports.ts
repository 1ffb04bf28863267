/**
 * Transports without bytes and crypto. A `Line` is one end of a connection that carries
 * messages; tests of order run `Peer` over it. It keeps the rules of the real transport:
 * what was written before a close is read before the end, and nothing waits for ever.
 */

import { Chan } from '../../impl/csp/chan.ts';
import { Done } from '../../impl/csp/done.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { recv, select, send } from '../../impl/csp/select.ts';
import { Timer } from '../../impl/csp/timer.ts';
import { ConnClosed, DeadlineExceeded, EndOfStream } from '../../impl/net/net-conn.ts';
import {
  baseProtocolLength,
  discMsg,
  frameReadTimeoutMs,
  frameWriteTimeoutMs,
} from '../../impl/p2p/base-protocol.ts';
import type {
  EncTransport,
  Greeting,
  NewTransport,
  ProtoHandshake,
  Transport,
} from '../../impl/p2p/conn.ts';
import type { NodeID } from '../../impl/p2p/enode.ts';
import { newMsg, type Msg } from '../../impl/p2p/message.ts';
import { DiscError, discNetworkError } from '../../impl/p2p/peer-error.ts';
import { encodeDisconnect } from '../../impl/p2p/rlpx/disconnect.ts';

export class Line implements Transport {
  /** Messages on their way to this end. */
  readonly incoming: Chan<Msg>;
  readonly closing = new Done('line closed');
  /** What `close` was called with, first call first. */
  readonly closedWith: unknown[] = [];
  /** Every later write throws this. */
  brokenBy: Error | undefined;
  /** Protocol messages that were being written at the same time, at most. */
  writesAtOnce = 0;
  #writing = 0;
  #other: Line | undefined;

  constructor(name: string, capacity: number) {
    this.incoming = new Chan(`${name}.incoming`, capacity);
  }

  connect(other: Line): void {
    this.#other = other;
  }

  async readMsg(): Promise<Msg> {
    const tooLate = new Timer('line read', frameReadTimeoutMs);
    try {
      for (;;) {
        if (this.closing.closed) throw new ConnClosed('read');
        const first = this.incoming.tryRecv();
        if (first !== undefined) return await runtime().ready(first.value);
        if (this.#peer.closing.closed) throw new EndOfStream();
        const event = await select({
          msg: recv(this.incoming),
          here: recv(this.closing),
          there: recv(this.#peer.closing),
          tooLate: recv(tooLate),
        });
        if (event.case === 'msg') return event.value;
        if (event.case === 'tooLate') throw new DeadlineExceeded('read');
      }
    } finally {
      tooLate.stop();
    }
  }

  async writeMsg(msg: Msg): Promise<void> {
    const byProtocol = msg.code >= baseProtocolLength;
    if (byProtocol) this.writesAtOnce = Math.max(this.writesAtOnce, ++this.#writing);
    try {
      await this.#write(msg);
    } finally {
      if (byProtocol) this.#writing--;
    }
  }

  async #write(msg: Msg): Promise<void> {
    await runtime().ready(undefined);
    if (this.brokenBy !== undefined) throw this.brokenBy;
    if (this.closing.closed || this.#peer.closing.closed) throw new ConnClosed('write');
    const tooLate = new Timer('line write', frameWriteTimeoutMs);
    const event = await select({
      taken: send(this.#peer.incoming, msg),
      here: recv(this.closing),
      there: recv(this.#peer.closing),
      tooLate: recv(tooLate),
    });
    tooLate.stop();
    if (event.case === 'tooLate') throw new DeadlineExceeded('write');
    if (event.case !== 'taken') throw new ConnClosed('write');
  }

  async close(error: unknown): Promise<void> {
    this.closedWith.push(error);
    if (this.closing.closed) return;
    await runtime().ready(undefined);
    if (error instanceof DiscError && error.reason !== discNetworkError) {
      this.#peer.incoming.trySend(newMsg(discMsg, encodeDisconnect(error.reason)));
    }
    this.closing.close();
    await runtime().ready(undefined);
  }

  get #peer(): Line {
    if (this.#other === undefined) throw new Error('a line has two ends');
    return this.#other;
  }
}

/**
 * @param capacity messages that may lie on the line, each way; 0: every write waits for
 *   a reader
 */
export function linePair(capacity = 64): [Line, Line] {
  const ours = new Line('ours', capacity);
  const theirs = new Line('theirs', capacity);
  ours.connect(theirs);
  theirs.connect(ours);
  return [ours, theirs];
}

export interface ScriptedAnswers {
  /** What the encryption handshake names, or fails with. */
  readonly enc: NodeID | Error;
  /** The remote's Hello, or what its exchange fails with. */
  readonly hello?: ProtoHandshake | Error;
}

/** A transport with answers prepared, that writes down who called what. */
export class ScriptedTransport implements NewTransport, EncTransport, Transport {
  readonly calls: string[] = [];
  closedWith: unknown = undefined;
  /** Our Hello. */
  said: ProtoHandshake | undefined;
  readonly #answers: ScriptedAnswers;
  readonly #closing = new Done('scripted transport closed');

  constructor(answers: ScriptedAnswers) {
    this.#answers = answers;
  }

  get id(): NodeID {
    const { enc } = this.#answers;
    if (enc instanceof Error) throw enc;
    return enc;
  }

  async doEncHandshake(): Promise<EncTransport> {
    this.calls.push('doEncHandshake');
    await answer(this.#answers.enc);
    return this;
  }

  async doProtoHandshake(our?: ProtoHandshake): Promise<Greeting> {
    this.calls.push('doProtoHandshake');
    this.said = our;
    const hello = this.#answers.hello ?? new Error('no Hello was prepared');
    return { their: await answer(hello), transport: this };
  }

  async readMsg(): Promise<Msg> {
    await this.#closing.wait();
    throw new ConnClosed('read');
  }

  writeMsg(): Promise<void> {
    return runtime().ready(undefined);
  }

  close(error: unknown): Promise<void> {
    this.calls.push('close');
    this.closedWith = error;
    this.#closing.close();
    return runtime().ready(undefined);
  }
}

function answer<T>(prepared: T | Error): Promise<T> {
  return prepared instanceof Error
    ? Promise.reject(prepared)
    : runtime().ready(prepared);
}
