/**
 * The Merkle-Patricia trie, for its root only: nothing is stored and nothing looked up.
 * Roots commit a header to its transactions and a genesis to its accounts.
 *
 * @see yellow paper, appendix D
 */
import { keccak256 } from '#crypto';
import { compareBytes, fromHex } from '../bytes.ts';
import { encode, type RlpValue } from '../rlp/encode.ts';
import { type Hash, hashOf } from './hash.ts';

export interface TrieEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** A path is a key cut into half bytes, so that each step has 16 ways to go. */
interface Leaf {
  readonly path: Uint8Array;
  readonly value: Uint8Array;
}

/** Root of a trie without entries: Keccak-256 of the empty byte string's RLP. */
export const emptyRoot: Hash = hashOf(
  fromHex('56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'),
);

// #region trie-root
/**
 * Root of the trie that holds `entries`, in any order.
 *
 * @throws {RangeError} a key occurs twice, or a value is empty (a trie has no empty
 *   values: writing one is how an entry is deleted)
 */
export function trieRoot(entries: Iterable<TrieEntry>): Hash {
  const sorted = [...entries].sort((a, b) => compareBytes(a.key, b.key));
  for (const [index, { key, value }] of sorted.entries()) {
    if (value.length === 0) throw new RangeError('trieRoot: empty value');
    const previous = sorted[index - 1];
    if (previous !== undefined && compareBytes(previous.key, key) === 0) {
      throw new RangeError('trieRoot: a key occurs twice');
    }
  }
  if (sorted.length === 0) return emptyRoot;
  const leaves = sorted.map(({ key, value }) => ({ path: nibbles(key), value }));
  return hashOf(keccak256(encode(node(leaves, 0))));
}

// #endregion trie-root

// #region trie-node
/** The node for `leaves`, which are sorted, at least one, and agree before `depth`. */
function node(leaves: readonly Leaf[], depth: number): RlpValue {
  const [first] = leaves;
  const last = leaves.at(-1);
  if (first === undefined || last === undefined)
    throw new RangeError('trie: no leaves');
  if (first === last) return [compact(first.path.subarray(depth), true), first.value];

  // They are sorted, so what the first and the last share is shared by all.
  let shared = depth;
  while (shared < first.path.length && first.path[shared] === last.path[shared])
    shared++;
  if (shared === depth) return branch(leaves, depth);
  return [
    compact(first.path.subarray(depth, shared), false),
    reference(branch(leaves, shared)),
  ];
}

function branch(leaves: readonly Leaf[], depth: number): RlpValue {
  const empty = new Uint8Array();
  // Only the first of sorted leaves can end here: the others have a nibble more.
  const ending = leaves[0]?.path.length === depth ? leaves[0] : undefined;
  const children: RlpValue[] = [];
  let from = ending === undefined ? 0 : 1;
  for (let nibble = 0; nibble < 16; nibble++) {
    let to = from;
    while (leaves[to]?.path[depth] === nibble) to++;
    children.push(
      from === to ? empty : reference(node(leaves.slice(from, to), depth + 1)),
    );
    from = to;
  }
  return [...children, ending?.value ?? empty];
}

/** How a parent names a child: by its hash, or by itself if that is not longer. */
function reference(child: RlpValue): RlpValue {
  const data = encode(child);
  return data.length < 32 ? child : keccak256(data);
}
// #endregion trie-node

function nibbles(key: Uint8Array): Uint8Array {
  const path = new Uint8Array(key.length * 2);
  for (const [index, byte] of key.entries()) {
    path[index * 2] = byte >> 4;
    path[index * 2 + 1] = byte & 0x0f;
  }
  return path;
}

/**
 * Nibbles as bytes again. The first half byte tells a leaf from an extension and an odd
 * length from an even one ("hex prefix", yellow paper appendix C).
 */
function compact(path: Uint8Array, isLeaf: boolean): Uint8Array {
  const odd = path.length % 2;
  const flags = (isLeaf ? 2 : 0) + odd;
  const padded = odd === 1 ? [flags, ...path] : [flags, 0, ...path];
  return Uint8Array.from({ length: padded.length / 2 }, (_, index) => {
    const high = padded[index * 2] ?? 0;
    const low = padded[index * 2 + 1] ?? 0;
    return high * 16 + low;
  });
}
