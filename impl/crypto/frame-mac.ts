/**
 * Frame crypto as the specification tells it, from a running hash, a stream cipher and a
 * block cipher. Pages run it; the fast one of Node is held against it.
 */

import { equalBytes, xor } from '../bytes.ts';
import { checkLength, type CtrStream } from './provider.ts';
import type { FrameCrypto, FrameKeys, RunningKeccak } from './provider.ts';

const blockLength = 16;
const macLength = 16;

/** AES on single blocks. */
export interface BlockCipher {
  /** Encrypts one block of 16 bytes into a new one. */
  encrypt(block: Uint8Array): Uint8Array;
}

/** What frame crypto is made of. */
export interface Primitives {
  createKeccak(): RunningKeccak;
  createCtr(key: Uint8Array, iv: Uint8Array): CtrStream;
  createBlockCipher(key: Uint8Array): BlockCipher;
}

export class PlainFrameCrypto implements FrameCrypto {
  readonly #encrypt: CtrStream;
  readonly #decrypt: CtrStream;
  readonly #egress: FrameMAC;
  readonly #ingress: FrameMAC;

  constructor(primitives: Primitives, { aes, mac, egress, ingress }: FrameKeys) {
    checkLength('key', aes, 32);
    checkLength('key', mac, 32);
    // One key and one zero IV for both directions: whoever knows a byte that one side
    // sent knows the other side's byte at that place. A flaw of RLPx; to interoperate
    // is to have it.
    this.#encrypt = primitives.createCtr(aes, new Uint8Array(blockLength));
    this.#decrypt = primitives.createCtr(aes, new Uint8Array(blockLength));
    const cipher = primitives.createBlockCipher(mac);
    this.#egress = new FrameMAC(primitives.createKeccak(), cipher, egress);
    this.#ingress = new FrameMAC(primitives.createKeccak(), cipher, ingress);
  }

  sealHeader(header: Uint8Array): void {
    const encrypted = this.#encrypt.apply(header.subarray(0, blockLength));
    header.set(encrypted);
    header.set(this.#egress.header(encrypted), blockLength);
  }

  sealBody(part: Uint8Array): void {
    part.set(this.#encrypt.apply(part));
    this.#egress.body(part);
  }

  sealMAC(mac: Uint8Array): void {
    mac.set(this.#egress.endBody());
  }

  openHeader(header: Uint8Array): boolean {
    const encrypted = header.subarray(0, blockLength);
    const expected = this.#ingress.header(encrypted);
    if (!equalBytes(expected, header.subarray(blockLength))) return false;
    encrypted.set(this.#decrypt.apply(encrypted));
    return true;
  }

  openBody(part: Uint8Array, into: Uint8Array): void {
    this.#ingress.body(part);
    into.set(this.#decrypt.apply(part));
  }

  openMAC(mac: Uint8Array): boolean {
    return equalBytes(this.#ingress.endBody(), mac);
  }
}

// #region frame-mac
/** The MAC of one direction: a hash over all ciphertext so far. */
class FrameMAC {
  readonly #hash: RunningKeccak;
  readonly #cipher: BlockCipher;
  #digest: Uint8Array;

  constructor(hash: RunningKeccak, cipher: BlockCipher, begin: Uint8Array) {
    this.#hash = hash;
    this.#cipher = cipher;
    hash.update(begin);
    this.#digest = hash.digest();
  }

  header(encrypted: Uint8Array): Uint8Array {
    return this.#step(encrypted);
  }

  body(encrypted: Uint8Array): void {
    this.#hash.update(encrypted);
  }

  endBody(): Uint8Array {
    this.#digest = this.#hash.digest();
    return this.#step(this.#digest);
  }

  /**
   * Feeds the seed into the hash, mixed with the hash's own encrypted digest.
   *
   * @geth p2p/rlpx.go updateMAC
   */
  #step(seed: Uint8Array): Uint8Array {
    //: The digest of the last step is the one this step begins with: it is kept,
    //: so that a frame costs three digests.
    const mask = this.#cipher.encrypt(this.#digest.subarray(0, blockLength));
    this.#hash.update(xor(mask, seed.subarray(0, blockLength)));
    this.#digest = this.#hash.digest();
    return this.#digest.subarray(0, macLength);
  }
}
// #endregion frame-mac
