/** A valid auth list with a fixed nonce and ephemeral key. */

import { ecdh, publicKey, sign } from '#crypto';
import { xor } from '../../impl/bytes.ts';
import { encode } from '../../impl/rlp/encode.ts';

export function signedAuth(caller: Uint8Array, receiver: Uint8Array): Uint8Array {
  const nonce = new Uint8Array(32).fill(3);
  const signature = sign(
    xor(ecdh(caller, receiver), nonce),
    new Uint8Array(32).fill(6),
  );
  return encode([signature, publicKey(caller), nonce, 4n]);
}
