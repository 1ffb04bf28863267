/** What ties a header to its body: the root of the transactions, the hash of the uncles. */
import { fromHex } from '../bytes.ts';
import { atOnce, type Work } from '../csp/slices.ts';
import { rawItems } from '../rlp/decode.ts';
import { encode, encodeList } from '../rlp/encode.ts';
import { type Body, rawBody } from './block.ts';
import { type Hash, hashOf, keccakHash } from './hash.ts';
import { encodeHeader, type Header } from './header.ts';
import { encodeTransaction, type Transaction } from './transaction.ts';
import { sortedTrieRoot, type TrieEntry } from './trie.ts';

/** Hash of an empty list of uncles: Keccak-256 of 0xc0. */
export const emptyUncleHash: Hash = hashOf(
  fromHex('1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347'),
);

/**
 * Root of a trie that maps the RLP of each index to the item at that index. The first
 * item waits until it is the turn of its key.
 *
 * @param items encoded values, none empty
 * @geth core/types/derive_sha.go DeriveSha
 */
export function deriveSha(items: Iterable<Uint8Array>): Work<Hash> {
  return sortedTrieRoot(byIndex(items));
}

/** In the order of the keys: 1 to 127 are single bytes, 0 is 0x80, the others are longer. */
function* byIndex(items: Iterable<Uint8Array>): Generator<TrieEntry, void> {
  let first: TrieEntry | undefined;
  let index = 0;
  for (const value of items) {
    const entry = { key: encode(index), value };
    if (index === 0) first = entry;
    if (index === 128 && first !== undefined) yield first;
    if (index !== 0) yield entry;
    index++;
  }
  if (index <= 128 && first !== undefined) yield first;
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

// A body's fields are readonly, so its roots are computed once.
// BOUNDED by the bodies that are alive: a WeakMap does not keep them.
const known = new WeakMap<Body, BodyRoots>();

/** The roots of a body, from its bytes: nothing of it is decoded. */
export function* bodyRoots(body: Body): Work<BodyRoots> {
  const before = known.get(body);
  if (before !== undefined) return before;
  const { transactions, uncles } = rawBody(body);
  const roots = {
    txRoot: yield* deriveSha(rawItems(transactions)),
    uncleHash: keccakHash(uncles),
  };
  known.set(body, roots);
  return roots;
}
