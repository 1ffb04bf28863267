/**
 * The bounded scan. It walks over encoded bytes with a schema in hand, allocates nothing
 * that grows with the input, and throws at the first item that is malformed or too many.
 * Only what has passed it is decoded.
 */
import type { Work } from '../csp/slices.ts';
import { RlpError } from './errors.ts';
import type { Schema } from './schema.ts';

/** Lists in lists: deeper than any message needs, far from the end of the stack. */
export const maxDepth = 16;

/** Where one item stands: its header at `at`, its content from `start` to `end`. */
export interface Item {
  readonly isList: boolean;
  readonly at: number;
  readonly start: number;
  readonly end: number;
}

// #region rlp-header
/**
 * Reads the header of the item at `at`, which must end at or before `limit`.
 *
 * @throws {RlpError} `truncated`, `non-canonical`
 * @geth rlp/decode.go Stream.readKind
 */
export function readItem(
  data: Uint8Array,
  at: number,
  limit: number,
  what: string,
): Item {
  const prefix = at < limit ? data[at] : undefined;
  if (prefix === undefined) throw new RlpError('truncated', at, what);
  if (prefix < 0x80) return { isList: false, at, start: at, end: at + 1 };

  const isList = prefix >= 0xc0;
  const short = prefix - (isList ? 0xc0 : 0x80);
  const lengthBytes = Math.max(0, short - 55);
  const start = at + 1 + lengthBytes;
  if (start > limit) throw new RlpError('truncated', at, what);

  let length = short;
  if (lengthBytes > 0) {
    //: One length, one spelling: no leading zero, and the long form only where it must be.
    if (data[at + 1] === 0) throw new RlpError('non-canonical', at, what);
    length = 0;
    //: 8 length bytes do not fit a number exactly; rounded, they still exceed any input.
    for (let i = at + 1; i < start; i++) length = length * 256 + (data[i] ?? 0);
    if (length < 56) throw new RlpError('non-canonical', at, what);
  }
  if (length > limit - start) throw new RlpError('truncated', at, what);
  if (!isList && length === 1 && (data[start] ?? 0) < 0x80) {
    throw new RlpError('non-canonical', at, what);
  }
  return { isList, at, start, end: start + length };
}
// #endregion rlp-header

/**
 * Proves that `data` begins with one value that fits `schema`, and returns where that
 * value ends. What follows it is not looked at.
 *
 * @param what what is being read, for the error
 * @throws {RlpError} at the first item that does not fit
 */
export function scan(data: Uint8Array, schema: Schema, what: string): number {
  return new Scan(data, what).value(0, data.length, schema, 0);
}

/**
 * The same with pauses, for schemas in which a list may be long.
 *
 * @throws {RlpError} as `scan`, when the work comes to it
 */
export function scanWork(data: Uint8Array, schema: Schema, what: string): Work<number> {
  return new Scan(data, what).work(0, data.length, schema, 0);
}

/** Items of a long list to a step, a transaction of nine fields counted as one. */
const itemsPerStep = 512;

/** What a step costs, as `Work` counts, as long as the code is cold; later a fifth or less. */
const stepUnits = 1_000;

class Scan {
  readonly #data: Uint8Array;
  readonly #what: string;
  /** Items of long lists so far, over all of them. */
  #items = 0;

  constructor(data: Uint8Array, what: string) {
    this.#data = data;
    this.#what = what;
  }

  // #region rlp-scan
  /** Checks the value at `at` against `schema` and returns where it ends. */
  value(at: number, limit: number, schema: Schema, depth: number): number {
    const item = readItem(this.#data, at, limit, this.#what);
    switch (schema.kind) {
      case 'bytes':
        return this.#byteString(item, schema.min, schema.max);
      case 'empty-or':
        if (!item.isList && item.start === item.end) return item.end;
        return this.#byteString(item, schema.length, schema.length);
      case 'uint':
        return this.#uint(item, schema.maxBytes);
      case 'list':
        return this.#list(item, schema.fields, schema.tail, depth);
      case 'list-of':
        return this.#listOf(item, schema.item, schema.maxItems, depth);
      case 'any-list':
        this.#anyList(item, schema.maxItems, depth);
        return item.end;
      case 'raw':
        if (item.end - item.at > schema.maxBytes) throw this.#error('too-long', item);
        return item.end;
    }
  }

  #listOf(item: Item, schema: Schema, maxItems: number, depth: number): number {
    this.#enter(item, depth);
    let at = item.start;
    for (let count = 0; at < item.end; count++) {
      //: Stops here, however many megabytes of elements are still to come.
      if (count === maxItems) throw new RlpError('too-many-items', at, this.#what);
      at = this.value(at, item.end, schema, depth + 1);
    }
    return item.end;
  }
  // #endregion rlp-scan

  // #region rlp-scan-fields
  #list(item: Item, fields: readonly Schema[], tail: boolean, depth: number): number {
    this.#enter(item, depth);
    let at = item.start;
    for (const field of fields) {
      if (at === item.end) throw this.#error('too-few-items', item);
      at = this.value(at, item.end, field, depth + 1);
    }
    //: Elements of a tail must be well framed, but nobody looks inside them.
    while (tail && at < item.end) {
      at = readItem(this.#data, at, item.end, this.#what).end;
    }
    if (at < item.end) throw new RlpError('too-many-items', at, this.#what);
    return item.end;
  }
  // #endregion rlp-scan-fields

  /** As `value`, with a pause after so many items, wherever a list may have more. */
  *work(at: number, limit: number, schema: Schema, depth: number): Work<number> {
    if (!mayBeLong(schema)) return this.value(at, limit, schema, depth);
    const item = readItem(this.#data, at, limit, this.#what);
    this.#enter(item, depth);
    let next = item.start;
    if (schema.kind === 'list') {
      for (const field of schema.fields) {
        if (next === item.end) throw this.#error('too-few-items', item);
        next = yield* this.work(next, item.end, field, depth + 1);
      }
      if (next < item.end) throw new RlpError('too-many-items', next, this.#what);
      return item.end;
    }
    const inner = schema.item;
    const isLong = mayBeLong(inner);
    for (let count = 0; next < item.end; count++) {
      if (count === schema.maxItems) {
        throw new RlpError('too-many-items', next, this.#what);
      }
      if (++this.#items % itemsPerStep === 0) yield stepUnits;
      next = isLong
        ? yield* this.work(next, item.end, inner, depth + 1)
        : this.value(next, item.end, inner, depth + 1);
    }
    return item.end;
  }

  /** Returns how many items, at all depths, the list may still be followed by. */
  #anyList(item: Item, maxItems: number, depth: number): number {
    this.#enter(item, depth);
    let left = maxItems;
    let at = item.start;
    while (at < item.end) {
      if (left === 0) throw new RlpError('too-many-items', at, this.#what);
      left -= 1;
      const inner = readItem(this.#data, at, item.end, this.#what);
      if (inner.isList) left = this.#anyList(inner, left, depth + 1);
      at = inner.end;
    }
    return left;
  }

  #byteString(item: Item, min: number, max: number): number {
    if (item.isList) throw this.#error('not-bytes', item);
    const length = item.end - item.start;
    if (length < min) throw this.#error('too-short', item);
    if (length > max) throw this.#error('too-long', item);
    return item.end;
  }

  #uint(item: Item, maxBytes: number): number {
    this.#byteString(item, 0, maxBytes);
    if (item.start < item.end && this.#data[item.start] === 0) {
      throw this.#error('non-canonical', item);
    }
    return item.end;
  }

  #enter(item: Item, depth: number): void {
    if (!item.isList) throw this.#error('not-a-list', item);
    if (depth >= maxDepth) throw this.#error('too-deep', item);
  }

  #error(code: RlpError['code'], item: Item): RlpError {
    return new RlpError(code, item.at, this.#what);
  }
}

type LongSchema = Extract<Schema, { kind: 'list' | 'list-of' }>;

/** Whether it is a list of many items, or holds one. */
function mayBeLong(schema: Schema): schema is LongSchema {
  if (schema.kind === 'list-of')
    return schema.maxItems > itemsPerStep || mayBeLong(schema.item);
  return schema.kind === 'list' && !schema.tail && schema.fields.some(mayBeLong);
}
