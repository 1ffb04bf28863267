/** An honest peer: it asks for headers all the time, and notes how long each answer takes. */

import { runtime } from '../../impl/csp/runtime.ts';
import { Done } from '../../impl/csp/done.ts';
import { recv, select } from '../../impl/csp/select.ts';
import { Signal } from '../../impl/csp/signal.ts';
import { Timer } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import {
  blockHeadersMsg,
  encodeStatus,
  getBlockHeadersMsg,
  type StatusData,
  statusMsg,
} from '../../impl/eth/protocol.ts';
import type { NetConn } from '../../impl/net/net-conn.ts';
import { pingMsg, pongMsg } from '../../impl/p2p/base-protocol.ts';
import type { Transport } from '../../impl/p2p/conn.ts';
import { newMsg } from '../../impl/p2p/message.ts';
import { discQuitting, DiscError } from '../../impl/p2p/peer-error.ts';
import { newRLPX } from '../../impl/p2p/rlpx/transport.ts';
import { helloOf, nodeOf } from '../p2p/rlpx/helpers.ts';
import { ethCode, someHeaders } from './stranger.ts';

const askEveryMs = 500;
/** So long an answer may take. */
const maxAnswerMs = 1_000;

export class HonestPeer {
  answers = 0;
  /** The longest that an answer took, in milliseconds; Infinity: one did not come. */
  slowest = 0;
  /** Why its connection ended, if not by itself. */
  lost: unknown;
  readonly #transport: Transport;
  readonly #wg = new WaitGroup();
  readonly #answered = new Signal('headers came');
  readonly #again = new Signal('ask now');
  readonly #left = new Done('honest peer left');

  readonly #heard = new Signal('the honest peer is answered');
  readonly #patienceMs: number;

  private constructor(transport: Transport, patienceMs: number) {
    this.#transport = transport;
    this.#patienceMs = patienceMs;
  }

  /** Both handshakes, Status, and the first answer. */
  static async join(
    fd: NetConn,
    key: Uint8Array,
    nodeKey: Uint8Array,
    status: StatusData,
    patienceMs = maxAnswerMs,
  ): Promise<HonestPeer> {
    const named = await newRLPX(fd).doEncHandshake(key, nodeOf(nodeKey));
    const { messages } = await named.doProtoHandshake(helloOf(key));
    await messages.writeMsg(newMsg(ethCode(statusMsg), encodeStatus(status)));
    while ((await messages.readMsg()).code !== ethCode(statusMsg));
    const peer = new HonestPeer(messages, patienceMs);
    peer.#wg.go('honest reads', () => peer.#read());
    peer.#wg.go('honest asks', () => peer.#ask());
    await peer.isAnswered();
    return peer;
  }

  /** Asks at once, and not when the next question is due. */
  askNow(): void {
    this.#again.raise();
  }

  /** Waits for the answer to a question that is asked from now on. */
  async isAnswered(): Promise<void> {
    const before = this.answers;
    this.askNow();
    while (this.answers === before && !this.#left.closed) {
      await select({ heard: recv(this.#heard), left: recv(this.#left) });
    }
    if (this.answers === before) throw this.lost;
  }

  async leave(): Promise<void> {
    this.#left.close();
    await this.#transport.close(new DiscError(discQuitting));
    await this.#wg.wait();
  }

  async #read(): Promise<void> {
    try {
      for (;;) {
        const { code } = await this.#transport.readMsg();
        if (code === pingMsg) {
          await this.#transport.writeMsg(newMsg(pongMsg, Uint8Array.of(0xc0)));
        } else if (code === ethCode(blockHeadersMsg)) {
          this.answers++;
          this.#answered.raise();
          this.#heard.raise();
        }
      }
    } catch (error) {
      if (!this.#left.closed) this.lost = error;
      this.#left.close();
    }
  }

  async #ask(): Promise<void> {
    for (;;) {
      const asked = runtime().now();
      await this.#transport
        .writeMsg(newMsg(ethCode(getBlockHeadersMsg), someHeaders))
        .catch(() => undefined); // the reader tells why
      const late = new Timer('honest peer’s patience', this.#patienceMs);
      const event = await select({
        answered: recv(this.#answered),
        late: recv(late),
        left: recv(this.#left),
      });
      late.stop();
      if (event.case === 'left') return;
      const took = event.case === 'late' ? Infinity : runtime().now() - asked;
      this.slowest = Math.max(this.slowest, took);
      await this.#pause();
      if (this.#left.closed) return;
    }
  }

  async #pause(): Promise<void> {
    const due = new Timer('next question', askEveryMs);
    await select({
      due: recv(due),
      again: recv(this.#again),
      left: recv(this.#left),
    });
    due.stop();
  }
}
