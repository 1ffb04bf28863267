/** A network in memory: nodes of one process listen on it and dial each other. */

import { Chan } from '../csp/chan.ts';
import { Done } from '../csp/done.ts';
import { recv, select } from '../csp/select.ts';
import { Timer } from '../csp/timer.ts';
import type { Listener, Network } from './listener.ts';
import { ConnClosed, type NetConn } from './net-conn.ts';
import { pipe } from './pipe.ts';

const backlog = 128;

interface Listening {
  readonly incoming: Chan<NetConn>;
  readonly closed: Done;
}

export class MemoryNetwork implements Network {
  readonly #listening = new Map<string, Listening>(); // BOUNDED by the listeners
  readonly #latencyMs: number;
  #nextPort = 40_000;

  /** @param latencyMs what bytes take from one end of a connection to the other */
  constructor(latencyMs = 0) {
    this.#latencyMs = latencyMs;
  }

  listen(host: string, port: number): Promise<Listener> {
    const actual = port === 0 ? this.#nextPort++ : port;
    const address = `${host}:${actual}`;
    if (this.#listening.has(address)) {
      return Promise.reject(
        new ConnClosed('listen', new Error(`${address} is in use`)),
      );
    }
    const incoming = new Chan<NetConn>(`accept ${address}`, backlog);
    const closed = new Done(`listener ${address} closed`);
    this.#listening.set(address, { incoming, closed });
    return Promise.resolve({
      host,
      port: actual,
      accept: async () => {
        const event = await select({ conn: recv(incoming), closed: recv(closed) });
        if (event.case === 'closed') throw new ConnClosed('accept');
        return event.value;
      },
      close: async () => {
        this.#listening.delete(address);
        closed.close();
        for (
          let left = incoming.tryRecv();
          left !== undefined;
          left = incoming.tryRecv()
        ) {
          await left.value.close();
        }
      },
    });
  }

  async dial(
    host: string,
    port: number,
    _timeoutMs?: number,
    stop?: Done,
  ): Promise<NetConn> {
    if (this.#latencyMs > 0) await this.#roundTrip(stop);
    const address = `${host}:${port}`;
    const from = `${host}:${this.#nextPort++}`;
    const listening = this.#listening.get(address);
    if (listening === undefined) {
      throw new ConnClosed('dial', new Error(`nobody listens on ${address}`));
    }
    const [ours, theirs] = pipe({ addrs: [from, address], latencyMs: this.#latencyMs });
    if (!listening.incoming.trySend(theirs)) {
      await ours.close();
      throw new ConnClosed('dial', new Error(`${address} does not accept`));
    }
    return ours;
  }

  /** The question whether somebody listens there, and the answer. */
  async #roundTrip(stop: Done | undefined): Promise<void> {
    const timer = new Timer('dial', 2 * this.#latencyMs);
    const event = await select({ answer: recv(timer), stop: recv(stop) });
    timer.stop();
    if (event.case === 'stop') throw new ConnClosed('dial');
  }
}
