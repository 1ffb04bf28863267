/**
 * Notices an answer that lets ours do the work: one that exports our function as its own,
 * or calls it. That is no answer, and no fault either: the reader has found the place.
 */

import type { PlugTarget } from '../formats/schema-exercise.ts';
import type { Exports, Registry } from './registry.ts';

const { apply } = Reflect;
const imports =
  /\b(?:import|export)\s+(?!type\b)[^;'"]*?\bfrom\s*['"]#(impl\/[^'"]+)['"]/g;

export class Borrowed {
  readonly #registry: Registry;
  readonly #watched = new Map<unknown, string>(); // BOUNDED by the targets
  #found: string | undefined;

  /**
   * Watches what `code` imports of ours and is asked to write: to be called before the
   * built-ins and our classes are pictured.
   *
   * @param needs names that the answer has to export
   * @param targets what of ours does the work under another name
   */
  constructor(
    registry: Registry,
    code: string,
    needs: readonly string[],
    targets: readonly PlugTarget[],
  ) {
    this.#registry = registry;
    for (const [, file = ''] of code.matchAll(imports)) {
      if (!registry.has(file)) continue;
      const exports = registry.require(file);
      for (const symbol of needs) {
        if (typeof exports[symbol] === 'function') this.#watch({ file, symbol });
      }
      for (const target of targets) if (target.file === file) this.#watch(target);
    }
  }

  /** Ours that does the work, `matchProtocols` in `impl/p2p/proto-rw.ts`; else undefined. */
  get found(): string | undefined {
    return this.#found;
  }

  /** @param exported by the answer */
  look(exported: Exports): void {
    for (const value of Object.values(exported)) {
      this.#found ??= this.#watched.get(value);
    }
  }

  #watch(target: PlugTarget): void {
    const [owner = '', method] = target.symbol.split('.');
    const exported = this.#registry.require(target.file)[owner];
    const ours: unknown = method === undefined ? exported : methodOf(exported, method);
    if (typeof ours !== 'function' || this.#watched.has(ours)) return;
    const name = `\`${target.symbol}\` in ${target.file}`;
    const note = (): void => {
      if (isCalledByReader()) this.#found ??= name;
    };
    const watched = function (this: unknown, ...given: unknown[]): unknown {
      note();
      return apply(ours, this, given) as unknown;
    };
    this.#registry.plug(target, watched);
    this.#watched.set(watched, name);
  }
}

function methodOf(owner: unknown, method: string): unknown {
  if (typeof owner !== 'function') return undefined;
  return Reflect.get(owner.prototype as object, method); // of a class
}

/** The frames of this file are the first three; the caller's is the next. */
const nearest = 5;

function isCalledByReader(): boolean {
  const stack = new Error().stack ?? '';
  return stack
    .split('\n')
    .slice(0, nearest + 1)
    .some((line) => /\bexercise\.ts:\d/.test(line));
}
