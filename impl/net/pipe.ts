/**
 * A connection in memory: what one end writes, the other reads, through a buffer of
 * fixed size each way. The page runs nodes over it, and so do the tests. It keeps the
 * rules of a socket: a full buffer stops the writer, a closed end is noticed by whoever
 * reads or writes, and what was written before a close can still be read.
 */

import { Done } from '../csp/done.ts';
import { recv, select } from '../csp/select.ts';
import { Signal } from '../csp/signal.ts';
import { Timer } from '../csp/timer.ts';
import { maxLingerMs } from './deadline.ts';
import { Link } from './link.ts';
import { ConnClosed, EndOfStream, type NetConn } from './net-conn.ts';
import { ReadHalf } from './read-half.ts';
import { WriteHalf, type Sink } from './write-half.ts';

export interface PipeOptions {
  /** Bytes that may lie in the pipe or be under way, each way. Default 64 KiB. */
  readonly capacity?: number;
  /** `host:port` of the first end and of the second. */
  readonly addrs?: readonly [string, string];
  /** What traces call the first end and the second. Default: the other's address. */
  readonly names?: readonly [string, string];
  /** What bytes, ends and freed room take to the other side. Default 0: no time at all. */
  readonly latencyMs?: number;
}

/** Two ends of a connection. Each belongs to a different node, or test. */
export function pipe(options: PipeOptions = {}): [NetConn, NetConn] {
  const capacity = options.capacity ?? 65_536;
  const [a, b] = options.addrs ?? ['10.0.0.1:30303', '10.0.0.2:40404'];
  const [nameA, nameB] = options.names ?? [b, a];
  const toB = new Link(options.latencyMs ?? 0);
  const toA = new Link(options.latencyMs ?? 0);
  const there = new Flow(nameA, nameB, capacity, toB, toA);
  const back = new Flow(nameB, nameA, capacity, toA, toB);
  return [new PipeEnd(nameA, a, b, back, there), new PipeEnd(nameB, b, a, there, back)];
}

/** One direction: the bytes under way, and what each side knows of the other. */
class Flow implements Sink {
  readonly reads: ReadHalf;
  readonly writes: WriteHalf;
  /** Raised for the reader: bytes came, or an end was closed. */
  readonly forReader: Signal;
  /** Raised for the writer: there is room, or an end was closed. */
  readonly changed: Signal;
  readonly #link: Link;
  readonly #back: Link;
  // What the reader's side knows.
  #ended = false;
  // What the writer's side knows.
  #room: number;
  #left: Uint8Array | undefined; // of the write that waits
  #closed = false;
  #refused = false;

  /** @param back carries what the reader's side has to say to the writer's */
  constructor(
    writer: string,
    reader: string,
    capacity: number,
    link: Link,
    back: Link,
  ) {
    this.forReader = new Signal(`read ${reader}`);
    this.changed = new Signal(`write ${writer}`);
    this.#room = capacity;
    this.#link = link;
    this.#back = back;
    this.reads = new ReadHalf(reader, this.forReader, (size) => {
      this.#free(size);
    });
    this.writes = new WriteHalf(writer, this);
  }

  /** The writer closed: what lies here is all there will be. */
  get ended(): boolean {
    return this.#ended;
  }

  failure(): Error | undefined {
    return this.#closed || this.#refused ? new ConnClosed('write') : undefined;
  }

  begin(bytes: Uint8Array): boolean {
    this.#left = bytes;
    return this.advance();
  }

  /** Copies as many bytes as there is room for. */
  advance(): boolean {
    const bytes = this.#left;
    if (bytes === undefined) return true;
    let sent = 0;
    // Without latency a reader that waits for more gives the room back at once.
    while (sent < bytes.length && this.#room > 0) {
      const part = bytes.slice(sent, sent + this.#room);
      sent += part.length;
      this.#room -= part.length;
      this.#link.carry(() => {
        this.reads.arrived(part);
      });
    }
    this.#left = sent < bytes.length ? bytes.subarray(sent) : undefined;
    return this.#left === undefined;
  }

  #free(size: number): void {
    if (size === 0) return;
    this.#back.carry(() => {
      this.#room += size;
      if (this.#left !== undefined) this.changed.raise();
    });
  }

  /** The writer closes. */
  end(): void {
    this.#closed = true;
    this.writes.deadline.set(undefined);
    this.#link.carry(() => {
      this.#ended = true;
      this.reads.ended(new EndOfStream());
    });
  }

  /** The reader closed: nobody will read what is written. */
  refuse(): void {
    this.#back.carry(() => {
      this.#refused = true;
      this.changed.raise();
    });
  }

  /** The reader is gone. */
  cut(): void {
    this.#link.cut();
  }
}

class PipeEnd implements NetConn {
  readonly localAddr: string;
  readonly remoteAddr: string;
  readonly #name: string;
  readonly #in: Flow;
  readonly #out: Flow;
  readonly #gone: Done;
  #closed = false;

  constructor(name: string, local: string, remote: string, incoming: Flow, out: Flow) {
    this.#name = name;
    this.localAddr = local;
    this.remoteAddr = remote;
    this.#in = incoming;
    this.#out = out;
    this.#gone = new Done(`${name} closed`);
  }

  peek(wanted = 1): Uint8Array {
    return this.#in.reads.peek(wanted);
  }

  consume(length: number): void {
    this.#in.reads.consume(length);
  }

  fill(length: number): Promise<void> {
    return this.#in.reads.fill(length);
  }

  readFull(length: number): Promise<Uint8Array> {
    return this.#in.reads.readFull(length);
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#out.writes.write(bytes);
  }

  setReadDeadline(at: number | undefined): void {
    if (!this.#closed) this.#in.reads.deadline.set(at);
  }

  setWriteDeadline(at: number | undefined): void {
    if (!this.#closed) this.#out.writes.deadline.set(at);
  }

  async close(lingerMs = 0): Promise<void> {
    if (this.#closed) return this.#gone.wait();
    this.#closed = true;
    // The other side's reader, then our own read and write, if they wait.
    this.#out.end();
    this.#in.reads.close(new ConnClosed('read'));
    this.#out.changed.raise();
    if (lingerMs > 0) await this.#linger(Math.min(lingerMs, maxLingerMs));
    this.#in.refuse();
    this.#in.cut();
    this.#gone.close();
    return this.#gone.wait();
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
