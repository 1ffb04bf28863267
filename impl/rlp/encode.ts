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
  if (!(value instanceof Uint8Array) && !isUint(value)) {
    throw new RlpError('too-large', undefined, `encoding ${value}`);
  }
  const encoded = encodeBytes(value);
  return encoded === value ? value.slice() : encoded;
}

/**
 * Wraps elements that are encoded already into a list.
 *
 * The package would pass them as arguments of one call, which ends at about 100,000.
 */
export function encodeList(items: readonly Uint8Array[]): Uint8Array {
  const length = items.reduce((sum, item) => sum + item.length, 0);
  return concatAll([listHeader(length), ...items]);
}

function listHeader(length: number): Uint8Array {
  if (length < 56) return Uint8Array.of(0xc0 + length);
  // The same header as that of an integer's bytes, which the package writes.
  const digits = encodeBytes(length);
  const lengthBytes = length < 0x80 ? digits : digits.subarray(1);
  return concatAll([Uint8Array.of(0xf7 + lengthBytes.length), lengthBytes]);
}

function isList(value: RlpValue): value is readonly RlpValue[] {
  return Array.isArray(value);
}

function isUint(value: Exclude<RlpValue, readonly RlpValue[]>): boolean {
  return typeof value === 'bigint'
    ? value >= 0n
    : Number.isSafeInteger(value) && Number(value) >= 0;
}
