/** Encoding. There is one encoding for every value. */
import { encode as encodeBytes } from 'rlp';
import { concatAll } from '../bytes.ts';
import { RlpError } from './errors.ts';

/**
 * What can be encoded: byte strings, integers ≥ 0 and lists of these. No strings, because
 * the package reads those that begin with 0x as hex; `utf8(text)` says what is meant.
 */
export type RlpValue = Uint8Array | bigint | number | readonly RlpValue[];

/**
 * Encodes a value into new bytes.
 *
 * @throws {RlpError} `too-large`: a number that is negative, no integer or above 2^53 − 1
 */
export function encode(value: RlpValue): Uint8Array {
  if (isList(value)) return encodeList(value.map(encode));
  if (typeof value === 'string') {
    throw new TypeError(
      `rlp: a text (“${String(value)}”) is no value: utf8(text) gives its bytes`,
    );
  }
  if (!(value instanceof Uint8Array) && !isUint(value)) {
    throw new RlpError('too-large', undefined, `encoding ${value}`);
  }
  // Most values are short, and the package takes ten times as long over them.
  if (value instanceof Uint8Array && value.length < 56) return encodeShort(value);
  const encoded = encodeBytes(value);
  return encoded === value ? value.slice() : encoded;
}

/**
 * Wraps elements that are encoded already into a list.
 *
 * The package would pass them as arguments of one call, which ends at about 100,000.
 */
export function encodeList(items: readonly Uint8Array[]): Uint8Array {
  return concatAll(listParts(items));
}

/** As `encodeList`, in parts that stand one after the other: nothing is copied. */
export function listParts(items: readonly Uint8Array[]): readonly Uint8Array[] {
  let length = 0;
  for (const item of items) length += item.length;
  return [header(0xc0, length), ...items];
}

/** As `encode` for a byte string, in parts: a long one is not copied. */
export function stringParts(value: Uint8Array): readonly Uint8Array[] {
  if (value.length < 56) return [encodeShort(value)];
  return [header(0x80, value.length), value];
}

function encodeShort(value: Uint8Array): Uint8Array {
  const [first] = value;
  if (first !== undefined && value.length === 1 && first < 0x80) return value.slice();
  const encoded = new Uint8Array(1 + value.length);
  encoded[0] = 0x80 + value.length;
  encoded.set(value, 1);
  return encoded;
}

/** What stands before the content of a list (0xc0), or of a byte string (0x80). */
function header(kind: 0xc0 | 0x80, length: number): Uint8Array {
  if (length < 56) return Uint8Array.of(kind + length);
  // The same header as that of an integer's bytes, which the package writes.
  const digits = encodeBytes(length);
  const lengthBytes = length < 0x80 ? digits : digits.subarray(1);
  return concatAll([Uint8Array.of(kind + 55 + lengthBytes.length), lengthBytes]);
}

function isList(value: RlpValue): value is readonly RlpValue[] {
  return Array.isArray(value);
}

function isUint(value: Exclude<RlpValue, readonly RlpValue[]>): boolean {
  return typeof value === 'bigint'
    ? value >= 0n
    : Number.isSafeInteger(value) && Number(value) >= 0;
}
