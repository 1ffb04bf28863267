/**
 * The tree of all blocks that a chain has. A head and its ancestors are canonical, so there
 * is no index of them that would have to be written anew when the head moves to another
 * branch: a peer may have made that a hundred thousand blocks long.
 */
import { type Block, hashBlock } from './block.ts';
import type { Hash } from './hash.ts';

// #region reorganise
/** A block in the tree. Nothing of it changes, so it can be walked at any time. */
export class Entry {
  readonly block: Block;
  readonly hash: Hash;
  /** The block's, far below 2^53. */
  readonly number: number;
  /** Sum of the difficulties from the genesis spec's up to this block's. */
  readonly td: bigint;
  /** The genesis has itself. */
  readonly parent: Entry;
  /** The parent, or an ancestor further back. */
  readonly jump: Entry;

  constructor(block: Block, td: bigint, parent?: Entry) {
    this.block = block;
    this.hash = hashBlock(block);
    this.number = Number(block.header.number);
    this.td = td;
    this.parent = parent ?? this;
    this.jump = parent === undefined ? this : jumpBelow(parent);
  }
}

/** Two jumps of one length become one over both. */
function jumpBelow(parent: Entry): Entry {
  const { number, jump } = parent;
  const areAlike = number - jump.number === jump.number - jump.jump.number;
  return areAlike ? jump.jump : parent;
}

/**
 * The ancestor of that number; the block itself, if it is not higher. Of a million blocks,
 * it looks at sixty at most.
 */
export function ancestorAt(from: Entry, number: number): Entry {
  let entry = from;
  while (entry.number > number) {
    //: As far as possible, but not beyond.
    entry = entry.jump.number < number ? entry.parent : entry.jump;
  }
  return entry;
}

/** The blocks from `from` back to the first that `other` comes from too, without it. */
export function* branch(from: Entry, other: Entry): Generator<Block, void> {
  let entry = from;
  let theirs = ancestorAt(other, from.number);
  while (entry !== theirs) {
    yield entry.block;
    entry = entry.parent;
    if (theirs.number > entry.number) theirs = theirs.parent;
  }
}
// #endregion reorganise
