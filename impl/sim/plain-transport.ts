/**
 * A transport without crypto: identities and messages in the clear, with the deadlines
 * of the real one. Scenarios about order run over it, so that no schedule pays for
 * elliptic curves.
 */

import { concat, fromHex, readUint, toHex, writeUint } from '../bytes.ts';
import { Chan } from '../csp/chan.ts';
import { runtime } from '../csp/runtime.ts';
import { recv, select, send } from '../csp/select.ts';
import { Timer } from '../csp/timer.ts';
import { WaitGroup } from '../csp/wait-group.ts';
import type { NetConn } from '../net/net-conn.ts';
import {
  discMsg,
  discWriteTimeoutMs,
  frameReadTimeoutMs,
  frameWriteTimeoutMs,
  handshakeMsg,
  handshakeTimeoutMs,
} from '../p2p/base-protocol.ts';
import type {
  EncTransport,
  Greeting,
  NewTransport,
  ProtoHandshake,
  Transport,
} from '../p2p/conn.ts';
import { nodeIDOf, type NodeID } from '../p2p/enode.ts';
import { newMsg, type Msg } from '../p2p/message.ts';
import { DiscError, discNetworkError } from '../p2p/peer-error.ts';
import { encodeDisconnect } from '../p2p/rlpx/disconnect.ts';
import { encodeHello, readProtocolHandshake } from '../p2p/rlpx/hello.ts';

const headLength = 8; // code and size, 4 bytes each

/** All phases in one: without keys there is nothing that one of them has to add. */
export class PlainTransport implements NewTransport, EncTransport, Transport {
  readonly #fd: NetConn;
  readonly #self: NodeID;
  readonly #first: Msg | 'nothing' | undefined;
  id: NodeID = nodeIDOf('00'.repeat(64));
  readonly #runtime = runtime();
  readonly #writing = new Chan<undefined>('write lock', 1);
  /** A Disconnect came where Hello was due: it is not answered with another. */
  #wasRefused = false;

  /** @param first what it says where Hello is due; without it, that */
  constructor(fd: NetConn, self: NodeID, first?: Msg | 'nothing') {
    this.#fd = fd;
    this.#self = self;
    this.#first = first;
    const until = runtime().now() + handshakeTimeoutMs;
    fd.setReadDeadline(until);
    fd.setWriteDeadline(until);
  }

  async doEncHandshake(): Promise<EncTransport> {
    await this.#fd.write(fromHex(this.#self));
    this.id = nodeIDOf(toHex(await this.#fd.readFull(64)));
    return this;
  }

  async doProtoHandshake(our: ProtoHandshake): Promise<Greeting> {
    const writer = new WaitGroup(() => undefined); // a failure shows in the read too
    const first = this.#first ?? newMsg(handshakeMsg, encodeHello(our));
    if (first !== 'nothing') writer.go('helloWriter', () => this.#write(first));
    try {
      const their = await readProtocolHandshake({ readMsg: () => this.#readFirst() });
      return { their, messages: this };
    } finally {
      await writer.wait();
    }
  }

  readMsg(): Promise<Msg> {
    this.#fd.setReadDeadline(this.#runtime.now() + frameReadTimeoutMs);
    return this.#read();
  }

  async writeMsg(msg: Msg): Promise<void> {
    await this.#writing.send(undefined);
    this.#fd.setWriteDeadline(this.#runtime.now() + frameWriteTimeoutMs);
    try {
      await this.#write(msg);
    } finally {
      this.#writing.tryRecv();
    }
  }

  async close(error: unknown): Promise<void> {
    const isTold = error instanceof DiscError && error.reason !== discNetworkError;
    if (!isTold || this.#wasRefused) {
      await this.#fd.close();
      return;
    }
    const until = this.#runtime.now() + discWriteTimeoutMs;
    const tooLate = new Timer('disconnect write', discWriteTimeoutMs);
    // A write of a protocol may be on its way: the farewell waits for it, not for long.
    const turn = await select({
      mine: send(this.#writing, undefined),
      tooLate: recv(tooLate),
    });
    tooLate.stop();
    let told = false;
    if (turn.case === 'mine') {
      this.#fd.setWriteDeadline(until);
      try {
        await this.#write(newMsg(discMsg, encodeDisconnect(error.reason)));
        told = true;
      } catch {
        // The reason is a courtesy; the connection ends either way.
      }
      this.#writing.tryRecv();
    }
    // A reason on its way gets time to arrive. Without one there is nothing to wait for.
    await this.#fd.close(told ? discWriteTimeoutMs : 0);
  }

  async #readFirst(): Promise<Msg> {
    const msg = await this.#read();
    this.#wasRefused = msg.code === discMsg;
    return msg;
  }

  async #read(): Promise<Msg> {
    const head = await this.#fd.readFull(headLength);
    const payload = await this.#fd.readFull(readUint(head, 4, 4));
    const msg = newMsg(readUint(head, 0, 4), payload);
    this.#trace('in', msg);
    return msg;
  }

  async #write(msg: Msg): Promise<void> {
    this.#trace('out', msg);
    await this.#fd.write(
      concat(writeUint(msg.code, 4), writeUint(msg.size, 4), msg.payload),
    );
  }

  #trace(dir: 'in' | 'out', { code, size, payload }: Msg): void {
    const { tracer } = this.#runtime;
    if (tracer === undefined) return;
    const v = `${dir} code ${code}, ${size} bytes`;
    tracer.emit('msg', { v, msg: { dir, code, size } }, payload);
  }
}
