/** The two clocks of the serial runtime. */

import type { RunningTimer } from '../csp/seam.ts';

export interface Clock {
  readonly isVirtual: boolean;
  now(): number;
  startTimer(ms: number, fire: () => void): RunningTimer;
  /** No task can run: moves on to the next timer. False if there is none to move to. */
  advance(): boolean;
  /** Timers of this instant that have not fired: which is the next one is a choice. */
  readonly due: number;
  /** Fires one of those that are due, counted in the order they were set. */
  fireDue(index: number): void;
  stop(): void;
}

interface VirtualTimer {
  readonly at: number;
  readonly fire: () => void;
}

/** Time passes only when nothing else can happen; then it jumps to the next timer. */
export class VirtualClock implements Clock {
  readonly isVirtual = true;
  #now = 0;
  // BOUNDED by the timers that are set; in the order they were set.
  readonly #timers = new Set<VirtualTimer>();
  // BOUNDED by the timers that are set. One set later comes at the next jump.
  readonly #due = new Set<VirtualTimer>();

  now(): number {
    return this.#now;
  }

  startTimer(ms: number, fire: () => void): RunningTimer {
    const timer = { at: this.#now + Math.max(0, ms), fire };
    this.#timers.add(timer);
    return {
      stop: () => {
        this.#timers.delete(timer);
        this.#due.delete(timer);
      },
    };
  }

  get due(): number {
    return this.#due.size;
  }

  advance(): boolean {
    if (this.#timers.size === 0) return false;
    let earliest = Infinity;
    for (const { at } of this.#timers) earliest = Math.min(earliest, at);
    this.#now = earliest;
    for (const timer of this.#timers) {
      if (timer.at > earliest) continue;
      this.#timers.delete(timer);
      this.#due.add(timer);
    }
    return true;
  }

  fireDue(index: number): void {
    const timer = [...this.#due][index];
    if (timer === undefined) throw new RangeError('no such timer is due');
    this.#due.delete(timer);
    timer.fire();
  }

  stop(): void {
    this.#timers.clear();
    this.#due.clear();
  }
}

/** The clock on the wall, read from the runtime that was there before. */
export class WallClock implements Clock {
  readonly isVirtual = false;
  readonly #source: Pick<Clock, 'now' | 'startTimer'>;
  readonly #start: number;

  constructor(source: Pick<Clock, 'now' | 'startTimer'>) {
    this.#source = source;
    this.#start = source.now();
  }

  now(): number {
    return this.#source.now() - this.#start;
  }

  startTimer(ms: number, fire: () => void): RunningTimer {
    return this.#source.startTimer(ms, fire);
  }

  advance(): boolean {
    return false;
  }

  /** Its timers fire by themselves. */
  readonly due = 0;

  fireDue(): void {
    throw new RangeError('no timer of this clock waits to be fired');
  }

  stop(): void {
    // Its timers belong to the runtime it reads; their owners stop them.
  }
}
