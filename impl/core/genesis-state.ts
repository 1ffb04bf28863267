/**
 * The state root of a genesis: a trie from the hash of each address to its account. It is
 * computed once and forgotten; nobody here keeps or changes state.
 */
import { keccak256 } from '#crypto';
import { compareBytes, concat } from '../bytes.ts';
import type { Work } from '../csp/slices.ts';
import { encode } from '../rlp/encode.ts';
import { JsonObject, readHex } from './genesis-json.ts';
import { type Hash, hashBytes, keccakWork } from './hash.ts';
import { sorted } from './sorted.ts';
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
  const accounts: TrieEntry[] = []; // BOUNDED by the text
  for (const [name, value] of alloc.entries) {
    const address = readShortHex(name.replace(/^0x/i, ''), 20);
    if (address?.length !== 20)
      throw alloc.error(name, 'is not an address of 20 bytes');
    const account = new JsonObject(value, alloc.path(name));
    accounts.push({ key: keccak256(address), value: yield* accountValue(account) });
    yield entryUnits;
  }
  return yield* rootOf(accounts);
}

/** An account as the trie holds it: [nonce, balance, storage root, hash of the code]. */
function* accountValue(account: JsonObject): Work<Uint8Array> {
  const storage = (yield* account.has('storage'))
    ? yield* storageRoot(yield* account.merged('storage'))
    : emptyRoot;
  yield* account.bytes('secretKey', maxCodeBytes); // not used; a bad one is refused, as by geth
  const code = yield* account.bytes('code', maxCodeBytes);
  return encode([
    yield* account.uint('nonce', 64, 0n),
    yield* account.uint('balance', 256),
    hashBytes(storage),
    yield* keccakWork(code),
  ]);
}
// #endregion genesis-state

/** Slots whose value is zero are not in the trie: zero is what an absent slot reads as. */
function* storageRoot(storage: JsonObject): Work<Hash> {
  const slots: TrieEntry[] = []; // BOUNDED by the text
  for (const [name, value] of storage.entries) {
    const text = value.kind === 'text' ? value.text : undefined;
    slots.push({
      key: word(name, storage, name),
      //: A null is zero, as Go reads it.
      value: word(value.kind === 'null' ? '' : text, storage, name),
    });
    yield entryUnits / 2;
  }
  const entries: TrieEntry[] = [];
  for (const { key: slot, value } of yield* lastOfEach(slots)) {
    yield entryUnits;
    const firstByte = value.findIndex((byte) => byte !== 0);
    if (firstByte === -1) continue;
    entries.push({ key: keccak256(slot), value: encode(value.subarray(firstByte)) });
  }
  return yield* rootOf(entries);
}

function* rootOf(entries: readonly TrieEntry[]): Work<Hash> {
  return yield* sortedTrieRoot(yield* lastOfEach(entries));
}

/** Sorted by their keys; of two with the same key, the one that comes later. */
function* lastOfEach(entries: readonly TrieEntry[]): Work<TrieEntry[]> {
  const last: TrieEntry[] = [];
  for (const entry of yield* sorted(entries, (a, b) => compareBytes(a.key, b.key))) {
    const before = last.at(-1);
    if (before !== undefined && compareBytes(before.key, entry.key) === 0) last.pop();
    last.push(entry);
    yield 1;
  }
  return last;
}

/** 32 bytes from hex that may leave out leading zero bytes. Here geth knows no `0X`. */
function word(text: string | undefined, storage: JsonObject, name: string): Uint8Array {
  const bytes =
    text === undefined ? undefined : readShortHex(text.replace(/^0x/, ''), 32);
  if (bytes === undefined) {
    throw storage.error(name, 'slot and value must be hex in quotes, at most 32 bytes');
  }
  return concat(new Uint8Array(32 - bytes.length), bytes);
}

/** A long text is not read: whatever it is, it is too long. */
function readShortHex(digits: string, maxBytes: number): Uint8Array | undefined {
  return digits.length > 2 * maxBytes ? undefined : readHex(digits);
}
