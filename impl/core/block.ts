/**
 * Blocks: a header, and a body of transactions and uncle headers. A body travels alone
 * in eth's BlockBodies and with its header in NewBlock and in chain files.
 */
import { list, listOf } from '../rlp/schema.ts';
import type { RlpItem } from '../rlp/decode.ts';
import { encode, type RlpValue } from '../rlp/encode.ts';
import { Fields } from './fields.ts';
import type { Hash } from './hash.ts';
import {
  decodeHeader,
  hashHeader,
  type Header,
  headerSchema,
  headerValue,
} from './header.ts';
import {
  decodeTransaction,
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
const maxTransactions = 131_072;

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

export function encodeBody(body: Body): Uint8Array {
  return encode(bodyValue(body));
}

export function encodeBlock(block: Block): Uint8Array {
  return encode(blockValue(block));
}

/**
 * Reads a body from an item that was decoded with `bodySchema`.
 *
 * @throws {RlpError} the item is not of that shape
 */
export function decodeBody(item: RlpItem): Body {
  return readBody(new Fields(item, 'block body'));
}

/**
 * Reads a block from an item that was decoded with `blockSchema`. Whether header and
 * body belong together is `checkBody`'s question.
 *
 * @throws {RlpError} the item is not of that shape
 */
export function decodeBlock(item: RlpItem): Block {
  const fields = new Fields(item, 'block');
  return { header: decodeHeader(fields.item()), body: readBody(fields) };
}

function readBody(fields: Fields): Body {
  return {
    transactions: fields.list().map(decodeTransaction),
    uncles: fields.list().map(decodeHeader),
  };
}
