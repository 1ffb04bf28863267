/**
 * The encryption handshake: one packet each way, and both sides hold the same secrets.
 * The initiator knows beforehand who answers; the recipient learns who called.
 */

import { concat, xor } from '../../bytes.ts';
import { ecdh, publicKey, recover, sign } from '#crypto';
import { CryptoError, type FrameKeys } from '../../crypto/provider.ts';
import { runtime } from '../../csp/runtime.ts';
import type { NetConn } from '../../net/net-conn.ts';
import { HandshakeError } from './errors.ts';
import { ackKind, authKind, handshakeVersion, newPrivateKey } from './packet.ts';
import { pointUnits } from './packet.ts';
import { readPacket, writePacket, writePlainPacket, type Received } from './packet.ts';
import { deriveSecrets } from './secrets.ts';

export interface EncHandshakeOptions {
  /** Take packets of the format before EIP-8, and answer in it. Default false. */
  readonly allowPlain?: boolean;
}

export interface EncHandshakeResult {
  /** The remote's static key, 64 bytes. */
  readonly remoteKey: Uint8Array;
  readonly secrets: FrameKeys;
}

// #region enc-handshake-initiator
/**
 * Calls the owner of `remoteKey`.
 *
 * @throws {HandshakeError} also errors of the connection
 * @geth p2p/rlpx.go initiatorEncHandshake
 */
export async function initiate(
  fd: NetConn,
  privateKey: Uint8Array,
  remoteKey: Uint8Array,
  options: EncHandshakeOptions = {},
): Promise<EncHandshakeResult> {
  const ephemeralKey = newPrivateKey();
  const nonce = runtime().randomBytes(32);
  //= send auth
  const token = sharedSecret(privateKey, remoteKey);
  //: Signed by the ephemeral key: the recipient recovers that key from the
  //: signature, and the token shows that our static key is ours.
  const signature = sign(xor(token, nonce), ephemeralKey);
  const ourKey = ownPublicKey(privateKey);
  const list = [signature, ourKey, nonce, handshakeVersion];
  const auth = await writePacket(fd, 'auth', remoteKey, list);

  //= read ack
  const ack = await readPacket(fd, ackKind, privateKey, options.allowPlain);
  const ecdhe = sharedSecret(ephemeralKey, ack.message.ephemeralKey);
  const secrets = deriveSecrets('initiator', {
    ecdhe,
    initiatorNonce: nonce,
    recipientNonce: ack.message.nonce,
    auth,
    ack: ack.packet,
  });
  return { remoteKey, secrets };
}
// #endregion enc-handshake-initiator

// #region enc-handshake-recipient
/**
 * Answers whoever calls.
 *
 * @throws {HandshakeError} also errors of the connection
 * @geth p2p/rlpx.go receiverEncHandshake
 */
export async function receive(
  fd: NetConn,
  privateKey: Uint8Array,
  options: EncHandshakeOptions = {},
): Promise<EncHandshakeResult> {
  const ephemeralKey = newPrivateKey();
  const nonce = runtime().randomBytes(32);
  //= read auth
  const auth = await readPacket(fd, authKind, privateKey, options.allowPlain);
  const { initiatorKey, nonce: initiatorNonce, signature } = auth.message;
  const token = sharedSecret(privateKey, initiatorKey);
  //: Nothing tells us here that the caller owns its key. If not, the token is
  //: wrong, another key is recovered, and the first frame does not verify.
  const remoteEphemeralKey = recoverKey(xor(token, initiatorNonce), signature);

  //= send ack
  const ack = await writeAck(fd, auth, publicKey(ephemeralKey), nonce);
  const secrets = deriveSecrets('recipient', {
    ecdhe: sharedSecret(ephemeralKey, remoteEphemeralKey),
    initiatorNonce,
    recipientNonce: nonce,
    auth: auth.packet,
    ack,
  });
  return { remoteKey: initiatorKey, secrets };
}
// #endregion enc-handshake-recipient

/** A node has one static key, as one array, and every auth of its own carries the other half. */
const publicKeys = new WeakMap<Uint8Array, Uint8Array>();

function ownPublicKey(privateKey: Uint8Array): Uint8Array {
  const known = publicKeys.get(privateKey) ?? publicKey(privateKey);
  publicKeys.set(privateKey, known);
  return known;
}

/** Plain in, plain out. */
function writeAck(
  fd: NetConn,
  auth: Received<{ readonly initiatorKey: Uint8Array }>,
  ephemeralKey: Uint8Array,
  nonce: Uint8Array,
): Promise<Uint8Array> {
  const { initiatorKey } = auth.message;
  if (!auth.isPlain) {
    const list = [ephemeralKey, nonce, handshakeVersion];
    return writePacket(fd, 'ack', initiatorKey, list);
  }
  // The flag at its end says whether a token of an earlier session is used: never.
  const body = concat(ephemeralKey, nonce, Uint8Array.of(0));
  return writePlainPacket(fd, 'ack', initiatorKey, body);
}

function sharedSecret(privateKey: Uint8Array, remoteKey: Uint8Array): Uint8Array {
  runtime().spent(pointUnits);
  try {
    return ecdh(privateKey, remoteKey);
  } catch (error) {
    // Another code would be about our own key, which is not the remote's doing.
    if (!(error instanceof CryptoError) || error.code !== 'bad-point') throw error;
    throw new HandshakeError('bad-key', 'the remote key is no point of the curve', {
      cause: error,
    });
  }
}

function recoverKey(digest: Uint8Array, signature: Uint8Array): Uint8Array {
  runtime().spent(pointUnits);
  try {
    return recover(digest, signature);
  } catch (error) {
    if (!(error instanceof CryptoError)) throw error;
    throw new HandshakeError('bad-signature', 'no key made this signature', {
      cause: error,
    });
  }
}
