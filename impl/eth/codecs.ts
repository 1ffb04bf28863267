/**
 * How the messages after Status are read. Each has a schema, which is held against the
 * bytes in slices, and a function that builds what has passed it.
 */

import type { Work } from '../csp/slices.ts';
import { blockSchema, bodySchema, maxTransactions } from '../core/block.ts';
import { type Hash, hashOf } from '../core/hash.ts';
import { type Header, headerSchema, readHeader } from '../core/header.ts';
import { transactionSchema } from '../core/transaction.ts';
import type { Msg } from '../p2p/message.ts';
import { decode, rawItems } from '../rlp/decode.ts';
import { asBytes, asList, asUint } from '../rlp/fields.ts';
import { scanWork } from '../rlp/scan.ts';
import { bytes, list, listOf, raw, type Schema, uint } from '../rlp/schema.ts';
import {
  asTd,
  decodeGetBlockHeaders,
  type GetBlockHeadersData,
  getBlockHeadersSchema,
  guard,
  messageName,
  protocolMaxMsgSize,
  tdSchema,
} from './protocol.ts';

// #region codec
export interface Codec<T> {
  /** @param asked items that an answer may have; nobody asks for the other messages */
  readonly schema: (asked: number) => Schema;
  /** Builds what the schema has passed. @throws {EthError} `decode` */
  readonly build: (msg: Msg) => T;
}

/**
 * Reads a message as its codec says.
 *
 * @throws {EthError} `decode`: at the first item that does not fit, before anything is built
 */
export function* readMsg<T>(msg: Msg, codec: Codec<T>, asked = 0): Work<T> {
  const shape = scanWork(msg.payload, codec.schema(asked), messageName(msg.code));
  for (;;) {
    const step = guard(msg, () => shape.next());
    if (step.done === true) return guard(msg, () => codec.build(msg));
    yield step.value;
  }
}
// #endregion codec

export const getBlockHeadersCodec: Codec<GetBlockHeadersData> = {
  schema: () => getBlockHeadersSchema,
  build: decodeGetBlockHeaders,
};

/** Each header keeps the bytes it came as. */
export const blockHeadersCodec: Codec<readonly Header[]> = {
  schema: (asked) => listOf(headerSchema, asked),
  build: ({ payload }) => Array.from(rawItems(payload), (item) => readHeader(item)),
};

/**
 * Each body stays encoded, a view of the payload: whether it is the right one is cheaper
 * to find out one at a time.
 */
export const blockBodiesCodec: Codec<readonly Uint8Array[]> = {
  schema: (asked) => listOf(bodySchema, asked),
  build: ({ payload }) => [...rawItems(payload)],
};

/**
 * A request by hashes. It is built one hash at a time, by who looks them up: what is not
 * looked up is not decoded. A bad hash throws when the iteration comes to it.
 */
export const hashesCodec: Codec<Iterable<Hash>> = {
  schema: () => raw(protocolMaxMsgSize),
  build: hashesOf,
};

function* hashesOf(msg: Msg): Generator<Hash, void, undefined> {
  const hashes = rawItems(msg.payload, messageName(msg.code));
  for (;;) {
    const next = guard(msg, () => hashes.next());
    if (next.done === true) return;
    const item = next.value;
    yield guard(msg, (what) => hashOf(asBytes(decode(item, bytes(32), what))));
  }
}

/** The first `limit` of them: unknown hashes cost work too. */
export function* firstOf<T>(
  items: Iterable<T>,
  limit: number,
): Generator<T, void, undefined> {
  let left = limit;
  if (left === 0) return;
  for (const item of items) {
    yield item;
    if (--left === 0) return;
  }
}

export interface Announcement {
  readonly hash: Hash;
  readonly number: bigint;
}

const announcementSchema = list(bytes(32), uint(8));

/** More do not fit into a message. */
const maxAnnouncements = Math.floor(protocolMaxMsgSize / 34);

/** Built one at a time: of many, few are looked at. */
export const newBlockHashesCodec: Codec<Iterable<Announcement>> = {
  schema: () => listOf(announcementSchema, maxAnnouncements),
  build: announcementsOf,
};

function* announcementsOf({ payload }: Msg): Generator<Announcement, void, undefined> {
  for (const item of rawItems(payload)) {
    const [hash, number] = asList(decode(item, announcementSchema, 'announcement'));
    yield { hash: hashOf(asBytes(hash)), number: asUint(number) };
  }
}

/** A NewBlock. Header and body may still belong to different blocks. */
export interface NewBlockData {
  /** The block stays encoded, a view of the payload. It is proved to be one. */
  readonly data: Uint8Array;
  /** Total difficulty up to and including the block, as the sender claims it. */
  readonly td: bigint;
}

export const newBlockCodec: Codec<NewBlockData> = {
  schema: () => list(blockSchema, tdSchema),
  build: ({ payload }) => {
    const [data, td] = rawItems(payload);
    if (data === undefined || td === undefined) {
      throw new TypeError('a NewBlock is two items');
    }
    return { data, td: asTd(decode(td, tdSchema, 'td')) };
  },
};

/** Each transaction as it stands there, a view of the payload. */
export const transactionsCodec: Codec<Iterable<Uint8Array>> = {
  schema: () => listOf(transactionSchema, maxTransactions),
  build: ({ payload }) => rawItems(payload),
};

/** State, or the receipts of a block: whatever they are, they are not looked into here. */
export const rawItemsCodec: Codec<readonly Uint8Array[]> = {
  schema: (asked) => listOf(raw(protocolMaxMsgSize), asked),
  build: ({ payload }) => [...rawItems(payload)],
};
