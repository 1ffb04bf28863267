/**
 * Blocks: a header, and a body of transactions and uncle headers. A body travels alone
 * in eth's BlockBodies and with its header in NewBlock and in chain files.
 *
 * A body that comes encoded stays encoded: its roots are computed from those bytes, it is
 * sent on as those bytes, and its transactions become objects only if somebody looks.
 */
import { list, listOf } from '../rlp/schema.ts';
import { firstItem, listContent, rawItems } from '../rlp/decode.ts';
import { encode, encodeList, listParts, type RlpValue } from '../rlp/encode.ts';
import { scan } from '../rlp/scan.ts';
import { concatAll } from '../bytes.ts';
import { atOnce, type Work } from '../csp/slices.ts';
import { concatWork } from './copy.ts';
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
 * Ours: more transfers than fit into a message of ten megabytes. One takes about 100
 * bytes, with its signature.
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

/** A body as it is encoded. */
interface Encoded {
  /** Both lists, without the header of the list that they make: as a block has them. */
  content: Uint8Array;
  /** With it. */
  raw?: Uint8Array;
}

// A body's fields are readonly, so it is encoded once.
// BOUNDED by the bodies that are alive: a WeakMap does not keep them.
const encoded = new WeakMap<Body, Encoded>();

function encodedOf(body: Body): Encoded {
  let known = encoded.get(body);
  if (known === undefined) {
    const raw = encode(bodyValue(body));
    known = { raw, content: listContent(raw) };
    encoded.set(body, known);
  }
  return known;
}

/** The body's RLP: the same bytes each time. They are for reading. */
export function encodeBody(body: Body): Uint8Array {
  const known = encodedOf(body);
  if (known.raw === undefined) {
    known.raw = encodeList([known.content]);
    known.content = listContent(known.raw); // one copy is enough
  }
  return known.raw;
}

export function encodeBlock({ header, body }: Block): Uint8Array {
  return concatAll(blockParts({ header, body }));
}

/** The same in parts that stand one after the other: a body is long, and is not copied. */
export function blockParts({ header, body }: Block): readonly Uint8Array[] {
  return listParts([encodeHeader(header), encodedOf(body).content]);
}

/** As `encodeBody`, in parts. */
export function bodyParts(body: Body): readonly Uint8Array[] {
  return listParts([encodedOf(body).content]);
}

/** The two lists of a body as they are encoded. */
export interface RawBody {
  readonly transactions: Uint8Array;
  readonly uncles: Uint8Array;
}

export function rawBody(body: Body): RawBody {
  const { content } = encodedOf(body);
  const transactions = firstItem(content, 'block body');
  const uncles = firstItem(content.subarray(transactions.length), 'block body');
  return { transactions, uncles };
}

/**
 * The body that these bytes are, which `bodySchema` has passed already. It keeps them, so
 * nobody may change them, and builds its transactions when they are first looked at.
 */
export function* bodyOf(data: Uint8Array): Work<Body> {
  const raw = yield* toKeep(firstItem(data));
  return bodyFrom({ raw, content: listContent(raw) });
}

/**
 * The block that these bytes are, which `blockSchema` has passed already. As `bodyOf`.
 */
export function* blockOf(data: Uint8Array): Work<Block> {
  const content = listContent(data, 'block');
  const header = firstItem(content, 'block');
  const lists = yield* toKeep(content.subarray(header.length));
  return { header: readHeader(header), body: bodyFrom({ content: lists }) };
}

/**
 * A copy, where these bytes are the lesser part of what they were cut from: it would be
 * kept with them. Otherwise themselves: to copy ten megabytes takes a system long that
 * has to find the memory.
 */
function* toKeep(bytes: Uint8Array): Work<Uint8Array> {
  return 2 * bytes.length < bytes.buffer.byteLength
    ? yield* concatWork([bytes])
    : bytes;
}

function bodyFrom(known: Encoded): Body {
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
  encoded.set(body, known);
  return body;
}

/**
 * The body at the beginning of these bytes, from a copy of them.
 *
 * @throws {RlpError} the bytes do not begin with a body
 */
export function readBody(data: Uint8Array): Body {
  return atOnce(bodyOf(data.slice(0, scan(data, bodySchema, 'block body'))));
}

/**
 * The block at the beginning of these bytes, from a copy of them. Whether header and body
 * belong together is `checkBody`'s question.
 *
 * @throws {RlpError} the bytes do not begin with a block
 */
export function readBlock(data: Uint8Array): Block {
  return atOnce(blockOf(data.slice(0, scan(data, blockSchema, 'block'))));
}
