/**
 * Connections over TCP, for Node: how they are made. What they do is in `tcp-conn.ts`;
 * these two files see socket events, and no other does: a callback notes what happened
 * and raises a signal, and the task that waits looks again.
 */

import { connect, createServer, type Server, type Socket } from 'node:net';
import { Done } from '../csp/done.ts';
import { runtime } from '../csp/runtime.ts';
import { recv, select } from '../csp/select.ts';
import { Signal } from '../csp/signal.ts';
import { Timer } from '../csp/timer.ts';
import { AcceptFailed, ConnClosed, DeadlineExceeded, QueueFull } from './net-conn.ts';
import type { NetConn } from './net-conn.ts';
import { joinHostPort, TcpConn } from './tcp-conn.ts';

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
  const onError = (error: Error): void => {
    failure = error;
    settled.raise();
  };
  // In the tick of its creation: an 'error' that nobody hears ends the process.
  socket.on('error', onError);
  socket.once('connect', () => {
    conn = new TcpConn(socket);
    // From here on the connection hears it; what made it is forgotten.
    socket.off('error', onError);
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
  /** Connections that may wait to be accepted; the next are closed, and told. Default 128. */
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
  /** Errors that `accept` has not thrown yet, and the last of them. */
  #failures = 0;
  #failure: Error | undefined;

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
    server.on('error', (error) => {
      this.#failed(error);
    });
  }

  // #region accept
  /**
   * Waits for a connection.
   *
   * @throws {AcceptFailed} an error of the system, which is not the listener's end. Without
   *   a file descriptor, most often none comes: Node closes the connection by itself.
   *   Also if connections were closed because too many wait (cause: `QueueFull`)
   * @throws {ConnClosed} the listener is closed
   */
  async accept(): Promise<NetConn> {
    for (;;) {
      if (this.#closed.closed) throw new ConnClosed('accept');
      if (this.#failures > 0) {
        const error = new AcceptFailed(this.#failures, this.#failure);
        this.#failures = 0;
        throw error;
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
    const isFull = this.#waiting.length >= maxWaiting;
    const conn = new TcpConn(socket);
    if (isFull || this.#closed.closed || socket.remoteAddress === undefined) {
      socket.destroy();
      if (isFull) this.#failed(new QueueFull(maxWaiting));
      return;
    }
    this.#waiting.push(conn);
    this.#changed.raise();
  }

  #failed(error: Error): void {
    this.#failures++;
    this.#failure = error;
    this.#changed.raise();
  }
}
