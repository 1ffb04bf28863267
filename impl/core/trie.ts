/**
 * The root of a Merkle-Patricia trie: nothing is stored and nothing looked up.
 * Roots commit a header to its transactions and a genesis to its accounts.
 *
 * @see yellow paper, appendix D
 */
import { compareBytes, concatAll, fromHex } from '../bytes.ts';
import { atOnce, type Work } from '../csp/slices.ts';
import { encode, listParts, stringParts } from '../rlp/encode.ts';
import { type Hash, hashOf, keccakWork } from './hash.ts';

export interface TrieEntry {
  readonly key: Uint8Array;
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

/**
 * The same for entries that are sorted by their keys, as `Work`. Each is looked at once
 * and let go: what is kept are the branches that a later key may still go through.
 */
export function* sortedTrieRoot(entries: Iterable<TrieEntry>): Work<Hash> {
  const open: Branch[] = []; // BOUNDED by the nibbles of a key
  let last: TrieEntry | undefined;
  for (const entry of entries) {
    if (entry.value.length === 0) throw new RangeError('trieRoot: empty value');
    if (last !== undefined) {
      if (compareBytes(last.key, entry.key) >= 0) {
        throw new RangeError('trieRoot: a key occurs twice, or they are not sorted');
      }
      yield* place(last, sharedNibbles(last.key, entry.key), open);
    }
    last = entry;
  }
  const top = last && (yield* place(last, nothingShared, open));
  return top === undefined ? emptyRoot : hashOf(yield* keccakWork(...top));
}
// #endregion trie-root

/** What the last key has in common with the next one: not even that it begins at the top. */
const nothingShared = -1;

/** Where a branch has the value of the key that ends there. */
const valueIndex = 16;

/** What a leaf and a branch cost, as `Work` counts, beside what a hash takes in. */
const leafUnits = 13;
const branchUnits = 10;

// #region trie-node
/** A node's encoding, in parts: a value may be long, and is not copied. */
type Node = readonly Uint8Array[];

/** Where keys part. A key is cut into half bytes, so each step has 16 ways to go. */
interface Branch {
  /** So many nibbles are the same in all keys that go through it. */
  readonly depth: number;
  /** A child for each nibble, and a value, as they stand in the node. */
  readonly items: Uint8Array[];
}

/**
 * Puts an entry below its branch. With it all branches are complete that the next key
 * does not go through: each is put below the one before it.
 *
 * @param shared how many nibbles the next key begins with, too
 * @param open the branches on the way to the entry, the deepest last
 * @returns the node that has no parent: after the last entry, the top
 */
function* place(
  { key, value }: TrieEntry,
  shared: number,
  open: Branch[],
): Work<Node | undefined> {
  yield leafUnits;
  let complete: Branch | undefined;
  for (;;) {
    if (shared > depthOf(open)) open.push(newBranch(shared));
    const parent = open.at(-1);
    const from = depthOf(open) + 1;
    if (parent !== undefined && from > 2 * key.length) {
      //: The next key begins with all of this one.
      parent.items[valueIndex] = encode(value);
      return undefined;
    }
    const node =
      complete === undefined
        ? leafNode(key, from, value)
        : yield* branchNode(complete, key, from);
    if (parent === undefined) return node;
    parent.items[nibble(key, parent.depth)] = yield* reference(node);
    if (parent.depth === shared) return undefined;
    complete = open.pop();
  }
}

/** A branch, below the nibbles of `key` that lead to it `from` its parent on. */
function* branchNode(
  { depth, items }: Branch,
  key: Uint8Array,
  from: number,
): Work<Node> {
  yield branchUnits;
  const branch = listParts(items);
  if (from === depth) return branch;
  const path = hexPrefix(key, from, depth, false);
  return listParts([encode(path), yield* reference(branch)]);
}

/** How a parent names a child: by its hash, or by itself if that is not longer. */
function* reference(child: Node): Work<Uint8Array> {
  const length = child.reduce((sum, part) => sum + part.length, 0);
  if (length < 32) return concatAll(child);
  return encode(yield* keccakWork(...child));
}
// #endregion trie-node

/** An empty byte string, encoded. */
const emptyItem = Uint8Array.of(0x80);

function newBranch(depth: number): Branch {
  return { depth, items: new Array<Uint8Array>(valueIndex + 1).fill(emptyItem) };
}

function depthOf(open: readonly Branch[]): number {
  return open.at(-1)?.depth ?? nothingShared;
}

function leafNode(key: Uint8Array, from: number, value: Uint8Array): Node {
  const path = hexPrefix(key, from, 2 * key.length, true);
  return listParts([encode(path), ...stringParts(value)]);
}

/** The half byte of `key` at `index`, which is below twice its length. */
function nibble(key: Uint8Array, index: number): number {
  const byte = key[index >> 1] ?? 0;
  return index % 2 === 0 ? byte >> 4 : byte & 0x0f;
}

/** How many nibbles both keys begin with. */
function sharedNibbles(a: Uint8Array, b: Uint8Array): number {
  const shorter = 2 * Math.min(a.length, b.length);
  let shared = 0;
  while (shared < shorter && nibble(a, shared) === nibble(b, shared)) shared++;
  return shared;
}

/**
 * The nibbles of `key` from `from` to before `to` as bytes again. The first half byte
 * tells a leaf from an extension and an odd length from an even one ("hex prefix", yellow
 * paper appendix C).
 */
function hexPrefix(
  key: Uint8Array,
  from: number,
  to: number,
  isLeaf: boolean,
): Uint8Array {
  const odd = (to - from) % 2;
  const bytes = new Uint8Array(1 + (to - from - odd) / 2);
  bytes[0] = ((isLeaf ? 2 : 0) + odd) * 16 + (odd === 1 ? nibble(key, from) : 0);
  for (let i = from + odd, at = 1; i < to; i += 2, at++) {
    bytes[at] = nibble(key, i) * 16 + nibble(key, i + 1);
  }
  return bytes;
}
