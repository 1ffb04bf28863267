/** What the connections of this folder share: an absolute deadline, and two limits. */

import { runtime } from '../csp/runtime.ts';
import type { RunningTimer } from '../csp/seam.ts';
import type { Case, Receivable } from '../csp/select.ts';
import { Signal } from '../csp/signal.ts';

/** No connection lingers longer: a peer that never ends its side would keep it open. */
export const maxLingerMs = 2_000;

/** A timer that fires this late was held up by a busy event loop. */
const lateMs = 50;

/** What a read or write is given, once, if our own event loop was late. */
const graceMs = 250;

/**
 * The deadline of one direction. A waiting read or write selects on it; bytes that
 * trickle in do not move it. Once passed, it stays passed until it is set again.
 *
 * It is set for each message, and most come in time, so setting it only notes the time. A
 * timer runs from the first wait on; it is kept while it is not later than needed, and
 * if it fires too early, it starts again and wakes nobody.
 */
export class Deadline implements Receivable<void> {
  readonly #runtime = runtime();
  readonly #direction: 'read' | 'write';
  readonly #name: string;
  /** Made when somebody waits: a write that finds room does not. */
  #signal: Signal | undefined;
  #timer: RunningTimer | undefined;
  #timerAt = Infinity;
  #at = Infinity;
  #isAwaited = false;
  #excused = false;
  #passed = false;

  /** @param name the connection's */
  constructor(direction: 'read' | 'write', name: string) {
    this.#direction = direction;
    this.#name = name;
  }

  get #over(): Signal {
    return (this.#signal ??= new Signal(`${this.#direction} deadline ${this.#name}`));
  }

  get recvCase(): Case<void> {
    return this.#over.recvCase;
  }

  /** @param at absolute, on the runtime's clock; undefined: no deadline */
  set(at: number | undefined): void {
    this.#at = at ?? Infinity;
    this.#passed = false;
    this.#excused = false;
    if (at === undefined) this.#stop();
    else if (this.#isAwaited) this.#arm();
  }

  /** Whether it is over: for an operation that begins, or was woken by it. */
  isOver(): boolean {
    if (!this.#passed && this.#at <= this.#runtime.now()) this.#judge();
    return this.#passed;
  }

  /** An operation waits from now on, and may receive from here. */
  await(): void {
    this.#isAwaited = true;
    this.#arm();
  }

  /** It waits no longer. Its timer runs on, for the next. */
  leave(): void {
    this.#isAwaited = false;
  }

  #arm(): void {
    if (this.#timerAt <= this.#at) return;
    this.#stop();
    this.#timerAt = this.#at;
    const ms = Math.max(0, this.#at - this.#runtime.now());
    this.#timer = this.#runtime.startTimer(ms, () => {
      this.#timer = undefined;
      this.#timerAt = Infinity;
      this.#fired();
    });
  }

  #fired(): void {
    if (!this.#isAwaited) return;
    // Timers count in whole milliseconds, rounded down, so they may come early.
    if (this.#at - this.#runtime.now() < 1) this.#judge();
    if (this.#passed) this.#over.raise();
    else this.#arm();
  }

  /** The time has come. Whether that is the end depends on how long ago it came. */
  #judge(): void {
    if (this.#runtime.now() - this.#at < lateMs || this.#excused) {
      this.#passed = true;
      return;
    }
    // The bytes may lie in the kernel, more of them than one poll brings. A stall of
    // ours must not cost an honest peer its place.
    this.#excused = true;
    this.#at = this.#runtime.now() + graceMs;
  }

  #stop(): void {
    this.#timer?.stop();
    this.#timer = undefined;
    this.#timerAt = Infinity;
  }
}
