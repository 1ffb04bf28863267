/**
 * A peer as the downloader sees it: somebody to ask, with a measured pace, and with a
 * count of how often it made us wait for little.
 */

import { Done } from '../csp/done.ts';
import { runtime } from '../csp/runtime.ts';
import { recv, select } from '../csp/select.ts';
import { Timer } from '../csp/timer.ts';
import { hashHeader, type Header } from '../core/header.ts';
import { SyncError } from './errors.ts';
import { Pace } from './pace.ts';
import type { EthPeer } from './peer.ts';
import type { HashOrNumber } from './protocol.ts';
import type { OpenRequest } from './requests.ts';

/** So many poor answers of one synchronisation are forgiven: chains are reorganised. Ours. */
const poorAnswersForgiven = 3;

/** No answer of so many bytes is poor: servers stop at a size; geth's stops at 2 MiB. */
const fullAnswerBytes = 64 * 1024;

/** A peer with a usable line sends 192 headers in a fraction of this. Ours. */
export const slowAnswerMs = 10_000;

interface Answer<T> {
  readonly value: T;
  readonly ms: number;
}

/** @geth eth/downloader/peer.go peerConnection */
export class Source {
  readonly peer: EthPeer;
  /** Closes when the peer is no longer registered. */
  readonly left = new Done('source left');
  readonly #headers = new Pace();
  readonly #bodies = new Pace();
  #poorAnswers = 0;

  constructor(peer: EthPeer) {
    this.peer = peer;
  }

  /** A new synchronisation: what it measured before stays, what it did is forgiven. */
  begin(): void {
    this.#poorAnswers = 0;
  }

  /** Of bodies. The queue serves the fastest first. */
  get pace(): Pace {
    return this.#bodies;
  }

  /** @throws {SyncError} `timeout`, `cancelled`, `stalling-peer` */
  async fetchHeaders(
    origin: HashOrNumber,
    amount: number,
    skip: number,
    over: Done,
  ): Promise<readonly Header[]> {
    const request = this.peer.requestHeaders(origin, amount, { skip });
    const { value, ms } = await this.#answerTo(request, this.#headers.timeoutMs, over);
    this.#headers.answered(value.length, ms);
    if (ms > slowAnswerMs) this.#countPoor(`headers after ${ms} ms`);
    return value;
  }

  /**
   * @returns encoded bodies, as many as the peer has chosen to send
   * @throws {SyncError} as `fetchHeaders`
   */
  async fetchBodies(
    headers: readonly Header[],
    over: Done,
  ): Promise<readonly Uint8Array[]> {
    const request = this.peer.requestBodies(headers.map(hashHeader));
    const { value, ms } = await this.#answerTo(request, this.#bodies.timeoutMs, over);
    this.#bodies.answered(value.length, ms);
    const bytes = value.reduce((sum, { length }) => sum + length, 0);
    if (bytes >= fullAnswerBytes || value.length === 0) return value;
    this.judge(value.length, headers.length);
    if (ms > slowAnswerMs) this.#countPoor(`bodies after ${ms} ms`);
    return value;
  }

  // #region check-pace
  /**
   * Judges an answer with less than half of what was asked for and the peer has. There is
   * one synchronisation at a time: who makes it last keeps everybody else from theirs.
   *
   * @throws {SyncError} `stalling-peer`: it is the fourth poor answer
   */
  judge(got: number, has: number): void {
    if (got * 2 < has) this.#countPoor(`${got} of ${has}`);
  }

  #countPoor(detail: string): void {
    this.#poorAnswers++;
    if (this.#poorAnswers <= poorAnswersForgiven) return;
    throw new SyncError('stalling-peer', `${detail}, and not for the first time`);
  }
  // #endregion check-pace

  // #region answer-to
  /** Waits for the answer, for the time-out, or for the end of peer or synchronisation. */
  async #answerTo<T>(
    request: OpenRequest<T>,
    timeoutMs: number,
    over: Done,
  ): Promise<Answer<T>> {
    const asked = runtime().now();
    const timeout = new Timer('request timeout', timeoutMs);
    try {
      const event = await select({
        answered: recv(request.answer),
        timeout: recv(timeout),
        left: recv(this.left),
        over: recv(over),
      });
      if (event.case === 'answered') {
        return { value: event.value, ms: runtime().now() - asked };
      }
      //: An answer that comes later is thrown away, and forgiven.
      request.giveUp();
      if (event.case !== 'timeout') throw cancelled();
      throw new SyncError('timeout', `no answer in ${timeoutMs} ms`);
    } finally {
      timeout.stop();
    }
  }
  // #endregion answer-to
}

export function cancelled(): SyncError {
  return new SyncError('cancelled', 'the peer left, or the node stops');
}
