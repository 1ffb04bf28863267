/**
 * The state root of a genesis: a trie from the hash of each address to its account. It is
 * computed once and forgotten; nobody here keeps or changes state.
 */
import { keccak256 } from '#crypto';
import { concat, toHex } from '../bytes.ts';
import { encode } from '../rlp/encode.ts';
import { type JsonObject, readHex } from './genesis-json.ts';
import { type Hash, hashBytes } from './hash.ts';
import { emptyRoot, type TrieEntry, trieRoot } from './trie.ts';

/** geth has no limit for code in a genesis; a megabyte keeps a slip of the file visible. */
const maxCodeBytes = 1024 * 1024;

// #region genesis-state
/**
 * State root of geth's `alloc`: { address: { balance, nonce?, code?, storage? } }.
 *
 * Keys are hashed ("secure trie"), so nobody can choose addresses that make it deep. An
 * account of which all is zero is an entry too, as geth writes it at genesis.
 *
 * @throws {GenesisError} names the field
 */
export function stateRoot(alloc: JsonObject): Hash {
  const entries = alloc.names.map((name): TrieEntry => {
    const address = readHex(name);
    if (address?.length !== 20)
      throw alloc.error(name, 'is not an address of 20 bytes');
    return { key: keccak256(address), value: accountValue(alloc.object(name)) };
  });
  return rootOf(entries, alloc);
}

/** An account as the trie holds it: [nonce, balance, storage root, hash of the code]. */
function accountValue(account: JsonObject): Uint8Array {
  const storage = account.has('storage')
    ? storageRoot(account.object('storage'))
    : emptyRoot;
  return encode([
    account.uint('nonce', 64, 0n),
    account.uint('balance', 256),
    hashBytes(storage),
    keccak256(account.bytes('code', maxCodeBytes)),
  ]);
}
// #endregion genesis-state

/** Slots whose value is zero are not in the trie: zero is what an absent slot reads as. */
function storageRoot(storage: JsonObject): Hash {
  const entries = storage.names.flatMap((name): TrieEntry[] => {
    const key = word(name, storage, name);
    const value = word(storage.text(name), storage, name);
    const firstByte = value.findIndex((byte) => byte !== 0);
    if (firstByte === -1) return [];
    return [{ key: keccak256(key), value: encode(value.subarray(firstByte)) }];
  });
  return rootOf(entries, storage);
}

/** 32 bytes from hex that may leave out leading zero bytes. */
function word(text: string, storage: JsonObject, name: string): Uint8Array {
  const bytes = readHex(text);
  if (bytes === undefined || bytes.length > 32) {
    throw storage.error(name, 'slot and value must be hex of at most 32 bytes');
  }
  return concat(new Uint8Array(32 - bytes.length), bytes);
}

/** The root. An object with `0xAB` and `ab` in it is an error, not a guess. */
function rootOf(entries: readonly TrieEntry[], at: JsonObject): Hash {
  const keys = new Set(entries.map(({ key }) => toHex(key)));
  if (keys.size < entries.length) throw at.duplicate();
  return trieRoot(entries);
}
