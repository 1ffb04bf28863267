/**
 * A timer is something to receive from: it delivers once, `ms` milliseconds after it
 * was set. Whoever sets one stops it; a timer that is left running keeps its task's
 * past alive.
 */

import { runtime } from './runtime.ts';
import type { RunningTimer } from './seam.ts';
import type { Case, Receivable } from './select.ts';
import { Signal } from './signal.ts';

// #region timer
export class Timer implements Receivable<void> {
  readonly #runtime = runtime();
  readonly #fired: Signal;
  #running: RunningTimer | undefined;

  /** @param label what the clock is for, in words: `ping interval` */
  constructor(label: string, ms?: number) {
    this.#fired = new Signal(label);
    if (ms !== undefined) this.reset(ms);
  }

  get recvCase(): Case<void> {
    return this.#fired.recvCase;
  }

  /** Starts anew: the earlier time, fired or not, is forgotten. */
  reset(ms: number): void {
    this.stop();
    this.#running = this.#runtime.startTimer(ms, () => {
      this.#running = undefined;
      this.#fired.raise();
    });
  }

  stop(): void {
    this.#running?.stop();
    this.#running = undefined;
    if (this.#fired.recvCase.isReady()) this.#fired.recvCase.perform();
  }
}

/** Waits for `ms` milliseconds. */
export function sleep(ms: number): Promise<void> {
  const rt = runtime();
  return rt.suspend({ label: `sleep ${ms} ms` }, (wake) => {
    rt.startTimer(ms, () => {
      wake(undefined);
    });
  });
}
// #endregion timer
