/** A good auth packet's elements, with a fixed nonce and ephemeral key. */

import { ecdh, publicKey, sign } from '#crypto';
import { xor } from '../../impl/bytes.ts';

/** Of every packet here: who looks for the key behind a signature finds it. */
export const ephemeralKey = new Uint8Array(32).fill(6);
export const authNonce = new Uint8Array(32).fill(5);

/** Signature, key, nonce, version. */
export function authFields(
  caller: Uint8Array,
  receiver: Uint8Array,
): [Uint8Array, Uint8Array, Uint8Array, number] {
  const signature = sign(xor(ecdh(caller, receiver), authNonce), ephemeralKey);
  return [signature, publicKey(caller), authNonce, 4];
}
