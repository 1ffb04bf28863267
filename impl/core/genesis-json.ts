/**
 * Reads a genesis field by field, in the spellings that geth v1.8.12 takes. Whatever is
 * wrong is one `GenesisError` that names the field.
 *
 * The names of fields count without regard to case, and the last of several holds; each
 * of them must be readable. A field that is null counts as absent, but for two of
 * `config`: `eip150Hash` must not be null, and a null `daoForkSupport` changes nothing.
 *
 * All of it is `Work`: a file may have a million fields, or say one a million times.
 */
import { fromHex } from '../bytes.ts';
import type { Work } from '../csp/slices.ts';
import { concatWork } from './copy.ts';
import { addressOf, type Address, type Hash, hashOf } from './hash.ts';
import type { JsonEntry, JsonValue } from './json.ts';

/** The genesis JSON cannot be used. */
export class GenesisError extends Error {
  override readonly name = 'GenesisError';
  /** Path of the field, `alloc.7e5f….balance`; empty for the text as a whole. */
  readonly field: string;

  constructor(field: string, detail: string) {
    super(field === '' ? `genesis: ${detail}` : `genesis: ${field}: ${detail}`);
    this.field = field;
  }
}

const maxDigits = 1_000;

/** A field, as `Work` counts, and how many bytes of one a unit reads. */
const fieldUnits = 1;
const bytesPerUnit = 30;

/** So many names are looked at between two yields, and with a unit. */
const namePiece = 512;
const namesPerUnit = 2;

/** So much hex is read between two yields. */
const hexPiece = 32_768;

/** What a null does: the field is as if it were absent, or nothing; or it is a value. */
type OfNull = 'absent' | 'skipped' | 'read';

/** One object of the JSON. */
export class JsonObject {
  /** As in the file: names that mean the same may stand in it more than once. */
  readonly entries: readonly JsonEntry[];
  readonly #path: string;

  constructor(value: JsonValue, path: string) {
    if (value.kind !== 'object') throw new GenesisError(path, 'must be a JSON object');
    this.entries = value.entries;
    this.#path = path;
  }

  *has(name: string): Work<boolean> {
    const values = yield* this.#valuesOf(name);
    return (values.at(-1)?.kind ?? 'null') !== 'null';
  }

  /** The objects of that name as one, in which the later ones hold. */
  *merged(name: string): Work<JsonObject> {
    if (!(yield* this.has(name))) throw this.error(name, 'is missing');
    let parts: (readonly JsonEntry[])[] = []; // BOUNDED by the text
    for (const value of yield* this.#valuesOf(name)) {
      if (value.kind === 'null') parts = [];
      else parts.push(new JsonObject(value, this.path(name)).entries);
      yield fieldUnits;
    }
    const [only = []] = parts;
    if (parts.length === 1) return this.#merged(name, only);
    const entries: JsonEntry[] = []; // BOUNDED by the text
    for (const part of parts) {
      for (const entry of part) {
        entries.push(entry);
        yield fieldUnits / 5;
      }
    }
    return this.#merged(name, entries);
  }

  #merged(name: string, entries: readonly JsonEntry[]): JsonObject {
    return new JsonObject({ kind: 'object', entries }, this.path(name));
  }

  /** A null says nothing here, not even against a value before it. */
  *boolean(name: string, absent: boolean): Work<boolean> {
    const read = (value: JsonValue): boolean => {
      if (value.kind === 'boolean') return value.value;
      throw this.error(name, 'must be true or false');
    };
    return (yield* this.#read(name, read, 'skipped')) ?? absent;
  }

  /** A JSON number of any size, without point or exponent. */
  integer(name: string): Work<bigint | undefined> {
    return this.#read(name, (value) => {
      if (value.kind !== 'number' || !/^-?\d+$/.test(value.literal)) {
        throw this.error(name, 'must be a whole number, without quotes');
      }
      if (value.literal.length > maxDigits) {
        throw this.error(name, `has more than ${maxDigits} digits`);
      }
      return BigInt(value.literal);
    });
  }

  /**
   * A number of at most `bits` bits, written as text. Without `absent` the field must be
   * there. With `signed`, a sign may stand before the digits (behind `0x`), as in geth's
   * numbers of 256 bits.
   */
  *uint(name: string, bits: number, absent?: bigint, signed = bits > 64): Work<bigint> {
    const read = (value: JsonValue): bigint => {
      if (value.kind === 'text' && value.text.length > maxDigits) {
        throw this.error(name, `has more than ${maxDigits} digits`);
      }
      const number = value.kind === 'text' ? readUint(value.text, signed) : undefined;
      if (number === undefined) {
        throw this.error(name, 'must be a number ≥ 0 in quotes, decimal or in 0x hex');
      }
      if (number === 'long' || number >> BigInt(bits) !== 0n) {
        throw this.error(name, `must fit into ${bits} bits`);
      }
      return number;
    };
    const value = yield* this.#read(name, read);
    if (value === undefined && absent === undefined) {
      throw this.error(name, 'is missing');
    }
    return value ?? absent ?? 0n;
  }

  /** Bytes in hex; none if the field is absent or empty. */
  *bytes(name: string, maxLength: number): Work<Uint8Array> {
    let bytes: Uint8Array = new Uint8Array();
    for (const value of yield* this.#valuesOf(name)) {
      yield fieldUnits;
      const isEmpty =
        value.kind === 'null' || (value.kind === 'text' && value.raw === '');
      bytes = isEmpty ? new Uint8Array() : yield* this.#hex(name, value, maxLength);
    }
    return bytes;
  }

  *hash(name: string, absent: Hash, ofNull: OfNull = 'absent'): Work<Hash> {
    const read = (value: JsonValue): Hash => hashOf(this.#exactly(name, value, 32));
    return (yield* this.#read(name, read, ofNull)) ?? absent;
  }

  *address(name: string, absent: Address): Work<Address> {
    const read = (value: JsonValue): Address =>
      addressOf(this.#exactly(name, value, 20));
    return (yield* this.#read(name, read)) ?? absent;
  }

  /** Where a field stands, for people. */
  path(name: string): string {
    const shown = name.length > 80 ? `${name.slice(0, 70)}…` : name;
    return this.#path === '' ? shown : `${this.#path}.${shown}`;
  }

  error(name: string, detail: string): GenesisError {
    return new GenesisError(this.path(name), detail);
  }

  #exactly(name: string, value: JsonValue, length: number): Uint8Array {
    const digits = this.#digits(name, value);
    // A long one is not read: whatever stands there, it is too much.
    if (digits.length <= maxDigits) {
      const bytes = readHex(digits);
      if (bytes === undefined) throw this.#notHex(name);
      if (bytes.length === length) return bytes;
    }
    const has = Math.floor(digits.length / 2);
    throw this.error(name, `has ${has} bytes, must have ${length}`);
  }

  *#hex(name: string, value: JsonValue, maxLength: number): Work<Uint8Array> {
    const digits = this.#digits(name, value);
    const pieces: Uint8Array[] = []; // BOUNDED by the longest text
    for (let at = 0; at < digits.length; at += hexPiece) {
      const bytes = readHex(digits.slice(at, at + hexPiece));
      if (bytes === undefined) throw this.#notHex(name);
      pieces.push(bytes);
      yield bytes.length / bytesPerUnit;
    }
    const length = digits.length / 2;
    if (length > maxLength) {
      throw this.error(name, `has ${length} bytes, at most ${maxLength} are allowed`);
    }
    return yield* concatWork(pieces);
  }

  /** Raw: geth looks at these as they are written, and knows no escapes in them. */
  #digits(name: string, value: JsonValue): string {
    if (value.kind === 'text' && /^0x/i.test(value.raw)) return value.raw.slice(2);
    throw this.#notHex(name);
  }

  #notHex(name: string): GenesisError {
    return this.error(name, 'must be hex in quotes, two digits a byte, after 0x');
  }

  /** All of that name are read, because geth refuses a bad one that another replaces. */
  *#read<T>(
    name: string,
    read: (value: JsonValue) => T,
    ofNull: OfNull = 'absent',
  ): Work<T | undefined> {
    let last: T | undefined;
    for (const value of yield* this.#valuesOf(name)) {
      yield fieldUnits;
      if (value.kind !== 'null' || ofNull === 'read') last = read(value);
      else if (ofNull === 'absent') last = undefined;
    }
    return last;
  }

  *#valuesOf(name: string): Work<readonly JsonValue[]> {
    const wanted = name.toLowerCase();
    const values: JsonValue[] = []; // BOUNDED by the text
    for (const [i, [of, value]] of this.entries.entries()) {
      if (of.length === wanted.length && folded(of) === wanted) values.push(value);
      if (i % namePiece === namePiece - 1) yield namePiece / namesPerUnit;
    }
    return values;
  }
}

/** Go's rule for names: two letters outside ASCII count as the ones that they look like. */
function folded(name: string): string {
  return name
    .replaceAll('\u017f', 's')
    .replaceAll('\u212a', 'k')
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Hex of whole bytes, of either case, without 0x; undefined if it is anything else. */
export function readHex(digits: string): Uint8Array | undefined {
  return digits.length % 2 === 0 && /^[0-9a-f]*$/i.test(digits)
    ? fromHex(digits)
    : undefined;
}

/** A number below 0 is none. `long` has more digits than anybody takes. */
function readUint(text: string, signed: boolean): bigint | 'long' | undefined {
  if (text === '') return 0n;
  const hex = /^0x/i.test(text);
  const match = (hex ? /^0x([+-]?)([0-9a-f]+)$/i : /^([+-]?)([0-9]+)$/).exec(text);
  const [, sign = '', digits = ''] = match ?? [];
  if (match === null || (sign !== '' && !signed)) return undefined;
  const significant = digits.replace(/^0+/, '');
  if (significant === '') return 0n;
  if (sign === '-') return undefined;
  if (significant.length > 80) return 'long';
  return BigInt(hex ? `0x${significant}` : significant);
}
