/** Somebody who connects to a node, goes some way as an honest node does, and then does what he likes. */

import { createFrameCrypto, publicKey } from '#crypto';
import { concat, toHex } from '../../impl/bytes.ts';
import type { FrameCrypto, FrameKeys } from '../../impl/crypto/provider.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { Chan } from '../../impl/csp/chan.ts';
import { Signal } from '../../impl/csp/signal.ts';
import { recv, select } from '../../impl/csp/select.ts';
import { sleep, Timer } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import {
  blockHeadersMsg,
  encodeGetBlockHeaders,
  encodeStatus,
  getBlockHeadersMsg,
  type StatusData,
  statusMsg,
} from '../../impl/eth/protocol.ts';
import { ConnClosed, EndOfStream } from '../../impl/net/net-conn.ts';
import {
  baseProtocolLength,
  discMsg,
  handshakeMsg,
  pongMsg,
} from '../../impl/p2p/base-protocol.ts';
import type { ProtoHandshake } from '../../impl/p2p/conn.ts';
import type { Msg } from '../../impl/p2p/message.ts';
import type { DiscReason } from '../../impl/p2p/peer-error.ts';
import { decodeDisconnect } from '../../impl/p2p/rlpx/disconnect.ts';
import { FrameRW } from '../../impl/p2p/rlpx/frame.ts';
import { initiate } from '../../impl/p2p/rlpx/handshake.ts';
import { encodeHello } from '../../impl/p2p/rlpx/hello.ts';
import { unpackPayload } from '../../impl/p2p/rlpx/payload.ts';
import { compress } from '../../impl/p2p/rlpx/snappy-encoder.ts';
import { helloOf, RawPeer } from '../p2p/rlpx/helpers.ts';
import type { CutConn } from './conns.ts';

/** So long he waits for a handshake: a node that does not answer fails its case. */
const patienceMs = 10_000;

/** How far a stranger has come. */
export const stages = ['connected', 'keys', 'Hello', 'Status'] as const;
export type Stage = (typeof stages)[number];

/** eth's codes begin behind the base protocol's. */
export const ethCode = (code: number): number => baseProtocolLength + code;

/** Blocks 1 and 2. */
export const someHeaders = encodeGetBlockHeaders({
  origin: { kind: 'number', number: 1n },
  amount: 2n,
  skip: 0n,
  reverse: false,
});

export interface StrangerOptions {
  readonly fd: CutConn;
  /** Of the node that he has dialed. */
  readonly nodeKey: Uint8Array;
  readonly key: Uint8Array;
  readonly status: StatusData;
}

export class Stranger {
  readonly fd: CutConn;
  readonly nodeKey: Uint8Array;
  readonly key: Uint8Array;
  /** What an honest node says at his place. */
  readonly status: StatusData;
  /** Pongs that he has sent. */
  pongs = 0;
  /** When he connected, or began to do what he likes. */
  #since = runtime().now();
  /** What came in frames, in order. */
  readonly heard: Msg[] = [];
  /** The same as it was on the wire: code and data, `1 c104`. */
  readonly frames: string[] = [];
  /** Bytes that came before there were keys to read them with. */
  plainBytes = 0;
  /** When the node ended the connection. */
  endedAt: number | undefined;
  /** He wrote when the node had closed already. */
  wasCutOff = false;
  readonly #wg = new WaitGroup();
  readonly #writing = new Chan<undefined>('stranger writes', 1);
  readonly #changed = new Signal('stranger heard');
  #crypto: FrameCrypto | undefined;
  #raw: RawPeer | undefined;
  #compressed = false;
  #saidHello = false;
  #isListening = false;

  constructor({ fd, nodeKey, key, status }: StrangerOptions) {
    this.fd = fd;
    this.nodeKey = nodeKey;
    this.key = key;
    this.status = status;
  }

  /** The node's public key. */
  get nodeID(): Uint8Array {
    return publicKey(this.nodeKey);
  }

  get id(): string {
    return toHex(publicKey(this.key));
  }

  /** Frames of his own making. Only after the keys are agreed on. */
  get raw(): RawPeer {
    if (this.#raw === undefined) throw new TypeError('no keys yet');
    return this.#raw;
  }

  /** Goes as far as `stage`, as an honest node. */
  async goTo(stage: Stage): Promise<void> {
    this.fd.setReadDeadline(runtime().now() + patienceMs);
    await this.#goTo(stage);
    this.fd.setReadDeadline(undefined);
  }

  async #goTo(stage: Stage): Promise<void> {
    if (stage === 'connected') return;
    if (this.#raw === undefined) {
      const { secrets } = await initiate(this.fd, this.key, this.nodeID);
      this.haveKeys(secrets);
    }
    if (stage === 'keys') return;
    if (!this.#saidHello) await this.sayHello();
    if (stage === 'Hello' || this.heard.some(({ code }) => code === ethCode(0))) return;
    await this.sayStatus();
  }

  haveKeys(secrets: FrameKeys): void {
    this.#crypto = createFrameCrypto(secrets);
    this.#raw = new RawPeer(this.fd, new FrameRW(this.#crypto));
  }

  /** Both Hellos. */
  async sayHello(
    fields: Partial<ProtoHandshake> = {},
    payload = encodeHello(helloOf(this.key, fields)),
  ): Promise<void> {
    await this.frame(handshakeMsg, payload);
    await this.hearHello(fields.version);
  }

  /** From here on, what both send is compressed, if `version` is one that does. */
  async hearHello(version = 5): Promise<void> {
    await this.hear(handshakeMsg);
    this.#saidHello = true;
    this.#compressed = version >= 5;
  }

  async sayStatus(fields: Partial<StatusData> = {}): Promise<void> {
    await this.hear(ethCode(statusMsg));
    const status = encodeStatus({ ...this.status, ...fields });
    await this.send(ethCode(statusMsg), status);
    await sleep(1); // until the node has read it
  }

  /** Asks for headers, and wants them within a second. */
  async asks(): Promise<void> {
    this.heard.length = 0;
    this.listen();
    await this.send(ethCode(getBlockHeadersMsg), someHeaders);
    await this.hear(ethCode(blockHeadersMsg), 1_000);
  }

  async pong(): Promise<void> {
    this.pongs++;
    await this.send(pongMsg, Uint8Array.of(0xc0));
  }

  /** A frame with a good MAC and this for its data. */
  async frame(code: number, data: Uint8Array): Promise<void> {
    await this.#inTurn(() => this.raw.seal(code, data));
  }

  /** Any header, of 16 bytes, with a good MAC. */
  handMadeHeader(header: Uint8Array): Uint8Array {
    const sealed = concat(header, new Uint8Array(16));
    this.#frameCrypto.sealHeader(sealed);
    return sealed;
  }

  /** The same, and any body of whole blocks, with a good MAC. */
  handMade(header: Uint8Array, body: Uint8Array): Uint8Array {
    const frame = concat(this.handMadeHeader(header), body, new Uint8Array(16));
    this.#frameCrypto.sealBody(frame.subarray(32, -16));
    this.#frameCrypto.sealMAC(frame.subarray(-16));
    return frame;
  }

  get #frameCrypto(): FrameCrypto {
    if (this.#crypto === undefined) throw new TypeError('no keys yet');
    return this.#crypto;
  }

  /** A message as an honest node sends it: compressed, if that is agreed on. */
  async send(code: number, payload: Uint8Array): Promise<void> {
    await this.frame(code, this.#compressed ? compress(payload) : payload);
  }

  /** If the node has closed, nobody hears it: that is no error of the stranger's. */
  async write(...parts: readonly Uint8Array[]): Promise<void> {
    await this.#inTurn(() => concat(...parts));
  }

  /** One write at a time, and a frame is sealed when it is its turn. */
  async #inTurn(bytes: () => Uint8Array): Promise<void> {
    await this.#writing.send(undefined);
    try {
      if (!this.wasCutOff) await this.fd.write(bytes());
    } catch (error) {
      if (!(error instanceof ConnClosed)) throw error;
      this.wasCutOff = true;
    } finally {
      this.#writing.tryRecv();
    }
  }

  /** The next message of this code that comes from now on, if it has not come yet. */
  async hear(code: number, withinMs = 40_000): Promise<Msg> {
    const late = new Timer('stranger waits', withinMs);
    try {
      for (;;) {
        const msg = this.heard.find((each) => each.code === code);
        if (msg !== undefined) return msg;
        if (this.#isListening) {
          const event = await select({ heard: recv(this.#changed), late: recv(late) });
          if (event.case === 'late' || this.endedAt !== undefined) throw notHeard(code);
        } else {
          await this.#hearOne();
        }
      }
    } finally {
      late.stop();
    }
  }

  /** Reads in a task of its own until the node ends the connection; then he closes too. */
  listen(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    this.#wg.go('stranger listens', async () => {
      try {
        for (;;) await this.#hearOne();
      } catch (error) {
        if (!(error instanceof EndOfStream) && !(error instanceof ConnClosed)) {
          throw error;
        }
      }
      this.endedAt ??= runtime().now();
      this.#changed.raise();
      await this.fd.close();
    });
  }

  async #hearOne(): Promise<void> {
    if (this.#raw === undefined) {
      await this.fd.readFull(1);
      this.plainBytes++;
      return;
    }
    const frame = await this.#raw.receive();
    this.frames.push(`${frame.code} ${toHex(frame.data)}`);
    this.heard.push(unpackPayload(frame, this.#compressed));
    this.#changed.raise();
  }

  /** Waits until the node has ended the connection, at most `ms`. Says whether it has. */
  async isLeft(ms: number): Promise<boolean> {
    this.listen();
    const late = new Timer('stranger waits for the end', ms);
    while (this.endedAt === undefined) {
      const event = await select({ heard: recv(this.#changed), late: recv(late) });
      if (event.case === 'late') break;
    }
    late.stop();
    return this.endedAt !== undefined;
  }

  /** What he has done so far does not count as his stay. */
  began(): void {
    this.#since = runtime().now();
  }

  /** Milliseconds from his coming, or from `began`, to his end. */
  get stayed(): number {
    return (this.endedAt ?? NaN) - this.#since;
  }

  /** The reason of the Disconnect that he was sent. */
  get reason(): DiscReason | undefined {
    const msg = this.heard.find(({ code }) => code === discMsg);
    return msg && decodeDisconnect(msg.payload);
  }

  /** Closes, and waits for his own tasks. */
  async leave(): Promise<void> {
    await this.fd.close();
    await this.#wg.wait();
  }
}

function notHeard(code: number): Error {
  return new Error(`the stranger did not hear code ${code}`);
}
