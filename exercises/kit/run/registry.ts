/**
 * The modules of `impl/` and the kit, each kept as a function of its own. An import is
 * looked up when it is used, not when it is loaded, so one export or one method can be
 * replaced by the reader's: that is plugging.
 */

import type { PlugTarget } from '../formats/schema-exercise.ts';
import { plugName } from '../formats/schema-exercise.ts';

export type Exports = Readonly<Record<string, unknown>>;

export interface ModuleCell {
  exports: Exports;
}

export type Require = (id: string) => Exports;

/** A module as CommonJS; ids in its `require` calls are already resolved. */
export type ModuleFactory = (
  module: ModuleCell,
  exports: Exports,
  require: Require,
) => void;

/** A module that the registry does not have. */
export class NoSuchModule extends Error {
  override readonly name = 'NoSuchModule';
}

/** A plug target that is not there, or that is nothing that can be replaced. */
export class NotPluggable extends Error {
  override readonly name = 'NotPluggable';
}

export type Callable = (this: unknown, ...given: unknown[]) => unknown;

export class Registry {
  readonly #factories: Map<string, ModuleFactory>;
  readonly #packages: Readonly<Record<string, Exports>>;
  readonly #facades = new Map<string, Exports>(); // BOUNDED by the factories
  readonly #raw = new Map<string, Exports>(); // BOUNDED by the factories
  readonly #plugs = new Map<string, Callable>(); // BOUNDED by the calls of plug

  constructor(
    factories: Readonly<Record<string, ModuleFactory>>,
    packages: Readonly<Record<string, Exports>>,
  ) {
    this.#factories = new Map(Object.entries(factories));
    this.#packages = packages;
  }

  has(id: string): boolean {
    return this.#factories.has(id);
  }

  /** Adds a module, or takes the place of one that is not loaded yet. */
  define(id: string, factory: ModuleFactory): void {
    this.#factories.set(id, factory);
  }

  /** Loads `id` once and gives its exports. */
  readonly require: Require = (id) => {
    const facade = this.#facades.get(id) ?? this.#packages[id];
    if (facade !== undefined) return facade;
    const factory = this.#factories.get(id);
    if (factory === undefined) throw new NoSuchModule(`there is no module ${id}`);
    const cell: ModuleCell = { exports: {} };
    factory(cell, cell.exports, this.require);
    const made = this.#facade(id, cell.exports);
    this.#raw.set(id, cell.exports);
    this.#facades.set(id, made);
    return made;
  };

  /** What importers see: each property asks for the plug first, then for the export. */
  #facade(id: string, exports: Exports): Exports {
    const facade = Object.defineProperty({}, '__esModule', { value: true });
    for (const name of Object.keys(exports)) {
      const key = `${id}#${name}`;
      const get = (): unknown => this.#plugs.get(key) ?? exports[name];
      Object.defineProperty(facade, name, { get, enumerable: true });
    }
    return facade;
  }

  /** Modules that are loaded, with their exports. */
  *loaded(): Generator<readonly [id: string, exports: Exports]> {
    yield* this.#raw;
  }

  /**
   * Puts `replacement` where `target` is. For a method, `this` is the object.
   *
   * @throws {NotPluggable} the target is no function that other modules reach
   */
  plug(target: PlugTarget, replacement: Callable): void {
    const [owner = '', method] = target.symbol.split('.');
    this.require(target.file);
    const current = this.#raw.get(target.file)?.[owner];
    if (typeof current !== 'function') {
      throw new NotPluggable(`${plugName(target)}: no such function is exported`);
    }
    if (method === undefined) {
      this.#plugs.set(`${target.file}#${owner}`, replacement);
      return;
    }
    const prototype: unknown = current.prototype;
    const found =
      typeof prototype === 'object' && prototype !== null
        ? Object.getOwnPropertyDescriptor(prototype, method)
        : undefined;
    if (typeof found?.value !== 'function' || found.writable !== true) {
      throw new NotPluggable(`${plugName(target)}: no such method`);
    }
    Object.defineProperty(prototype, method, { ...found, value: replacement });
  }
}
