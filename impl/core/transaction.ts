/**
 * Transactions as of 2018: nine fields, one signature. They come in eth's Transactions
 * and in block bodies; `TxPool` keeps the first kind, `Chain` the second.
 *
 * The signature tells who sent it. Nothing here runs a transaction or knows a balance.
 */
import { keccak256, recover, sign } from '#crypto';
import { concat, fromHex, toHex } from '../bytes.ts';
import { CryptoError } from '../crypto/provider.ts';
import { bytes, emptyOr, list, uint } from '../rlp/schema.ts';
import { decode, firstItem, type RlpItem } from '../rlp/decode.ts';
import { encode, type RlpValue } from '../rlp/encode.ts';
import { Fields } from './fields.ts';
import {
  addressBytes,
  addressOfPublicKey,
  type Address,
  type Hash,
  keccakHash,
} from './hash.ts';

export interface UnsignedTransaction {
  readonly nonce: bigint;
  readonly gasPrice: bigint;
  readonly gasLimit: bigint;
  /** Absent when the transaction creates a contract. */
  readonly to?: Address;
  readonly value: bigint;
  readonly data: Uint8Array;
}

export interface Transaction extends UnsignedTransaction {
  /** 27 or 28; since EIP-155 also chain id × 2 + 35 or 36. */
  readonly v: bigint;
  readonly r: bigint;
  readonly s: bigint;
}

/** The sender cannot be told: the signature or the chain it is for is wrong. */
export class SenderError extends Error {
  override readonly name = 'SenderError';
  readonly code: 'bad-signature' | 'wrong-chain';

  constructor(code: 'bad-signature' | 'wrong-chain', got: string, cause?: unknown) {
    super(`sender: ${code}: ${got}`, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/**
 * Twice what the number fields may hold. A value of 257 bits is a transaction that the
 * pool refuses; one of 513 bits is a message that costs the peer its place.
 */
const maxWideBytes = 64;

/** The limit of an eth message bounds the data; 32 KiB is the pool's own rule. */
const maxDataBytes = 10 * 1024 * 1024;

/** What a transaction must look like before anything of it is built. */
export const transactionSchema = list(
  uint(8), // nonce
  uint(maxWideBytes), // gasPrice
  uint(8), // gasLimit
  emptyOr(20), // to
  uint(maxWideBytes), // value
  bytes(0, maxDataBytes), // data
  uint(maxWideBytes), // v
  uint(maxWideBytes), // r
  uint(maxWideBytes), // s
);

interface Encoded {
  readonly raw: Uint8Array;
  hash?: Hash;
}

// A transaction's fields are readonly, so it is encoded and hashed once; one that came
// from a peer keeps the bytes that it came as.
// BOUNDED by the transactions that are alive: a WeakMap does not keep them.
const encoded = new WeakMap<Transaction, Encoded>();

function encodedOf(tx: Transaction): Encoded {
  let known = encoded.get(tx);
  if (known === undefined) {
    known = { raw: encode(transactionValue(tx)) };
    encoded.set(tx, known);
  }
  return known;
}

/**
 * Hash of the transaction, signature included.
 *
 * @geth core/types/transaction.go Transaction.Hash
 */
export function hashTransaction(tx: Transaction): Hash {
  const known = encodedOf(tx);
  known.hash ??= keccakHash(known.raw);
  return known.hash;
}

/**
 * Bytes of the transaction's RLP.
 *
 * @geth core/types/transaction.go Transaction.Size
 */
export function transactionSize(tx: Transaction): number {
  return encodedOf(tx).raw.length;
}

/** The transaction's RLP: the same bytes each time. They are for reading. */
export function encodeTransaction(tx: Transaction): Uint8Array {
  return encodedOf(tx).raw;
}

/** What a transaction pays for existing. @geth params/protocol_params.go TxGas */
const txGas = 21_000n;
const creationGas = 53_000n;
const zeroByteGas = 4n;
const otherByteGas = 68n;

/**
 * The gas that a transaction uses before anything runs (yellow paper 6.2, g₀): it has a
 * gas limit of at least that, or no block takes it.
 *
 * @geth core/state_transition.go IntrinsicGas
 */
export function intrinsicGas({ to, data }: UnsignedTransaction): bigint {
  let zeros = 0;
  for (const byte of data) if (byte === 0) zeros++;
  const base = to === undefined ? creationGas : txGas;
  const others = data.length - zeros;
  return base + BigInt(zeros) * zeroByteGas + BigInt(others) * otherByteGas;
}

function unsignedValue(tx: UnsignedTransaction): readonly RlpValue[] {
  const to = tx.to === undefined ? new Uint8Array() : addressBytes(tx.to);
  return [tx.nonce, tx.gasPrice, tx.gasLimit, to, tx.value, tx.data];
}

/** The transaction as a list of 9 fields, ready to be a part of a larger value. */
export function transactionValue(tx: Transaction): RlpValue {
  return [...unsignedValue(tx), tx.v, tx.r, tx.s];
}

/**
 * Reads a transaction and keeps a copy of its bytes: it is not encoded again to be hashed
 * or sent.
 *
 * @param hash its hash, if somebody has computed it already
 * @throws {RlpError} the bytes do not begin with a transaction
 */
export function readTransaction(data: Uint8Array, hash?: Hash): Transaction {
  const tx = decodeTransaction(decode(data, transactionSchema, 'transaction'));
  const raw = firstItem(data).slice();
  encoded.set(tx, hash === undefined ? { raw } : { raw, hash });
  return tx;
}

/**
 * Reads a transaction from an item that was decoded with `transactionSchema`. The signature
 * is not looked at.
 *
 * @throws {RlpError} the item is not of that shape
 */
export function decodeTransaction(item: RlpItem): Transaction {
  const fields = new Fields(item, 'transaction');
  const nonce = fields.uint();
  const gasPrice = fields.wideUint();
  const gasLimit = fields.uint();
  const to = fields.optionalAddress();
  return {
    nonce,
    gasPrice,
    gasLimit,
    ...(to === undefined ? {} : { to }),
    value: fields.wideUint(),
    data: fields.bytes(),
    v: fields.wideUint(),
    r: fields.wideUint(),
    s: fields.wideUint(),
  };
}

/** Half of the order of secp256k1. Above it, (r, n − s) is a second valid signature. */
const halfOrder = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

/** The chain that the signature is for; undefined before EIP-155, when it named none. */
export function transactionChainId(tx: Transaction): bigint | undefined {
  return tx.v >= 35n ? (tx.v - 35n) / 2n : undefined;
}

// #region sender
/**
 * Address of the account that signed the transaction. Takes both forms of 2018: with
 * the chain id inside what is signed (EIP-155), and without (Homestead).
 *
 * @throws {SenderError} `wrong-chain`: signed for another chain than `chainId`;
 *   `bad-signature`: no public key could have made it, or `s` is the high one (EIP-2)
 * @geth core/types/transaction_signing.go EIP155Signer.Sender
 */
export function sender(tx: Transaction, chainId: bigint): Address {
  const txChainId = transactionChainId(tx);
  if (txChainId !== undefined && txChainId !== chainId) {
    throw new SenderError('wrong-chain', `got ${txChainId}, wanted ${chainId}`);
  }
  const recovery = tx.v - (txChainId === undefined ? 27n : 35n + chainId * 2n);
  if (recovery !== 0n && recovery !== 1n) {
    throw new SenderError('bad-signature', 'v is neither of the two that are possible');
  }
  if (tx.s > halfOrder) throw new SenderError('bad-signature', 's is too high');
  // An r above 256 bits makes the signature longer than `recover` takes.
  const signature = concat(word(tx.r), word(tx.s), Uint8Array.of(Number(recovery)));
  try {
    return addressOfPublicKey(recover(signingDigest(tx, txChainId), signature));
  } catch (error) {
    if (!(error instanceof CryptoError) || error.code !== 'bad-signature') throw error;
    throw new SenderError('bad-signature', 'no public key fits', error);
  }
}

/** What is signed: the first six fields, and with EIP-155 (chain id, 0, 0). */
function signingDigest(
  tx: UnsignedTransaction,
  chainId: bigint | undefined,
): Uint8Array {
  const tail = chainId === undefined ? [] : [chainId, 0n, 0n];
  return keccak256(encode([...unsignedValue(tx), ...tail]));
}
// #endregion sender

/**
 * Signs for `chainId` (EIP-155), or for every chain if it is left out (Homestead).
 *
 * @geth core/types/transaction_signing.go SignTx
 */
export function signTransaction(
  tx: UnsignedTransaction,
  privateKey: Uint8Array,
  chainId?: bigint,
): Transaction {
  const signature = sign(signingDigest(tx, chainId), privateKey);
  const recovery = BigInt(signature[64] ?? 0);
  return {
    ...tx,
    v: recovery + (chainId === undefined ? 27n : 35n + chainId * 2n),
    r: bigintOf(signature.subarray(0, 32)),
    s: bigintOf(signature.subarray(32, 64)),
  };
}

/** `value` big-endian, as 32 bytes, or as more if it does not fit. */
function word(value: bigint): Uint8Array {
  return fromHex(value.toString(16).padStart(64, '0'));
}

function bigintOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`);
}
