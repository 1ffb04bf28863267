/** Takes connections off a listener. What came and could not be had is told and outlived. */

import type { Done } from '../csp/done.ts';
import { runtime } from '../csp/runtime.ts';
import { recv, select } from '../csp/select.ts';
import { Timer } from '../csp/timer.ts';
import type { Listener } from '../net/listener.ts';
import { AcceptFailed, ConnClosed, type NetConn, QueueFull } from '../net/net-conn.ts';

/** After an error, which comes back at once if it is asked again at once. */
export const acceptPauseMs = 200;

/** They come by the hundred. */
const tellEveryMs = 1_000;

export class Acceptor {
  readonly #runtime = runtime();
  readonly #listener: Listener;
  readonly #quit: Done;
  readonly #tell: (error: Error, count: number) => void;
  #untold = 0;
  #last: Error | undefined;
  #toldAt = -Infinity;

  /** @param tell is called once a second at most; `count`: since the call before */
  constructor(
    listener: Listener,
    quit: Done,
    tell: (error: Error, count: number) => void,
  ) {
    this.#listener = listener;
    this.#quit = quit;
    this.#tell = tell;
  }

  /** Waits for the next connection. Undefined: the listener is closed, or the server stops. */
  async next(): Promise<NetConn | undefined> {
    for (;;) {
      try {
        const conn = await this.#listener.accept();
        this.#tellRest();
        return conn;
      } catch (error) {
        if (error instanceof ConnClosed) return undefined;
        // Anything else is a fault of ours, and the end of who waits here.
        if (!(error instanceof AcceptFailed)) throw error;
        this.#untold += error.count;
        this.#last = error;
        this.#tellRest();
        // There was no place: the next that waits can be had.
        if (error.cause instanceof QueueFull) continue;
      }
      const over = new Timer('pause after an accept error', acceptPauseMs);
      const event = await select({ over: recv(over), quit: recv(this.#quit) });
      over.stop();
      if (event.case === 'quit') return undefined;
    }
  }

  #tellRest(): void {
    const now = this.#runtime.now();
    if (this.#last === undefined || now - this.#toldAt < tellEveryMs) return;
    this.#tell(this.#last, this.#untold);
    this.#last = undefined;
    this.#untold = 0;
    this.#toldAt = now;
  }
}
