/**
 * The chain in memory: every block that was accepted, the total difficulty of each, and
 * which of them are canonical. The node owns it; eth's handlers read it, the downloader
 * and the fetcher insert. Everything is synchronous, so nobody sees a half-done insert.
 *
 * It executes no transaction and checks no seal (see `validate.ts` for what it does check).
 */
import { type Block, type Body, hashBlock } from './block.ts';
import { ancestorAt, branch, Entry } from './block-tree.ts';
import type { ChainConfig, Genesis } from './genesis.ts';
import type { Hash } from './hash.ts';
import type { Header } from './header.ts';
import { tellAll } from './tell.ts';
import { ChainError, checkBody, checkContiguous, checkHeader } from './validate.ts';

export interface InsertResult {
  /** Blocks that were new and are now in the chain. */
  readonly inserted: number;
  /** Blocks that were in the chain before. `inserted + known` is the index of the failure. */
  readonly known: number;
  /** What was wrong with the first block that failed. It and those after it are left out. */
  readonly error?: ChainError;
}

/** The head has moved. */
export interface HeadEvent {
  readonly head: Block;
  readonly hash: Hash;
  readonly td: bigint;
  /**
   * Blocks that are canonical now and were not, newest first; the first is the head. They
   * are looked up as they are asked for, now or later: a peer may have made them many.
   */
  readonly added: Iterable<Block>;
  /** Blocks that were canonical and no longer are, in the same way: a reorganisation. */
  readonly dropped: Iterable<Block>;
}

/** Steps that a walk may take off the canonical chain; shared by all walks of a query. */
export interface AncestorBudget {
  left: number;
}

export interface BlockId {
  readonly hash: Hash;
  readonly number: bigint;
}

export class Chain {
  readonly genesis: Genesis;
  // UNBOUNDED: this node keeps the whole chain, side chains too, as long as it runs.
  readonly #entries = new Map<Hash, Entry>();
  /** It and its ancestors are canonical. */
  #head: Entry;
  // BOUNDED by the parts of one node that subscribe.
  readonly #listeners = new Set<(event: HeadEvent) => void>();

  constructor(genesis: Genesis) {
    this.genesis = genesis;
    // Up to and including v1.10.11, geth wrote the spec's difficulty as td: 0 if the spec
    // had none, whatever its header said.
    this.#head = new Entry(genesis.block, genesis.td);
    this.#entries.set(this.#head.hash, this.#head);
  }

  get config(): ChainConfig {
    return this.genesis.config;
  }

  get genesisHash(): Hash {
    return hashBlock(this.genesis.block);
  }

  get currentBlock(): Block {
    return this.#head.block;
  }

  get currentHeader(): Header {
    return this.#head.block.header;
  }

  /** Total difficulty up to and including the head. */
  get currentTd(): bigint {
    return this.#head.td;
  }

  /** Total difficulty up to and including that block, canonical or not. */
  getTd(hash: Hash): bigint | undefined {
    return this.#entries.get(hash)?.td;
  }

  getBlockByHash(hash: Hash): Block | undefined {
    return this.#entries.get(hash)?.block;
  }

  /** The block of that hash, if that is its number. */
  getBlock(hash: Hash, number: bigint): Block | undefined {
    const block = this.getBlockByHash(hash);
    return block?.header.number === number ? block : undefined;
  }

  /** The canonical block of that number. */
  getBlockByNumber(number: bigint): Block | undefined {
    return this.#canonicalAt(number)?.block;
  }

  getHeaderByHash(hash: Hash): Header | undefined {
    return this.getBlockByHash(hash)?.header;
  }

  /** The header of that hash, if that is its number. */
  getHeader(hash: Hash, number: bigint): Header | undefined {
    return this.getBlock(hash, number)?.header;
  }

  /** The canonical header of that number. */
  getHeaderByNumber(number: bigint): Header | undefined {
    return this.getBlockByNumber(number)?.header;
  }

  getBody(hash: Hash): Body | undefined {
    return this.getBlockByHash(hash)?.body;
  }

  hasBlock(hash: Hash): boolean {
    return this.#entries.has(hash);
  }

  /** The same as `hasBlock`: no header is kept without its body. */
  hasHeader(hash: Hash): boolean {
    return this.hasBlock(hash);
  }

  // #region get-ancestor
  /**
   * The block `distance` generations above the block (`hash`, `number`), or undefined if
   * there is none, if a block on the way is unknown, or if `budget` is used up.
   *
   * @param budget goes down by one for each step off the canonical chain
   * @geth core/headerchain.go HeaderChain.GetAncestor
   */
  getAncestor(
    hash: Hash,
    number: bigint,
    distance: bigint,
    budget: AncestorBudget,
  ): BlockId | undefined {
    if (distance > number) return undefined;
    if (distance === 1n) {
      // A single step is one lookup wherever the block is, so it costs no budget.
      const header = this.getHeader(hash, number);
      return header && { hash: header.parentHash, number: number - 1n };
    }
    let at: BlockId = { hash, number };
    for (let left = distance; left > 0n; left--) {
      //: On the canonical chain the rest is one lookup. Off it, each step is one.
      if (this.#canonicalAt(at.number)?.hash === at.hash) {
        const entry = this.#canonicalAt(at.number - left);
        return entry && { hash: entry.hash, number: entry.block.header.number };
      }
      if (budget.left === 0) return undefined;
      budget.left--;
      const header = this.getHeader(at.hash, at.number);
      if (header === undefined) return undefined;
      at = { hash: header.parentHash, number: at.number - 1n };
    }
    return at;
  }
  // #endregion get-ancestor

  // #region insert-chain
  /**
   * Takes blocks in, each child of the one before, until one fails. A block is in the
   * chain with all that belongs to it, or not at all. Listeners hear of a new head once,
   * when all is done.
   *
   * The work grows with the transactions in `blocks`, without a pause: insert few at a time.
   *
   * @geth core/blockchain.go BlockChain.InsertChain
   */
  insertChain(blocks: readonly Block[]): InsertResult {
    const gap = checkContiguous(blocks);
    if (gap !== undefined) return { inserted: 0, known: 0, error: gap };

    const before = this.#head;
    let inserted = 0;
    let known = 0;
    let error: ChainError | undefined;
    for (const block of blocks) {
      if (this.hasBlock(hashBlock(block))) {
        known++;
        continue;
      }
      error = this.#insert(block);
      if (error !== undefined) break;
      inserted++;
    }
    this.#announce(before);
    return { inserted, known, ...(error === undefined ? {} : { error }) };
  }
  // #endregion insert-chain

  // #region insert-block
  #insert(block: Block): ChainError | undefined {
    const { header } = block;
    const parent = this.#entries.get(header.parentHash);
    if (header.number === 0n) {
      return new ChainError('genesis-mismatch', header, `ours is ${this.genesisHash}`);
    }
    if (parent === undefined) {
      return new ChainError('unknown-parent', header, `wanted ${header.parentHash}`);
    }
    const error = checkHeader(header, parent.block.header) ?? checkBody(block);
    if (error !== undefined) return error;

    const entry = new Entry(block, parent.td + header.difficulty, parent);
    this.#entries.set(entry.hash, entry);
    //: With it, all its ancestors are canonical, and no other block: a reorganisation.
    if (isHeavier(entry, this.#head)) this.#head = entry;
    return undefined;
  }
  // #endregion insert-block

  /** Calls `listener` after each insert that moved the head; returns how to stop that. */
  subscribe(listener: (event: HeadEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #announce(before: Entry): void {
    const head = this.#head;
    if (head === before) return;
    const event: HeadEvent = {
      head: head.block,
      hash: head.hash,
      td: head.td,
      added: { [Symbol.iterator]: () => branch(head, before) },
      dropped: { [Symbol.iterator]: () => branch(before, head) },
    };
    tellAll('head', this.#listeners, event);
  }

  #canonicalAt(number: bigint): Entry | undefined {
    // A number from the wire may be up to 2^64: too large for a block of this chain.
    return number <= this.#head.number
      ? ancestorAt(this.#head, Number(number))
      : undefined;
  }
}

/**
 * The head rule: larger td wins; if they are equal, the smaller number. If the numbers are
 * equal too, the head stays (geth v1.8.12 throws a coin, so that selfish miners gain less;
 * here the outcome must not depend on chance).
 *
 * @geth core/blockchain.go BlockChain.WriteBlockWithState
 */
function isHeavier(block: Entry, head: Entry): boolean {
  if (block.td !== head.td) return block.td > head.td;
  return block.block.header.number < head.block.header.number;
}
