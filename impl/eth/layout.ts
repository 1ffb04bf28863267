/**
 * What each byte of an eth message is, for everyone who shows bytes: as
 * `p2p/rlpx/layout.ts`, one span after the other and none left out. What a field means
 * is written in `docs/`, by its id.
 */

import { type FieldSpan, type Layout, rlpSpans } from '../p2p/rlpx/layout.ts';
import {
  blockBodiesMsg,
  blockHeadersMsg,
  getBlockBodiesMsg,
  getBlockHeadersMsg,
  newBlockHashesMsg,
  newBlockMsg,
  statusMsg,
  transactionsMsg,
} from './protocol.ts';

// #region eth-fields
const status: Layout = {
  list: 'status',
  items: [
    'status.version',
    'status.network-id',
    'status.td',
    'status.head',
    'status.genesis',
  ],
};

const getBlockHeaders: Layout = {
  list: 'get-headers',
  items: [
    'get-headers.origin',
    'get-headers.amount',
    'get-headers.skip',
    'get-headers.reverse',
  ],
};

const header: Layout = {
  list: 'header',
  items: [
    'header.parent-hash',
    'header.uncle-hash',
    'header.coinbase',
    'header.state-root',
    'header.tx-root',
    'header.receipt-root',
    'header.bloom',
    'header.difficulty',
    'header.number',
    'header.gas-limit',
    'header.gas-used',
    'header.time',
    'header.extra',
    'header.mix-digest',
    'header.nonce',
  ],
};
// #endregion eth-fields

const transaction: Layout = {
  list: 'tx',
  items: [
    'tx.nonce',
    'tx.gas-price',
    'tx.gas-limit',
    'tx.to',
    'tx.value',
    'tx.data',
    'tx.v',
    'tx.r',
    'tx.s',
  ],
};

const transactions: Layout = { list: 'txs', each: transaction };
const uncles: Layout = { list: 'uncles', each: header };
const body: Layout = { list: 'body', items: [transactions, uncles] };
const block: Layout = { list: 'block', items: [header, transactions, uncles] };
const announcement: Layout = {
  list: 'announcement',
  items: ['announcement.hash', 'announcement.number'],
};

const layouts: ReadonlyMap<number, Layout> = new Map<number, Layout>([
  [statusMsg, status],
  [newBlockHashesMsg, { list: 'announcements', each: announcement }],
  [transactionsMsg, transactions],
  [getBlockHeadersMsg, getBlockHeaders],
  [blockHeadersMsg, { list: 'headers', each: header }],
  [getBlockBodiesMsg, { list: 'hashes', each: 'hash' }],
  [blockBodiesMsg, { list: 'bodies', each: body }],
  [newBlockMsg, { list: 'new-block', items: [block, 'new-block.td'] }],
]);

/**
 * The spans of a message's payload.
 *
 * @param code as eth counts it, from 0
 * @returns undefined for messages that have no table: state and receipts
 */
export function ethFields(
  code: number,
  payload: Uint8Array,
): readonly FieldSpan[] | undefined {
  const layout = layouts.get(code);
  return layout === undefined ? undefined : rlpSpans(payload, layout);
}
