/**
 * One TCP connection, for Node. The socket flows while somebody reads and at most 64 KiB
 * lie unread; then it is paused, and what nobody reads stays on the sender's side.
 *
 * A FIN from the other side ends our reads after the bytes before it, and nothing else:
 * we may still write (`allowHalfOpen`), and whoever read the end closes.
 */

import type { Socket } from 'node:net';
import { Done } from '../csp/done.ts';
import { recv, select } from '../csp/select.ts';
import { Signal } from '../csp/signal.ts';
import { Timer } from '../csp/timer.ts';
import { maxLingerMs } from './deadline.ts';
import { ConnClosed, EndOfStream, type NetConn } from './net-conn.ts';
import { OutBuffer } from './out-buffer.ts';
import { ReadHalf } from './read-half.ts';
import { WriteHalf } from './write-half.ts';

/** So many unread bytes pause the socket. Its stream holds one piece more, or two. */
export const maxUnread = 65_536;

export class TcpConn implements NetConn {
  readonly remoteAddr: string;
  readonly #socket: Socket;
  readonly #reads: ReadHalf;
  readonly #writes: WriteHalf;
  readonly #out: OutBuffer;
  /** The socket is destroyed and its handle is free. */
  readonly #gone: Done;
  /** The socket gives what comes: from the first read on. */
  #flows: 'not yet' | 'yes' | 'paused' = 'not yet';
  #closed = false;

  /** @param socket connected, and made in this tick: its errors are heard from here on */
  constructor(socket: Socket) {
    this.#socket = socket;
    this.remoteAddr = joinHostPort(socket.remoteAddress, socket.remotePort);
    const name = this.remoteAddr;
    // No trace shows these, so they are not named each for itself.
    this.#gone = new Done('socket closed');
    this.#out = new OutBuffer(socket, 'socket write');
    this.#writes = new WriteHalf(name, this.#out);
    this.#reads = new ReadHalf(name, new Signal('socket read'), () => {
      // Not for every byte that is taken: each time a whole piece would come in for it.
      if (this.#flows === 'paused' && this.#reads.unread < maxUnread) this.#flow();
    });
    this.#listen();
  }

  /** Not kept: the socket knows it. Port 0 if it is first asked after the close. */
  get localAddr(): string {
    return joinHostPort(this.#socket.localAddress, this.#socket.localPort);
  }

  peek(wanted = 1): Uint8Array {
    if (this.#flows === 'not yet') this.#flow();
    return this.#reads.peek(wanted);
  }

  consume(length: number): void {
    this.#reads.consume(length);
  }

  fill(length: number): Promise<void> {
    if (this.#flows === 'not yet') this.#flow();
    return this.#reads.fill(length);
  }

  readFull(length: number): Promise<Uint8Array> {
    if (this.#flows === 'not yet') this.#flow();
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

  // #region tcp-close
  async close(lingerMs = 0): Promise<void> {
    if (this.#closed) return this.#gone.wait();
    this.#closed = true;
    this.#reads.close(new ConnClosed('read'));
    this.#writes.deadline.set(undefined);
    //: What was written in this turn goes to the kernel now. What that does not take
    //: at once is lost, unless there is time to linger.
    this.#out.close();
    if (lingerMs > 0 && !this.#socket.destroyed) {
      this.#socket.end();
      //: Unread bytes at the close would make the kernel send RST, and an RST makes
      //: the other side's kernel forget the last message that we wrote.
      this.#flow();
      const over = new Timer(
        `linger ${this.remoteAddr}`,
        Math.min(lingerMs, maxLingerMs),
      );
      await select({ gone: recv(this.#gone), over: recv(over) });
      over.stop();
    }
    //: `end` alone waits for a peer that may never end its side.
    this.#socket.destroy();
    return this.#gone.wait();
  }
  // #endregion tcp-close

  #listen(): void {
    this.#socket.on('error', (error) => {
      this.#out.fail(error);
    });
    this.#socket.on('end', () => {
      this.#reads.ended(new EndOfStream());
    });
    this.#socket.on('close', () => {
      this.#gone.close();
      this.#out.fail();
      if (this.#closed) return; // by us: reads have their reason
      this.#reads.ended(new ConnClosed('read', this.#socket.errored));
    });
  }

  // #region tcp-flow
  /** From here on the socket gives what comes, until too much lies unread. */
  #flow(): void {
    if (this.#flows === 'not yet') {
      this.#socket.on('data', (chunk: Uint8Array) => {
        // Not a Buffer: its `slice` would share memory with what comes after.
        const { buffer, byteOffset, length } = chunk;
        this.#reads.arrived(new Uint8Array(buffer, byteOffset, length));
        //: What a waiting reader has asked for does not count as unread.
        if (this.#reads.unread < maxUnread || this.#flows === 'paused') return;
        this.#flows = 'paused';
        this.#socket.pause();
      });
    }
    this.#flows = 'yes';
    this.#socket.resume();
  }
  // #endregion tcp-flow
}

export function joinHostPort(
  host: string | undefined,
  port: number | undefined,
): string {
  const plain = host?.replace(/^::ffff:(?=\d+\.)/, '') ?? '?';
  return `${plain.includes(':') ? `[${plain}]` : plain}:${port ?? 0}`;
}
