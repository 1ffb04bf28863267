/**
 * Connections over TCP, for Node. The one file that sees socket events: a callback
 * notes what happened and raises a signal, and the task that waits looks again. The
 * socket stays in paused mode, so what nobody reads stays on the sender's side.
 *
 * A FIN from the other side ends our reads after the bytes before it, and nothing else:
 * we may still write (`allowHalfOpen`), and whoever read the end closes.
 */

import { connect, createServer, type Server, type Socket } from 'node:net';
import { Done } from '../csp/done.ts';
import { runtime } from '../csp/runtime.ts';
import { recv, select } from '../csp/select.ts';
import { Signal } from '../csp/signal.ts';
import { Timer } from '../csp/timer.ts';
import { maxLingerMs } from './deadline.ts';
import { ConnClosed, DeadlineExceeded, EndOfStream, type NetConn } from './net-conn.ts';
import { ReadHalf, WriteHalf } from './transfer.ts';

/** After an error of accept, which comes back at once if it is asked again at once. */
const acceptPauseMs = 200;

export interface DialOptions {
  /** Default 15 s. */
  readonly timeoutMs?: number;
  /** Ends the attempt at once. */
  readonly stop?: Done;
}

/**
 * Waits for a connection to `host:port`.
 *
 * @throws {DeadlineExceeded} nobody answered in time
 * @throws {ConnClosed} nobody listens there, or `stop`
 */
export async function dialTCP(
  host: string,
  port: number,
  options: DialOptions = {},
): Promise<NetConn> {
  if (options.stop?.closed === true) throw new ConnClosed('dial');
  const settled = new Signal(`dial ${joinHostPort(host, port)}`);
  let conn: TcpConn | undefined;
  let failure: Error | undefined;
  const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
  // In the tick of its creation: an 'error' that nobody hears ends the process.
  socket.on('error', (error) => {
    failure = error;
    settled.raise();
  });
  socket.once('connect', () => {
    conn = new TcpConn(socket);
    settled.raise();
  });
  const late = new Timer('dial timeout', options.timeoutMs ?? 15_000);
  const event = await select({
    settled: recv(settled),
    late: recv(late),
    stop: recv(options.stop),
  });
  late.stop();
  if (event.case === 'settled' && conn !== undefined) return conn;
  socket.destroy();
  if (event.case === 'late') throw new DeadlineExceeded('dial');
  throw new ConnClosed('dial', failure);
}

export interface ListenOptions {
  /** Connections that may wait to be accepted; the next are closed. Default 128. */
  readonly maxWaiting?: number;
}

/** @throws {ConnClosed} the port is taken, or not ours to use */
export async function listenTCP(
  host: string,
  port: number,
  options: ListenOptions = {},
): Promise<Listener> {
  // Nothing is read from a connection that nobody has accepted.
  const server = createServer({
    allowHalfOpen: true,
    noDelay: true,
    pauseOnConnect: true,
  });
  const settled = new Signal(`listen on ${joinHostPort(host, port)}`);
  let failure: Error | undefined;
  const onError = (error: Error): void => {
    failure = error;
    settled.raise();
  };
  server.once('error', onError);
  server.listen(port, host, () => {
    settled.raise();
  });
  await select({ settled: recv(settled) });
  if (failure !== undefined) throw new ConnClosed('listen', failure);
  const listener = new Listener(server, options);
  server.off('error', onError);
  return listener;
}

export class Listener {
  readonly host: string;
  readonly port: number;
  readonly #runtime = runtime();
  readonly #server: Server;
  readonly #waiting: TcpConn[] = []; // BOUNDED by maxWaiting
  readonly #changed: Signal;
  readonly #closed: Done;
  #acceptFailed = false;

  constructor(server: Server, options: ListenOptions = {}) {
    const address = server.address();
    // A string is the path of a Unix socket; null, a server that does not listen.
    if (address === null || typeof address === 'string') throw new ConnClosed('listen');
    this.host = address.address;
    this.port = address.port;
    this.#server = server;
    this.#changed = new Signal(`accept on port ${this.port}`);
    this.#closed = new Done(`listener on port ${this.port} closed`);
    const maxWaiting = options.maxWaiting ?? 128;
    server.on('connection', (socket) => {
      this.#arrived(socket, maxWaiting);
    });
    server.on('error', () => {
      this.#acceptFailed = true;
      this.#changed.raise();
    });
  }

  // #region accept
  /**
   * Waits for a connection. An error of the system (no file descriptor left, say) is
   * not the listener's end: it pauses and goes on.
   *
   * @throws {ConnClosed} the listener is closed
   */
  async accept(): Promise<NetConn> {
    for (;;) {
      if (this.#closed.closed) throw new ConnClosed('accept');
      if (this.#acceptFailed) {
        this.#acceptFailed = false;
        await this.#pause();
        continue;
      }
      const conn = this.#waiting.shift();
      if (conn !== undefined) return this.#runtime.ready(conn);
      await select({ changed: recv(this.#changed), closed: recv(this.#closed) });
    }
  }
  // #endregion accept

  /** Frees the port and ends what nobody accepted. Accepted connections live on. */
  async close(): Promise<void> {
    if (!this.#closed.closed) {
      this.#closed.close();
      this.#server.close();
    }
    for (let conn = this.#waiting.shift(); conn; conn = this.#waiting.shift()) {
      await conn.close();
    }
  }

  #arrived(socket: Socket, maxWaiting: number): void {
    // Node has accepted it and cannot leave it in the kernel: the bound is here.
    const refused = this.#closed.closed || this.#waiting.length >= maxWaiting;
    const conn = new TcpConn(socket);
    if (refused || socket.remoteAddress === undefined) {
      socket.destroy();
      return;
    }
    this.#waiting.push(conn);
    this.#changed.raise();
  }

  async #pause(): Promise<void> {
    const over = new Timer('pause after an accept error', acceptPauseMs);
    await select({ over: recv(over), closed: recv(this.#closed) });
    over.stop();
  }
}

class TcpConn implements NetConn {
  readonly localAddr: string;
  readonly remoteAddr: string;
  readonly #name: string;
  readonly #socket: Socket;
  readonly #forReader: Signal;
  readonly #forWriter: Signal;
  readonly #reads: ReadHalf;
  readonly #writes: WriteHalf;
  /** The socket is destroyed and its handle is free. */
  readonly #gone: Done;
  #rest: Uint8Array | undefined; // read from the socket, not asked for yet
  #listening = false;
  #ended = false;
  #error: Error | undefined;
  #closed = false;

  /** @param socket connected, and made in this tick: its errors are heard from here on */
  constructor(socket: Socket) {
    this.#socket = socket;
    this.localAddr = joinHostPort(socket.localAddress, socket.localPort);
    this.remoteAddr = joinHostPort(socket.remoteAddress, socket.remotePort);
    this.#name = this.remoteAddr;
    this.#forReader = new Signal(`read ${this.#name}`);
    this.#forWriter = new Signal(`write ${this.#name}`);
    this.#gone = new Done(`${this.#name} closed`);
    this.#reads = new ReadHalf(this.#name, {
      changed: this.#forReader,
      take: (wanted) => this.#take(wanted),
      failure: () => this.#readFailure(),
    });
    this.#writes = new WriteHalf(this.#name, {
      changed: this.#forWriter,
      send: (bytes) => this.#send(bytes),
      failure: () =>
        this.#closed || this.#gone.closed
          ? new ConnClosed('write', this.#error)
          : undefined,
    });
    this.#listen();
  }

  readFull(length: number): Promise<Uint8Array> {
    this.#listenToBytes();
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
    this.#reads.deadline.set(undefined);
    this.#writes.deadline.set(undefined);
    this.#forReader.raise();
    this.#forWriter.raise();
    if (lingerMs > 0 && !this.#socket.destroyed) {
      this.#socket.end();
      //: Unread bytes at the close would make the kernel send RST, and an RST makes
      //: the other side's kernel forget the last message that we wrote.
      this.#listenToBytes();
      this.#discard();
      const over = new Timer(`linger ${this.#name}`, Math.min(lingerMs, maxLingerMs));
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
      this.#error = error;
    });
    this.#socket.on('end', () => {
      this.#ended = true;
      this.#forReader.raise();
    });
    this.#socket.on('close', () => {
      this.#gone.close();
      this.#forReader.raise();
      this.#forWriter.raise();
    });
  }

  /** From here on the stream fetches ahead, up to its 64 KiB. */
  #listenToBytes(): void {
    if (this.#listening) return;
    this.#listening = true;
    this.#socket.on('readable', () => {
      if (this.#closed) this.#discard();
      else this.#forReader.raise();
    });
  }

  #take(wanted: number): readonly Uint8Array[] {
    if (this.#closed) return [];
    const chunk = this.#rest ?? this.#fetch();
    this.#rest = undefined;
    if (chunk === undefined) return [];
    if (chunk.length > wanted) this.#rest = chunk.subarray(wanted);
    return [chunk.subarray(0, wanted)];
  }

  /** All that the stream holds. Asking for a length would raise its limit to that. */
  #fetch(): Uint8Array | undefined {
    // The stream has no encoding set, so these are bytes or nothing.
    const chunk = this.#socket.read() as Uint8Array | null;
    // Not a Buffer: its `slice` would share memory with what comes after.
    return chunk === null
      ? undefined
      : new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
  }

  #readFailure(): Error | undefined {
    if (this.#closed) return new ConnClosed('read');
    if (this.#ended) return new EndOfStream();
    return this.#gone.closed ? new ConnClosed('read', this.#error) : undefined;
  }

  #send(bytes: Uint8Array): () => boolean {
    let taken = false;
    this.#socket.write(bytes, (error) => {
      // Node calls a write that a destroyed socket cut off a success.
      taken = (error ?? null) === null && !this.#socket.destroyed;
      this.#forWriter.raise();
    });
    return () => taken;
  }

  #discard(): void {
    this.#rest = undefined;
    while (this.#socket.read() !== null);
  }
}

function joinHostPort(host: string | undefined, port: number | undefined): string {
  const plain = host?.replace(/^::ffff:(?=\d+\.)/, '') ?? '?';
  return `${plain.includes(':') ? `[${plain}]` : plain}:${port ?? 0}`;
}
