/**
 * Readers for decoded items. The schema has settled most of it; these check again what
 * they rely on, so that a wrong schema of ours is an `RlpError` and not a wrong value.
 */
import { toHex } from '../bytes.ts';
import type { RlpItem } from './decode.ts';
import { RlpError } from './errors.ts';

/** Reads a byte string, of exactly `length` bytes if that is given. */
export function asBytes(item: RlpItem | undefined, length?: number): Uint8Array {
  if (!(item instanceof Uint8Array)) throw fieldError('not-bytes');
  if (length !== undefined && item.length < length) throw fieldError('too-short');
  if (length !== undefined && item.length > length) throw fieldError('too-long');
  return item;
}

/** Reads an integer of at most 32 bytes. */
export function asUint(item: RlpItem | undefined): bigint {
  const bytes = asBytes(item);
  // The length comes first: a number of a megabyte takes a second to print.
  if (bytes.length > 32) throw fieldError('too-long');
  if (bytes[0] === 0) throw fieldError('non-canonical');
  return bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`);
}

/**
 * Reads an integer that a `number` holds exactly.
 *
 * @throws {RlpError} `too-large`: above 2^53 − 1
 */
export function asNumber(item: RlpItem | undefined): number {
  const value = asUint(item);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw fieldError('too-large');
  return Number(value);
}

/** Reads a list. */
export function asList(item: RlpItem | undefined): readonly RlpItem[] {
  if (item === undefined || item instanceof Uint8Array) throw fieldError('not-a-list');
  return item;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Reads UTF-8 text. Bytes that are none become U+FFFD.
 *
 * The text is as the peer sent it: escape it before it is shown or logged.
 */
export function asText(item: RlpItem | undefined): string {
  return decoder.decode(asBytes(item));
}

function fieldError(code: RlpError['code']): RlpError {
  return new RlpError(code, undefined, 'field');
}
