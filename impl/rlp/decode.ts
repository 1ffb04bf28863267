/**
 * Decoding. `decode` builds only what the scan has passed; the other functions here read
 * headers and nothing more. The `rlp` package turns single byte strings and nothing
 * larger: for each element of a list it copies the rest of the list, so that a list of n
 * elements costs n², and it follows nested lists to the end of the stack.
 */
import { decode as decodeBytes } from 'rlp';
import { RlpError } from './errors.ts';
import { readItem, scan } from './scan.ts';
import type { Item } from './scan.ts';
import type { Schema } from './schema.ts';

/** What decoding yields; `fields.ts` reads it. */
export type RlpItem = Uint8Array | readonly RlpItem[];

/**
 * Decodes the value at the beginning of `data`, if it fits `schema`.
 *
 * Byte strings in the result are copies: one that is kept does not keep the whole message.
 * Only what `raw` stands for is a view of `data`; copy it to keep it.
 *
 * @param what what is being read, for the error: `Status`, `block header`
 * @param trailing bytes after the value are ignored, as geth does for messages
 * @throws {RlpError} the scan's codes, and `trailing-bytes` where that is asked for
 */
export function decode(
  data: Uint8Array,
  schema: Schema,
  what: string,
  { trailing = 'ignore' }: { trailing?: 'ignore' | 'refuse' } = {},
): RlpItem {
  const end = scan(data, schema, what);
  if (trailing === 'refuse' && end < data.length) {
    throw new RlpError('trailing-bytes', end, what);
  }
  // A `Buffer` would hand out views where a `Uint8Array` hands out copies.
  const bytes = new Uint8Array(data.buffer, data.byteOffset, end);
  return build(bytes, readItem(bytes, 0, end, what), schema, what);
}

/**
 * Yields each element of the list at the beginning of `data` as it stands there, header
 * included, without looking inside: a view of `data`.
 *
 * @throws {RlpError} `not-a-list`, `truncated`, `non-canonical`
 */
export function* rawItems(
  data: Uint8Array,
  what = 'list',
): Generator<Uint8Array, void, undefined> {
  const top = readItem(data, 0, data.length, what);
  if (!top.isList) throw new RlpError('not-a-list', 0, what);
  for (let at = top.start; at < top.end;) {
    const item = readItem(data, at, top.end, what);
    yield data.subarray(item.at, item.end);
    at = item.end;
  }
}

/**
 * How many elements the list at the beginning of `data` has, if they are at most `most`;
 * otherwise `most + 1`: the others are not looked at.
 *
 * @throws {RlpError} as `rawItems`
 */
export function countItems(data: Uint8Array, most: number, what = 'list'): number {
  const top = readItem(data, 0, data.length, what);
  if (!top.isList) throw new RlpError('not-a-list', 0, what);
  let count = 0;
  for (let at = top.start; at < top.end && count <= most; count++) {
    at = readItem(data, at, top.end, what).end;
  }
  return count;
}

/**
 * The bytes of the value at the beginning of `data`, header included: a view of `data`.
 *
 * @throws {RlpError} `truncated`, `non-canonical`
 */
export function firstItem(data: Uint8Array, what = 'item'): Uint8Array {
  return data.subarray(0, readItem(data, 0, data.length, what).end);
}

/**
 * What stands between the header and the end of the list at the beginning of `data`: a
 * view of `data`.
 *
 * @throws {RlpError} `not-a-list`, `truncated`, `non-canonical`
 */
export function listContent(data: Uint8Array, what = 'list'): Uint8Array {
  const top = readItem(data, 0, data.length, what);
  if (!top.isList) throw new RlpError('not-a-list', 0, what);
  return data.subarray(top.start, top.end);
}

/**
 * The bytes of the byte string that `item` is: a view of it.
 *
 * @throws {RlpError} `not-bytes`, `truncated`, `non-canonical`
 */
export function stringContent(item: Uint8Array): Uint8Array {
  const { isList, start, end } = readItem(item, 0, item.length, 'byte string');
  if (isList) throw new RlpError('not-bytes', 0, 'byte string');
  return item.subarray(start, end);
}

/** Builds what the scan has passed; the schema says how deep to go. */
function build(data: Uint8Array, item: Item, schema: Schema, what: string): RlpItem {
  if (schema.kind === 'raw') return data.subarray(item.at, item.end);
  if (!item.isList) return buildBytes(data, item, what);

  const items: RlpItem[] = [];
  for (let at = item.start; at < item.end;) {
    const inner = elementSchema(schema, items.length);
    if (inner === undefined) break; // the tail
    const next = readItem(data, at, item.end, what);
    items.push(build(data, next, inner, what));
    at = next.end;
  }
  return items;
}

function elementSchema(schema: Schema, index: number): Schema | undefined {
  if (schema.kind === 'list') return schema.fields[index];
  if (schema.kind === 'list-of') return schema.item;
  return schema; // anything may stand in `anyList`, at every depth
}

function buildBytes(data: Uint8Array, item: Item, what: string): Uint8Array {
  const value = decodeBytes(data.subarray(item.at, item.end));
  if (!(value instanceof Uint8Array)) throw new RlpError('not-bytes', item.at, what);
  return value;
}
