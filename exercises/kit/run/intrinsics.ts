/**
 * A picture of the built-ins, taken before the reader's code is loaded and compared
 * while its tests run (see guard.ts). Freezing them instead would break every subclass
 * of Error.
 *
 * The comparison calls no method of anything that could have been replaced: only
 * functions captured below, loops and operators.
 */

import { kitStrings } from '../words/strings.ts';

const strings = kitStrings.builtIns;
const getDescriptor = Object.getOwnPropertyDescriptor;
const getPrototype = Object.getPrototypeOf;
const { ownKeys, defineProperty, deleteProperty } = Reflect;
const same = Object.is;

interface Entry {
  readonly name: string;
  readonly object: object;
  readonly keys: readonly (string | symbol)[];
  readonly descriptors: readonly (PropertyDescriptor | undefined)[];
}

export type Snapshot = readonly Entry[];

/** The names of the built-ins that are watched. */
export const globals =
  'Object Function Array Number Boolean String Symbol BigInt Math JSON Reflect Proxy ' +
  'Date RegExp Promise Map Set WeakMap WeakSet WeakRef FinalizationRegistry Atomics ' +
  'Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError ' +
  'ArrayBuffer DataView Uint8Array Int8Array Uint8ClampedArray ' +
  'Uint16Array Int16Array Uint32Array Int32Array Float32Array Float64Array ' +
  'BigInt64Array BigUint64Array parseInt parseFloat isNaN isFinite console ' +
  'setTimeout clearTimeout setInterval clearInterval queueMicrotask structuredClone ' +
  'TextEncoder TextDecoder MessageChannel MessagePort Event EventTarget AbortSignal ' +
  'AbortController performance crypto';

/** Objects that no global name leads to. */
function hidden(): [string, object][] {
  const found: [string, object][] = [];
  const add = (name: string, of: unknown): void => {
    const object: unknown = getPrototype(of);
    if (typeof object === 'object' || typeof object === 'function') {
      if (object !== null) found.push([name, object]);
    }
  };
  add('TypedArray', Uint8Array);
  add('TypedArray.prototype', Uint8Array.prototype);
  add('ArrayIterator.prototype', [][Symbol.iterator]());
  add('Iterator.prototype', getPrototype([][Symbol.iterator]()));
  add('MapIterator.prototype', new Map().values());
  add('SetIterator.prototype', new Set().values());
  add('StringIterator.prototype', ''[Symbol.iterator]());
  add('RegExpStringIterator.prototype', ''.matchAll(/./g));
  add('AsyncFunction.prototype', async () => Promise.resolve());
  const generator = function* (): Generator {
    yield undefined;
  };
  add('GeneratorFunction.prototype', generator);
  add('Generator.prototype', getPrototype(generator.prototype));
  return found;
}

/**
 * @param more further objects to watch, by name: prototypes of our own classes
 */
export function takeSnapshot(more: readonly (readonly [string, object])[]): Snapshot {
  const objects: (readonly [string, object])[] = [];
  for (const name of globals.split(' ')) {
    const value: unknown = Reflect.get(globalThis, name);
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) {
      continue;
    }
    objects.push([name, value]);
    const prototype: unknown = Reflect.get(value, 'prototype');
    if (typeof prototype === 'object' && prototype !== null) {
      objects.push([`${name}.prototype`, prototype]);
    }
  }
  objects.push(...hidden(), ...more);
  const seen = new Set<object>();
  const entries = objects
    .filter(([, object]) => !seen.has(object) && seen.add(object))
    .map(([name, object]) => picture(name, object, ownKeys(object)));
  const names = globals.split(' ').filter((name) => name in globalThis);
  return [...entries, picture('', globalThis, names)];
}

function picture(
  name: string,
  object: object,
  keys: readonly (string | symbol)[],
): Entry {
  return {
    name,
    object,
    keys,
    descriptors: keys.map((key) => getDescriptor(object, key)),
  };
}

const mostUsed = new Set(
  (
    'Object Object.prototype Function.prototype Array Array.prototype Map.prototype ' +
    'Set.prototype JSON Promise Promise.prototype Reflect Number.prototype ' +
    'String.prototype RegExp.prototype TypedArray.prototype ArrayIterator.prototype ' +
    'MapIterator.prototype SetIterator.prototype'
  ).split(' '),
);

/** The part of a snapshot that assertions, tests and tasks go through all the time. */
export function essentialsOf(snapshot: Snapshot): Snapshot {
  return snapshot.filter(({ name }) => mostUsed.has(name));
}

/** In words, the first built-in that is not what it was; undefined if all are. */
export function findTampering(snapshot: Snapshot): string | undefined {
  for (let i = 0; i < snapshot.length; i += 1) {
    const entry = snapshot[i];
    if (entry === undefined) continue;
    const found = findChange(entry) ?? findAddition(entry);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** As `findTampering`, without what was added: that takes as long again. */
export function findReplacement(snapshot: Snapshot): string | undefined {
  for (let i = 0; i < snapshot.length; i += 1) {
    const entry = snapshot[i];
    const found = entry === undefined ? undefined : findChange(entry);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Makes the built-ins what they were: who tells of it goes through them as well. */
export function putBack(snapshot: Snapshot): void {
  // First what was added: an `Object.prototype.get` would be part of each descriptor.
  for (let i = 0; i < snapshot.length; i += 1) {
    const entry = snapshot[i];
    if (entry !== undefined) takeAdditionsAway(entry);
  }
  for (let i = 0; i < snapshot.length; i += 1) {
    const entry = snapshot[i];
    if (entry === undefined) continue;
    for (let k = 0; k < entry.keys.length; k += 1) {
      const key = entry.keys[k];
      const before = entry.descriptors[k];
      // One that was frozen stays what it is.
      if (key !== undefined && before !== undefined)
        defineProperty(entry.object, key, before);
    }
  }
}

function findChange(entry: Entry): string | undefined {
  for (let k = 0; k < entry.keys.length; k += 1) {
    const key = entry.keys[k];
    const before = entry.descriptors[k];
    if (key === undefined || before === undefined) continue;
    const now = getDescriptor(entry.object, key);
    if (now === undefined) return strings.removed(path(entry, key));
    // The operators first: `same` is for NaN, and this runs a thousand times a look.
    const equal =
      (now.value === before.value || same(now.value, before.value)) &&
      now.get === before.get &&
      now.set === before.set;
    if (!equal) return strings.replaced(path(entry, key));
  }
  return undefined;
}

function findAddition(entry: Entry): string | undefined {
  if (entry.name === '') return undefined; // new globals are the reader's own
  const keys = ownKeys(entry.object);
  if (keys.length === entry.keys.length) return undefined;
  for (let k = 0; k < keys.length; k += 1) {
    const key = keys[k];
    if (key !== undefined && !contains(entry.keys, key)) {
      return strings.added(path(entry, key));
    }
  }
  return undefined;
}

function takeAdditionsAway(entry: Entry): void {
  if (entry.name === '') return;
  const keys = ownKeys(entry.object);
  for (let k = 0; k < keys.length; k += 1) {
    const key = keys[k];
    if (key !== undefined && !contains(entry.keys, key))
      deleteProperty(entry.object, key);
  }
}

function contains(
  keys: readonly (string | symbol)[],
  wanted: string | symbol,
): boolean {
  for (let k = 0; k < keys.length; k += 1) if (keys[k] === wanted) return true;
  return false;
}

function path(entry: Entry, key: string | symbol): string {
  const text = typeof key === 'symbol' ? strings.symbol : key;
  return entry.name === '' ? text : `${entry.name}.${text}`;
}
