/**
 * Looks often whether the built-ins are what they were. A look at the end of a test
 * would not do: an answer could replace one while it is judged and put it back.
 *
 * Each assertion looks at the essentials, the end of a test at all of them, which takes
 * five times as long. Of the looks in between, a test that asks the reader's code
 * hundreds of times gets some only, and no code can know which.
 */

import {
  essentialsOf,
  findReplacement,
  findTampering,
  putBack,
  type Snapshot,
} from './intrinsics.ts';

const alwaysLight = 32;
const oneIn = 16;

const random = Math.random;
const { apply, construct } = Reflect;

type Callable = (this: unknown, ...given: unknown[]) => unknown;

export class Guard {
  #all: Snapshot = [];
  #essentials: Snapshot = [];
  #light = 0;
  #found: string | undefined;

  /** From now on, built-ins have to be as in `snapshot`. */
  begin(snapshot: Snapshot): void {
    this.#all = snapshot;
    this.#essentials = essentialsOf(snapshot);
  }

  /** When the reader's code may have had the control. */
  readonly look = (): void => {
    this.#light += 1;
    if (this.#found !== undefined) return;
    if (this.#light > alwaysLight && random() * oneIn >= 1) return;
    this.#found = findReplacement(this.#essentials);
  };

  /** Where an answer is judged: always. */
  readonly lookWell = (): void => {
    this.#found ??= findReplacement(this.#essentials);
  };

  /**
   * At the end of a test: what was found since the end of the one before. It is undone,
   * or the harness would stumble over it.
   */
  readonly inspect = (): string | undefined => {
    const found = this.#found ?? findTampering(this.#all);
    if (found !== undefined) putBack(this.#all);
    this.#found = undefined;
    this.#light = 0;
    return found;
  };

  /** The same function to whoever calls it, with a look when it comes back. */
  watched<T extends Callable>(body: T): T {
    const { look } = this;
    return new Proxy(body, {
      apply(target, self, given: unknown[]) {
        try {
          return apply(target, self, given);
        } finally {
          look();
        }
      },
      construct(target, given: unknown[], maker) {
        try {
          return construct(target, given, maker) as object; // what `new` gives
        } finally {
          look();
        }
      },
    });
  }

  /** Makes methods of `prototype` have a look before they do their work. */
  watchMethods(prototype: object, names: readonly string[], look: () => void): void {
    for (const name of names) {
      const found = Object.getOwnPropertyDescriptor(prototype, name);
      if (typeof found?.value !== 'function') continue;
      const method = found.value as Callable;
      const value = function (this: unknown, ...given: unknown[]): unknown {
        look();
        return apply(method, this, given);
      };
      Object.defineProperty(prototype, name, { ...found, value });
    }
  }
}
