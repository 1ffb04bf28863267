/** What ties a header to its body: the root of the transactions, the hash of the uncles. */
import { encode, type RlpValue } from '../rlp/encode.ts';
import { fromHex } from '../bytes.ts';
import { type Hash, hashOf, keccakHash } from './hash.ts';
import { type Header, headerValue } from './header.ts';
import { encodeTransaction, type Transaction } from './transaction.ts';
import { trieRoot } from './trie.ts';

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
export function deriveSha(items: readonly Uint8Array[]): Hash {
  return trieRoot(items.map((value, index) => ({ key: encode(BigInt(index)), value })));
}

/** What `header.txRoot` must be for a body with these transactions. */
export function transactionsRoot(transactions: readonly Transaction[]): Hash {
  return deriveSha(transactions.map(encodeTransaction));
}

/**
 * What `header.uncleHash` must be for a body with these uncles.
 *
 * @geth core/types/block.go CalcUncleHash
 */
export function uncleHash(uncles: readonly Header[]): Hash {
  const value: RlpValue = uncles.map(headerValue);
  return keccakHash(encode(value));
}
