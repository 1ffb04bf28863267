/**
 * One direction of a line that takes time: what is put on it happens at the other end
 * after `latencyMs`, in the order in which it was put on. Without latency it happens at
 * once, and no timer runs.
 */

import { runtime } from '../csp/runtime.ts';
import type { RunningTimer } from '../csp/seam.ts';

interface UnderWay {
  readonly due: number;
  readonly arrive: () => void;
}

export class Link {
  readonly #runtime = runtime();
  readonly #latencyMs: number;
  // BOUNDED by the capacity of the pipe: a byte at least for each piece, and its answer
  readonly #underWay: UnderWay[] = [];
  #timer: RunningTimer | undefined;
  #cut = false;

  constructor(latencyMs: number) {
    this.#latencyMs = latencyMs;
  }

  carry(arrive: () => void): void {
    if (this.#cut) return;
    if (this.#latencyMs === 0) {
      arrive();
      return;
    }
    this.#underWay.push({ due: this.#runtime.now() + this.#latencyMs, arrive });
    if (this.#timer === undefined) this.#wait();
  }

  /** Nobody is left at the other end: what is under way is lost, and its timer stops. */
  cut(): void {
    this.#cut = true;
    this.#timer?.stop();
    this.#timer = undefined;
    this.#underWay.length = 0;
  }

  /** One timer for the first to arrive: several would leave their order to the clock. */
  #wait(): void {
    const [first] = this.#underWay;
    if (first === undefined) return;
    this.#timer = this.#runtime.startTimer(first.due - this.#runtime.now(), () => {
      this.#timer = undefined;
      const now = this.#runtime.now();
      while (this.#underWay[0] !== undefined && this.#underWay[0].due <= now) {
        this.#underWay.shift()?.arrive();
      }
      this.#wait();
    });
  }
}
