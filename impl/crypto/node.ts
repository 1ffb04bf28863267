/**
 * The provider of Node: secp256k1 by libauth, Keccak and frames by a module of ours, both
 * WebAssembly, and OpenSSL for the rest. `node:crypto` has no Keccak and cannot recover a
 * key.
 *
 * libauth multiplies public points in a time that depends on the scalar. A node key is
 * worth little; do not use one that matters.
 */
import { createCipheriv, createHmac, hash } from 'node:crypto';
// The file, not the package: the package's entry loads a virtual machine for Bitcoin Cash
// and five more WebAssembly modules, 200 ms instead of 25.
import { instantiateSecp256k1 } from '@bitauth/libauth/build/lib/crypto/secp256k1.js';
import { concatAll, fromHex, toHex } from '../bytes.ts';
import { FastFrames } from './fast-frames.ts';
import { CryptoError, aesKeyLengths, checkLength } from './provider.ts';
import { splitSignature, uncompressed } from './provider.ts';
import type { CtrStream, FrameCrypto, FrameKeys, RunningKeccak } from './provider.ts';

type Secp256k1 = Awaited<ReturnType<typeof instantiateSecp256k1>>;

export const providerName = 'node';

let modules: { secp: Secp256k1; frames: FastFrames } | undefined;
let loading: Promise<void> | undefined;

export function initCrypto(): Promise<void> {
  loading ??= load();
  return loading;
}

async function load(): Promise<void> {
  const [secp, frames] = await Promise.all([
    instantiateSecp256k1(),
    FastFrames.load(createCtr),
  ]);
  modules = { secp, frames };
}

function loaded(): NonNullable<typeof modules> {
  if (modules === undefined) throw new CryptoError('not-ready', 'initCrypto');
  return modules;
}

export function keccak256(...parts: Uint8Array[]): Uint8Array {
  return loaded().frames.keccak256(parts);
}

export function createKeccak(): RunningKeccak {
  return loaded().frames.createKeccak();
}

export function sha256(...parts: Uint8Array[]): Uint8Array {
  // In one call: an object for a hash costs twice what it hashes here.
  return plain(hash('sha256', concatAll(parts), 'buffer'));
}

export function hmacSha256(key: Uint8Array, ...parts: Uint8Array[]): Uint8Array {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return plain(mac.digest());
}

export function isPrivateKey(bytes: Uint8Array): boolean {
  return bytes.length === 32 && loaded().secp.validatePrivateKey(bytes);
}

export function publicKey(privateKey: Uint8Array): Uint8Array {
  checkPrivateKey(privateKey);
  return point(loaded().secp.derivePublicKeyUncompressed(privateKey), 'bad-key');
}

export function assertPublicKey(publicKey: Uint8Array): void {
  if (!loaded().secp.validatePublicKey(uncompressed(publicKey))) {
    throw new CryptoError('bad-point', 'public key');
  }
}

export function ecdh(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  checkPrivateKey(privateKey);
  const { secp } = loaded();
  const encoded = uncompressed(publicKey);
  const shared = secp.mulTweakPublicKeyUncompressed(encoded, privateKey);
  return point(shared, 'bad-point').slice(0, 32);
}

export function sign(digest: Uint8Array, privateKey: Uint8Array): Uint8Array {
  checkLength('digest', digest, 32);
  checkPrivateKey(privateKey);
  const { secp } = loaded();
  const signed = secp.signMessageHashRecoverableCompact(privateKey, reduced(digest));
  if (typeof signed === 'string') throw new CryptoError('bad-key', signed);
  const signature = new Uint8Array(65);
  signature.set(signed.signature);
  signature[64] = signed.recoveryId;
  return signature;
}

export function recover(digest: Uint8Array, signature: Uint8Array): Uint8Array {
  checkLength('digest', digest, 32);
  const { rs, v } = splitSignature(signature);
  const key = loaded().secp.recoverPublicKeyUncompressed(rs, v, digest);
  return point(key, 'bad-signature');
}

export function createCtr(key: Uint8Array, iv: Uint8Array): CtrStream {
  checkLength('AES key', key, ...aesKeyLengths);
  checkLength('counter block', iv, 16);
  const cipher = createCipheriv(`aes-${key.length * 8}-ctr`, key, iv);
  return { apply: (data) => plain(cipher.update(data)) };
}

export function createFrameCrypto(keys: FrameKeys): FrameCrypto {
  return loaded().frames.createFrameCrypto(keys);
}

/**
 * RFC 6979 takes the digest modulo the group order, libauth as it is. Of 2^128 digests one
 * is affected, and both signatures are good; but the providers are to be equal.
 */
function reduced(digest: Uint8Array): Uint8Array {
  if (digest[0] !== 0xff) return digest; // no number for each signature
  const value = BigInt(`0x${toHex(digest)}`);
  if (value < groupOrder) return digest;
  return fromHex((value - groupOrder).toString(16).padStart(64, '0'));
}

const groupOrder = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** libauth returns the point with its 0x04, or a sentence about what is wrong. */
function point(
  result: Uint8Array | string,
  code: 'bad-key' | 'bad-point' | 'bad-signature',
): Uint8Array {
  if (typeof result === 'string') throw new CryptoError(code, result);
  return result.slice(1);
}

/** A `Uint8Array` over the same bytes: a `Buffer` behaves differently in `slice`. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

function checkPrivateKey(privateKey: Uint8Array): void {
  if (!isPrivateKey(privateKey)) throw new CryptoError('bad-key', 'private key');
}
