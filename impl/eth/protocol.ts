/**
 * eth/62 and eth/63 on the wire: codes, limits, and each message's shape. Decoding is
 * bounded by a schema, so a peer's bytes are refused before anything is built of them.
 */

import { encode, type RlpValue } from '../rlp/encode.ts';
import { decode, type RlpItem } from '../rlp/decode.ts';
import { RlpError } from '../rlp/errors.ts';
import { asBytes, asList, asNumber, asUint } from '../rlp/fields.ts';
import { bytes, list, type Schema, uint } from '../rlp/schema.ts';
import { type Hash, hashBytes, hashOf, zeroHash } from '../core/hash.ts';
import type { Msg } from '../p2p/message.ts';
import { EthError } from './errors.ts';
import type { Keying } from './requests.ts';

export const protocolName = 'eth';

// #region eth-codes
export const eth62 = 62;
export const eth63 = 63;
export type EthVersion = typeof eth62 | typeof eth63;

/** Most preferred first. @geth eth/protocol.go ProtocolVersions */
export const protocolVersions: readonly EthVersion[] = [eth63, eth62];

/** Message codes that each version uses. @geth eth/protocol.go ProtocolLengths */
export function protocolLength(version: EthVersion): number {
  return wires[version].length;
}

/** @geth eth/protocol.go ProtocolMaxMsgSize */
export const protocolMaxMsgSize = 10 * 1024 * 1024;

export const statusMsg = 0x00;
export const newBlockHashesMsg = 0x01;
export const transactionsMsg = 0x02;
export const getBlockHeadersMsg = 0x03;
export const blockHeadersMsg = 0x04;
export const getBlockBodiesMsg = 0x05;
export const blockBodiesMsg = 0x06;
export const newBlockMsg = 0x07;
//: 0x08 was eth/61's; 0x09 to 0x0c belong to nobody.
export const getNodeDataMsg = 0x0d;
export const nodeDataMsg = 0x0e;
export const getReceiptsMsg = 0x0f;
export const receiptsMsg = 0x10;
// #endregion eth-codes

const messageNames: ReadonlyMap<number, string> = new Map([
  [statusMsg, 'Status'],
  [newBlockHashesMsg, 'NewBlockHashes'],
  [transactionsMsg, 'Transactions'],
  [getBlockHeadersMsg, 'GetBlockHeaders'],
  [blockHeadersMsg, 'BlockHeaders'],
  [getBlockBodiesMsg, 'GetBlockBodies'],
  [blockBodiesMsg, 'BlockBodies'],
  [newBlockMsg, 'NewBlock'],
  [getNodeDataMsg, 'GetNodeData'],
  [nodeDataMsg, 'NodeData'],
  [getReceiptsMsg, 'GetReceipts'],
  [receiptsMsg, 'Receipts'],
]);

/** `Status` for 0, and a text for every other code. */
export function messageName(code: number): string {
  return messageNames.get(code) ?? `code ${code}`;
}

/**
 * Refuses what is too large. The size is known before the payload is touched.
 *
 * @throws {EthError} `msg-too-large`
 */
export function checkSize(msg: Msg): void {
  if (msg.size <= protocolMaxMsgSize) return;
  throw new EthError('msg-too-large', `${msg.size} > ${protocolMaxMsgSize}`);
}

/** Of one answer, and so of one request. @geth eth/downloader/downloader.go MaxBlockFetch */
export const maxHeaderFetch = 192;
export const maxBlockFetch = 128;
export const maxStateFetch = 384;
export const maxReceiptFetch = 256;

/** Bytes after which an answer is long enough. @geth eth/handler.go softResponseLimit */
export const softResponseLimit = 2 * 1024 * 1024;

/**
 * geth had this bound for NewBlock from v1.9.0 (cdfe9a3a2a) to v1.13.15, for Status from
 * v1.10.0 to v1.14.13. At v1.8.12 a Status may carry a total difficulty of megabytes;
 * to print one megabyte of it takes Node about a second.
 */
export const maxTdBits = 100;

// #region status-data
/** @geth eth/protocol.go statusData */
export interface StatusData {
  readonly protocolVersion: number;
  readonly networkId: bigint;
  readonly td: bigint;
  /** Hash of the block that the sender calls its head. Nobody checks it here. */
  readonly head: Hash;
  readonly genesis: Hash;
}

export const tdSchema = uint(Math.ceil(maxTdBits / 8));
const statusSchema = list(uint(4), uint(8), tdSchema, bytes(32), bytes(32));
// #endregion status-data

export function encodeStatus(status: StatusData): Uint8Array {
  const { protocolVersion, networkId, td, head, genesis } = status;
  return encode([protocolVersion, networkId, td, hashBytes(head), hashBytes(genesis)]);
}

/** @throws {EthError} `decode` */
export function decodeStatus(msg: Msg): StatusData {
  return read(msg, statusSchema, (item) => {
    const [version, networkId, td, head, genesis] = asList(item);
    return {
      protocolVersion: asNumber(version),
      networkId: asUint(networkId),
      td: asTd(td),
      head: hashOf(asBytes(head)),
      genesis: hashOf(asBytes(genesis)),
    };
  });
}

// #region version-wire
/** The Status of each version: one without a total difficulty has a type of its own. */
export interface StatusOf {
  readonly [eth62]: StatusData;
  readonly [eth63]: StatusData;
}

export interface StatusCodec<S> {
  readonly encode: (status: S) => Uint8Array;
  /** @throws {EthError} `decode` */
  readonly decode: (msg: Msg) => S;
}

/** What a version settles beside its messages; those stand in `messagesOf`. */
export interface VersionWire<S> {
  /** Message codes that it uses, from 0. */
  readonly length: number;
  readonly keying: Keying;
  readonly status: StatusCodec<S>;
}

const status: StatusCodec<StatusData> = { encode: encodeStatus, decode: decodeStatus };

const wires: { readonly [V in EthVersion]: VersionWire<StatusOf[V]> } = {
  [eth62]: { length: 8, keying: 'order', status },
  [eth63]: { length: 17, keying: 'order', status },
};

export function wireOf<V extends EthVersion>(version: V): VersionWire<StatusOf[V]> {
  return wires[version];
}
// #endregion version-wire

/** Where a header query begins. @geth eth/protocol.go hashOrNumber */
export type HashOrNumber =
  | { readonly kind: 'hash'; readonly hash: Hash }
  | { readonly kind: 'number'; readonly number: bigint };

/** @geth eth/protocol.go getBlockHeadersData */
export interface GetBlockHeadersData {
  readonly origin: HashOrNumber;
  /** Headers wanted, at most. */
  readonly amount: bigint;
  /** Blocks to leave out between two of them. */
  readonly skip: bigint;
  /** Towards the genesis. */
  readonly reverse: boolean;
}

export const getBlockHeadersSchema = list(bytes(0, 32), uint(8), uint(8), uint(1));

export function encodeGetBlockHeaders(query: GetBlockHeadersData): Uint8Array {
  const { origin, amount, skip, reverse } = query;
  return encode([originValue(origin), amount, skip, reverse ? 1 : 0]);
}

/** @throws {EthError} `decode` */
export function decodeGetBlockHeaders(msg: Msg): GetBlockHeadersData {
  return read(msg, getBlockHeadersSchema, (item) => {
    const [origin, amount, skip, reverse] = asList(item);
    return {
      origin: decodeOrigin(asBytes(origin)),
      amount: asUint(amount),
      skip: asUint(skip),
      reverse: asBool(reverse),
    };
  });
}

// #region origin
/** A hash and a number share one field; only their length tells them apart. */
function originValue(origin: HashOrNumber): RlpValue {
  if (origin.kind === 'number') return origin.number;
  //: The zero hash means "no hash": it goes out as number 0, as geth sends it.
  return origin.hash === zeroHash ? 0n : hashBytes(origin.hash);
}

function decodeOrigin(origin: Uint8Array): HashOrNumber {
  if (origin.length <= 8) return { kind: 'number', number: asUint(origin) };
  if (origin.length !== 32) {
    throw new EthError('decode', `invalid input size ${origin.length} for origin`);
  }
  const hash = hashOf(origin);
  return hash === zeroHash ? { kind: 'number', number: 0n } : { kind: 'hash', hash };
}
// #endregion origin

export function encodeHashes(hashes: readonly Hash[]): Uint8Array {
  return encode(hashes.map(hashBytes));
}

/** @throws {EthError} `decode`: more than `maxTdBits` */
export function asTd(item: RlpItem | undefined): bigint {
  const td = asUint(item);
  if (td >> BigInt(maxTdBits) === 0n) return td;
  throw new EthError('decode', `a total difficulty of more than ${maxTdBits} bits`);
}

function asBool(item: RlpItem | undefined): boolean {
  const value = asNumber(item);
  if (value > 1) throw new EthError('decode', `${value} is not a boolean`);
  return value === 1;
}

function read<T>(msg: Msg, schema: Schema, build: (item: RlpItem) => T): T {
  return guard(msg, (what) => build(decode(msg.payload, schema, what)));
}

/** Says in eth's words what is wrong with the bytes. */
export function guard<T>(msg: Msg, decoding: (what: string) => T): T {
  try {
    return decoding(messageName(msg.code));
  } catch (error) {
    if (!(error instanceof RlpError)) throw error;
    throw new EthError('decode', error.message, { cause: error });
  }
}
