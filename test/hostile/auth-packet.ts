/** Auth packets of a stranger, with every part open to change. */

import { ecdh, publicKey, sign } from '#crypto';
import { xor } from '../../impl/bytes.ts';
import { ackKind, readPacket } from '../../impl/p2p/rlpx/packet.ts';
import { deriveSecrets } from '../../impl/p2p/rlpx/secrets.ts';
import { packet } from '../p2p/rlpx/helpers.ts';
import type { Stranger } from './stranger.ts';

/** Of every packet here: who looks for the key behind a signature finds it. */
export const ephemeralKey = new Uint8Array(32).fill(6);
const nonce = new Uint8Array(32).fill(5);

type Caller = Pick<Stranger, 'key' | 'nodeID'>;

/** The elements of a good packet: signature, key, nonce, version. */
export function fieldsOf({
  key,
  nodeID,
}: Caller): [Uint8Array, Uint8Array, Uint8Array, number] {
  const signature = sign(xor(ecdh(key, nodeID), nonce), ephemeralKey);
  return [signature, publicKey(key), nonce, 4];
}

export function goodAuth(caller: Caller): Uint8Array {
  return packet(caller.nodeID, fieldsOf(caller));
}

/** Sends this auth, reads the ack, and has keys. */
export async function shakeWith(stranger: Stranger, auth: Uint8Array): Promise<void> {
  await stranger.write(auth);
  const ack = await readPacket(stranger.fd, ackKind, stranger.key);
  const secrets = deriveSecrets('initiator', {
    ecdhe: ecdh(ephemeralKey, ack.message.ephemeralKey),
    initiatorNonce: nonce,
    recipientNonce: ack.message.nonce,
    auth,
    ack: ack.packet,
  });
  stranger.haveKeys(secrets);
}
