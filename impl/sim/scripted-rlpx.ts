/**
 * RLPx for a remote that says a first message of its own: bytes of the script, in the
 * place of our Hello. It dials, and cannot answer a dial.
 */

import { createFrameCrypto } from '#crypto';
import { fromHex } from '../bytes.ts';
import { runtime } from '../csp/runtime.ts';
import { WaitGroup } from '../csp/wait-group.ts';
import type { NetConn } from '../net/net-conn.ts';
import {
  frameReadTimeoutMs,
  frameWriteTimeoutMs,
  handshakeMsg,
  handshakeTimeoutMs,
  snappyProtocolVersion,
} from '../p2p/base-protocol.ts';
import type { EncTransport, Greeting, NewTransport, Transport } from '../p2p/conn.ts';
import type { Node, NodeID } from '../p2p/enode.ts';
import type { Msg } from '../p2p/message.ts';
import { DiscError } from '../p2p/peer-error.ts';
import { FrameConn } from '../p2p/rlpx/frame-conn.ts';
import { FrameRW, maxFrameSize } from '../p2p/rlpx/frame.ts';
import { initiate } from '../p2p/rlpx/handshake.ts';
import { decodeHello, readProtocolHandshake } from '../p2p/rlpx/hello.ts';
import { BudgetShare, ReadBudget } from '../p2p/rlpx/read-budget.ts';
import { RlpError } from '../rlp/errors.ts';

export class ScriptedRLPX implements NewTransport {
  readonly #fd: NetConn;
  readonly #first: Msg | 'nothing';

  constructor(fd: NetConn, first: Msg | 'nothing') {
    this.#fd = fd;
    this.#first = first;
    const until = runtime().now() + handshakeTimeoutMs;
    fd.setReadDeadline(until);
    fd.setWriteDeadline(until);
  }

  async doEncHandshake(
    privateKey: Uint8Array,
    dest: Node | undefined,
  ): Promise<EncTransport> {
    if (dest === undefined) throw new TypeError('a script dials');
    const { secrets } = await initiate(this.#fd, privateKey, fromHex(dest.id));
    const frames = new FrameRW(createFrameCrypto(secrets));
    const share = new BudgetShare(new ReadBudget());
    const conn = new FrameConn(this.#fd, frames, share);
    return new SaysFirst(conn, dest.id, this.#first);
  }

  close(): Promise<void> {
    return this.#fd.close();
  }
}

/** With keys: the first message, and all after it. */
class SaysFirst implements EncTransport, Transport {
  readonly id: NodeID;
  readonly #runtime = runtime();
  readonly #conn: FrameConn;
  readonly #first: Msg | 'nothing';

  constructor(conn: FrameConn, id: NodeID, first: Msg | 'nothing') {
    this.#conn = conn;
    this.id = id;
    this.#first = first;
  }

  async doProtoHandshake(): Promise<Greeting> {
    const first = this.#first;
    const { compressed } = this.#conn;
    const writer = new WaitGroup(() => undefined); // a failure shows in the read too
    if (first !== 'nothing') {
      writer.go('helloWriter', () => this.#conn.write(first, () => undefined));
    }
    try {
      const read = (): Promise<Msg> => this.#conn.read(maxFrameSize, Infinity);
      const their = await readProtocolHandshake({ readMsg: read });
      const isBoth = compresses(first) && their.version >= snappyProtocolVersion;
      compressed.incoming = compressed.outgoing = isBoth;
      return { their, messages: this };
    } finally {
      await writer.wait();
    }
  }

  readMsg(): Promise<Msg> {
    const until = this.#runtime.now() + frameReadTimeoutMs;
    this.#conn.fd.setReadDeadline(until);
    return this.#conn.read(maxFrameSize, until);
  }

  writeMsg(msg: Msg): Promise<void> {
    return this.#conn.write(msg, () => {
      this.#conn.fd.setWriteDeadline(this.#runtime.now() + frameWriteTimeoutMs);
    });
  }

  close(error: unknown): Promise<void> {
    return this.#conn.close(error instanceof DiscError ? error.reason : undefined);
  }
}

/** Whether somebody who reads this as a Hello takes its sender for one who compresses. */
function compresses(first: Msg | 'nothing'): boolean {
  if (first === 'nothing' || first.code !== handshakeMsg) return false;
  try {
    return decodeHello(first.payload).version >= snappyProtocolVersion;
  } catch (error) {
    if (!(error instanceof RlpError)) throw error;
    return false; // nobody takes it for a Hello
  }
}
