/** Collects the events of a run into a `Trace`. */

import { toHex } from '../bytes.ts';
import type { Trace, TraceEvent, TraceHead, TraceSink } from '../csp/trace.ts';

export class Recorder implements TraceSink {
  readonly events: TraceEvent[] = []; // BOUNDED by `limit`
  readonly #bytes = new Map<string, number>(); // BOUNDED by `byteLimit`, in bytes
  readonly #limit: number;
  readonly #byteLimit: number;
  #size = 0;
  #dropped = 0;
  #last = 0;

  /**
   * What is kept is the beginning of the run, without holes: from the first event that
   * is too much on, events are counted and no more.
   *
   * @param limit events that are kept
   * @param byteLimit bytes that are kept, equal byte strings counted once
   */
  constructor(limit = 200_000, byteLimit = 1 << 25) {
    this.#limit = limit;
    this.#byteLimit = byteLimit;
  }

  emit(event: Omit<TraceEvent, 'i' | 'b'>, bytes?: Uint8Array): void {
    if (this.#isFull(bytes)) {
      this.#dropped++;
      this.#last = event.t;
      return;
    }
    const b = bytes === undefined ? {} : { b: this.#remember(bytes) };
    this.events.push({ i: this.events.length, ...event, ...b });
  }

  /** The last event says how many were not kept, if any. */
  trace(head: Omit<TraceHead, 'peerwalkTrace'>): Trace {
    return {
      head: { peerwalkTrace: 1, ...head },
      events: this.#dropped === 0 ? this.events : [...this.events, this.#theRest()],
      bytes: [...this.#bytes.keys()],
    };
  }

  #isFull(bytes: Uint8Array = new Uint8Array()): boolean {
    if (this.#dropped > 0 || this.events.length >= this.#limit) return true;
    return (
      bytes.length > this.#byteLimit - this.#size && !this.#bytes.has(toHex(bytes))
    );
  }

  #theRest(): TraceEvent {
    const v = `the trace is full: ${this.#dropped} more events were not kept`;
    return {
      i: this.events.length,
      t: this.#last,
      n: '',
      k: 'recorder',
      e: 'event',
      v,
    };
  }

  #remember(bytes: Uint8Array): number {
    const hex = toHex(bytes);
    const known = this.#bytes.get(hex);
    if (known !== undefined) return known;
    const index = this.#bytes.size;
    this.#bytes.set(hex, index);
    this.#size += bytes.length;
    return index;
  }
}
