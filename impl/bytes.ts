/**
 * What the rest of the code needs to do with byte strings. Everything is a `Uint8Array`:
 * Node's `Buffer` does not exist in a page, and its `slice` shares memory.
 */

/** Joins byte strings into a new one. */
export function concat(...parts: Uint8Array[]): Uint8Array {
  return concatAll(parts);
}

/** As `concat`, for lists of any length: a call has room for about 100,000 arguments. */
export function concatAll(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/**
 * Tells whether two byte strings are equal.
 *
 * For equal lengths the work does not depend on where they differ, so a peer cannot find
 * a MAC byte by byte from our answering time. Lengths are no secret.
 */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/**
 * Returns a new byte string, each byte of `a` xor the one of `b`.
 *
 * @throws {RangeError} the lengths differ
 */
export function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length !== b.length) {
    throw new RangeError(`xor of ${a.length} and ${b.length} bytes`);
  }
  const result = a.slice();
  for (let i = 0; i < result.length; i++) result[i] = (a[i] ?? 0) ^ (b[i] ?? 0);
  return result;
}

/** The two digits of each byte, as character codes. */
const digitCodes = new Uint8Array(512);
for (let byte = 0; byte < 256; byte++) {
  const digits = byte.toString(16).padStart(2, '0');
  digitCodes[2 * byte] = digits.charCodeAt(0);
  digitCodes[2 * byte + 1] = digits.charCodeAt(1);
}

/** So many bytes of text at once: a call has no room for much more. */
const hexChunk = 1024;

/** Lower-case hex, two digits a byte, without 0x. */
export function toHex(bytes: Uint8Array): string {
  if (bytes.length > hexChunk) {
    const parts: string[] = [];
    for (let at = 0; at < bytes.length; at += hexChunk) {
      parts.push(toHex(bytes.subarray(at, at + hexChunk)));
    }
    return parts.join('');
  }
  // Made in one piece: text that is added to byte by byte takes fifteen times the memory.
  const codes: number[] = [];
  for (const byte of bytes) {
    codes.push(digitCodes[2 * byte] ?? 0, digitCodes[2 * byte + 1] ?? 0);
  }
  return String.fromCharCode(...codes);
}

const noDigit = 16;
/** The value of a digit by its code. */
const valueOfCode = new Uint8Array(128).fill(noDigit);
for (let value = 0; value < 16; value++) {
  const digit = value.toString(16);
  valueOfCode[digit.charCodeAt(0)] = value;
  valueOfCode[digit.toUpperCase().charCodeAt(0)] = value;
}

/**
 * Reads hex of either case, with or without 0x.
 *
 * @throws {SyntaxError} an odd number of digits, or anything that is no hex digit
 */
export function fromHex(text: string): Uint8Array {
  const start = text.startsWith('0x') ? 2 : 0;
  const count = text.length - start;
  if (count % 2 !== 0)
    throw new SyntaxError(`hex with an odd number of digits (${count})`);
  const bytes = new Uint8Array(count / 2);
  for (let i = 0, at = start; i < bytes.length; i++, at += 2) {
    const high = valueOfCode[text.charCodeAt(at)] ?? noDigit;
    const low = valueOfCode[text.charCodeAt(at + 1)] ?? noDigit;
    if (high === noDigit || low === noDigit) throw new SyntaxError('not a hex string');
    bytes[i] = 16 * high + low;
  }
  return bytes;
}

/** Orders byte strings as Go's `bytes.Compare`: by the first difference, then by length. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return Math.sign(a.length - b.length);
}

const encoder = new TextEncoder();

/** The UTF-8 bytes of `text`. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/**
 * Reads a big-endian unsigned integer of at most 6 bytes: larger ones do not fit a
 * `number` without loss.
 *
 * @throws {RangeError} `length` is not 0…6, or the bytes are not all there
 */
export function readUint(bytes: Uint8Array, offset: number, length: number): number {
  checkUintLength(length);
  if (offset < 0 || offset + length > bytes.length) {
    throw new RangeError(`${length} bytes at ${offset} of ${bytes.length}`);
  }
  let value = 0;
  for (const byte of bytes.subarray(offset, offset + length))
    value = value * 256 + byte;
  return value;
}

/**
 * Writes a big-endian unsigned integer of exactly `length` bytes, at most 6.
 *
 * @throws {RangeError} `length` is not 0…6, or `value` does not fit or is no integer
 */
export function writeUint(value: number, length: number): Uint8Array {
  checkUintLength(length);
  if (!Number.isInteger(value) || value < 0 || value >= 256 ** length) {
    throw new RangeError(`${value} is no unsigned integer of ${length} bytes`);
  }
  const bytes = new Uint8Array(length);
  let rest = value;
  for (let i = length - 1; i >= 0; i--) {
    bytes[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return bytes;
}

function checkUintLength(length: number): void {
  if (!Number.isInteger(length) || length < 0 || length > 6) {
    throw new RangeError(`integers of 0 to 6 bytes only, not ${length}`);
  }
}
