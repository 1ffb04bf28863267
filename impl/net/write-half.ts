/**
 * The writing half of a connection, whatever it is made of. A write is over when the
 * connection has taken over all its bytes; until then it waits, under its deadline.
 */

import { runtime } from '../csp/runtime.ts';
import { RuntimeMisuse, type TraceFields } from '../csp/seam.ts';
import { recv, select, type Receivable } from '../csp/select.ts';
import { Deadline } from './deadline.ts';
import { ConnClosed, DeadlineExceeded } from './net-conn.ts';

/** Where bytes go. It takes one byte string after the other. */
export interface Sink {
  /** Raised when it may take more, or will take nothing any more. */
  readonly changed: Receivable<void>;
  /** Takes over what there is room for, and says whether that is all. */
  begin(bytes: Uint8Array): boolean;
  /** Goes on with what it began. */
  advance(): boolean;
  /** Why no byte can be sent; asked before every look at the progress. */
  failure(): Error | undefined;
}

export class WriteHalf {
  readonly deadline: Deadline;
  readonly #runtime = runtime();
  readonly #name: string;
  readonly #sink: Sink;
  #isWriting = false;
  #isCutOff = false;

  constructor(name: string, sink: Sink) {
    this.deadline = new Deadline('write', name);
    this.#name = name;
    this.#sink = sink;
  }

  // #region write-all
  write(bytes: Uint8Array): Promise<void> {
    const refusal = this.#refusal();
    if (refusal !== undefined) return Promise.reject(refusal);
    this.#runtime.tracer?.emit('write', this.#fields(bytes), bytes);
    //: The usual case: there is room. No deadline runs, and nothing is waited for.
    if (this.#sink.begin(bytes)) return this.#runtime.ready(undefined);
    return this.#finish();
  }

  /** Waits until all is taken. */
  async #finish(): Promise<void> {
    this.#isWriting = true;
    this.deadline.await();
    try {
      for (;;) {
        const event = await select({
          changed: recv(this.#sink.changed),
          deadline: recv(this.deadline),
        });
        const failure = this.#sink.failure();
        if (failure !== undefined) throw failure;
        if (this.#sink.advance()) return;
        if (event.case === 'deadline' && this.deadline.isOver()) {
          //: A message that stopped half way: nothing that follows would make sense.
          this.#isCutOff = true;
          throw new DeadlineExceeded('write');
        }
      }
    } finally {
      this.deadline.leave();
      this.#isWriting = false;
    }
  }
  // #endregion write-all

  #fields({ length }: Uint8Array): TraceFields {
    return { ch: this.#name, v: `${length} bytes` };
  }

  #refusal(): Error | undefined {
    if (this.#isWriting)
      return new RuntimeMisuse(`two writes at a time on ${this.#name}`);
    const failure = this.#sink.failure();
    if (failure !== undefined) return failure;
    if (this.#isCutOff) return new ConnClosed('write', new DeadlineExceeded('write'));
    return this.deadline.isOver() ? new DeadlineExceeded('write') : undefined;
  }
}
