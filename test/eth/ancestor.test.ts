/** Two chains that part somewhere, as numbers: no block of them is made. */

import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import { utf8 } from '../../impl/bytes.ts';
import type { Hash } from '../../impl/core/hash.ts';
import { hashHeader, type Header } from '../../impl/core/header.ts';
import {
  type FetchHeaders,
  findAncestor,
  maxForkAncestry,
} from '../../impl/eth/ancestor.ts';
import { SyncError } from '../../impl/eth/errors.ts';
import { maxHeaderFetch } from '../../impl/eth/protocol.ts';
import { testGenesis } from '../helpers/blocks.ts';

beforeAll(initCrypto);

type Asked = readonly [from: bigint, count: number, skip: number];

interface Search {
  readonly found: Header;
  readonly asked: readonly Asked[];
}

/**
 * Our head is `ours`, the peer's `theirs`; up to `common` the headers are the same.
 *
 * @param height what the peer has named; default `theirs`
 * @param answer what the peer says instead of the truth
 */
async function search(
  ours: bigint,
  theirs: bigint,
  common: bigint,
  height = theirs,
  answer: (headers: Header[], asked: Asked) => Header[] = (headers) => headers,
): Promise<Search> {
  const { header: genesis } = testGenesis().block;
  const at = (number: bigint, side: string): Header => {
    const extra = utf8(number <= common ? 'both' : side);
    return { ...genesis, number, extra };
  };
  const shared = new Set<Hash>();
  const asked: Asked[] = [];
  const fetch: FetchHeaders = async (from, count, skip) => {
    asked.push([from, count, skip]);
    const headers = Array.from({ length: count }, (_, i) =>
      at(from + BigInt(i * (skip + 1)), 'theirs'),
    ).filter(({ number }) => number <= theirs);
    for (const header of headers) {
      if (header.number <= common && header.number <= ours)
        shared.add(hashHeader(header));
    }
    return Promise.resolve(answer(headers, [from, count, skip]));
  };
  const chain = {
    currentHeader: at(ours, 'ours'),
    hasHeader: (hash: Hash) => shared.has(hash),
    getHeaderByNumber: (number: bigint) =>
      number <= ours ? at(number, 'ours') : undefined,
  };
  const found = await findAncestor(chain, height, fetch);
  return { found, asked };
}

async function codeOf(searching: Promise<unknown>): Promise<unknown> {
  return searching.then(
    () => 'found',
    (error: unknown) => (error instanceof SyncError ? error.code : error),
  );
}

describe('findAncestor', () => {
  it.each<[string, bigint, bigint, bigint, bigint, Asked]>([
    ['both empty but for the genesis', 0n, 0n, 0n, 0n, [0n, 1, 15]],
    ['ours is empty', 0n, 500n, 0n, 0n, [0n, 1, 15]],
    ['theirs goes on where ours ends', 500n, 700n, 500n, 500n, [308n, 13, 15]],
    ['theirs is far ahead', 16n, 10_000n, 16n, 16n, [0n, 2, 15]],
    ['they parted a moment ago', 500n, 700n, 490n, 484n, [308n, 13, 15]],
    ['theirs is shorter', 5_000n, 700n, 700n, 700n, [508n, 24, 15]],
  ])('asks once if %s', async (_, ours, theirs, common, number, first) => {
    const { found, asked } = await search(ours, theirs, common);
    expect(found.number).toBe(number);
    expect(asked).toEqual([first]);
  });

  it('halves the way if the sample has nothing in common', async () => {
    const { found, asked } = await search(5_000n, 6_000n, 1_234n);
    expect(found.number).toBe(1_234n);
    expect(asked.slice(0, 3)).toEqual([
      [4_808n, 13, 15],
      [2_500n, 1, 0],
      [1_250n, 1, 0],
    ]);
    expect(asked.length).toBeLessThanOrEqual(1 + 13);
  });

  it('takes the genesis where nothing else is common, as Status has compared it', async () => {
    const { found } = await search(300n, 400n, 0n);
    expect(found.number).toBe(0n);
  });

  it.each<[string, bigint, bigint, unknown]>([
    ['90,000 blocks back', maxForkAncestry, 0n, 'invalid-ancestor'],
    ['89,999 blocks back', maxForkAncestry, 1n, 'found'],
    ['180,000 blocks back', maxForkAncestry * 2n, 7n, 'invalid-ancestor'],
    ['at the start of a chain of 89,999 blocks', maxForkAncestry - 1n, 0n, 'found'],
  ])('judges a fork %s', async (_, ours, common, code) => {
    expect(await codeOf(search(ours, ours, common))).toBe(code);
  });

  it('searches no deeper than the floor', async () => {
    const ours = maxForkAncestry * 2n;
    const asked: bigint[] = [];
    await codeOf(
      search(ours, ours, 7n, ours, (headers, [from]) => {
        asked.push(from);
        return headers;
      }),
    );
    expect(asked.length).toBeGreaterThan(10);
    for (const from of asked) expect(from).toBeGreaterThan(ours - maxForkAncestry);
  });

  it.each<[string, (headers: Header[], asked: Asked) => Header[], string]>([
    ['no header', () => [], 'empty-header-set'],
    ['another first header', (headers) => headers.slice(1), 'invalid-chain'],
    ['a gap inside', (headers) => headers.filter((_, i) => i !== 3), 'invalid-chain'],
    [
      'none when the way is halved',
      (headers, [, count]) => (count === 1 ? [] : headers),
      'bad-peer',
    ],
    [
      'two then',
      (headers, [, count]) => (count === 1 ? [...headers, ...headers] : headers),
      'bad-peer',
    ],
    [
      'another then',
      (headers, [from, count]) =>
        count === 1
          ? headers.map((header) => ({ ...header, number: from + 1n }))
          : headers,
      'bad-peer',
    ],
  ])('ends with a peer that gives %s', async (_, answer, code) => {
    expect(await codeOf(search(5_000n, 6_000n, 1_234n, 6_000n, answer))).toBe(code);
  });

  it('ends with a peer that has blocks of ours above the height it named', async () => {
    const named = 600n;
    expect(await codeOf(search(700n, 700n, 700n, named))).toBe('stalling-peer');
    expect(await codeOf(search(700n, 700n, named, named))).toBe('found');
  });

  it('never asks for more than one answer holds', async () => {
    const { asked } = await search(60_000n, 700n, 700n);
    expect(asked[0]).toEqual([508n, (2 * maxHeaderFetch) / 16, 15]);
  });
});
