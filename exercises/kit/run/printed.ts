/** What the reader's code prints, up to a limit that no page or terminal minds. */

import { format } from '@vitest/utils/display';
import { maxOutputBytes, maxOutputLines } from '../formats/schema-report.ts';
import { kitStrings } from '../words/strings.ts';
import { visible } from '../words/visible.ts';

export class Printed {
  readonly #emit: (line: string) => void;
  #bytes = 0;
  #lines = 0;
  #cut = false;

  /** @param emit gets each line that is within the limits */
  constructor(emit: (line: string) => void) {
    this.#emit = emit;
  }

  get cut(): boolean {
    return this.#cut;
  }

  #indent = '';
  readonly #counts = new Map<string, number>(); // BOUNDED by the run

  /** What stands in the place of the console's own methods, which keep state of theirs. */
  get console(): Readonly<Record<string, (...values: unknown[]) => void>> {
    const { print } = this;
    const group = (...values: unknown[]): void => {
      if (values.length > 0) print(...values);
      this.#indent += '  ';
    };
    const nothing = (): void => undefined;
    return {
      ...{ log: print, info: print, warn: print, error: print, debug: print },
      ...{ table: print, dir: print, dirxml: print, trace: print, timeLog: print },
      ...{ group, groupCollapsed: group, time: nothing, timeEnd: nothing },
      ...{ clear: nothing, countReset: (label) => this.#counts.delete(String(label)) },
      groupEnd: () => {
        this.#indent = this.#indent.slice(2);
      },
      assert: (held, ...values) => {
        if (!held) print('Assertion failed:', ...values);
      },
      count: (label = 'default') => {
        const name = String(label);
        const count = (this.#counts.get(name) ?? 0) + 1;
        this.#counts.set(name, count);
        print(`${name}: ${count}`);
      },
    };
  }

  readonly print = (...values: unknown[]): void => {
    if (this.#cut) return;
    for (const line of this.#textOf(values).split('\n'))
      this.#line(this.#indent + line);
  };

  #textOf(values: unknown[]): string {
    // A text of 10 MB is not worth splitting first.
    const short = values.map((value) =>
      typeof value === 'string' ? value.slice(0, maxOutputBytes) : value,
    );
    try {
      return format(...short).slice(0, maxOutputBytes + 1);
    } catch {
      return kitStrings.thrown.unprintable; // its own toString threw
    }
  }

  #line(line: string): void {
    if (this.#cut) return;
    this.#lines += 1;
    this.#bytes += line.length + 1;
    if (this.#lines > maxOutputLines || this.#bytes > maxOutputBytes) {
      this.#cut = true;
      return;
    }
    this.#emit(visible(line));
  }
}
