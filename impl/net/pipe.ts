/**
 * A connection in memory: what one end writes, the other reads, through a buffer of
 * fixed size each way. The page runs nodes over it, and so do the tests. It keeps the
 * rules of a socket: a full buffer stops the writer, a closed end is noticed only by
 * whoever reads or writes, and what was written before a close can still be read.
 */

import { concatAll } from '../bytes.ts';
import { Done } from '../csp/done.ts';
import { runtime } from '../csp/runtime.ts';
import { RuntimeMisuse } from '../csp/seam.ts';
import { recv, select } from '../csp/select.ts';
import { Signal } from '../csp/signal.ts';
import { Timer } from '../csp/timer.ts';
import { Deadline, maxLingerMs } from './deadline.ts';
import { ConnClosed, DeadlineExceeded, EndOfStream, type NetConn } from './net-conn.ts';

export interface PipeOptions {
  /** Bytes that may lie in the pipe, each way. Default 64 KiB. */
  readonly capacity?: number;
  /** `host:port` of the first end and of the second. */
  readonly addrs?: readonly [string, string];
  /** What traces call the first end and the second. Default: the other's address. */
  readonly names?: readonly [string, string];
}

/** Two ends of a connection. Each belongs to a different node, or test. */
export function pipe(options: PipeOptions = {}): [NetConn, NetConn] {
  const capacity = options.capacity ?? 65_536;
  const [a, b] = options.addrs ?? ['10.0.0.1:30303', '10.0.0.2:40404'];
  const [nameA, nameB] = options.names ?? [b, a];
  const there = new Flow(nameA, nameB, capacity);
  const back = new Flow(nameB, nameA, capacity);
  return [new PipeEnd(nameA, a, b, back, there), new PipeEnd(nameB, b, a, there, back)];
}

/** One direction: the bytes under way, and what each side knows of the other. */
class Flow {
  /** Raised for the reader: bytes came, or an end was closed. */
  readonly forReader: Signal;
  /** Raised for the writer: there is room, or an end was closed. */
  readonly forWriter: Signal;
  /** The writer closed: what lies here is all there will be. */
  ended = false;
  /** The reader closed: nobody will read what is written. */
  refused = false;
  readonly #capacity: number;
  #chunks: Uint8Array[] = []; // BOUNDED by capacity, in bytes
  #size = 0;
  #discards = false;

  constructor(writer: string, reader: string, capacity: number) {
    this.forReader = new Signal(`read ${reader}`);
    this.forWriter = new Signal(`write ${writer}`);
    this.#capacity = capacity;
  }

  /** Takes as many bytes as there is room for, and says how many. */
  put(bytes: Uint8Array): number {
    if (this.#discards) return bytes.length;
    const part = bytes.slice(0, this.#capacity - this.#size);
    if (part.length === 0) return 0;
    this.#chunks.push(part);
    this.#size += part.length;
    this.forReader.raise();
    return part.length;
  }

  /** Hands out up to `wanted` bytes, as they came. */
  take(wanted: number): Uint8Array[] {
    const taken: Uint8Array[] = [];
    let missing = Math.min(wanted, this.#size);
    this.#size -= missing;
    while (missing > 0) {
      const chunk = this.#chunks.shift();
      if (chunk === undefined) break; // not reached: the sizes add up to #size
      if (chunk.length > missing) this.#chunks.unshift(chunk.subarray(missing));
      taken.push(chunk.subarray(0, missing));
      missing -= Math.min(missing, chunk.length);
    }
    if (taken.length > 0) this.forWriter.raise();
    return taken;
  }

  /** What lies here and what still comes is thrown away. */
  discard(): void {
    this.#discards = true;
    this.#chunks = [];
    this.#size = 0;
    this.forWriter.raise();
  }
}

class PipeEnd implements NetConn {
  readonly localAddr: string;
  readonly remoteAddr: string;
  readonly #runtime = runtime();
  readonly #name: string;
  readonly #in: Flow;
  readonly #out: Flow;
  readonly #readDeadline: Deadline;
  readonly #writeDeadline: Deadline;
  readonly #gone: Done;
  #reading = false;
  #writing = false;
  #cutOff = false; // a write stopped half way: nothing may follow it
  #closed = false;

  constructor(name: string, local: string, remote: string, incoming: Flow, out: Flow) {
    this.#name = name;
    this.localAddr = local;
    this.remoteAddr = remote;
    this.#in = incoming;
    this.#out = out;
    this.#readDeadline = new Deadline(`read deadline ${name}`);
    this.#writeDeadline = new Deadline(`write deadline ${name}`);
    this.#gone = new Done(`closed ${name}`);
  }

  async readFull(length: number): Promise<Uint8Array> {
    if (this.#reading) throw new RuntimeMisuse(`two reads at a time on ${this.#name}`);
    this.#reading = true;
    try {
      return await this.#read(length);
    } finally {
      this.#reading = false;
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#writing) throw new RuntimeMisuse(`two writes at a time on ${this.#name}`);
    this.#writing = true;
    try {
      await this.#write(bytes);
    } finally {
      this.#writing = false;
    }
  }

  setReadDeadline(at: number | undefined): void {
    if (!this.#closed) this.#readDeadline.set(at);
  }

  setWriteDeadline(at: number | undefined): void {
    if (!this.#closed) this.#writeDeadline.set(at);
  }

  async close(lingerMs = 0): Promise<void> {
    if (this.#closed) return this.#gone.wait();
    this.#closed = true;
    this.#readDeadline.set(undefined);
    this.#writeDeadline.set(undefined);
    this.#out.ended = true;
    this.#in.discard();
    // The other side's reader, then our own read and write, if they wait.
    this.#out.forReader.raise();
    this.#in.forReader.raise();
    this.#out.forWriter.raise();
    if (lingerMs > 0) await this.#linger(Math.min(lingerMs, maxLingerMs));
    this.#in.refused = true;
    this.#in.forWriter.raise();
    this.#gone.close();
    return this.#runtime.ready(undefined);
  }

  async #read(length: number): Promise<Uint8Array> {
    const chunks: Uint8Array[] = []; // BOUNDED by the bytes that came, not by `length`
    let missing = length;
    let waited = false;
    for (;;) {
      if (this.#closed) throw new ConnClosed('read');
      if (!waited && this.#readDeadline.passed) throw new DeadlineExceeded('read');
      for (const chunk of this.#in.take(missing)) {
        chunks.push(chunk);
        missing -= chunk.length;
      }
      if (missing === 0) break;
      if (this.#in.ended) throw new EndOfStream();
      waited = true;
      const event = await select({
        changed: recv(this.#in.forReader),
        deadline: recv(this.#readDeadline),
      });
      if (event.case === 'deadline' && this.#readDeadline.fired()) {
        throw new DeadlineExceeded('read');
      }
    }
    const [first] = chunks;
    const bytes =
      chunks.length === 1 && first !== undefined ? first : concatAll(chunks);
    this.#runtime.tracer?.emit('read', { ch: this.#name, v: `${length} bytes` }, bytes);
    return waited ? bytes : this.#runtime.ready(bytes);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    let sent = 0;
    let waited = false;
    for (;;) {
      if (this.#closed || this.#out.refused || this.#cutOff) {
        throw new ConnClosed('write');
      }
      if (!waited && this.#writeDeadline.passed) throw new DeadlineExceeded('write');
      if (!waited) this.#traceWrite(bytes);
      sent += this.#out.put(bytes.subarray(sent));
      if (sent === bytes.length) break;
      waited = true;
      const event = await select({
        changed: recv(this.#out.forWriter),
        deadline: recv(this.#writeDeadline),
      });
      if (event.case === 'deadline' && this.#writeDeadline.fired()) {
        this.#cutOff = true;
        throw new DeadlineExceeded('write');
      }
    }
    if (!waited) await this.#runtime.ready(undefined);
  }

  #traceWrite(bytes: Uint8Array): void {
    const fields = { ch: this.#name, v: `${bytes.length} bytes` };
    this.#runtime.tracer?.emit('write', fields, bytes);
  }

  /** Waits until the other side closes too, or the time is over. */
  async #linger(lingerMs: number): Promise<void> {
    const over = new Timer(`linger ${this.#name}`, lingerMs);
    while (!this.#in.ended) {
      const event = await select({
        changed: recv(this.#in.forReader),
        over: recv(over),
      });
      if (event.case === 'over') break;
    }
    over.stop();
  }
}
