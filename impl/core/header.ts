/**
 * Block headers: what they hold, their RLP form and their hash. A header comes out of
 * eth's BlockHeaders and NewBlock, or out of a chain file, and stays in `Chain`.
 *
 * The seal (mixDigest, nonce) is carried and never checked.
 */
import { bytes, list, uint } from '../rlp/schema.ts';
import {
  decode,
  firstItem,
  rawItems,
  type RlpItem,
  stringContent,
} from '../rlp/decode.ts';
import { encode, type RlpValue } from '../rlp/encode.ts';
import { Fields } from './fields.ts';
import {
  addressBytes,
  type Address,
  type Hash,
  hashBytes,
  keccakHash,
} from './hash.ts';

// #region header
export interface Header {
  readonly parentHash: Hash;
  /** Hash of the RLP list of uncle headers in the body. */
  readonly uncleHash: Hash;
  readonly coinbase: Address;
  /** Root of the state after this block. Nobody here executes, so nobody checks it. */
  readonly stateRoot: Hash;
  readonly txRoot: Hash;
  /** Root of the receipts. Unchecked, like `stateRoot`. */
  readonly receiptRoot: Hash;
  /** 256 bytes. */
  readonly bloom: Uint8Array;
  readonly difficulty: bigint;
  readonly number: bigint;
  readonly gasLimit: bigint;
  readonly gasUsed: bigint;
  /** Seconds since 1970. */
  readonly time: bigint;
  /** At most `maxExtraBytes`. */
  readonly extra: Uint8Array;
  readonly mixDigest: Hash;
  /** 8 bytes. */
  readonly nonce: Uint8Array;
}
// #endregion header

/** Consensus (yellow paper 4.3.4) allows 32 bytes of extra data. */
export const maxExtraBytes = 32;

/**
 * 80 bits, geth's bound for the block of a NewBlock from v1.9.0 (cdfe9a3a2a) to v1.13.15:
 * v1.8.12 decodes a difficulty of any size, and a number of megabytes is slow to add and
 * slower to print.
 */
export const maxDifficultyBytes = 10;

/**
 * What a header must look like before anything of it is built. geth v1.8.12 decodes a
 * time of any size; 64 bits outlive the sun.
 */
export const headerSchema = list(
  bytes(32), // parentHash
  bytes(32), // uncleHash
  bytes(20), // coinbase
  bytes(32), // stateRoot
  bytes(32), // txRoot
  bytes(32), // receiptRoot
  bytes(256), // bloom
  uint(maxDifficultyBytes), // difficulty
  uint(8), // number
  uint(8), // gasLimit
  uint(8), // gasUsed
  uint(8), // time
  bytes(0, maxExtraBytes), // extra
  bytes(32), // mixDigest
  bytes(8), // nonce
);

interface Encoded {
  readonly raw: Uint8Array;
  hash?: Hash;
}

// A header's fields are readonly, so it is encoded and hashed once; one that came from
// a peer or a file keeps the bytes that it came as.
// BOUNDED by the headers that are alive: a WeakMap does not keep them.
const encoded = new WeakMap<Header, Encoded>();

function encodedOf(header: Header): Encoded {
  let known = encoded.get(header);
  if (known === undefined) {
    known = { raw: encode(headerValue(header)) };
    encoded.set(header, known);
  }
  return known;
}

/**
 * Hash of the header: Keccak-256 of its RLP. It names the block too.
 *
 * @geth core/types/block.go Header.Hash
 */
export function hashHeader(header: Header): Hash {
  const known = encodedOf(header);
  known.hash ??= keccakHash(known.raw);
  return known.hash;
}

/** The header's RLP: the same bytes each time. They are for reading. */
export function encodeHeader(header: Header): Uint8Array {
  return encodedOf(header).raw;
}

/** The header as a list of 15 fields, ready to be a part of a larger value. */
export function headerValue(header: Header): RlpValue {
  return [
    hashBytes(header.parentHash),
    hashBytes(header.uncleHash),
    addressBytes(header.coinbase),
    hashBytes(header.stateRoot),
    hashBytes(header.txRoot),
    hashBytes(header.receiptRoot),
    header.bloom,
    header.difficulty,
    header.number,
    header.gasLimit,
    header.gasUsed,
    header.time,
    header.extra,
    hashBytes(header.mixDigest),
    header.nonce,
  ];
}

/**
 * Reads a header and keeps a copy of its bytes: it is not encoded again to be hashed or
 * sent.
 *
 * @throws {RlpError} the bytes do not begin with a header
 */
export function readHeader(data: Uint8Array): Header {
  const decoded = decodeHeader(decode(data, headerSchema, 'block header'));
  const raw = firstItem(data).slice();
  const fields = [...rawItems(raw)];
  const view = (at: number): Uint8Array => stringContent(fields[at] ?? raw);
  // Views of what is kept anyway: a chain has many headers, and the bloom is half of one.
  const header = { ...decoded, bloom: view(6), extra: view(12), nonce: view(14) };
  encoded.set(header, { raw });
  return header;
}

/**
 * Reads a header from an item that was decoded with `headerSchema`.
 *
 * @throws {RlpError} the item is not of that shape
 */
export function decodeHeader(item: RlpItem): Header {
  const fields = new Fields(item, 'header');
  return {
    parentHash: fields.hash(),
    uncleHash: fields.hash(),
    coinbase: fields.address(),
    stateRoot: fields.hash(),
    txRoot: fields.hash(),
    receiptRoot: fields.hash(),
    bloom: fields.bytes(256),
    difficulty: fields.uint(),
    number: fields.uint(),
    gasLimit: fields.uint(),
    gasUsed: fields.uint(),
    time: fields.uint(),
    extra: fields.bytes(),
    mixDigest: fields.hash(),
    nonce: fields.bytes(8),
  };
}
