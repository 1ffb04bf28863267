/** Where connections come from: `tcp.ts` makes them of sockets, `memory.ts` of pipes. */

import type { Done } from '../csp/done.ts';
import type { NetConn } from './net-conn.ts';

export interface Listener {
  /** The port that it really has, also if any was asked for. */
  readonly host: string;
  readonly port: number;
  /**
   * Waits for the next connection.
   *
   * @throws {AcceptFailed} the system gave none: ask again after a pause; or more came
   *   than may wait (cause: `QueueFull`)
   * @throws {ConnClosed} the listener is closed
   */
  accept(): Promise<NetConn>;
  /** Refuses what waits and resolves when the port is free. */
  close(): Promise<void>;
}

export interface Network {
  listen(host: string, port: number): Promise<Listener>;
  /**
   * @param stop ends the attempt at once
   * @throws {DeadlineExceeded} no answer within `timeoutMs`
   * @throws {ConnClosed} refused, unreachable, or stopped
   */
  dial(host: string, port: number, timeoutMs: number, stop: Done): Promise<NetConn>;
}
