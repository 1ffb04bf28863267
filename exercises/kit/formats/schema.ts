/**
 * Readers of untrusted JSON-like values: each gives the value back typed, or throws an
 * `InvalidData` that names the place. They copy own keys only, so a `__proto__` in the
 * input is never assigned.
 */

export class InvalidData extends Error {
  override readonly name = 'InvalidData';
  readonly path: string;

  constructor(path: string, wanted: string) {
    super(`${path}: ${wanted}`);
    this.path = path;
  }
}

export type Fields = Readonly<Record<string, unknown>>;

/** Keys that would reach a prototype when assigned. They are left out of every copy. */
const unsafeKeys = new Set(['__proto__', 'constructor', 'prototype']);

export function readFields(value: unknown, path: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidData(path, 'an object is needed');
  }
  const own = Object.entries(value).filter(([key]) => !unsafeKeys.has(key));
  return Object.fromEntries(own);
}

export function readText(value: unknown, path: string, maxLength = 1_000_000): string {
  if (typeof value !== 'string') throw new InvalidData(path, 'a text is needed');
  if (value.length > maxLength) {
    throw new InvalidData(path, `at most ${maxLength} characters are allowed`);
  }
  return value;
}

export function readCount(value: unknown, path: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new InvalidData(path, 'a whole number from 0 is needed');
  }
  return value;
}

export function readOneOf<const T extends string>(
  value: unknown,
  options: readonly T[],
  path: string,
): T {
  const found = options.find((option) => option === value);
  if (found === undefined) {
    throw new InvalidData(path, `one of ${options.join(', ')} is needed`);
  }
  return found;
}

export function readList<T>(
  value: unknown,
  path: string,
  readItem: (item: unknown, path: string) => T,
  maxItems = 10_000,
): T[] {
  if (!Array.isArray(value)) throw new InvalidData(path, 'a list is needed');
  if (value.length > maxItems) {
    throw new InvalidData(path, `at most ${maxItems} items are allowed`);
  }
  return value.map((item: unknown, index) => readItem(item, `${path}[${index}]`));
}

export function readMap<T>(
  value: unknown,
  path: string,
  readItem: (item: unknown, path: string) => T,
): Record<string, T> {
  const entries = Object.entries(readFields(value, path));
  return Object.fromEntries(
    entries.map(([key, item]) => [key, readItem(item, `${path}.${key}`)]),
  );
}

/** @throws {InvalidData} the text is not JSON */
export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidData(path, error instanceof Error ? error.message : 'not JSON');
  }
}
