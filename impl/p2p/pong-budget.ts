/**
 * How many pongs a remote may ask for: five at once, then one a second. What it asks
 * beyond that waits unread, in the end at its sender, so a flood of pings costs little.
 */

import { Timer } from '../csp/timer.ts';

export const pongBurst = 5;
export const pongRefillMs = 1_000;

// #region pong-budget
export class PongBudget {
  /** Runs while it is not full. An idle peer has none. */
  #clock: Timer | undefined;
  #left = pongBurst;

  /** Receivable when one more pong is earned; then call `refill`. None is while it is full. */
  get earned(): Timer | undefined {
    return this.#clock;
  }

  get isSpent(): boolean {
    return this.#left === 0;
  }

  spend(): void {
    this.#clock ??= new Timer('pong budget', pongRefillMs);
    this.#left--;
  }

  refill(): void {
    this.#left++;
    if (this.#left < pongBurst) this.#clock?.reset(pongRefillMs);
    else this.#clock = undefined;
  }

  stop(): void {
    this.#clock?.stop();
  }
}
// #endregion pong-budget
