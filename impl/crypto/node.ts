/**
 * The provider of Node: secp256k1 by libauth and Keccak by hash-wasm, both WebAssembly,
 * and OpenSSL for the rest. `node:crypto` has no Keccak and cannot recover a key.
 *
 * libauth multiplies public points in a time that depends on the scalar. A node key is
 * worth little; do not use one that matters.
 */
import { createCipheriv, createHash, createHmac } from 'node:crypto';
// The file, not the package: the package's entry loads a virtual machine for Bitcoin Cash
// and five more WebAssembly modules, 200 ms instead of 25.
import { instantiateSecp256k1 } from '@bitauth/libauth/build/lib/crypto/secp256k1.js';
import { createKeccak as createHasher } from 'hash-wasm';
import { fromHex, toHex } from '../bytes.ts';
import { PlainFrameCrypto } from './frame-mac.ts';
import { CryptoError, aesKeyLengths, checkLength } from './provider.ts';
import { splitSignature, uncompressed } from './provider.ts';
import type { BlockCipher, CtrStream, RunningKeccak } from './provider.ts';
import type { FrameCrypto, FrameKeys } from './provider.ts';

type Secp256k1 = Awaited<ReturnType<typeof instantiateSecp256k1>>;
type Hasher = Awaited<ReturnType<typeof createHasher>>;

export const providerName = 'node';

let modules: { secp: Secp256k1; hasher: Hasher; emptyState: Uint8Array } | undefined;
let loading: Promise<void> | undefined;

export function initCrypto(): Promise<void> {
  loading ??= load();
  return loading;
}

async function load(): Promise<void> {
  const [secp, hasher] = await Promise.all([instantiateSecp256k1(), createHasher(256)]);
  modules = { secp, hasher, emptyState: hasher.init().save() };
}

function loaded(): NonNullable<typeof modules> {
  if (modules === undefined) throw new CryptoError('not-ready', 'initCrypto');
  return modules;
}

// #region keccak-states
/**
 * Keccak has one WebAssembly instance and one state in it. A running hash keeps its own
 * state outside and loads it before use: 404 bytes each, where an instance of its own
 * would hold 124 KiB and save no time.
 */
class SavedKeccak implements RunningKeccak {
  readonly #hasher: Hasher;
  #state: Uint8Array;

  constructor() {
    const { hasher, emptyState } = loaded();
    this.#hasher = hasher;
    this.#state = emptyState;
  }

  update(data: Uint8Array): void {
    this.#state = this.#hasher.load(this.#state).update(data).save();
  }

  digest(): Uint8Array {
    //: The instance is spent by this; the saved state is not, and goes on from here.
    return this.#hasher.load(this.#state).digest('binary');
  }
}
// #endregion keccak-states

export function createKeccak(): RunningKeccak {
  return new SavedKeccak();
}

export function keccak256(...parts: Uint8Array[]): Uint8Array {
  const { hasher } = loaded();
  hasher.init();
  for (const part of parts) hasher.update(part);
  return hasher.digest('binary');
}

export function sha256(...parts: Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return plain(hash.digest());
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

export function createBlockCipher(key: Uint8Array): BlockCipher {
  checkLength('AES key', key, ...aesKeyLengths);
  // ECB is AES on each block alone, so one cipher object serves for all of them.
  const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null);
  return {
    encrypt(block) {
      checkLength('block', block, 16);
      return plain(cipher.update(block));
    },
  };
}

export function createFrameCrypto(keys: FrameKeys): FrameCrypto {
  return new PlainFrameCrypto({ createKeccak, createCtr, createBlockCipher }, keys);
}

/**
 * RFC 6979 takes the digest modulo the group order, libauth as it is. Of 2^128 digests one
 * is affected, and both signatures are good; but the providers are to be equal.
 */
function reduced(digest: Uint8Array): Uint8Array {
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
