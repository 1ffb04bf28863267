/**
 * Finds the last block that we and a peer have in common. The peer names headers; whether
 * we have them, we look up ourselves.
 */

import type { Chain } from '../core/chain.ts';
import { hashHeader, type Header } from '../core/header.ts';
import { SyncError } from './errors.ts';
import { maxHeaderFetch } from './protocol.ts';

/** A deeper reorganisation is refused. @geth eth/downloader/downloader.go MaxForkAncestry */
export const maxForkAncestry = 90_000n;

/** One header of so many is looked at first. */
const sampleDistance = 16;

/** Asks the peer for `count` headers from number `from`, leaving out `skip` between two. */
export type FetchHeaders = (
  from: bigint,
  count: number,
  skip: number,
) => Promise<readonly Header[]>;

type OwnChain = Pick<Chain, 'currentHeader' | 'hasHeader' | 'getHeaderByNumber'>;

// #region find-ancestor
/**
 * @param height number of the peer's head
 * @returns our header of the last block that both have
 * @throws {SyncError} `empty-header-set`, `invalid-chain`, `stalling-peer`, `bad-peer`,
 *   `invalid-ancestor`, and what `fetch` throws
 * @geth eth/downloader/downloader.go Downloader.findAncestor
 */
export async function findAncestor(
  chain: OwnChain,
  height: bigint,
  fetch: FetchHeaders,
): Promise<Header> {
  const ceil = chain.currentHeader.number;
  const floor = ceil >= maxForkAncestry ? ceil - maxForkAncestry : -1n;

  //: Most often the two have parted a few blocks ago, or not at all.
  const sampled = await findInSample(chain, ceil, height, fetch);
  const ancestor =
    sampled ?? (await findBySearch(chain, floor, min(ceil, height), fetch));
  if (ancestor.number <= floor) {
    const detail = `block ${ancestor.number}, more than ${maxForkAncestry} back`;
    throw new SyncError('invalid-ancestor', detail);
  }
  return ancestor;
}
// #endregion find-ancestor

/** Looks at every 16th block below our head. */
async function findInSample(
  chain: OwnChain,
  ceil: bigint,
  height: bigint,
  fetch: FetchHeaders,
): Promise<Header | undefined> {
  const from = max(0n, min(ceil, height) - BigInt(maxHeaderFetch));
  const limit = (2 * maxHeaderFetch) / sampleDistance;
  const count = Math.min(1 + (Number(ceil - from) >> 4), limit);
  const headers = await fetch(from, count, sampleDistance - 1);
  if (headers.length === 0) {
    throw new SyncError('empty-header-set', `no header from ${from} on`);
  }
  for (const [i, header] of headers.entries()) {
    const wanted = from + BigInt(i * sampleDistance);
    if (header.number === wanted) continue;
    throw new SyncError('invalid-chain', `header ${header.number} for ${wanted}`);
  }
  const found = headers.findLast(
    (header) => header.number <= ceil && chain.hasHeader(hashHeader(header)),
  );
  //: A block above the height that the peer has named: it hides its head.
  if (found !== undefined && found.number > height) {
    throw new SyncError('stalling-peer', `${found.number} is above ${height}`);
  }
  return found;
}

// #region search-ancestor
/** Halves the way between a block that is shared and one that is not. */
async function findBySearch(
  chain: OwnChain,
  floor: bigint,
  head: bigint,
  fetch: FetchHeaders,
): Promise<Header> {
  let shared: Header | undefined;
  let start = max(0n, floor);
  let end = head;
  while (start + 1n < end) {
    const check = (start + end) / 2n;
    const [header, ...more] = await fetch(check, 1, 0);
    if (header === undefined || more.length > 0 || header.number !== check) {
      throw new SyncError('bad-peer', `not the header ${check}`);
    }
    if (chain.hasHeader(hashHeader(header))) {
      start = check;
      shared = header;
    } else {
      end = check;
    }
  }
  //: Not one shared: the lowest is our genesis, which Status has compared, or
  //: the floor, which is too far.
  const lowest = shared ?? chain.getHeaderByNumber(start);
  if (lowest !== undefined) return lowest;
  throw new TypeError(`our chain has no block ${start}`);
}
// #endregion search-ancestor

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
