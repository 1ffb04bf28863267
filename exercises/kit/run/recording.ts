/**
 * Records the runs of tasks that a test makes. It stands where `simulate` stands, for
 * whoever imports that; otherwise it counts runs and does no more.
 */

import type { Trace } from '#impl/csp/trace.ts';
import type { simulate, Simulation } from '#impl/sim/simulate.ts';

/** A run as it was recorded; what its program gave back is of no interest here. */
export interface RecordedRun {
  readonly trace: Trace;
  readonly outcome: Simulation<unknown>['outcome'];
  readonly failures: Simulation<unknown>['failures'];
}

export class Recording {
  #isOn = false;
  #started = 0;
  #counted = 0;
  #first: RecordedRun | undefined;
  #last: RecordedRun | undefined;

  /** Runs that were started since this was asked last. */
  takeCount(): number {
    const count = this.#counted;
    this.#counted = 0;
    return count;
  }

  /** From now on. */
  start(): void {
    this.#isOn = true;
  }

  /** Runs that were started since the recording was. */
  get started(): number {
    return this.#started;
  }

  /** The first run that came to an end, and the last. */
  get first(): RecordedRun | undefined {
    return this.#first;
  }

  get last(): RecordedRun | undefined {
    return this.#last;
  }

  /** Takes the place of `original`. */
  around(original: typeof simulate): typeof simulate {
    return async (options, main) => {
      this.#counted += 1;
      if (!this.#isOn) return await original(options, main);
      this.#started += 1;
      const run = await original({ ...options, record: true }, main);
      this.#keep(run);
      // A test that asked for no trace gets none: it is to see what it saw before.
      return options.record === true ? run : { ...run, trace: undefined };
    };
  }

  #keep({ trace, outcome, failures }: Simulation<unknown>): void {
    if (trace === undefined) return;
    // A copy: tasks that end after the run would add to it.
    const kept = { trace: { ...trace, events: [...trace.events] }, outcome, failures };
    this.#first ??= kept;
    this.#last = kept;
  }
}
