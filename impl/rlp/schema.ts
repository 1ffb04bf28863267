/**
 * Schemas: what a message may look like, stated before it is decoded. `scan` holds the
 * bytes against one and stops at the first excess: the schema bounds what a peer can make
 * us build.
 */
export type Schema =
  | { readonly kind: 'bytes'; readonly min: number; readonly max: number }
  | { readonly kind: 'empty-or'; readonly length: number }
  | { readonly kind: 'uint'; readonly maxBytes: number }
  | {
      readonly kind: 'list';
      readonly fields: readonly Schema[];
      /** Elements after the last field are allowed and not looked at. */
      readonly tail: boolean;
    }
  | { readonly kind: 'list-of'; readonly item: Schema; readonly maxItems: number }
  | { readonly kind: 'any-list'; readonly maxItems: number }
  | { readonly kind: 'raw'; readonly maxBytes: number };

/** A byte string of `min` to `max` bytes; of exactly `min` without `max`. */
export function bytes(min: number, max: number = min): Schema {
  return { kind: 'bytes', min, max };
}

/** A byte string of `length` bytes or of none: the recipient of a transaction. */
export function emptyOr(length: number): Schema {
  return { kind: 'empty-or', length };
}

/** An integer ≥ 0 of at most `maxBytes` bytes, big-endian, without leading zeros. */
export function uint(maxBytes: number): Schema {
  return { kind: 'uint', maxBytes };
}

/** A list of exactly these fields. */
export function list(...fields: readonly Schema[]): Schema {
  return { kind: 'list', fields, tail: false };
}

/**
 * A list of these fields and whatever comes after them, which is left out of the result.
 *
 * @see EIP-8: a handshake message of a later version has more fields
 */
export function listWithTail(...fields: readonly Schema[]): Schema {
  return { kind: 'list', fields, tail: true };
}

/** A list of at most `maxItems` elements that all look like `item`. */
export function listOf(item: Schema, maxItems: number): Schema {
  return { kind: 'list-of', item, maxItems };
}

/** A list of anything; the items at all depths together are at most `maxItems`. */
export function anyList(maxItems: number): Schema {
  return { kind: 'any-list', maxItems };
}

/**
 * One value of any kind that is not looked into. It comes out as the bytes that stand in
 * the message, header included, at most `maxBytes`.
 */
export function raw(maxBytes: number): Schema {
  return { kind: 'raw', maxBytes };
}
