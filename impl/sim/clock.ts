/** The two clocks of the serial runtime. */

import type { RunningTimer } from '../csp/seam.ts';

export interface Clock {
  readonly isVirtual: boolean;
  now(): number;
  startTimer(ms: number, fire: () => void): RunningTimer;
  /** No task can run: moves on to the next timer. False if there is none to move to. */
  advance(): boolean;
  stop(): void;
}

/** Time passes only when nothing else can happen; then it jumps to the next timer. */
export class VirtualClock implements Clock {
  readonly isVirtual = true;
  #now = 0;
  // BOUNDED by the timers that are set; in the order they were set.
  readonly #timers = new Set<{ readonly due: number; readonly fire: () => void }>();

  now(): number {
    return this.#now;
  }

  startTimer(ms: number, fire: () => void): RunningTimer {
    const timer = { due: this.#now + Math.max(0, ms), fire };
    this.#timers.add(timer);
    return {
      stop: () => {
        this.#timers.delete(timer);
      },
    };
  }

  advance(): boolean {
    if (this.#timers.size === 0) return false;
    let earliest = Infinity;
    for (const { due } of this.#timers) earliest = Math.min(earliest, due);
    this.#now = earliest;
    for (const timer of [...this.#timers]) {
      // A timer that fires may stop another of the same moment.
      if (timer.due > earliest || !this.#timers.delete(timer)) continue;
      timer.fire();
    }
    return true;
  }

  stop(): void {
    this.#timers.clear();
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

  stop(): void {
    // Its timers belong to the runtime it reads; their owners stop them.
  }
}
