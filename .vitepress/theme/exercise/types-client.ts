/**
 * The page's side of the types' worker. Whatever happens to the worker, the editor goes
 * on: a question without an answer is answered with undefined.
 */

import {
  maxTypedLength,
  type AnswerTo,
  type Question,
  type TypesMessage,
  type TypesOrder,
} from '../../../exercises/kit/types/asks.ts';

/** `too-long`: the text is not looked at as it is now; the worker waits for a shorter. */
export type TypesState = 'loading' | 'ready' | 'failed' | 'too-long';

/** A question that has no answer by then has none: some types take TypeScript for ever. */
const answerMs = 15_000;
/** What has not come by then comes no more; a slow connection takes a minute. */
const startMs = 120_000;

/** Starts a worker, and hears it from then on. */
export type StartWorker = (
  onMessage: (message: TypesMessage) => void,
  onError: () => void,
) => TypesWorker;

export interface TypesWorker {
  postMessage(order: TypesOrder): void;
  terminate(): void;
}

interface Waiting {
  readonly settle: (answer: AnswerTo<Question>) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class TypesClient {
  readonly #worker: TypesWorker;
  readonly #onState: (state: TypesState) => void;
  readonly #waiting = new Map<number, Waiting>(); // BOUNDED by what is asked in 15 s
  #state: TypesState = 'loading';
  #asked = 0;
  #sent: string;
  readonly #start: ReturnType<typeof setTimeout>;

  /**
   * @param texts address of what the reader's imports reach
   * @param file path of the reader's file, from the root
   * @param onState is told of each state but the first
   */
  constructor(
    start: StartWorker,
    { texts, file, text }: Omit<Extract<TypesOrder, { type: 'open' }>, 'type'>,
    onState: (state: TypesState) => void,
  ) {
    this.#onState = onState;
    this.#sent = text.length > maxTypedLength ? '' : text;
    this.#worker = start(
      (message) => this.#take(message),
      () => this.#fail(),
    );
    this.#order({ type: 'open', texts, file, text: this.#sent });
    this.#start = setTimeout(() => this.#fail(), startMs);
  }

  /** The answer for `text`; undefined if there is none, or none yet. */
  ask<Q extends Question>(text: string, question: Q): Promise<AnswerTo<Q> | undefined>;
  ask(text: string, question: Question): Promise<AnswerTo<Question>> {
    if (this.#state === 'loading' || this.#state === 'failed')
      return Promise.resolve(undefined);
    const tooLong = text.length > maxTypedLength;
    this.#become(tooLong ? 'too-long' : 'ready');
    if (tooLong) return Promise.resolve(undefined);
    this.#asked += 1;
    const id = this.#asked;
    const order = { type: 'ask', id, question } as const;
    this.#order(text === this.#sent ? order : { ...order, text });
    this.#sent = text;
    return new Promise((settle) => {
      const timer = setTimeout(() => this.#fail(), answerMs);
      this.#waiting.set(id, { settle, timer });
    });
  }

  close(): void {
    this.#worker.terminate();
    clearTimeout(this.#start);
    for (const { settle, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      settle(undefined);
    }
    this.#waiting.clear();
  }

  #order(order: TypesOrder): void {
    this.#worker.postMessage(order);
  }

  #take(message: TypesMessage): void {
    if (message.type === 'failed') {
      this.#fail();
      return;
    }
    if (message.type === 'ready') {
      clearTimeout(this.#start);
      this.#become('ready');
      return;
    }
    const waiting = this.#waiting.get(message.id);
    if (waiting === undefined) return;
    this.#waiting.delete(message.id);
    clearTimeout(waiting.timer);
    waiting.settle(message.answer);
  }

  #fail(): void {
    this.close();
    this.#become('failed');
  }

  #become(state: TypesState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#onState(state);
  }
}
