/**
 * A connection in memory: what one end writes, the other reads, through a buffer of
 * fixed size each way. The page runs nodes over it, and so do the tests. It keeps the
 * rules of a socket: a full buffer stops the writer, a closed end is noticed only by
 * whoever reads or writes, and what was written before a close can still be read.
 */

import { Done } from '../csp/done.ts';
import { recv, select } from '../csp/select.ts';
import { Signal } from '../csp/signal.ts';
import { Timer } from '../csp/timer.ts';
import { maxLingerMs } from './deadline.ts';
import { Link } from './link.ts';
import { ConnClosed, EndOfStream, type NetConn } from './net-conn.ts';
import { ReadHalf, WriteHalf } from './transfer.ts';

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
class Flow {
  /** Raised for the reader: bytes came, or an end was closed. */
  readonly forReader: Signal;
  /** Raised for the writer: there is room, or an end was closed. */
  readonly forWriter: Signal;
  readonly #link: Link;
  readonly #back: Link;
  // What the reader's side knows.
  #chunks: Uint8Array[] = []; // BOUNDED by capacity, in bytes
  #size = 0;
  #ended = false;
  #unread = false;
  // What the writer's side knows.
  #room: number;
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
    this.forWriter = new Signal(`write ${writer}`);
    this.#room = capacity;
    this.#link = link;
    this.#back = back;
  }

  /** The writer closed: what lies here is all there will be. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The reader closed: nobody will read what is written. */
  get refused(): boolean {
    return this.#refused;
  }

  /** Copies as many bytes as there is room for, and says how many. */
  put(bytes: Uint8Array): number {
    let sent = 0;
    // Without latency a reader that throws all away gives the room back at once.
    while (sent < bytes.length && this.#room > 0) {
      const part = bytes.slice(sent, sent + this.#room);
      sent += part.length;
      this.#room -= part.length;
      this.#link.carry(() => {
        this.#arrive(part);
      });
    }
    return sent;
  }

  #arrive(part: Uint8Array): void {
    if (this.#unread) {
      this.#free(part.length);
      return;
    }
    this.#chunks.push(part);
    this.#size += part.length;
    this.forReader.raise();
  }

  #free(size: number): void {
    this.#back.carry(() => {
      this.#room += size;
      this.forWriter.raise();
    });
  }

  /** Hands out up to `wanted` bytes, as they came. */
  take(wanted: number): Uint8Array[] {
    const taken: Uint8Array[] = [];
    const size = Math.min(wanted, this.#size);
    let missing = size;
    this.#size -= size;
    while (missing > 0) {
      const chunk = this.#chunks.shift();
      if (chunk === undefined) break; // not reached: the sizes add up to #size
      if (chunk.length > missing) this.#chunks.unshift(chunk.subarray(missing));
      taken.push(chunk.subarray(0, missing));
      missing -= Math.min(missing, chunk.length);
    }
    if (taken.length > 0) this.#free(size);
    return taken;
  }

  /** What lies here and what still comes is thrown away. */
  discard(): void {
    this.#unread = true;
    this.#chunks = [];
    this.#free(this.#size);
    this.#size = 0;
  }

  end(): void {
    this.#link.carry(() => {
      this.#ended = true;
      this.forReader.raise();
    });
  }

  refuse(): void {
    this.#back.carry(() => {
      this.#refused = true;
      this.forWriter.raise();
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
  readonly #reads: ReadHalf;
  readonly #writes: WriteHalf;
  readonly #gone: Done;
  #closed = false;

  constructor(name: string, local: string, remote: string, incoming: Flow, out: Flow) {
    this.#name = name;
    this.localAddr = local;
    this.remoteAddr = remote;
    this.#in = incoming;
    this.#out = out;
    this.#gone = new Done(`${name} closed`);
    this.#reads = new ReadHalf(name, {
      changed: incoming.forReader,
      take: (wanted) => (this.#closed ? [] : incoming.take(wanted)),
      failure: () => {
        if (this.#closed) return new ConnClosed('read');
        return incoming.ended ? new EndOfStream() : undefined;
      },
    });
    this.#writes = new WriteHalf(name, {
      changed: out.forWriter,
      send: (bytes) => {
        let sent = 0;
        return () => (sent += out.put(bytes.subarray(sent))) === bytes.length;
      },
      failure: () =>
        this.#closed || out.refused ? new ConnClosed('write') : undefined,
    });
  }

  readFull(length: number): Promise<Uint8Array> {
    return this.#reads.readFull(length);
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#writes.write(bytes);
  }

  setReadDeadline(at: number | undefined): void {
    if (!this.#closed) this.#reads.deadline.set(at);
  }

  setWriteDeadline(at: number | undefined): void {
    if (!this.#closed) this.#writes.deadline.set(at);
  }

  async close(lingerMs = 0): Promise<void> {
    if (this.#closed) return this.#gone.wait();
    this.#closed = true;
    this.#reads.deadline.set(undefined);
    this.#writes.deadline.set(undefined);
    this.#in.discard();
    // The other side's reader, then our own read and write, if they wait.
    this.#out.end();
    this.#in.forReader.raise();
    this.#out.forWriter.raise();
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
