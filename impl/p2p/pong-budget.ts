/**
 * How many pongs a remote may ask for: five at once, then one a second. What it asks
 * beyond that waits unread, in the end at its sender, so a flood of pings costs little.
 */

import { Timer } from '../csp/timer.ts';

export const pongBurst = 5;
export const pongRefillMs = 1_000;

export class PongBudget {
  /** Receivable when one more pong is earned; then call `refill`. */
  readonly earned = new Timer('pong budget');
  #left = pongBurst;

  get isSpent(): boolean {
    return this.#left === 0;
  }

  spend(): void {
    if (this.#left === pongBurst) this.earned.reset(pongRefillMs);
    this.#left--;
  }

  refill(): void {
    this.#left++;
    if (this.#left < pongBurst) this.earned.reset(pongRefillMs);
  }

  stop(): void {
    this.earned.stop();
  }
}
