import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import { type Block, hashBlock } from '../../impl/core/block.ts';
import type { Chain } from '../../impl/core/chain.ts';
import { type Hash, hashOf, zeroHash } from '../../impl/core/hash.ts';
import { hashHeader } from '../../impl/core/header.ts';
import type { GetBlockHeadersData, HashOrNumber } from '../../impl/eth/protocol.ts';
import { serveHeaders } from '../../impl/eth/serve-headers.ts';
import { childrenOf, testGenesis } from '../helpers/blocks.ts';
import { chainOf } from './harness.ts';

const maxUint64 = (1n << 64n) - 1n;

let chain: Chain;
/** A branch off block 500 that is not canonical: 150 blocks, lighter in sum. */
let side: Block[];
let canonical: Block[];

beforeAll(async () => {
  await initCrypto();
  const genesis = testGenesis();
  canonical = [genesis.block, ...childrenOf(genesis.block, 527)];
  chain = chainOf(canonical.slice(1), genesis);
  const fork = canonical[377] as Block;
  side = childrenOf(fork, 149, { extra: Uint8Array.of(1), difficulty: 131_071n });
  chain.insertChain(side);
  expect(chain.currentHeader.number).toBe(527n);
});

const byNumber = (number: bigint): HashOrNumber => ({ kind: 'number', number });
const byHash = (hash: Hash): HashOrNumber => ({ kind: 'hash', hash });

function hashAt(number: number): Hash {
  return hashBlock(canonical[number] as Block);
}

function numbers(
  origin: HashOrNumber,
  amount: bigint,
  { skip = 0n, reverse = false }: { skip?: bigint; reverse?: boolean } = {},
): number[] {
  const headers = serveHeaders(chain, { origin, amount, skip, reverse });
  return headers.map(({ number }) => Number(number));
}

describe('serveHeaders', () => {
  // The queries of geth's TestGetBlockHeaders, on a chain of the same length.
  it.each([
    [96, 1, {}, [96]],
    [96, 3, {}, [96, 97, 98]],
    [96, 3, { reverse: true }, [96, 95, 94]],
    [96, 3, { skip: 3 }, [96, 100, 104]],
    [96, 3, { skip: 3, reverse: true }, [96, 92, 88]],
    [0, 1, {}, [0]],
    [527, 1, {}, [527]],
    [526, 202, { reverse: true }, Array.from({ length: 192 }, (_, i) => 526 - i)],
    [523, 3, { skip: 3 }, [523, 527]],
    [4, 3, { skip: 3, reverse: true }, [4, 0]],
    [523, 3, { skip: 2 }, [523, 526]],
    [4, 3, { skip: 2, reverse: true }, [4, 1]],
    [2, 5, { reverse: true }, [2, 1, 0]],
  ])('answers %i × %i %j, by number and by hash', (origin, amount, how, expected) => {
    const { skip = 0, reverse = false }: { skip?: number; reverse?: boolean } = how;
    const rest = [BigInt(amount), { skip: BigInt(skip), reverse }] as const;
    expect(numbers(byNumber(BigInt(origin)), ...rest)).toEqual(expected);
    expect(numbers(byHash(hashAt(origin)), ...rest)).toEqual(expected);
  });

  it('knows nothing of an unknown hash and a number above the head', () => {
    expect(numbers(byHash(hashOf(new Uint8Array(32).fill(7))), 1n)).toEqual([]);
    expect(numbers(byHash(zeroHash), 1n)).toEqual([]);
    expect(numbers(byNumber(528n), 1n)).toEqual([]);
    expect(numbers(byNumber(maxUint64), 10n)).toEqual([]);
  });

  it('answers an amount of 0 with nothing (H-70)', () => {
    expect(numbers(byNumber(1n), 0n)).toEqual([]);
    expect(numbers(byHash(hashAt(1)), 0n)).toEqual([]);
  });

  it('caps at 192, and takes 2^63 and more for nothing (H-71)', () => {
    expect(numbers(byNumber(0n), 1n << 31n)).toHaveLength(192);
    expect(numbers(byNumber(0n), (1n << 63n) - 1n)).toHaveLength(192);
    expect(numbers(byNumber(0n), 1n << 63n)).toEqual([]);
    expect(numbers(byNumber(0n), maxUint64)).toEqual([]);
  });

  it.each([maxUint64, maxUint64 - 1n, maxUint64 - 50n])(
    'returns the origin once for a skip of %s (H-72, V-20)',
    (skip) => {
      for (const origin of [byNumber(50n), byHash(hashAt(50))]) {
        for (const reverse of [false, true]) {
          expect(numbers(origin, 1000n, { skip, reverse })).toEqual([50]);
        }
      }
    },
  );

  it('walks a branch that is not canonical backwards, at most 100 steps off', () => {
    const tip = byHash(hashBlock(side.at(-1) as Block));
    expect(numbers(tip, 3n, { reverse: true })).toEqual([526, 525, 524]);
    // Steps of one cost nothing; steps of two cost two each, until the branch's root.
    expect(numbers(tip, 192n, { reverse: true })).toHaveLength(192);
    expect(numbers(tip, 192n, { skip: 1n, reverse: true })).toHaveLength(51);
  });

  it('returns only the origin of a branch that is not canonical, forwards', () => {
    expect(numbers(byHash(hashBlock(side[3] as Block)), 5n)).toEqual([381]);
  });

  it('agrees with a slow model on every query', () => {
    const seen = { none: 0, one: 0, capped: 0, side: 0 };
    const skips = fc.oneof(
      fc.bigInt(0n, 40n),
      fc.bigInt(maxUint64 - 3n, maxUint64),
      fc.bigInt(0n, maxUint64),
    );
    const block = fc.oneof(
      fc.constantFrom(...canonical).map((own) => ({ own, isSide: false })),
      fc.constantFrom(...side).map((own) => ({ own, isSide: true })),
    );
    const property = fc.property(
      block,
      fc.boolean(),
      fc.oneof(fc.bigInt(0n, 300n), fc.bigInt(0n, maxUint64)),
      skips,
      fc.boolean(),
      ({ own, isSide }, hashMode, amount, skip, reverse) => {
        const origin = hashMode
          ? byHash(hashBlock(own))
          : byNumber(own.header.number + (isSide ? 2n : 0n));
        const query = { origin, amount, skip, reverse };
        const got = serveHeaders(chain, query).map(hashHeader);
        const wanted = slowHeaders(query);
        expect(got).toEqual(wanted);
        seen.none += Number(got.length === 0);
        seen.one += Number(got.length === 1);
        seen.capped += Number(got.length === 192);
        seen.side += Number(isSide && hashMode && got.length > 1);
      },
    );
    fc.assert(property, { numRuns: 2000 });
    expect(Object.values(seen).every((count) => count > 0)).toBe(true);
  });
});

/**
 * The same, the slow way: every block is looked for in a list, and every step of a walk is
 * one parent. The budget counts steps off the canonical chain, but not single steps.
 */
function slowHeaders({ origin, amount, skip, reverse }: GetBlockHeadersData): Hash[] {
  const all = new Map<string, Block>(
    [...canonical, ...side].map((b) => [hashBlock(b), b]),
  );
  const isCanonical = (block: Block): boolean => canonical.includes(block);
  const answer: Hash[] = [];
  let budget = 100;

  const parent = (block: Block): Block | undefined => all.get(block.header.parentHash);
  const ancestor = (from: Block, distance: bigint): Block | undefined => {
    if (distance > from.header.number) return undefined;
    if (distance === 1n) return parent(from);
    let at: Block | undefined = from;
    for (let i = 0n; at !== undefined && i < distance; i++) {
      if (!isCanonical(at)) {
        if (budget === 0) return undefined;
        budget--;
      }
      at = parent(at);
    }
    return at;
  };

  let block =
    origin.kind === 'hash'
      ? all.get(origin.hash)
      : canonical.find(({ header }) => header.number === origin.number);
  if (amount >= 1n << 63n) return [];
  while (block !== undefined && BigInt(answer.length) < amount && answer.length < 192) {
    const current: Block = block;
    answer.push(hashBlock(current));
    const { number } = current.header;
    if (origin.kind === 'hash' && reverse) {
      block = ancestor(current, skip + 1n);
    } else {
      const next = reverse ? number - skip - 1n : number + skip + 1n;
      block = canonical.find(({ header }) => header.number === next);
      if (origin.kind === 'hash' && block !== undefined) {
        if (ancestor(block, skip + 1n) !== current) block = undefined;
      }
    }
  }
  return answer;
}
