/** What ties a header to its body: the root of the transactions, the hash of the uncles. */
import { fromHex } from '../bytes.ts';
import { atOnce, type Work } from '../csp/slices.ts';
import { rawItems } from '../rlp/decode.ts';
import { encode, encodeList } from '../rlp/encode.ts';
import { type Body, rawBody } from './block.ts';
import { type Hash, hashOf, keccakHash, keccakWork } from './hash.ts';
import { encodeHeader, type Header } from './header.ts';
import { encodeTransaction, type Transaction } from './transaction.ts';
import { sortedTrieRoot, type TrieEntry } from './trie.ts';

/** Hash of an empty list of uncles: Keccak-256 of 0xc0. */
export const emptyUncleHash: Hash = hashOf(
  fromHex('1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347'),
);

/**
 * Root of a trie that maps the RLP of each index to the item at that index.
 *
 * @param items encoded values, none empty
 * @geth core/types/derive_sha.go DeriveSha
 */
export function deriveSha(items: readonly Uint8Array[]): Work<Hash> {
  return sortedTrieRoot(byIndex(items));
}

/** In the order of the keys: 1 to 127 are single bytes, 0 is 0x80, the others are longer. */
function* byIndex(items: readonly Uint8Array[]): Generator<TrieEntry, void> {
  const last = items.length - 1;
  for (let index = 1; index <= Math.min(127, last); index++) yield entry(index);
  if (last >= 0) yield entry(0);
  for (let index = 128; index <= last; index++) yield entry(index);

  function entry(index: number): TrieEntry {
    return { key: encode(index), value: items[index] ?? new Uint8Array() };
  }
}

/** What `header.txRoot` must be for a body with these transactions. */
export function transactionsRoot(transactions: readonly Transaction[]): Hash {
  return atOnce(deriveSha(transactions.map(encodeTransaction)));
}

/**
 * What `header.uncleHash` must be for a body with these uncles.
 *
 * @geth core/types/block.go CalcUncleHash
 */
export function uncleHash(uncles: readonly Header[]): Hash {
  return keccakHash(encodeList(uncles.map(encodeHeader)));
}

/** What a body commits its header to. */
export interface BodyRoots {
  readonly txRoot: Hash;
  readonly uncleHash: Hash;
}

// A body never changes, so its roots are computed once.
// BOUNDED by the bodies that are alive: a WeakMap does not keep them.
const known = new WeakMap<Body, BodyRoots>();

/** The roots of a body, from its bytes: nothing of it is decoded. */
export function* bodyRoots(body: Body): Work<BodyRoots> {
  const before = known.get(body);
  if (before !== undefined) return before;
  const { transactions, uncles } = rawBody(body);
  const items: Uint8Array[] = [];
  for (const item of rawItems(transactions)) {
    items.push(item);
    yield 1;
  }
  const roots = {
    txRoot: yield* deriveSha(items),
    uncleHash: keccakHash(uncles),
  };
  known.set(body, roots);
  return roots;
}

/** Hashes of a body's transactions, in their order, from its bytes. */
export function* transactionHashes(body: Body): Work<readonly Hash[]> {
  const hashes: Hash[] = [];
  for (const item of rawItems(rawBody(body).transactions)) {
    hashes.push(hashOf(yield* keccakWork(item)));
    yield hashUnits;
  }
  return hashes;
}

const hashUnits = 5;
