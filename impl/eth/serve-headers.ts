/**
 * Answers GetBlockHeaders. The peer chooses four numbers of 64 bits; what they cost us is
 * bounded here: 192 headers, and 100 steps off the canonical chain.
 */

import type { AncestorBudget, BlockId, Chain } from '../core/chain.ts';
import { hashHeader, type Header } from '../core/header.ts';
import {
  type GetBlockHeadersData,
  maxHeaderFetch,
  softResponseLimit,
} from './protocol.ts';

/** @geth eth/handler.go estHeaderRlpSize */
const headerSizeEstimate = 500;

/** Steps off the canonical chain that one query may cost. */
const nonCanonicalBudget = 100;

const maxUint64 = (1n << 64n) - 1n;

type HeaderSource = Pick<
  Chain,
  'getHeaderByHash' | 'getHeaderByNumber' | 'getAncestor' | 'getHeader'
>;

// #region serve-headers
/**
 * The headers that the query asks for, in its order; none is a legal answer.
 *
 * @geth eth/handler.go ProtocolManager.handleMsg
 */
export function serveHeaders(
  chain: HeaderSource,
  query: GetBlockHeadersData,
): readonly Header[] {
  const headers: Header[] = [];
  //: On 64 bits geth v1.8.12 reads the amount as a signed number: from 2^63 on, it
  //: asks for nothing.
  if (query.amount > maxUint64 >> 1n) return headers;

  const most = Math.min(maxHeaderFetch, softResponseLimit / headerSizeEstimate);
  const budget = { left: nonCanonicalBudget };
  let header = originHeader(chain, query);
  while (
    header !== undefined &&
    headers.length < Math.min(Number(query.amount), most)
  ) {
    headers.push(header);
    //: geth v1.8.12 goes wrong here for a query by number: `skip + 1` may be 0, and
    //: one header comes back 192 times. A bigint does not wrap around.
    header =
      query.origin.kind === 'hash'
        ? nextByHash(chain, query, header, budget)
        : nextByNumber(chain, query, header);
  }
  return headers;
}
// #endregion serve-headers

function originHeader(
  chain: HeaderSource,
  { origin }: GetBlockHeadersData,
): Header | undefined {
  return origin.kind === 'hash'
    ? chain.getHeaderByHash(origin.hash)
    : chain.getHeaderByNumber(origin.number);
}

/** By number: the canonical block `skip + 1` further on. */
function nextByNumber(
  chain: HeaderSource,
  { skip, reverse }: GetBlockHeadersData,
  { number }: Header,
): Header | undefined {
  const next = reverse ? number - skip - 1n : number + skip + 1n;
  return next < 0n || next > maxUint64 ? undefined : chain.getHeaderByNumber(next);
}

// #region next-by-hash
/** By hash: `skip + 1` generations on, along the branch that the last header is on. */
function nextByHash(
  chain: HeaderSource,
  { skip, reverse }: GetBlockHeadersData,
  header: Header,
  budget: AncestorBudget,
): Header | undefined {
  const distance = skip + 1n;
  const hash = hashHeader(header);
  if (reverse) {
    const ancestor = chain.getAncestor(hash, header.number, distance, budget);
    return ancestor && chain.getHeader(ancestor.hash, ancestor.number);
  }
  if (header.number + distance > maxUint64) return undefined;
  //: Forward there is only the canonical chain to follow. If it does not
  //: descend from where we are, the origin is all that the asker gets.
  const next = chain.getHeaderByNumber(header.number + distance);
  if (next === undefined) return undefined;
  const back: BlockId | undefined = chain.getAncestor(
    hashHeader(next),
    next.number,
    distance,
    budget,
  );
  return back?.hash === hash ? next : undefined;
}
// #endregion next-by-hash
