/** Takes connections off a listener, past errors of the system: they are told and outlived. */

import type { Done } from '../csp/done.ts';
import { runtime } from '../csp/runtime.ts';
import { recv, select } from '../csp/select.ts';
import { Timer } from '../csp/timer.ts';
import type { Listener } from '../net/listener.ts';
import { AcceptFailed, ConnClosed, type NetConn } from '../net/net-conn.ts';

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
        return await this.#listener.accept();
      } catch (error) {
        if (error instanceof ConnClosed) return undefined;
        // Anything else is a fault of ours, and the end of who waits here.
        if (!(error instanceof AcceptFailed)) throw error;
        this.#note(error);
      }
      const over = new Timer('pause after an accept error', acceptPauseMs);
      const event = await select({ over: recv(over), quit: recv(this.#quit) });
      over.stop();
      if (event.case === 'quit') return undefined;
    }
  }

  #note(error: AcceptFailed): void {
    this.#untold += error.count;
    const now = this.#runtime.now();
    if (now - this.#toldAt < tellEveryMs) return;
    this.#tell(error, this.#untold);
    this.#untold = 0;
    this.#toldAt = now;
  }
}
