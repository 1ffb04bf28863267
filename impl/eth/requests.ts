/**
 * What we have asked a peer and not yet heard. eth/62 and eth/63 have no request ids: an
 * honest peer answers in the order in which it was asked, so the oldest open request of
 * a kind owns the next answer of that kind. From eth/66 on an answer names its request.
 */

import { Chan } from '../csp/chan.ts';
import { runtime } from '../csp/runtime.ts';
import type { Header } from '../core/header.ts';

/** How long an answer that comes too late is still forgiven. Ours. */
export const lateAnswerMs = 60_000;

/** What the answers of each kind are, once they are decoded. */
export interface Answers {
  readonly headers: readonly Header[];
  /** Bodies as they are encoded: views of the message. */
  readonly bodies: readonly Uint8Array[];
  readonly state: readonly Uint8Array[];
  readonly receipts: readonly Uint8Array[];
}

export type AnswerKind = keyof Answers;

/** How an answer finds its request. */
export type Keying = 'order' | 'request-id';

export class OpenRequest<T> {
  /** Unique among the requests to one peer. On the wire where the version has ids. */
  readonly id: bigint;
  /** Items that the answer may have. */
  readonly maxItems: number;
  /** One request has one answer: with a place for it, who delivers never waits. */
  readonly answer: Chan<T>;
  readonly #judge: ((value: T) => void) | undefined;
  #gaveUpAt: number | undefined;

  /** @param judge takes the answer in the handler's task, and may throw what is wrong */
  constructor(what: string, id: bigint, maxItems: number, judge?: (value: T) => void) {
    this.id = id;
    this.maxItems = maxItems;
    this.answer = new Chan(what, 1);
    this.#judge = judge;
  }

  /** The answer has come. */
  deliver(value: T): void {
    if (this.#judge === undefined) this.answer.trySend(value);
    else this.#judge(value);
  }

  /** Nobody waits for the answer any more. */
  giveUp(): void {
    this.#gaveUpAt ??= runtime().now();
  }

  get isGivenUp(): boolean {
    return this.#gaveUpAt !== undefined;
  }

  isForgotten(now: number): boolean {
    return this.#gaveUpAt !== undefined && now - this.#gaveUpAt >= lateAnswerMs;
  }
}

type OpenRequests = { [K in AnswerKind]: OpenRequest<Answers[K]>[] };

// #region request-tracker
/** The open requests to one peer. */
export class RequestTracker {
  readonly #keying: Keying;
  // BOUNDED by the tasks that ask: a synchronisation and the DAO challenge, one request
  // each at a time, and what they gave up within the last minute.
  readonly #open: OpenRequests = { headers: [], bodies: [], state: [], receipts: [] };
  #lastId = 0n;

  constructor(keying: Keying) {
    this.#keying = keying;
  }

  /** @param judge see `OpenRequest` */
  open<K extends AnswerKind>(
    kind: K,
    maxItems: number,
    judge?: (value: Answers[K]) => void,
  ): OpenRequest<Answers[K]> {
    const open = this.#openOf(kind);
    const request = new OpenRequest(kind, ++this.#lastId, maxItems, judge);
    open.push(request);
    return request;
  }

  /**
   * The request that an answer which has come belongs to; undefined: nobody asked.
   *
   * @param id what the answer names; not read where answers name none
   */
  take<K extends AnswerKind>(
    kind: K,
    id?: bigint,
  ): OpenRequest<Answers[K]> | undefined {
    const open = this.#openOf(kind);
    if (this.#keying === 'order') return open.shift();
    //: An id of another kind's request is as good as none.
    const at = open.findIndex((request) => request.id === id);
    return at < 0 ? undefined : open.splice(at, 1)[0];
  }
  // #endregion request-tracker

  /** Without those that were given up too long ago. */
  #openOf<K extends AnswerKind>(kind: K): OpenRequest<Answers[K]>[] {
    const now = runtime().now();
    const open: OpenRequest<Answers[K]>[] = this.#open[kind];
    const left = open.filter((request) => !request.isForgotten(now));
    if (left.length < open.length) open.splice(0, open.length, ...left);
    return open;
  }
}
