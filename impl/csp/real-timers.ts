/**
 * The timers of the real runtime: all in one heap, the earliest on top, and one of the
 * platform's, for that one. A node has two for every idle peer. Each as a timer of Node
 * would take 200 bytes more, and mostly a list of its own, because no two deadlines are
 * equally far away.
 */

import { macrotask } from './macrotask.ts';
import type { RunningTimer } from './seam.ts';

/** A timer that fires this late was held up by a busy event loop. */
const lateMs = 50;

/** The platform counts in whole milliseconds, rounded down: it may ring so much early. */
const earlyMs = 1;

/** Longer than that the platform does not wait: it would ring at once. */
const maxWaitMs = 2 ** 31 - 1;

const notInHeap = -1;

class RealTimer implements RunningTimer {
  readonly due: number;
  /** None when it was stopped. */
  fire: (() => void) | undefined;
  place = notInHeap;
  readonly #timers: RealTimers;

  constructor(timers: RealTimers, due: number, fire: () => void) {
    this.#timers = timers;
    this.due = due;
    this.fire = fire;
  }

  stop(): void {
    this.fire = undefined;
    if (this.place !== notInHeap) this.#timers.remove(this);
  }
}

export class RealTimers {
  readonly #now: () => number;
  readonly #heap: RealTimer[] = []; // BOUNDED by the timers that run
  #timeout: ReturnType<typeof setTimeout> | undefined;
  #ringsAt = Infinity;

  constructor(now: () => number) {
    this.#now = now;
  }

  start(ms: number, fire: () => void): RunningTimer {
    const timer = new RealTimer(this, this.#now() + ms, fire);
    this.#put(timer, this.#heap.length);
    this.#wind();
    return timer;
  }

  /** If it was the earliest, the platform rings too early, once. */
  remove(timer: RealTimer): void {
    const { place } = timer;
    const last = this.#heap.pop();
    timer.place = notInHeap;
    if (last !== undefined && last !== timer) this.#put(last, place);
    // While the platform's timer runs, the process does not end.
    if (this.#heap.length === 0) this.#unwind();
  }

  /** Has the platform ring when the earliest is due. */
  #wind(): void {
    const [first] = this.#heap;
    if (first === undefined || first.due >= this.#ringsAt) return;
    this.#unwind();
    this.#ringsAt = first.due;
    const ms = Math.max(0, first.due - this.#now());
    this.#timeout = setTimeout(this.#ring, Math.min(ms, maxWaitMs));
  }

  #unwind(): void {
    clearTimeout(this.#timeout);
    this.#ringsAt = Infinity;
  }

  readonly #ring = (): void => {
    this.#ringsAt = Infinity;
    const now = this.#now();
    try {
      for (let [first] = this.#heap; first; [first] = this.#heap) {
        if (first.due - now >= earlyMs) break;
        this.remove(first);
        this.#fire(first, now);
      }
    } finally {
      this.#wind();
    }
  };

  #fire(timer: RealTimer, now: number): void {
    //: Late means the loop was busy, and bytes may be waiting in the kernel.
    //: One poll phase lets them in before a deadline judges the connection.
    if (now - timer.due < lateMs) timer.fire?.();
    else macrotask(() => timer.fire?.());
  }

  /** Puts it there, or as far up or down from there as it belongs. */
  #put(timer: RealTimer, place: number): void {
    let at = place;
    for (let up = this.#at(parent(at)); up && up.due > timer.due;) {
      this.#set(up, at);
      at = parent(at);
      up = this.#at(parent(at));
    }
    for (let down = this.#earlier(at); down && down.due < timer.due;) {
      const from = down.place;
      this.#set(down, at);
      at = from;
      down = this.#earlier(at);
    }
    this.#set(timer, at);
  }

  #at(place: number): RealTimer | undefined {
    return place < 0 ? undefined : this.#heap[place];
  }

  /** The earlier of the two below. */
  #earlier(place: number): RealTimer | undefined {
    const left = this.#heap[2 * place + 1];
    const right = this.#heap[2 * place + 2];
    return left && right && right.due < left.due ? right : left;
  }

  #set(timer: RealTimer, place: number): void {
    this.#heap[place] = timer;
    timer.place = place;
  }
}

function parent(place: number): number {
  return place === 0 ? -1 : (place - 1) >> 1;
}
