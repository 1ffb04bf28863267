/**
 * Reads geth's JSON field by field. Numbers may be JSON numbers, or text in decimal or in
 * hex with 0x; bytes are hex. Whatever is wrong is one `GenesisError` that names the field.
 */
import { fromHex } from '../bytes.ts';
import { addressOf, type Address, type Hash, hashOf } from './hash.ts';

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

/** One object of the JSON. A field that is null counts as absent. */
export class JsonObject {
  // A Map, so that a field of the name `constructor` is a field like any other.
  readonly #fields: ReadonlyMap<string, unknown>;
  readonly #path: string;

  constructor(value: unknown, path: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new GenesisError(path, 'must be a JSON object');
    }
    this.#fields = new Map<string, unknown>(Object.entries(value));
    this.#path = path;
  }

  /** @throws {GenesisError} `text` is not the JSON of an object */
  static parse(text: string): JsonObject {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      // The parser's message says where; it may quote the text, so it is cut to one line.
      const detail = error instanceof Error ? error.message.replace(/\s+/g, ' ') : '';
      throw new GenesisError('', `not JSON: ${detail.slice(0, 120)}`);
    }
    return new JsonObject(value, '');
  }

  get names(): readonly string[] {
    return [...this.#fields.keys()];
  }

  has(name: string): boolean {
    return this.#get(name) !== undefined;
  }

  object(name: string): JsonObject {
    return new JsonObject(this.#need(name), this.path(name));
  }

  boolean(name: string, absent: boolean): boolean {
    const value = this.#get(name) ?? absent;
    if (typeof value === 'boolean') return value;
    throw this.error(name, 'must be true or false');
  }

  /** An integer of at most `bits` bits. Without `absent` the field must be there. */
  uint(name: string, bits: number, absent?: bigint): bigint {
    const value = absent === undefined ? this.#need(name) : this.#get(name);
    if (value === undefined) return absent ?? 0n;
    const number = readUint(value);
    if (number === undefined) {
      throw this.error(name, 'must be a number ≥ 0, or text in decimal or in 0x hex');
    }
    if (number >> BigInt(bits) !== 0n) {
      throw this.error(name, `must fit into ${bits} bits`);
    }
    return number;
  }

  text(name: string): string {
    const value = this.#need(name);
    if (typeof value === 'string') return value;
    throw this.error(name, 'must be text');
  }

  /** Bytes in hex; none if the field is absent. */
  bytes(name: string, maxLength: number): Uint8Array {
    const value = this.has(name) ? this.#hex(name) : new Uint8Array();
    if (value.length > maxLength) {
      throw this.error(
        name,
        `has ${value.length} bytes, at most ${maxLength} are allowed`,
      );
    }
    return value;
  }

  hash(name: string, absent: Hash): Hash {
    return this.has(name) ? hashOf(this.#exactly(name, 32)) : absent;
  }

  address(name: string, absent: Address): Address {
    return this.has(name) ? addressOf(this.#exactly(name, 20)) : absent;
  }

  /** Where a field stands, for people. */
  path(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }

  error(name: string, detail: string): GenesisError {
    return new GenesisError(this.path(name), detail);
  }

  /** The error for two names that mean the same: `0xAB` and `ab`. */
  duplicate(): GenesisError {
    return new GenesisError(this.#path, 'names the same key twice');
  }

  #exactly(name: string, length: number): Uint8Array {
    const value = this.#hex(name);
    if (value.length === length) return value;
    throw this.error(name, `has ${value.length} bytes, must have ${length}`);
  }

  #hex(name: string): Uint8Array {
    const bytes = readHex(this.text(name));
    if (bytes === undefined) throw this.error(name, 'must be text in hex');
    return bytes;
  }

  #need(name: string): unknown {
    const value = this.#get(name);
    if (value === undefined) throw this.error(name, 'is missing');
    return value;
  }

  #get(name: string): unknown {
    return this.#fields.get(name) ?? undefined;
  }
}

/** Hex of whole bytes of either case, with or without 0x; undefined if `text` is anything else. */
export function readHex(text: string): Uint8Array | undefined {
  return text.length % 2 === 0 && /^(0x)?[0-9a-f]*$/i.test(text)
    ? fromHex(text)
    : undefined;
}

function readUint(value: unknown): bigint | undefined {
  // Above 2^53 the JSON parser has already rounded: such a number must be text.
  if (Number.isSafeInteger(value) && Number(value) >= 0) return BigInt(Number(value));
  if (typeof value !== 'string' || value.length > 80) return undefined;
  return /^(0x[0-9a-f]+|[0-9]+)$/i.test(value) ? BigInt(value) : undefined;
}
