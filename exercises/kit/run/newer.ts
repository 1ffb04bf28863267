/**
 * Built-ins that are newer than the oldest engine that runs the exercises, Node 20. They
 * are taken away before the reader's code is loaded: an answer that passes in one place
 * passes in all of them.
 */

import { kitStrings } from '../words/strings.ts';

const names: Readonly<Record<string, string>> = {
  Object: 'groupBy',
  Map: 'groupBy',
  Promise: 'withResolvers try',
  Array: 'fromAsync',
  'Set.prototype':
    'union intersection difference symmetricDifference isSubsetOf isSupersetOf isDisjointFrom',
  'Map.prototype': 'getOrInsert getOrInsertComputed',
  'WeakMap.prototype': 'getOrInsert getOrInsertComputed',
  'ArrayBuffer.prototype': 'transfer transferToFixedLength detached',
  Uint8Array: 'fromHex fromBase64',
  'Uint8Array.prototype': 'toHex toBase64 setFromHex setFromBase64',
  RegExp: 'escape',
  Error: 'isError',
  Math: 'f16round sumPrecise',
  JSON: 'rawJSON isRawJSON',
  globalThis:
    'Iterator Float16Array SuppressedError DisposableStack AsyncDisposableStack',
};

const ofIterators =
  'map filter take drop flatMap reduce toArray forEach some every find'.split(' ');

export function takeNewerAway(): void {
  const iterators: unknown = Object.getPrototypeOf(
    Object.getPrototypeOf([][Symbol.iterator]()),
  );
  remove(iterators, ofIterators);
  for (const [path, own] of Object.entries(names)) {
    const owner = path === 'globalThis' ? globalThis : objectAt(path);
    remove(owner, own.split(' '));
  }
}

function objectAt(path: string): unknown {
  let at: unknown = globalThis;
  for (const name of path.split('.')) {
    at = Reflect.get(at as object, name); // built-ins that every engine has
  }
  return at;
}

function remove(owner: unknown, keys: readonly string[]): void {
  if (typeof owner !== 'object' && typeof owner !== 'function') return;
  if (owner === null) return;
  for (const key of keys) Reflect.deleteProperty(owner, key);
}

const distinct = new RegExp(
  `\\b(${Object.values(names).join(' ').split(' ').join('|')})\\b.* is not (?:a function|defined|a constructor)`,
);
const overIterator =
  /\b(?:values|keys|entries|matchAll)\(\.*\)\.(\w+) is not a function/;

/** What to say of an error that a missing newer built-in has caused; '' if none has. */
export function newerIn(message: string): string {
  const name = distinct.exec(message)?.[1];
  if (name !== undefined) return kitStrings.thrown.newer(name);
  const helper = overIterator.exec(message)?.[1] ?? '';
  return ofIterators.includes(helper) ? kitStrings.thrown.newer(helper) : '';
}
