/**
 * The two halves of a connection, whatever it is made of: a read that collects exactly
 * so many bytes, and a write that waits until all are taken. Each waits for a change,
 * for its deadline, and for nothing else; then it looks again.
 */

import { concatAll } from '../bytes.ts';
import { runtime } from '../csp/runtime.ts';
import { RuntimeMisuse } from '../csp/seam.ts';
import { recv, select, type Receivable } from '../csp/select.ts';
import { Deadline } from './deadline.ts';
import { ConnClosed, DeadlineExceeded } from './net-conn.ts';

/** Where bytes come from. */
export interface Source {
  /** Raised when bytes came, or when none will come any more. */
  readonly changed: Receivable<void>;
  /** Hands out up to `wanted` of the bytes that are here, as they came. */
  take(wanted: number): readonly Uint8Array[];
  /** Why no further byte will come; asked when `take` gave too few. */
  failure(): Error | undefined;
}

/** Where bytes go. */
export interface Sink {
  /** Raised when bytes were taken, or when none will be taken any more. */
  readonly changed: Receivable<void>;
  /** Begins to send, and returns what says whether all is taken. It may push on. */
  send(bytes: Uint8Array): () => boolean;
  /** Why no byte can be sent; asked before every look at the progress. */
  failure(): Error | undefined;
}

export class ReadHalf {
  readonly deadline: Deadline;
  readonly #runtime = runtime();
  readonly #name: string;
  readonly #source: Source;
  #busy = false;

  constructor(name: string, source: Source) {
    this.deadline = new Deadline(`read deadline ${name}`);
    this.#name = name;
    this.#source = source;
  }

  async readFull(length: number): Promise<Uint8Array> {
    if (this.#busy) throw new RuntimeMisuse(`two reads at a time on ${this.#name}`);
    this.#busy = true;
    try {
      return await this.#collect(length);
    } finally {
      this.#busy = false;
    }
  }

  // #region read-full
  async #collect(length: number): Promise<Uint8Array> {
    if (this.deadline.passed) throw new DeadlineExceeded('read');
    //: Pieces in a list, joined once. It grows with what came, not with what the
    //: other side said would come.
    const chunks: Uint8Array[] = []; // BOUNDED by `length`, in bytes
    let missing = length;
    let waited = false;
    for (;;) {
      for (const chunk of this.#source.take(missing)) {
        chunks.push(chunk);
        missing -= chunk.length;
      }
      if (missing === 0) break;
      const failure = this.#source.failure();
      if (failure !== undefined) throw failure;
      waited = true;
      const event = await select({
        changed: recv(this.#source.changed),
        deadline: recv(this.deadline),
      });
      if (event.case === 'deadline' && this.deadline.fired()) {
        throw new DeadlineExceeded('read');
      }
    }
    const [only] = chunks;
    const bytes = chunks.length === 1 && only !== undefined ? only : concatAll(chunks);
    const fields = { ch: this.#name, v: `${length} bytes` };
    this.#runtime.tracer?.emit('read', fields, bytes);
    return waited ? bytes : this.#runtime.ready(bytes);
  }
  // #endregion read-full
}

export class WriteHalf {
  readonly deadline: Deadline;
  readonly #runtime = runtime();
  readonly #name: string;
  readonly #sink: Sink;
  #busy = false;
  #cutOff = false;

  constructor(name: string, sink: Sink) {
    this.deadline = new Deadline(`write deadline ${name}`);
    this.#name = name;
    this.#sink = sink;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#busy) throw new RuntimeMisuse(`two writes at a time on ${this.#name}`);
    this.#busy = true;
    try {
      await this.#push(bytes);
    } finally {
      this.#busy = false;
    }
  }

  // #region write-all
  async #push(bytes: Uint8Array): Promise<void> {
    const failure = this.#sink.failure();
    if (failure !== undefined) throw failure;
    //: A message that stopped half way: nothing that follows it would make sense.
    if (this.#cutOff) throw new ConnClosed('write', new DeadlineExceeded('write'));
    if (this.deadline.passed) throw new DeadlineExceeded('write');
    const fields = { ch: this.#name, v: `${bytes.length} bytes` };
    this.#runtime.tracer?.emit('write', fields, bytes);
    const isTaken = this.#sink.send(bytes);
    if (isTaken()) return this.#runtime.ready(undefined);
    for (;;) {
      const event = await select({
        changed: recv(this.#sink.changed),
        deadline: recv(this.deadline),
      });
      const broken = this.#sink.failure();
      if (broken !== undefined) throw broken;
      if (isTaken()) return;
      if (event.case === 'deadline' && this.deadline.fired()) {
        this.#cutOff = true;
        throw new DeadlineExceeded('write');
      }
    }
  }
  // #endregion write-all
}
