/** A `Peer` over a line in memory, and what its remote hears of it. */

import { toHex } from '../../impl/bytes.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { ConnClosed, type NetConn } from '../../impl/net/net-conn.ts';
import { discMsg } from '../../impl/p2p/base-protocol.ts';
import { Chan } from '../../impl/csp/chan.ts';
import type { HelloConn, Transport } from '../../impl/p2p/conn.ts';
import { nodeIDOf } from '../../impl/p2p/enode.ts';
import type { PeerFeed } from '../../impl/p2p/events.ts';
import { newMsg } from '../../impl/p2p/message.ts';
import { Peer, type PeerEnd } from '../../impl/p2p/peer.ts';
import { encodeDisconnect } from '../../impl/p2p/rlpx/disconnect.ts';
import type { Cap, Protocol } from '../../impl/p2p/protocol.ts';
import { linePair, type Line } from './transports.ts';

/** An id of test nodes: two hex digits, 64 times. Not a point on the curve. */
export const idOf = (digits: string): HelloConn['id'] => nodeIDOf(digits.repeat(64));

export function makeProtocol(
  run: Protocol['run'],
  { name = 'a', version = 1, length = 5 }: Partial<Omit<Protocol, 'run'>> = {},
): Protocol {
  return { name, version, length, run };
}

/** Reads until the peer ends, as a protocol that has nothing to do. */
export const readAll: Protocol['run'] = async (_peer, rw) => {
  for (;;) await rw.readMsg();
};

/** A connection of which only the addresses are asked. */
const addressesOnly: NetConn = {
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

export function helloConn(
  transport: Transport,
  caps: readonly Cap[],
  fields: Partial<HelloConn> = {},
): HelloConn {
  return {
    fd: addressesOnly,
    transport,
    flags: { inbound: true, staticDialed: false, trusted: false },
    id: idOf('22'),
    cont: new Chan('cont'),
    caps,
    name: 'remote/test',
    ...fields,
  };
}

export interface HeardMsg {
  readonly code: number;
  readonly payload: string;
  readonly at: number;
}

export interface PeerOptions {
  readonly caps?: readonly Cap[];
  readonly feed?: PeerFeed;
  readonly capacity?: number;
  /** Whether the remote takes what it is sent. Default true. */
  readonly remoteReads?: boolean;
}

/** A peer that runs, and its remote: a line that tests write to and that takes notes. */
export class TestPeer {
  readonly peer: Peer;
  readonly line: Line;
  readonly remote: Line;
  /** What reached the remote. */
  readonly heard: HeardMsg[] = [];
  end: PeerEnd | undefined;
  endedAt: number | undefined;
  readonly #wg = new WaitGroup();
  readonly #reads: boolean;

  constructor(protocols: readonly Protocol[], options: PeerOptions = {}) {
    [this.line, this.remote] = linePair(options.capacity);
    const caps = options.caps ?? protocols;
    this.peer = new Peer(helloConn(this.line, caps), protocols, options.feed);
    this.#reads = options.remoteReads ?? true;
  }

  /** Starts `Peer.run`, and the remote's reading. */
  start(): this {
    this.#wg.go('peer', async () => {
      this.end = await this.peer.run();
      this.endedAt = runtime().now();
    });
    if (this.#reads) this.#wg.go('remote', () => this.#listen());
    return this;
  }

  /** Another task of the test, waited for at the end. */
  go(name: string, task: () => Promise<void>): void {
    this.#wg.go(name, task);
  }

  /** Writes as the remote. */
  send(code: number, payload: Uint8Array = Uint8Array.of(0xc0)): Promise<void> {
    return this.remote.writeMsg(newMsg(code, payload));
  }

  sendDisconnect(reason: number): Promise<void> {
    return this.send(discMsg, encodeDisconnect(reason));
  }

  /** Waits until the peer and every task of the test is over. */
  async over(): Promise<PeerEnd> {
    await this.#wg.wait();
    if (this.end === undefined) throw new Error('the peer did not run');
    return this.end;
  }

  /** What the remote heard: `[code, payload]`, the payload in hex. */
  get told(): [number, string][] {
    return this.heard.map(({ code, payload }) => [code, payload]);
  }

  async #listen(): Promise<void> {
    try {
      for (;;) {
        const { code, payload } = await this.remote.readMsg();
        this.heard.push({ code, payload: toHex(payload), at: runtime().now() });
      }
    } catch {
      // The line is closed, here or there: nothing more to hear.
      await this.remote.close(undefined);
    }
  }
}
