/**
 * The Merkle-Patricia trie, for its root only: nothing is stored and nothing looked up.
 * Roots commit a header to its transactions and a genesis to its accounts.
 *
 * @see yellow paper, appendix D
 */
import { compareBytes, fromHex } from '../bytes.ts';
import { atOnce, type Work } from '../csp/slices.ts';
import { encode, encodeList } from '../rlp/encode.ts';
import { type Hash, hashOf, keccakWork } from './hash.ts';

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
  return atOnce(
    sortedTrieRoot([...entries].sort((a, b) => compareBytes(a.key, b.key))),
  );
}

/** The same for entries that are sorted by their keys, as `Work`. */
export function* sortedTrieRoot(entries: Iterable<TrieEntry>): Work<Hash> {
  const leaves: Leaf[] = [];
  let previous: Uint8Array | undefined;
  for (const { key, value } of entries) {
    if (value.length === 0) throw new RangeError('trieRoot: empty value');
    if (previous !== undefined && compareBytes(previous, key) >= 0) {
      throw new RangeError('trieRoot: a key occurs twice, or they are not sorted');
    }
    previous = key;
    leaves.push({ path: nibbles(key), value });
    yield leafUnits;
  }
  if (leaves.length === 0) return emptyRoot;
  const top = yield* node(leaves, 0, leaves.length, 0);
  return hashOf(yield* keccakWork(top));
}
// #endregion trie-root

/** What a leaf and a node cost, as `Work` counts; keccak is most of it. */
const leafUnits = 2;
const nodeUnits = 10;

// #region trie-node
/**
 * The node for the leaves from `from` to before `to`, encoded. They are sorted, at least
 * one, and agree before `depth`.
 */
function* node(
  leaves: readonly Leaf[],
  from: number,
  to: number,
  depth: number,
): Work<Uint8Array> {
  const first = leaves[from];
  const last = leaves[to - 1];
  if (first === undefined || last === undefined)
    throw new RangeError('trie: no leaves');
  yield nodeUnits;
  if (first === last) return leafNode(first, depth);

  // They are sorted, so what the first and the last share is shared by all.
  let shared = depth;
  while (shared < first.path.length && first.path[shared] === last.path[shared])
    shared++;
  const below = yield* branch(leaves, from, to, shared);
  if (shared === depth) return below;
  const path = compact(first.path.subarray(depth, shared), false);
  return encodeList([encode(path), yield* reference(below)]);
}

function* branch(
  leaves: readonly Leaf[],
  begin: number,
  end: number,
  depth: number,
): Work<Uint8Array> {
  // Only the first of sorted leaves can end here: the others have a nibble more.
  const ending = leaves[begin]?.path.length === depth ? leaves[begin] : undefined;
  const children: Uint8Array[] = [];
  let from = ending === undefined ? begin : begin + 1;
  for (let nibble = 0; nibble < 16; nibble++) {
    let to = from;
    while (to < end && leaves[to]?.path[depth] === nibble) to++;
    children.push(
      from === to
        ? emptyItem
        : yield* reference(yield* node(leaves, from, to, depth + 1)),
    );
    from = to;
  }
  return encodeList([
    ...children,
    ending === undefined ? emptyItem : encode(ending.value),
  ]);
}

/** How a parent names a child: by its hash, or by itself if that is not longer. */
function* reference(child: Uint8Array): Work<Uint8Array> {
  if (child.length < 32) return child;
  return encode(yield* keccakWork(child));
}
// #endregion trie-node

/** An empty byte string, encoded. */
const emptyItem = Uint8Array.of(0x80);

function leafNode({ path, value }: Leaf, depth: number): Uint8Array {
  return encodeList([encode(compact(path.subarray(depth), true)), encode(value)]);
}

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
  const bytes = new Uint8Array(1 + (path.length - odd) / 2);
  bytes[0] = ((isLeaf ? 2 : 0) + odd) * 16 + (odd === 1 ? (path[0] ?? 0) : 0);
  for (let i = odd, at = 1; i < path.length; i += 2, at++) {
    bytes[at] = (path[i] ?? 0) * 16 + (path[i + 1] ?? 0);
  }
  return bytes;
}
