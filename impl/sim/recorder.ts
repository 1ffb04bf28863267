/** Collects the events of a run into a `Trace`. */

import { toHex } from '../bytes.ts';
import type { Trace, TraceEvent, TraceHead, TraceSink } from '../csp/trace.ts';

export class Recorder implements TraceSink {
  readonly events: TraceEvent[] = []; // BOUNDED by `limit`
  readonly #bytes = new Map<string, number>(); // BOUNDED by the events
  readonly #limit: number;

  /** @param limit events that are kept; later ones are counted but not kept */
  constructor(limit = 200_000) {
    this.#limit = limit;
  }

  emit(event: Omit<TraceEvent, 'i' | 'b'>, bytes?: Uint8Array): void {
    if (this.events.length >= this.#limit) return;
    const b = bytes === undefined ? {} : { b: this.#remember(bytes) };
    this.events.push({ i: this.events.length, ...event, ...b });
  }

  trace(head: Omit<TraceHead, 'peerwalkTrace'>): Trace {
    return {
      head: { peerwalkTrace: 1, ...head },
      events: this.events,
      bytes: [...this.#bytes.keys()],
    };
  }

  #remember(bytes: Uint8Array): number {
    const hex = toHex(bytes);
    const known = this.#bytes.get(hex);
    if (known !== undefined) return known;
    const index = this.#bytes.size;
    this.#bytes.set(hex, index);
    return index;
  }
}
