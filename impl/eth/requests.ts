/**
 * What we have asked a peer and not yet heard. eth/62 and eth/63 have no request ids: an
 * honest peer answers in the order in which it was asked, so the oldest open request of
 * a kind owns the next answer of that kind.
 */

import { Chan } from '../csp/chan.ts';
import { runtime } from '../csp/runtime.ts';

/** How long an answer that comes too late is still forgiven. Ours. */
export const lateAnswerMs = 60_000;

export class OpenRequest<T> {
  /** Items that the answer may have. */
  readonly maxItems: number;
  /** One request has one answer: with a place for it, who delivers never waits. */
  readonly answer: Chan<T>;
  #gaveUpAt: number | undefined;

  constructor(what: string, maxItems: number) {
    this.maxItems = maxItems;
    this.answer = new Chan(what, 1);
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

/** The open requests of one kind to one peer. */
export class RequestQueue<T> {
  readonly #what: string;
  // BOUNDED by the tasks that ask: a synchronisation and the DAO challenge, one request
  // each at a time, and what they gave up within the last minute.
  #open: OpenRequest<T>[] = [];

  /** @param what the answer, for traces: `headers` */
  constructor(what: string) {
    this.#what = what;
  }

  open(maxItems: number): OpenRequest<T> {
    this.#forgetOld();
    const request = new OpenRequest<T>(this.#what, maxItems);
    this.#open.push(request);
    return request;
  }

  /** The request that an answer which has come belongs to; undefined: nobody asked. */
  take(): OpenRequest<T> | undefined {
    this.#forgetOld();
    return this.#open.shift();
  }

  #forgetOld(): void {
    const now = runtime().now();
    this.#open = this.#open.filter((request) => !request.isForgotten(now));
  }
}
