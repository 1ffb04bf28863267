/** Connections that stand before another: one cuts what is written, one notes what is asked for. */

import { runtime } from '../../impl/csp/runtime.ts';
import type { NetConn } from '../../impl/net/net-conn.ts';
import type { Prng } from '../../impl/sim/prng.ts';

export class Before implements NetConn {
  readonly remoteAddr: string;
  readonly localAddr: string;
  protected readonly fd: NetConn;

  constructor(fd: NetConn) {
    this.fd = fd;
    this.remoteAddr = fd.remoteAddr;
    this.localAddr = fd.localAddr;
  }

  peek(wanted?: number): Uint8Array {
    return this.fd.peek(wanted);
  }
  consume(length: number): void {
    this.fd.consume(length);
  }
  fill(length: number): Promise<void> {
    return this.fd.fill(length);
  }
  readFull(length: number): Promise<Uint8Array> {
    return this.fd.readFull(length);
  }
  write(bytes: Uint8Array): Promise<void> {
    return this.fd.write(bytes);
  }
  setReadDeadline(at: number | undefined): void {
    this.fd.setReadDeadline(at);
  }
  setWriteDeadline(at: number | undefined): void {
    this.fd.setWriteDeadline(at);
  }
  close(lingerMs?: number): Promise<void> {
    return this.fd.close(lingerMs);
  }
}

/** How what somebody writes is cut: each piece comes by itself. */
export type Cut = 'whole' | 'cut at random' | 'one byte at a time';
export const cuts: readonly Cut[] = ['whole', 'cut at random', 'one byte at a time'];

/** Who writes more than this does not do so byte by byte. */
export const bytewiseLimit = 4096;

export class CutConn extends Before {
  /** Bytes written. */
  written = 0;
  readonly #cut: Cut;
  readonly #random: Prng;

  constructor(fd: NetConn, cut: Cut, random: Prng) {
    super(fd);
    this.#cut = cut;
    this.#random = random;
  }

  override async write(bytes: Uint8Array): Promise<void> {
    this.written += bytes.length;
    if (this.#cut === 'whole') return this.fd.write(bytes);
    const most = Math.max(97, Math.floor(bytes.length / 16));
    for (let at = 0; at < bytes.length;) {
      const length = this.#cut === 'cut at random' ? 1 + this.#random.below(most) : 1;
      await this.fd.write(bytes.subarray(at, at + length));
      await runtime().pause(); // who reads may look at this piece alone
      at += length;
    }
  }
}

/** What one connection has made its reader ask of the line. */
export interface Asked {
  /** The most bytes that it waited for at once. */
  most: number;
}

export class MeasuredConn extends Before {
  readonly #asked: Asked;

  constructor(fd: NetConn, asked: Asked) {
    super(fd);
    this.#asked = asked;
  }

  override fill(length: number): Promise<void> {
    this.#note(length);
    return super.fill(length);
  }

  override readFull(length: number): Promise<Uint8Array> {
    this.#note(length);
    return super.readFull(length);
  }

  #note(length: number): void {
    this.#asked.most = Math.max(this.#asked.most, length);
  }
}
