/**
 * Hashes and addresses as text, so that they work as keys of a Map and compare with
 * `===`. On the wire they are bytes.
 */
import { createKeccak, keccak256 } from '#crypto';
import { fromHex, toHex } from '../bytes.ts';
import type { Work } from '../csp/slices.ts';

declare const hashBrand: unique symbol;
declare const addressBrand: unique symbol;

/** 32 bytes as 64 lower-case hex digits, no `0x`. */
export type Hash = string & { readonly [hashBrand]: true };

/** 20 bytes as 40 lower-case hex digits, no `0x`. */
export type Address = string & { readonly [addressBrand]: true };

/**
 * The hash that these 32 bytes are (nothing is hashed).
 *
 * @throws {RangeError} `bytes` is not 32 bytes long
 */
export function hashOf(bytes: Uint8Array): Hash {
  if (bytes.length !== 32) {
    throw new RangeError(`hashOf: got ${bytes.length} bytes, wanted 32`);
  }
  return toHex(bytes) as Hash; // checked: 32 bytes, and toHex writes lower case
}

/** The 32 bytes of a hash, a new array each time. */
export function hashBytes(hash: Hash): Uint8Array {
  return fromHex(hash);
}

/** Keccak-256 of all `parts`, one after the other. */
export function keccakHash(...parts: Uint8Array[]): Hash {
  return hashOf(keccak256(...parts));
}

/** What is hashed between two yields, and what a unit of `Work` takes in. */
const keccakPiece = 65_536;
const bytesPerUnit = 100;

/** The same of what somebody else made long: a transaction may have ten megabytes. */
export function* keccakWork(...parts: Uint8Array[]): Work<Uint8Array> {
  let length = 0;
  for (const part of parts) length += part.length;
  if (length <= keccakPiece) {
    yield length / bytesPerUnit;
    return keccak256(...parts);
  }
  const running = createKeccak();
  for (const part of parts) {
    for (let at = 0; at < part.length; at += keccakPiece) {
      const piece = part.subarray(at, at + keccakPiece);
      running.update(piece);
      yield piece.length / bytesPerUnit;
    }
  }
  return running.digest();
}

/**
 * The address that these 20 bytes are.
 *
 * @throws {RangeError} `bytes` is not 20 bytes long
 */
export function addressOf(bytes: Uint8Array): Address {
  if (bytes.length !== 20) {
    throw new RangeError(`addressOf: got ${bytes.length} bytes, wanted 20`);
  }
  return toHex(bytes) as Address; // checked: 20 bytes, and toHex writes lower case
}

/** The 20 bytes of an address, a new array each time. */
export function addressBytes(address: Address): Uint8Array {
  return fromHex(address);
}

/** Address of the account that a public key controls: the last 20 bytes of its hash. */
export function addressOfPublicKey(publicKey64: Uint8Array): Address {
  return addressOf(keccak256(publicKey64).subarray(12));
}

/** 32 zero bytes: the parent of a genesis block. */
export const zeroHash: Hash = hashOf(new Uint8Array(32));

/** 20 zero bytes. */
export const zeroAddress: Address = addressOf(new Uint8Array(20));
