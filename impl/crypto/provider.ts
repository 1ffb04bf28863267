/**
 * What a crypto provider offers, and what all providers share. `#crypto` names the
 * provider of the platform: `node.ts` in Node, `browser.ts` in a page. Both answer every
 * call with the same bytes and refuse the same inputs.
 *
 * Everything is synchronous once `initCrypto` has resolved: a codec that waits in the
 * middle of a frame could be entered twice.
 */

export type CryptoErrorCode =
  | 'bad-length' // an argument has the wrong number of bytes
  | 'bad-key' // a private key that is zero or not below the group order
  | 'bad-point' // a public key that is no point of the curve
  | 'bad-signature' // a signature that no key can have made
  | 'not-ready'; // called before `initCrypto` has resolved

/** Thrown by every provider, with the same code for the same input. */
export class CryptoError extends Error {
  override readonly name = 'CryptoError';
  readonly code: CryptoErrorCode;
  readonly docs = '/reference/wire#the-handshake';

  constructor(code: CryptoErrorCode, what: string, options?: ErrorOptions) {
    super(`crypto: ${what}: ${code}`, options);
    this.code = code;
  }
}

/** AES-CTR, one direction. */
export interface CtrStream {
  /** Encrypts or decrypts the next bytes into new ones; the keystream goes on over calls. */
  apply(data: Uint8Array): Uint8Array;
}

/** Keccak-256 over bytes that arrive in pieces. */
export interface RunningKeccak {
  update(data: Uint8Array): void;
  /** The 32-byte digest of all so far. It does not change the state: go on updating. */
  digest(): Uint8Array;
}

/** What the frame crypto of one side begins with. @geth p2p/rlpx.go secrets */
export interface FrameKeys {
  /** The key of the cipher, 32 bytes. */
  readonly aes: Uint8Array;
  /** The key of the MACs, 32 bytes. */
  readonly mac: Uint8Array;
  /** What the MAC of what we send has hashed before the first frame. */
  readonly egress: Uint8Array;
  /** The same of what we receive. */
  readonly ingress: Uint8Array;
}

/** So much of a body goes through the frame crypto at once, at most. Whole blocks. */
export const sliceLength = 512 * 1024;

// #region frame-crypto
/**
 * The cipher and the running MACs of one connection, one direction each. A frame is its
 * header, the parts of its body in order, and its MAC; the two directions may mix.
 *
 * Lengths are the caller's business. Whoever gets a `false` uses the object no more.
 */
export interface FrameCrypto {
  /** Encrypts 16 bytes of header where they stand, and puts their MAC into the next 16. */
  sealHeader(header: Uint8Array): void;
  /** Encrypts the next part of a body where it stands: whole blocks, at most a slice. */
  sealBody(part: Uint8Array): void;
  /** Ends a body: puts its MAC into these 16 bytes. */
  sealMAC(mac: Uint8Array): void;
  /** Tells whether the MAC, the last 16 of 32 bytes, is right; if so, decrypts the others. */
  openHeader(header: Uint8Array): boolean;
  /** Decrypts the next part of a body into as many bytes, which may be the same ones. */
  openBody(part: Uint8Array, into: Uint8Array): void;
  /** Ends a body: tells whether this is its MAC. Before that, nobody may trust the body. */
  openMAC(mac: Uint8Array): boolean;
}
// #endregion frame-crypto

/** The exports of a provider. Public keys are 64 bytes, X ‖ Y, without the 0x04. */
export interface CryptoProvider {
  readonly providerName: string;
  /** Call and await once before anything else; further calls do no harm. */
  initCrypto(): Promise<void>;

  /** The original Keccak-256 of the parts in a row, not SHA3-256. */
  keccak256(...parts: Uint8Array[]): Uint8Array;
  /** The same hash of what is too long for one go. */
  createKeccak(): RunningKeccak;
  sha256(...parts: Uint8Array[]): Uint8Array;
  hmacSha256(key: Uint8Array, ...parts: Uint8Array[]): Uint8Array;

  /** Tells whether these are 32 bytes of a number from 1 to the group order − 1. */
  isPrivateKey(bytes: Uint8Array): boolean;
  /** @throws {CryptoError} `bad-key` */
  publicKey(privateKey: Uint8Array): Uint8Array;
  /** @throws {CryptoError} `bad-point`: not 64 bytes, zero, a coordinate ≥ p, off the curve */
  assertPublicKey(publicKey: Uint8Array): void;
  /**
   * The X coordinate of the shared point, 32 bytes.
   *
   * @throws {CryptoError} `bad-key`, `bad-point`
   */
  ecdh(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array;
  /**
   * Signs a digest: r ‖ s ‖ v, v 0 or 1, s in the lower half, the nonce by RFC 6979.
   *
   * @throws {CryptoError} `bad-length`: the digest is not 32 bytes · `bad-key`
   */
  sign(digest: Uint8Array, privateKey: Uint8Array): Uint8Array;
  /**
   * The public key whose owner signed `digest`. An s in the upper half is accepted.
   *
   * @throws {CryptoError} `bad-length`: the digest is not 32 bytes · `bad-signature`
   */
  recover(digest: Uint8Array, signature: Uint8Array): Uint8Array;

  /**
   * @param key 16, 24 or 32 bytes
   * @param iv the first counter block, 16 bytes
   * @throws {CryptoError} `bad-length`
   */
  createCtr(key: Uint8Array, iv: Uint8Array): CtrStream;
  /** @throws {CryptoError} `bad-length`: a key is not 32 bytes */
  createFrameCrypto(keys: FrameKeys): FrameCrypto;
}

/** @throws {CryptoError} `bad-length` */
export function checkLength(
  what: string,
  bytes: Uint8Array,
  ...lengths: readonly number[]
): void {
  if (!lengths.includes(bytes.length)) {
    throw new CryptoError('bad-length', `${what} of ${bytes.length} bytes`);
  }
}

/** Lengths of AES keys, in bytes. */
export const aesKeyLengths = [16, 24, 32] as const;

/**
 * Writes the 65-byte form that the libraries want. With the 0x04 put there by us, the
 * other forms that some of them read (02, 03, 06, 07) cannot occur.
 *
 * @throws {CryptoError} `bad-point`: not 64 bytes
 */
export function uncompressed(publicKey: Uint8Array): Uint8Array {
  if (publicKey.length !== 64) {
    throw new CryptoError('bad-point', `public key of ${publicKey.length} bytes`);
  }
  const point = new Uint8Array(65);
  point[0] = 0x04;
  point.set(publicKey, 1);
  return point;
}

/**
 * Splits a signature into r ‖ s and v.
 *
 * In a handshake geth also takes v 2 and 3, in a transaction not. They stand for a point
 * whose x is above the group order, which comes out of about one signature in 2^128, so
 * here they are refused.
 *
 * @throws {CryptoError} `bad-signature`: not 65 bytes, or v is not 0 or 1
 */
export function splitSignature(signature: Uint8Array): {
  rs: Uint8Array;
  v: 0 | 1;
} {
  const v = signature[64];
  if (signature.length !== 65 || (v !== 0 && v !== 1)) {
    throw new CryptoError('bad-signature', `signature of ${signature.length} bytes`);
  }
  return { rs: signature.subarray(0, 64), v };
}
