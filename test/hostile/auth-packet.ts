/** Auth packets of a stranger, with every part open to change. */

import { ecdh } from '#crypto';
import { ackKind, readPacket } from '../../impl/p2p/rlpx/packet.ts';
import { deriveSecrets } from '../../impl/p2p/rlpx/secrets.ts';
import { authFields, authNonce, ephemeralKey } from '../helpers/auth-fields.ts';
import { packet } from '../p2p/rlpx/helpers.ts';
import type { Stranger } from './stranger.ts';

type Caller = Pick<Stranger, 'key' | 'nodeID'>;

/** The elements of a good packet: signature, key, nonce, version. */
export function fieldsOf({
  key,
  nodeID,
}: Caller): [Uint8Array, Uint8Array, Uint8Array, number] {
  return authFields(key, nodeID);
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
    initiatorNonce: authNonce,
    recipientNonce: ack.message.nonce,
    auth,
    ack: ack.packet,
  });
  stranger.haveKeys(secrets);
}
