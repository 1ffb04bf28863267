/** What the connections of this folder share: an absolute deadline, and two limits. */

import { runtime } from '../csp/runtime.ts';
import { Timer } from '../csp/timer.ts';
import type { Case, Receivable } from '../csp/select.ts';

/** No connection lingers longer: a peer that never ends its side would keep it open. */
export const maxLingerMs = 2_000;

/** A timer that fires this late was held up by a busy event loop. */
const lateMs = 50;

/** What a read or write is given, once, if our own event loop was late. */
const graceMs = 250;

/**
 * The deadline of one direction. A waiting read or write selects on it; bytes that
 * trickle in do not move it. Once passed, it stays passed until it is set again.
 */
export class Deadline implements Receivable<void> {
  readonly #runtime = runtime();
  readonly #timer: Timer;
  #at = Infinity;
  #excused = false;
  #passed = false;

  constructor(label: string) {
    this.#timer = new Timer(label);
  }

  get recvCase(): Case<void> {
    return this.#timer.recvCase;
  }

  /** @param at absolute, on the runtime's clock; undefined: no deadline */
  set(at: number | undefined): void {
    this.#timer.stop();
    this.#passed = false;
    this.#excused = false;
    this.#at = at ?? Infinity;
    if (at !== undefined) this.#timer.reset(Math.max(0, at - this.#runtime.now()));
  }

  /** Whether the deadline is over, for an operation that begins. */
  get passed(): boolean {
    if (!this.#timer.recvCase.isReady()) return this.#passed;
    this.#timer.recvCase.perform();
    return this.fired();
  }

  /** The timer was received: says whether that ends the operation. */
  fired(): boolean {
    const late = this.#runtime.now() - this.#at;
    if (late <= -1) {
      // Timers count in whole milliseconds, rounded down, so they may come early; or
      // the deadline was moved after the firing.
      this.#timer.reset(-late);
      return false;
    }
    if (late >= lateMs && !this.#excused) {
      // The bytes may lie in the kernel, more of them than one poll brings. A stall of
      // ours must not cost an honest peer its place.
      this.#excused = true;
      this.#timer.reset(graceMs);
      return false;
    }
    this.#passed = true;
    return true;
  }
}
