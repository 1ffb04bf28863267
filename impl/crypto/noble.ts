/**
 * The provider in plain JavaScript, by the @noble packages. It runs everywhere, and the
 * other one is held against it. A multiplication on the curve takes a millisecond or two.
 *
 * The arithmetic is BigInt, whose time depends on the numbers. A node key is worth little;
 * do not use one that matters.
 */
import { unsafe } from '@noble/ciphers/aes.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { Keccak } from '@noble/hashes/sha3.js';
import { PlainFrameCrypto } from './frame-mac.ts';
import { CryptoError, aesKeyLengths, checkLength } from './provider.ts';
import { splitSignature, uncompressed } from './provider.ts';
import type { BlockCipher, CtrStream, RunningKeccak } from './provider.ts';
import type { FrameCrypto, FrameKeys } from './provider.ts';

export const providerName = 'noble';

/** Nothing to load here. */
export function initCrypto(): Promise<void> {
  return Promise.resolve();
}

export function keccak256(...parts: Uint8Array[]): Uint8Array {
  const hash = newKeccak();
  for (const part of parts) hash.update(part);
  return hash.digest();
}

export function createKeccak(): RunningKeccak {
  const state = newKeccak();
  return {
    update: (data) => {
      state.update(data);
    },
    digest: () => state.clone().digest(),
  };
}

/** Keccak-256: blocks of 136 bytes, padding 0x01 where SHA3-256 has 0x06. */
function newKeccak(): Keccak {
  return new Keccak(136, 0x01, 32);
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
  assertPublicKey(publicKey);
  const shared = secp256k1.getSharedSecret(privateKey, uncompressed(publicKey), false);
  return shared.slice(1, 33);
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

/** The block functions of the package are `unsafe` without a mode; the mode is here. */
export function createCtr(key: Uint8Array, iv: Uint8Array): CtrStream {
  checkLength('AES key', key, ...aesKeyLengths);
  checkLength('counter block', iv, 16);
  const schedule = unsafe.expandKeyLE(key.slice());
  const counter = iv.slice();
  const keystream = new Uint8Array(16);
  let used = 16; // bytes of `keystream` that are spent

  return {
    apply(data) {
      const out = data.slice();
      let at = 0;
      while (at < out.length) {
        if (used === 16 && out.length - at >= 16) {
          at += applyBlocks(schedule, counter, out, at);
          continue;
        }
        if (used === 16) {
          keystream.fill(0);
          unsafe.ctrCounter(schedule, counter, keystream, keystream);
          used = 0;
        }
        out[at] = (out[at] ?? 0) ^ (keystream[used] ?? 0);
        at += 1;
        used += 1;
      }
      return out;
    },
  };
}

/** Applies whole blocks of keystream from `at` on; returns how many bytes that were. */
function applyBlocks(
  schedule: Uint32Array,
  counter: Uint8Array,
  out: Uint8Array,
  at: number,
): number {
  const length = Math.floor((out.length - at) / 16) * 16;
  const blocks = out.slice(at, at + length); // aligned to words, as the package wants
  unsafe.ctrCounter(schedule, counter, blocks, blocks);
  out.set(blocks, at);
  return length;
}

export function createBlockCipher(key: Uint8Array): BlockCipher {
  checkLength('AES key', key, ...aesKeyLengths);
  const schedule = unsafe.expandKeyLE(key.slice());
  return {
    encrypt(block) {
      checkLength('block', block, 16);
      return unsafe.encryptBlock(schedule, block.slice());
    },
  };
}

export function createFrameCrypto(keys: FrameKeys): FrameCrypto {
  return new PlainFrameCrypto({ createKeccak, createCtr, createBlockCipher }, keys);
}

function checkPrivateKey(privateKey: Uint8Array): void {
  if (!isPrivateKey(privateKey)) throw new CryptoError('bad-key', 'private key');
}
