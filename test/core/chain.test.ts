import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import { type Block, hashBlock } from '../../impl/core/block.ts';
import { branch } from '../../impl/core/block-tree.ts';
import { Chain, type HeadEvent } from '../../impl/core/chain.ts';
import type { Genesis } from '../../impl/core/genesis.ts';
import { hashOf } from '../../impl/core/hash.ts';
import {
  childOf,
  childrenOf,
  extend,
  signedTx,
  testGenesis,
} from '../helpers/blocks.ts';
import { gethChain } from '../helpers/chain.ts';

const unknown = hashOf(new Uint8Array(32).fill(7));
let genesis: Genesis;
let chain: Chain;

beforeAll(async () => {
  await initCrypto();
  genesis = testGenesis();
});

function never(): never {
  throw new TypeError('nothing was told');
}

/** A fresh chain with these blocks in it. */
function chainOf(...runs: readonly (readonly Block[])[]): Chain {
  const made = new Chain(genesis);
  for (const run of runs) extend(made, run);
  return made;
}

/** The canonical blocks from the genesis to the head. */
function canonical(of: Chain): Block[] {
  const blocks: Block[] = [];
  for (let number = 0n; number <= of.currentHeader.number; number++) {
    const block = of.getBlockByNumber(number);
    if (block !== undefined) blocks.push(block);
  }
  return blocks;
}

describe('Chain', () => {
  it('begins with its genesis as head', () => {
    chain = new Chain(genesis);
    expect(chain.currentBlock).toBe(genesis.block);
    expect(chain.currentHeader).toBe(genesis.block.header);
    expect(chain.currentTd).toBe(131_072n);
    expect(chain.getTd(chain.genesisHash)).toBe(131_072n);
    expect(chain.getHeaderByNumber(0n)).toBe(genesis.block.header);
    expect(chain.config.chainId).toBe(1337n);
  });

  it('counts a genesis without difficulty in its spec as 0', () => {
    const bare = new Chain(testGenesis({ difficulty: undefined }));
    expect(bare.currentTd).toBe(0n);
    extend(bare, [childOf(bare.currentBlock, { difficulty: 5n })]);
    expect(bare.currentTd).toBe(5n);
  });

  it('finds blocks by hash, by hash and number, and by number if canonical', () => {
    const main = childrenOf(genesis.block, 2);
    const side = childOf(genesis.block, { difficulty: 1n });
    chain = chainOf(main, [side]);
    const hash = hashBlock(side);
    expect(chain.getBlockByHash(hash)).toBe(side);
    expect(chain.getHeaderByHash(hash)).toBe(side.header);
    expect(chain.getBody(hash)).toBe(side.body);
    expect(chain.getBlock(hash, 1n)).toBe(side);
    expect(chain.getHeader(hash, 1n)).toBe(side.header);
    expect(chain.getHeader(hash, 2n)).toBeUndefined();
    expect(chain.hasBlock(hash)).toBe(true);
    expect(chain.hasHeader(hash)).toBe(true);
    expect(chain.getTd(hash)).toBe(131_073n);
    expect(chain.getBlockByNumber(1n)).toBe(main[0]);
    expect(chain.getHeaderByNumber(2n)).toBe(main[1]?.header);
  });

  it('finds nothing under an unknown hash or a number above the head', () => {
    chain = chainOf(childrenOf(genesis.block, 2));
    expect(chain.getBlockByHash(unknown)).toBeUndefined();
    expect(chain.getHeader(unknown, 0n)).toBeUndefined();
    expect(chain.getTd(unknown)).toBeUndefined();
    expect(chain.getBody(unknown)).toBeUndefined();
    expect(chain.hasBlock(unknown)).toBe(false);
    expect(chain.getHeaderByNumber(3n)).toBeUndefined();
    expect(chain.getHeaderByNumber(2n ** 64n - 1n)).toBeUndefined();
  });
});

describe('Chain.insertChain', () => {
  it("takes geth's 63 blocks to geth's head and total difficulty", () => {
    const geth = gethChain();
    chain = new Chain(geth.genesis);
    expect(chain.insertChain(geth.blocks)).toEqual({ inserted: 63, known: 0 });
    expect(chain.currentHeader.number).toBe(63n);
    expect(hashBlock(chain.currentBlock)).toBe(
      '8558f423450e084f4d4b74e1fecc5a984e0ebcd04bb28c0b6508322de489f76e',
    );
    expect(chain.currentTd).toBe(8_514_065n);
    const txs = canonical(chain).flatMap(({ body }) => body.transactions);
    expect(txs).toHaveLength(541);
  });

  it('inserts nothing if the blocks are not one chain', () => {
    chain = chainOf();
    const [first, , third] = childrenOf(genesis.block, 3);
    if (first === undefined || third === undefined) throw new Error('three blocks');
    const result = chain.insertChain([first, third]);
    expect(result).toMatchObject({ inserted: 0, error: { code: 'non-contiguous' } });
    expect(chain.hasBlock(hashBlock(first))).toBe(false);
    expect(chain.currentBlock).toBe(genesis.block);
  });

  it('refuses a block whose parent it does not have', () => {
    chain = chainOf();
    const orphan = childOf(childOf(genesis.block));
    expect(chain.insertChain([orphan])).toMatchObject({
      inserted: 0,
      error: { code: 'unknown-parent', hash: hashBlock(orphan) },
    });
    expect(chain.hasBlock(hashBlock(orphan))).toBe(false);
  });

  it('refuses another genesis', () => {
    const other = testGenesis({ timestamp: '1' }).block;
    expect(chainOf().insertChain([other]).error).toMatchObject({
      code: 'genesis-mismatch',
    });
  });

  it('takes any state root, receipt root and gas used: it executes nothing', () => {
    const anything = unknown;
    const header = { stateRoot: anything, receiptRoot: anything, gasUsed: 12_345n };
    const chain = chainOf();
    expect(chain.insertChain([childOf(genesis.block, { header })])).toEqual({
      inserted: 1,
      known: 0,
    });
    expect(chain.currentHeader).toMatchObject(header);
  });

  it('keeps the blocks before the one that fails and says how many they are', () => {
    const good = childrenOf(genesis.block, 2);
    const last = good[1];
    if (last === undefined) throw new Error('two blocks');
    const bad = childOf(last, { header: { gasUsed: 2n ** 63n } });
    chain = chainOf(good.slice(0, 1));
    const result = chain.insertChain([...good, bad, childOf(bad)]);
    expect(result).toMatchObject({
      inserted: 1,
      known: 1,
      error: { code: 'bad-gas-used', number: 3n },
    });
    expect(chain.currentBlock).toBe(last);
    expect(chain.hasBlock(hashBlock(bad))).toBe(false);
  });

  it('takes the right body after a wrong one for the same header', () => {
    chain = chainOf();
    const block = childOf(genesis.block, { txs: [signedTx()] });
    const poisoned = { header: block.header, body: { transactions: [], uncles: [] } };
    expect(chain.insertChain([poisoned]).error).toMatchObject({ code: 'bad-tx-root' });
    expect(chain.insertChain([block])).toEqual({ inserted: 1, known: 0 });
  });

  it('counts blocks that it has as known and lets the head stay', () => {
    const blocks = childrenOf(genesis.block, 3);
    chain = chainOf(blocks);
    expect(chain.insertChain(blocks.slice(0, 2))).toEqual({ inserted: 0, known: 2 });
    expect(chain.insertChain([genesis.block])).toEqual({ inserted: 0, known: 1 });
    expect(chain.currentBlock).toBe(blocks[2]);
  });

  it('takes nothing at all without a complaint', () => {
    expect(chainOf().insertChain([])).toEqual({ inserted: 0, known: 0 });
  });
});

describe('Chain, the head rule', () => {
  it('prefers the larger total difficulty, even in fewer blocks', () => {
    const long = childrenOf(genesis.block, 3, { difficulty: 10n });
    const heavy = childOf(genesis.block, { difficulty: 31n });
    chain = chainOf(long, [heavy]);
    expect(chain.currentBlock).toBe(heavy);
    expect(canonical(chain)).toEqual([genesis.block, heavy]);
    expect(
      chain.getHeaderByNumber(2n),
      'left over from the longer chain',
    ).toBeUndefined();
  });

  it('prefers the smaller number if the total difficulties are equal', () => {
    const long = childrenOf(genesis.block, 2, { difficulty: 10n });
    const short = childOf(genesis.block, { difficulty: 20n });
    expect(chainOf(long, [short]).currentBlock).toBe(short);
    expect(chainOf([short], long).currentBlock).toBe(short);
  });

  it('keeps the head if number and total difficulty are equal', () => {
    const a = childOf(genesis.block, { time: 10n });
    const b = childOf(genesis.block, { time: 20n });
    expect(chainOf([a], [b]).currentBlock).toBe(a);
    expect(chainOf([b], [a]).currentBlock).toBe(b);
  });

  it('reorganises to a side chain once that is heavier', () => {
    const main = childrenOf(genesis.block, 3, { difficulty: 10n });
    const side = childrenOf(genesis.block, 4, { difficulty: 9n });
    chain = chainOf(main, side.slice(0, 3));
    expect(canonical(chain)).toEqual([genesis.block, ...main]);
    extend(chain, side.slice(3));
    expect(canonical(chain)).toEqual([genesis.block, ...side]);
    expect(chain.getBlockByHash(hashBlock(main[2] ?? genesis.block))).toBe(main[2]);
  });
});

interface Planned {
  readonly parent: number;
  readonly difficulty: bigint;
}

/** Blocks of a random tree; each parent comes before its children, 0 is the genesis. */
function growTree(plan: readonly Planned[]): Block[] {
  const blocks = [genesis.block];
  for (const [index, { parent, difficulty }] of plan.entries()) {
    const above = blocks[parent % blocks.length];
    // The extra data makes twins different blocks.
    const extra = Uint8Array.of(index);
    if (above !== undefined) blocks.push(childOf(above, { difficulty, extra }));
  }
  return blocks.slice(1);
}

/** Inserts one by one in this order; what has no parent yet is tried again later. */
function insertAll(into: Chain, order: readonly Block[]): void {
  let waiting = order;
  while (waiting.length > 0) {
    const refused = waiting.filter((block) => {
      const { error } = into.insertChain([block]);
      if (error !== undefined && error.code !== 'unknown-parent') throw error;
      return error !== undefined;
    });
    if (refused.length === waiting.length) throw new Error('nothing fits any more');
    waiting = refused;
  }
}

/** Total difficulty by walking up, without the chain's own sums. */
function weigh(block: Block, of: Chain): bigint {
  let td = 131_072n; // the genesis
  let at: Block | undefined = block;
  while (at !== undefined && at.header.number > 0n) {
    td += at.header.difficulty;
    at = of.getBlockByHash(at.header.parentHash);
  }
  return td;
}

const randomTree = fc
  .array(
    fc.record({ parent: fc.nat(20), difficulty: fc.bigInt({ min: 1n, max: 4n }) }),
    { minLength: 1, maxLength: 14 },
  )
  .chain((plan) =>
    fc.record({
      plan: fc.constant(plan),
      order: fc.shuffledSubarray([...plan.keys()], { minLength: plan.length }),
    }),
  );

function treeInOrder(plan: readonly Planned[], order: readonly number[]): Block[] {
  const blocks = growTree(plan);
  return order.flatMap((index) => blocks[index] ?? []);
}

describe('Chain, for any tree and any order of insertion', () => {
  it('ends on the heaviest chain, the shortest of these', () => {
    const seen = { ties: 0, orphans: 0 };
    fc.assert(
      fc.property(randomTree, ({ plan, order }) => {
        const tree = new Chain(genesis);
        const blocks = treeInOrder(plan, order);
        insertAll(tree, blocks);
        const heaviest = blocks
          .map((block) => ({ td: weigh(block, tree), number: block.header.number }))
          .reduce((a, b) =>
            b.td > a.td || (b.td === a.td && b.number < a.number) ? b : a,
          );
        expect(tree.currentTd).toBe(heaviest.td);
        expect(tree.currentHeader.number).toBe(heaviest.number);
        for (const block of blocks) {
          const td = weigh(block, tree);
          expect(tree.getTd(hashBlock(block))).toBe(td);
          if (td === heaviest.td && block !== tree.currentBlock) seen.ties++;
        }
        if (order.some((value, index) => value !== index)) seen.orphans++;
      }),
      { numRuns: 150 },
    );
    expect(seen.ties).toBeGreaterThan(0);
    expect(seen.orphans).toBeGreaterThan(0);
  });

  it('has one canonical block for each number up to the head, and none above', () => {
    fc.assert(
      fc.property(randomTree, ({ plan, order }) => {
        const tree = new Chain(genesis);
        insertAll(tree, treeInOrder(plan, order));
        const blocks = canonical(tree);
        expect(blocks).toHaveLength(Number(tree.currentHeader.number) + 1);
        expect(blocks[0]).toBe(genesis.block);
        expect(blocks.at(-1)).toBe(tree.currentBlock);
        for (const [index, block] of blocks.entries()) {
          expect(block.header.number).toBe(BigInt(index));
          const parent = blocks[index - 1];
          if (parent) expect(block.header.parentHash).toBe(hashBlock(parent));
        }
        expect(tree.getBlockByNumber(BigInt(blocks.length))).toBeUndefined();
      }),
      { numRuns: 100 },
    );
  });

  it('announces changes from which a listener can follow the canonical chain', () => {
    const seen = { reorganisations: 0 };
    fc.assert(
      fc.property(randomTree, ({ plan, order }) => {
        const tree = new Chain(genesis);
        let followed: readonly Block[] = [genesis.block];
        const events: HeadEvent[] = [];
        tree.subscribe((event) => {
          events.push(event);
          const { head, hash, td } = event;
          const added = [...event.added].reverse();
          const dropped = [...event.dropped].reverse();
          const stays = followed.length - dropped.length;
          expect(followed.slice(stays)).toEqual(dropped);
          followed = [...followed.slice(0, stays), ...added];
          expect(head).toBe(followed.at(-1));
          expect(hash).toBe(hashBlock(head));
          expect(td).toBe(tree.getTd(hash));
          if (dropped.length > 0) seen.reorganisations++;
        });
        insertAll(tree, treeInOrder(plan, order));
        expect(followed).toEqual(canonical(tree));
        // Who looks later, when the head is elsewhere, sees the same.
        followed = [genesis.block];
        for (const { added, dropped } of events) {
          followed = followed.slice(0, followed.length - [...dropped].length);
          followed = [...followed, ...[...added].reverse()];
        }
        expect(followed).toEqual(canonical(tree));
      }),
      { numRuns: 100 },
    );
    expect(seen.reorganisations).toBeGreaterThan(0);
  });
});

describe('a reorganisation', () => {
  /** Counts the calls of a method as long as `work` runs. */
  function calls(of: object, name: string, work: () => void): number {
    let count = 0;
    const own = Object.getOwnPropertyDescriptor(of, name);
    if (own === undefined) throw new TypeError(`no ${name}`);
    const method = own.value as (...args: unknown[]) => unknown;
    Object.defineProperty(of, name, {
      ...own,
      value(this: unknown, ...args: unknown[]): unknown {
        count++;
        return Reflect.apply(method, this, args);
      },
    });
    try {
      work();
    } finally {
      Object.defineProperty(of, name, own);
    }
    return count;
  }

  /** How often it looks into a map, and asks a generator for the next. */
  function lookups(work: () => void): number {
    const generator = Object.getPrototypeOf(branch.prototype) as object;
    let asked = 0;
    const gets = calls(Map.prototype, 'get', () => {
      asked = calls(generator, 'next', work);
    });
    return gets + asked;
  }

  it('costs the same, however long the branch is that takes over', () => {
    const [short, long] = [3, 600].map((length) => {
      const main = childrenOf(genesis.block, length, { difficulty: 10n });
      const side = childrenOf(genesis.block, length, { difficulty: 9n });
      const last = childOf(side.at(-1) ?? genesis.block, { difficulty: 2n ** 20n });
      chain = chainOf(main, side);
      const events: HeadEvent[] = [];
      chain.subscribe((event) => events.push(event));
      const cost = lookups(() => {
        extend(chain, [last]);
      });
      const dropped = [...(events[0]?.dropped ?? [])];
      return { cost, dropped, blocks: canonical(chain), main, side, last };
    });
    expect(long?.cost).toBe(short?.cost);
    for (const { dropped, blocks, main, side, last } of [
      short ?? never(),
      long ?? never(),
    ]) {
      expect(dropped.reverse()).toEqual(main);
      expect(blocks).toEqual([genesis.block, ...side, last]);
    }
  });
});

describe('Chain.subscribe', () => {
  it('tells once of an insert, with all blocks of it', () => {
    const blocks = childrenOf(genesis.block, 3);
    chain = new Chain(genesis);
    const events: HeadEvent[] = [];
    chain.subscribe((event) => events.push(event));
    extend(chain, blocks);
    expect(events).toHaveLength(1);
    const [{ added, dropped, td } = never()] = events;
    expect([...added]).toEqual([...blocks].reverse());
    expect([...dropped]).toEqual([]);
    expect(td).toBe(131_072n * 4n);
  });

  it('says nothing when the head stays', () => {
    chain = chainOf(childrenOf(genesis.block, 2));
    const events: HeadEvent[] = [];
    chain.subscribe((event) => events.push(event));
    extend(chain, [childOf(genesis.block, { difficulty: 1n })]);
    chain.insertChain([childOf(childOf(genesis.block, { difficulty: 2n }))]); // an orphan
    expect(events).toEqual([]);
  });

  it('tells of the blocks before the one that failed', () => {
    chain = new Chain(genesis);
    const events: HeadEvent[] = [];
    chain.subscribe((event) => events.push(event));
    const good = childOf(genesis.block);
    const bad = childOf(good, { difficulty: 0n });
    expect(chain.insertChain([good, bad]).error).toMatchObject({
      code: 'bad-difficulty',
    });
    expect(events.map(({ head }) => head)).toEqual([good]);
  });

  it('stops when it is told to', () => {
    chain = new Chain(genesis);
    const events: HeadEvent[] = [];
    const stop = chain.subscribe((event) => events.push(event));
    stop();
    extend(chain, [childOf(genesis.block)]);
    expect(events).toEqual([]);
  });
});

describe('Chain.getAncestor', () => {
  /** Ten canonical blocks, and a side chain of three that leaves them after block 4. */
  function forked(): { main: Block[]; side: Block[] } {
    const main = [genesis.block, ...childrenOf(genesis.block, 10)];
    const fork = main[4] ?? genesis.block;
    const side = childrenOf(fork, 3, { difficulty: 1n });
    chain = chainOf(main.slice(1), side);
    return { main, side };
  }

  function ancestor(block: Block | undefined, distance: bigint, left = 100): unknown {
    if (block === undefined) throw new Error('no such block');
    const budget = { left };
    const { number } = block.header;
    const found = chain.getAncestor(hashBlock(block), number, distance, budget);
    return { found, spent: left - budget.left };
  }

  function idOf(block: Block | undefined): unknown {
    if (block === undefined) throw new Error('no such block');
    return { hash: hashBlock(block), number: block.header.number };
  }

  it('costs no budget on the canonical chain', () => {
    const { main } = forked();
    expect(ancestor(main[10], 7n, 0)).toEqual({ found: idOf(main[3]), spent: 0 });
    expect(ancestor(main[10], 10n, 0)).toEqual({ found: idOf(main[0]), spent: 0 });
  });

  it('is the block itself for distance 0', () => {
    const { main, side } = forked();
    expect(ancestor(main[10], 0n)).toEqual({ found: idOf(main[10]), spent: 0 });
    expect(ancestor(side[2], 0n)).toEqual({ found: idOf(side[2]), spent: 0 });
  });

  it('costs one for each step off the canonical chain', () => {
    const { main, side } = forked();
    expect(ancestor(side[2], 2n)).toEqual({ found: idOf(side[0]), spent: 2 });
    expect(ancestor(side[2], 3n)).toEqual({ found: idOf(main[4]), spent: 3 });
    expect(ancestor(side[2], 7n)).toEqual({ found: idOf(main[0]), spent: 3 });
  });

  it('costs nothing for a single step', () => {
    const { side } = forked();
    expect(ancestor(side[2], 1n, 0)).toEqual({ found: idOf(side[1]), spent: 0 });
  });

  it('is nothing when the budget is used up', () => {
    const { side } = forked();
    expect(ancestor(side[2], 3n, 2)).toEqual({ found: undefined, spent: 2 });
  });

  it('is nothing beyond the genesis', () => {
    const { main } = forked();
    expect(ancestor(main[3], 4n)).toEqual({ found: undefined, spent: 0 });
    expect(ancestor(main[3], 2n ** 64n)).toEqual({ found: undefined, spent: 0 });
    expect(ancestor(main[0], 1n)).toEqual({ found: undefined, spent: 0 });
  });

  it('is nothing for a block that is unknown, or known under another number', () => {
    const { main } = forked();
    const budget = { left: 100 };
    expect(chain.getAncestor(unknown, 5n, 1n, budget)).toBeUndefined();
    expect(chain.getAncestor(unknown, 5n, 2n, budget)).toBeUndefined();
    const hash = hashBlock(main[5] ?? genesis.block);
    expect(chain.getAncestor(hash, 6n, 2n, budget)).toBeUndefined();
  });
});
