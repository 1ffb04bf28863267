/**
 * One `Peer` over a line that carries messages, without a server, keys or bytes: for runs
 * about the peer's own tasks and channels. What the remote does, the run says.
 */

import { Chan } from '../csp/chan.ts';
import { Done } from '../csp/done.ts';
import { recv, select } from '../csp/select.ts';
import { ConnClosed, EndOfStream, type NetConn } from '../net/net-conn.ts';
import { discMsg } from '../p2p/base-protocol.ts';
import type { HelloConn, Transport } from '../p2p/conn.ts';
import { nodeIDOf } from '../p2p/enode.ts';
import { newMsg, type Msg } from '../p2p/message.ts';
import { DiscError, discNetworkError } from '../p2p/peer-error.ts';
import type { Cap } from '../p2p/protocol.ts';
import { encodeDisconnect } from '../p2p/rlpx/disconnect.ts';

/** The line as the peer sees it. The other three members are the remote. */
export class Line implements Transport {
  /** What the remote has sent. */
  readonly incoming = new Chan<Msg>('line', 64);
  /** What has reached the remote. */
  readonly heard: Msg[] = []; // BOUNDED by the run
  /** What a write waits for, and throws. Without it the remote takes what comes at once. */
  beforeWrite: ((msg: Msg) => Promise<void>) | undefined;
  readonly #over = new Done('the line is closed');

  async readMsg(): Promise<Msg> {
    const event = await select({ msg: recv(this.incoming), over: recv(this.#over) });
    if (event.case === 'over') throw new EndOfStream();
    return event.value;
  }

  async writeMsg(msg: Msg): Promise<void> {
    await this.beforeWrite?.(msg);
    if (this.#over.closed) throw new ConnClosed('write');
    this.heard.push(msg);
  }

  close(error: unknown): Promise<void> {
    if (error instanceof DiscError && error.reason !== discNetworkError) {
      this.heard.push(newMsg(discMsg, encodeDisconnect(error.reason)));
    }
    this.cut();
    return Promise.resolve();
  }

  /** From here on nothing is read, and nothing can be written. */
  cut(): void {
    this.#over.close();
  }

  get over(): Done {
    return this.#over;
  }
}

/** A connection whose bytes nobody reads. */
const noBytes: NetConn = {
  remoteAddr: '10.0.0.2:40404',
  localAddr: '10.0.0.1:30303',
  peek: () => new Uint8Array(),
  consume: () => undefined,
  fill: () => Promise.reject(new ConnClosed('read')),
  readFull: () => Promise.reject(new ConnClosed('read')),
  write: () => Promise.reject(new ConnClosed('write')),
  setReadDeadline: () => undefined,
  setWriteDeadline: () => undefined,
  close: () => Promise.resolve(),
};

/** What `Peer` is made of, when the remote speaks `caps`. */
export function connOver(transport: Transport, caps: readonly Cap[]): HelloConn {
  return {
    fd: noBytes,
    transport,
    flags: { inbound: true, staticDialed: false, trusted: false },
    id: nodeIDOf('22'.repeat(64)),
    cont: new Chan('cont'),
    caps,
    name: 'remote',
  };
}
