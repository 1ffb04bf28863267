/**
 * Blocks: a header, and a body of transactions and uncle headers. A body travels alone
 * in eth's BlockBodies and with its header in NewBlock and in chain files.
 *
 * A body that comes encoded stays encoded: its roots are computed from those bytes, it is
 * sent on as those bytes, and its transactions become objects only if somebody looks.
 */
import { list, listOf } from '../rlp/schema.ts';
import { firstItem, listContent, rawItems } from '../rlp/decode.ts';
import { encode, encodeList, type RlpValue } from '../rlp/encode.ts';
import { scan } from '../rlp/scan.ts';
import type { Hash } from './hash.ts';
import {
  encodeHeader,
  hashHeader,
  type Header,
  headerSchema,
  headerValue,
  readHeader,
} from './header.ts';
import {
  readTransaction,
  type Transaction,
  transactionSchema,
  transactionValue,
} from './transaction.ts';

export interface Body {
  readonly transactions: readonly Transaction[];
  readonly uncles: readonly Header[];
}

export interface Block {
  readonly header: Header;
  readonly body: Body;
}

/** Consensus (yellow paper 11.1) allows two uncles. */
export const maxUncles = 2;

/**
 * Ours: more than fit into a message of ten megabytes with a signature each (a transfer
 * takes about 100 bytes), so that only the filler of an attack is refused.
 */
export const maxTransactions = 131_072;

const transactionsSchema = listOf(transactionSchema, maxTransactions);
const unclesSchema = listOf(headerSchema, maxUncles);

/** A body as BlockBodies carries it. */
export const bodySchema = list(transactionsSchema, unclesSchema);

/** A block as NewBlock and chain files carry it: the body's two lists stand open. */
export const blockSchema = list(headerSchema, transactionsSchema, unclesSchema);

/** The hash of the block is the hash of its header. */
export function hashBlock(block: Block): Hash {
  return hashHeader(block.header);
}

export function bodyValue(body: Body): readonly RlpValue[] {
  return [body.transactions.map(transactionValue), body.uncles.map(headerValue)];
}

export function blockValue(block: Block): RlpValue {
  return [headerValue(block.header), ...bodyValue(block.body)];
}

// A body never changes, so it is encoded once.
// BOUNDED by the bodies that are alive: a WeakMap does not keep them.
const encoded = new WeakMap<Body, Uint8Array>();

/** The body's RLP: the same bytes each time. They are for reading. */
export function encodeBody(body: Body): Uint8Array {
  let raw = encoded.get(body);
  if (raw === undefined) {
    raw = encode(bodyValue(body));
    encoded.set(body, raw);
  }
  return raw;
}

export function encodeBlock({ header, body }: Block): Uint8Array {
  return encodeList([encodeHeader(header), listContent(encodeBody(body))]);
}

/** The two lists of a body as they are encoded. */
export interface RawBody {
  readonly transactions: Uint8Array;
  readonly uncles: Uint8Array;
}

export function rawBody(body: Body): RawBody {
  const [transactions, uncles] = rawItems(encodeBody(body), 'block body');
  if (transactions === undefined || uncles === undefined) {
    throw new TypeError('a body is two lists');
  }
  return { transactions, uncles };
}

/**
 * The body that these bytes are, which `bodySchema` has passed already. It keeps a copy
 * of them, and builds its transactions when they are first looked at.
 */
export function bodyOf(data: Uint8Array): Body {
  const raw = firstItem(data).slice();
  let transactions: readonly Transaction[] | undefined;
  let uncles: readonly Header[] | undefined;
  const body: Body = {
    get transactions() {
      transactions ??= Array.from(rawItems(rawBody(body).transactions), (item) =>
        readTransaction(item),
      );
      return transactions;
    },
    get uncles() {
      uncles ??= Array.from(rawItems(rawBody(body).uncles), (item) => readHeader(item));
      return uncles;
    },
  };
  encoded.set(body, raw);
  return body;
}

/**
 * The block that these bytes are, which `blockSchema` has passed already. As `bodyOf`.
 */
export function blockOf(data: Uint8Array): Block {
  const [header, ...lists] = rawItems(data, 'block');
  if (header === undefined) throw new TypeError('a block is three items');
  return { header: readHeader(header), body: bodyOf(encodeList(lists)) };
}

/** @throws {RlpError} the bytes do not begin with a body */
export function readBody(data: Uint8Array): Body {
  scan(data, bodySchema, 'block body');
  return bodyOf(data);
}

/**
 * Whether header and body belong together is `checkBody`'s question.
 *
 * @throws {RlpError} the bytes do not begin with a block
 */
export function readBlock(data: Uint8Array): Block {
  scan(data, blockSchema, 'block');
  return blockOf(data);
}
