/**
 * ECIES as RLPx uses it: encrypts a handshake packet to a node's public key. Randomness
 * is handed in, so that a run can be repeated byte for byte.
 */
import { concat, equalBytes, fromHex } from '../bytes.ts';
import { createCtr, ecdh, hmacSha256, publicKey, sha256 } from '#crypto';
import { CryptoError } from './provider.ts';

/** What encryption adds: 0x04 and the ephemeral point 65, IV 16, tag 32. */
export const eciesOverhead = 65 + 16 + 32;

/** A packet that is not for us, or damaged. It never says in which way. */
export class EciesError extends Error {
  override readonly name = 'EciesError';
  readonly docs = '/reference/glossary#ecies';

  constructor() {
    super('ecies: the packet cannot be decrypted');
  }
}

// #region ecies-keys
/**
 * Derives the AES key and the MAC key from the shared point.
 *
 * @geth crypto/ecies/ecies.go concatKDF
 */
function deriveKeys(shared: Uint8Array): { aesKey: Uint8Array; macKey: Uint8Array } {
  //: A hash in counter mode; 32 bytes are one round, so the counter is 1.
  const derived = sha256(Uint8Array.of(0, 0, 0, 1), shared);
  return {
    aesKey: derived.subarray(0, 16),
    //: Hashed once more, which the specification does not mention.
    macKey: sha256(derived.subarray(16)),
  };
}
// #endregion ecies-keys

// #region ecies-encrypt
/**
 * Encrypts `plaintext` to the owner of `recipient`.
 *
 * @param recipient 64-byte public key
 * @param random a private key and 16 bytes, both fresh: one packet, one use
 * @param macData goes into the tag but not into the result; RLPx puts the packet's size here
 * @throws {CryptoError} `bad-point`, `bad-key`, `bad-length`
 * @geth crypto/ecies/ecies.go Encrypt
 */
export function eciesEncrypt(
  recipient: Uint8Array,
  plaintext: Uint8Array,
  random: { readonly ephemeralKey: Uint8Array; readonly iv: Uint8Array },
  macData: Uint8Array,
): Uint8Array {
  const { ephemeralKey, iv } = random;
  const { aesKey, macKey } = deriveKeys(ecdh(ephemeralKey, recipient));
  const encrypted = createCtr(aesKey, iv).apply(plaintext);
  const tag = hmacSha256(macKey, iv, encrypted, macData);
  return concat(Uint8Array.of(0x04), publicKey(ephemeralKey), iv, encrypted, tag);
}
// #endregion ecies-encrypt

// #region ecies-decrypt
/**
 * Decrypts a packet, or refuses it.
 *
 * All failures are one error and take one time: an answer that told a wrong point from a
 * wrong tag would give the private key away, some bits a packet.
 *
 * @throws {EciesError} too short, not 0x04, off the curve, or a tag that does not match
 * @geth crypto/ecies/ecies.go PrivateKey.Decrypt
 */
export function eciesDecrypt(
  privateKey: Uint8Array,
  packet: Uint8Array,
  macData: Uint8Array,
): Uint8Array {
  if (packet.length < eciesOverhead) throw new EciesError();
  const tagAt = packet.length - 32;
  const iv = packet.subarray(65, 81);
  const encrypted = packet.subarray(81, tagAt);

  const shared = sharedPoint(privateKey, packet.subarray(0, 65));
  const { aesKey, macKey } = deriveKeys(shared.x);
  const tag = hmacSha256(macKey, iv, encrypted, macData);
  //: Both are worked out before either is looked at.
  const tagMatches = equalBytes(tag, packet.subarray(tagAt));
  if (!shared.valid || !tagMatches) throw new EciesError();
  return createCtr(aesKey, iv).apply(encrypted);
}
// #endregion ecies-decrypt

/** Any point of the curve serves; this is its generator. */
const standIn = fromHex(
  '79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798' +
    '483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8',
);

/** Multiplies in every case: a packet whose point is bad costs us the same as others. */
function sharedPoint(
  privateKey: Uint8Array,
  point: Uint8Array,
): { x: Uint8Array; valid: boolean } {
  try {
    const x = ecdh(privateKey, point.subarray(1));
    return { x, valid: point[0] === 0x04 };
  } catch (error) {
    // A private key of ours that is none throws again here.
    if (!(error instanceof CryptoError)) throw error;
    return { x: ecdh(privateKey, standIn), valid: false };
  }
}
