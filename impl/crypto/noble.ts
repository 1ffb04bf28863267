/**
 * The provider in plain JavaScript, by the @noble packages. It runs everywhere, and the
 * other one is held against it. A multiplication on the curve takes a millisecond or two.
 *
 * The arithmetic is BigInt, whose time depends on the numbers. A node key is worth little;
 * do not use one that matters.
 */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { PlainFrameCrypto } from './frame-mac.ts';
import * as primitives from './noble-primitives.ts';
import { CryptoError, checkLength, splitSignature, uncompressed } from './provider.ts';
import type { FrameCrypto, FrameKeys } from './provider.ts';

export { createCtr, createKeccak } from './noble-primitives.ts';

export const providerName = 'noble';

/** Nothing to load here. */
export function initCrypto(): Promise<void> {
  return Promise.resolve();
}

export function keccak256(...parts: Uint8Array[]): Uint8Array {
  const hash = primitives.newKeccak();
  for (const part of parts) hash.update(part);
  return hash.digest();
}

export function sha256(...parts: Uint8Array[]): Uint8Array {
  const hash = nobleSha256.create();
  for (const part of parts) hash.update(part);
  return hash.digest();
}

export function hmacSha256(key: Uint8Array, ...parts: Uint8Array[]): Uint8Array {
  const mac = hmac.create(nobleSha256, key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}

export function isPrivateKey(bytes: Uint8Array): boolean {
  return secp256k1.utils.isValidSecretKey(bytes);
}

export function publicKey(privateKey: Uint8Array): Uint8Array {
  checkPrivateKey(privateKey);
  return secp256k1.getPublicKey(privateKey, false).slice(1);
}

export function assertPublicKey(publicKey: Uint8Array): void {
  const point = uncompressed(publicKey);
  try {
    secp256k1.Point.fromBytes(point).assertValidity();
  } catch (cause) {
    throw new CryptoError('bad-point', 'public key', { cause });
  }
}

export function ecdh(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  checkPrivateKey(privateKey);
  const point = uncompressed(publicKey);
  try {
    return secp256k1.getSharedSecret(privateKey, point, false).slice(1, 33);
  } catch (cause) {
    // The private key is good, so it was the point.
    throw new CryptoError('bad-point', 'public key', { cause });
  }
}

export function sign(digest: Uint8Array, privateKey: Uint8Array): Uint8Array {
  checkLength('digest', digest, 32);
  checkPrivateKey(privateKey);
  const options = { prehash: false, lowS: true, format: 'recovered' } as const;
  const vrs = secp256k1.sign(digest, privateKey, options);
  const signature = new Uint8Array(65);
  signature.set(vrs.subarray(1));
  signature.set(vrs.subarray(0, 1), 64);
  return signature;
}

export function recover(digest: Uint8Array, signature: Uint8Array): Uint8Array {
  checkLength('digest', digest, 32);
  const { rs, v } = splitSignature(signature);
  try {
    const parsed = secp256k1.Signature.fromBytes(rs, 'compact').addRecoveryBit(v);
    return parsed.recoverPublicKey(digest).toBytes(false).slice(1);
  } catch (cause) {
    throw new CryptoError('bad-signature', 'signature', { cause });
  }
}

export function createFrameCrypto(keys: FrameKeys): FrameCrypto {
  return new PlainFrameCrypto(primitives, keys);
}

function checkPrivateKey(privateKey: Uint8Array): void {
  if (!isPrivateKey(privateKey)) throw new CryptoError('bad-key', 'private key');
}
