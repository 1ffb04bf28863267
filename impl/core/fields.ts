/** Reads the fields of one decoded list in order, in the types of `core`. */
import { toHex } from '../bytes.ts';
import { asBytes, asList, asUint } from '../rlp/fields.ts';
import type { RlpItem } from '../rlp/decode.ts';
import { RlpError } from '../rlp/errors.ts';
import { addressOf, type Address, type Hash, hashOf } from './hash.ts';

/**
 * A cursor over a list that its schema has already checked. Decoded byte strings are
 * copies, so a header or a transaction that is kept does not keep its message alive.
 */
export class Fields {
  readonly #items: readonly RlpItem[];
  readonly #what: string;
  #next = 0;

  constructor(item: RlpItem, what: string) {
    this.#items = asList(item);
    this.#what = what;
  }

  /** @throws {RlpError} no field is left */
  item(): RlpItem {
    const item = this.#items[this.#next++];
    if (item === undefined) throw new RlpError('too-few-items', undefined, this.#what);
    return item;
  }

  hash(): Hash {
    return hashOf(asBytes(this.item(), 32));
  }

  uint(): bigint {
    return asUint(this.item());
  }

  /** As `uint`, of any length: the schema has bounded it, possibly above 32 bytes. */
  wideUint(): bigint {
    const bytes = asBytes(this.item());
    return bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`);
  }

  bytes(length?: number): Uint8Array {
    return asBytes(this.item(), length);
  }

  address(): Address {
    return addressOf(asBytes(this.item(), 20));
  }

  /** An empty byte string stands for no address (a contract is created). */
  optionalAddress(): Address | undefined {
    const item = this.item();
    return asBytes(item).length === 0 ? undefined : addressOf(asBytes(item, 20));
  }

  list(): readonly RlpItem[] {
    return asList(this.item());
  }
}
