/**
 * Reads a genesis field by field, in the spellings that geth v1.8.12 takes. Whatever is
 * wrong is one `GenesisError` that names the field.
 *
 * The names of fields count without regard to case, and the last of several holds; each
 * of them must be readable. A field that is null counts as absent.
 */
import { fromHex } from '../bytes.ts';
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

/** One object of the JSON. */
export class JsonObject {
  /** As in the file: names that mean the same may stand in it more than once. */
  readonly entries: readonly JsonEntry[];
  readonly #path: string;
  #fields: Map<string, JsonValue[]> | undefined;

  constructor(value: JsonValue, path: string) {
    if (value.kind !== 'object') throw new GenesisError(path, 'must be a JSON object');
    this.entries = value.entries;
    this.#path = path;
  }

  has(name: string): boolean {
    return (this.#valuesOf(name).at(-1)?.kind ?? 'null') !== 'null';
  }

  /** The last object of that name. */
  object(name: string): JsonObject {
    return this.#need(name, (value) => new JsonObject(value, this.path(name)));
  }

  /** The objects of that name as one, in which the later ones hold. */
  merged(name: string): JsonObject {
    const parts: (readonly JsonEntry[])[] = []; // BOUNDED by the text
    for (const value of this.#valuesOf(name)) {
      if (value.kind === 'null') parts.length = 0;
      else parts.push(new JsonObject(value, this.path(name)).entries);
    }
    // Joined once: a text may say the name a hundred thousand times.
    const entries = parts.flat();
    if (!this.has(name)) throw this.error(name, 'is missing');
    return new JsonObject({ kind: 'object', entries }, this.path(name));
  }

  boolean(name: string, absent: boolean): boolean {
    const read = (value: JsonValue): boolean => {
      if (value.kind === 'boolean') return value.value;
      throw this.error(name, 'must be true or false');
    };
    return this.#read(name, read) ?? absent;
  }

  /** A JSON number of any size, without point or exponent. */
  integer(name: string): bigint | undefined {
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
  uint(name: string, bits: number, absent?: bigint, signed = bits > 64): bigint {
    const read = (value: JsonValue): bigint => {
      const number = value.kind === 'text' ? readUint(value.text, signed) : undefined;
      if (number === undefined) {
        throw this.error(name, 'must be a number ≥ 0 in quotes, decimal or in 0x hex');
      }
      if (number === 'long' || number >> BigInt(bits) !== 0n) {
        throw this.error(name, `must fit into ${bits} bits`);
      }
      return number;
    };
    return absent === undefined
      ? this.#need(name, read)
      : (this.#read(name, read) ?? absent);
  }

  /** Bytes in hex; none if the field is absent or empty. */
  bytes(name: string, maxLength: number): Uint8Array {
    const read = (value: JsonValue): Uint8Array => {
      if (value.kind === 'text' && value.raw === '') return new Uint8Array();
      const bytes = this.#hex(name, value);
      if (bytes.length <= maxLength) return bytes;
      const is = `has ${bytes.length} bytes`;
      throw this.error(name, `${is}, at most ${maxLength} are allowed`);
    };
    return this.#read(name, read) ?? new Uint8Array();
  }

  hash(name: string, absent: Hash): Hash {
    return (
      this.#read(name, (value) => hashOf(this.#exactly(name, value, 32))) ?? absent
    );
  }

  address(name: string, absent: Address): Address {
    const read = (value: JsonValue): Address =>
      addressOf(this.#exactly(name, value, 20));
    return this.#read(name, read) ?? absent;
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
    const bytes = this.#hex(name, value);
    if (bytes.length === length) return bytes;
    throw this.error(name, `has ${bytes.length} bytes, must have ${length}`);
  }

  #hex(name: string, value: JsonValue): Uint8Array {
    // Raw: geth looks at these as they are written, and knows no escapes in them.
    const bytes =
      value.kind === 'text' && /^0x/i.test(value.raw)
        ? readHex(value.raw.slice(2))
        : undefined;
    if (bytes === undefined) {
      throw this.error(name, 'must be hex in quotes, two digits a byte, after 0x');
    }
    return bytes;
  }

  #need<T>(name: string, read: (value: JsonValue) => T): T {
    const value = this.#read(name, read);
    if (value === undefined) throw this.error(name, 'is missing');
    return value;
  }

  /** All of that name are read, because geth refuses a bad one that another replaces. */
  #read<T>(name: string, read: (value: JsonValue) => T): T | undefined {
    let last: T | undefined;
    for (const value of this.#valuesOf(name)) {
      last = value.kind === 'null' ? undefined : read(value);
    }
    return last;
  }

  #valuesOf(name: string): readonly JsonValue[] {
    this.#fields ??= byName(this.entries);
    return this.#fields.get(folded(name)) ?? [];
  }
}

function byName(entries: readonly JsonEntry[]): Map<string, JsonValue[]> {
  const fields = new Map<string, JsonValue[]>(); // BOUNDED by the text
  for (const [name, value] of entries) {
    const key = folded(name);
    const values = fields.get(key);
    if (values === undefined) fields.set(key, [value]);
    else values.push(value);
  }
  return fields;
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
