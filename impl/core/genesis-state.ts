/**
 * The state root of a genesis: a trie from the hash of each address to its account. It is
 * computed once and forgotten; nobody here keeps or changes state.
 */
import { keccak256 } from '#crypto';
import { compareBytes, concat, fromHex, toHex } from '../bytes.ts';
import type { Work } from '../csp/slices.ts';
import { encode } from '../rlp/encode.ts';
import { JsonObject, readHex } from './genesis-json.ts';
import { type Hash, hashBytes } from './hash.ts';
import { emptyRoot, sortedTrieRoot, type TrieEntry } from './trie.ts';

/** geth has no limit for code in a genesis; a megabyte keeps a slip of the file visible. */
const maxCodeBytes = 1024 * 1024;

/** Two hashes and an encoding, in units of `Work`. */
const entryUnits = 40;

// #region genesis-state
/**
 * State root of geth's `alloc`: { address: { balance, nonce?, code?, storage? } }.
 *
 * Keys are hashed ("secure trie"), so nobody can choose addresses that make it deep. An
 * account of which all is zero is an entry too, as geth writes it at genesis. Of two
 * spellings of one address, `0xAB` and `ab`, the last holds.
 *
 * @throws {GenesisError} names the field
 */
export function* stateRoot(alloc: JsonObject): Work<Hash> {
  const accounts = new Map<string, TrieEntry>(); // BOUNDED by the text
  for (const [name, value] of alloc.entries) {
    const address = readHex(name.replace(/^0x/i, ''));
    if (address?.length !== 20)
      throw alloc.error(name, 'is not an address of 20 bytes');
    const account = new JsonObject(value, alloc.path(name));
    const entry = { key: keccak256(address), value: yield* accountValue(account) };
    accounts.set(toHex(address), entry);
    yield entryUnits;
  }
  return yield* rootOf([...accounts.values()]);
}

/** An account as the trie holds it: [nonce, balance, storage root, hash of the code]. */
function* accountValue(account: JsonObject): Work<Uint8Array> {
  const storage = account.has('storage')
    ? yield* storageRoot(account.merged('storage'))
    : emptyRoot;
  account.bytes('secretKey', maxCodeBytes); // not used; a bad one is refused, as by geth
  const code = account.bytes('code', maxCodeBytes);
  yield code.length / 30;
  return encode([
    account.uint('nonce', 64, 0n),
    account.uint('balance', 256),
    hashBytes(storage),
    keccak256(code),
  ]);
}
// #endregion genesis-state

/** Slots whose value is zero are not in the trie: zero is what an absent slot reads as. */
function* storageRoot(storage: JsonObject): Work<Hash> {
  const slots = new Map<string, Uint8Array>(); // BOUNDED by the text
  for (const [name, value] of storage.entries) {
    const text = value.kind === 'text' ? value.text : undefined;
    slots.set(toHex(word(name, storage, name)), word(text, storage, name));
    yield entryUnits;
  }
  const entries: TrieEntry[] = [];
  for (const [slot, value] of slots) {
    const firstByte = value.findIndex((byte) => byte !== 0);
    if (firstByte === -1) continue;
    const key = keccak256(fromHex(slot));
    entries.push({ key, value: encode(value.subarray(firstByte)) });
    yield entryUnits;
  }
  return yield* rootOf(entries);
}

function rootOf(entries: TrieEntry[]): Work<Hash> {
  return sortedTrieRoot(entries.sort((a, b) => compareBytes(a.key, b.key)));
}

/** 32 bytes from hex that may leave out leading zero bytes. Here geth knows no `0X`. */
function word(text: string | undefined, storage: JsonObject, name: string): Uint8Array {
  const bytes = text === undefined ? undefined : readHex(text.replace(/^0x/, ''));
  if (bytes === undefined || bytes.length > 32) {
    throw storage.error(name, 'slot and value must be hex in quotes, at most 32 bytes');
  }
  return concat(new Uint8Array(32 - bytes.length), bytes);
}
