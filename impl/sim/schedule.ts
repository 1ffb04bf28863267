/**
 * A schedule: the choices of a run where more than one option existed, one base-36
 * digit each, trailing zeros dropped. The empty schedule is first in, first out.
 */

import { Prng } from './prng.ts';

/** A choice is one digit, so a run is offered at most this many options at a time. */
export const maxOptions = 36;

export class ScheduleError extends Error {
  override readonly name = 'ScheduleError';
}

export class Schedule {
  readonly #given: readonly number[];
  readonly #random: Prng | undefined;
  readonly #taken: number[] = []; // BOUNDED by the steps of the run
  readonly #options: number[] = []; // BOUNDED by the steps of the run

  /**
   * @param text the choices to make first; after them every choice is the first option
   * @param seed with a seed, choices after the text are drawn instead
   * @throws {ScheduleError} the text is not base 36
   */
  constructor(text: string, seed?: string) {
    if (!/^[0-9a-z]*$/.test(text)) {
      throw new ScheduleError('a schedule is made of the digits 0-9 and a-z');
    }
    this.#given = Array.from(text, (digit) => parseInt(digit, maxOptions));
    this.#random = seed === undefined ? undefined : new Prng(`${seed}/schedule`);
  }

  choose(count: number): number {
    const options = Math.min(count, maxOptions);
    if (options === 1) return 0;
    const given = this.#given[this.#taken.length];
    // A choice that does not exist here belongs to other code: take the last one.
    const choice =
      given === undefined
        ? (this.#random?.below(options) ?? 0)
        : Math.min(given, options - 1);
    this.#taken.push(choice);
    this.#options.push(options);
    return choice;
  }

  /** How many options each choice had; an explorer walks over them. */
  get options(): readonly number[] {
    return this.#options;
  }

  toString(): string {
    return this.#taken
      .map((choice) => choice.toString(maxOptions))
      .join('')
      .replace(/0+$/, '');
  }
}
