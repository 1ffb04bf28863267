/**
 * The key schedule: what both sides compute from the handshake, and from which the
 * frames get their keys and the first states of their MACs.
 */

import { xor } from '../../bytes.ts';
import { createKeccak, keccak256 } from '#crypto';
import type { RunningKeccak } from '../../crypto/provider.ts';

/** Who dialed is the initiator. */
export type Role = 'initiator' | 'recipient';

/** What both sides know when auth and ack have been exchanged. */
export interface Exchange {
  /** X coordinate of the two ephemeral keys' shared point. */
  readonly ecdhe: Uint8Array;
  readonly initiatorNonce: Uint8Array;
  readonly recipientNonce: Uint8Array;
  /** The packets as they were on the wire, size prefix included. */
  readonly auth: Uint8Array;
  readonly ack: Uint8Array;
}

/** Two keys, and a running hash for each direction. @geth p2p/rlpx.go secrets */
export interface Secrets {
  readonly aes: Uint8Array;
  readonly mac: Uint8Array;
  readonly egressMAC: RunningKeccak;
  readonly ingressMAC: RunningKeccak;
}

// #region secrets
/**
 * Derives the keys and MAC states of one side.
 *
 * @geth p2p/rlpx.go encHandshake.secrets
 */
export function deriveSecrets(role: Role, exchange: Exchange): Secrets {
  const { ecdhe, initiatorNonce, recipientNonce } = exchange;
  //= hash the shared point and both nonces into three keys
  const nonces = keccak256(recipientNonce, initiatorNonce);
  const shared = keccak256(ecdhe, nonces);
  const aes = keccak256(ecdhe, shared);
  const mac = keccak256(ecdhe, aes);

  //= start one MAC per direction
  //: Each begins with a packet that travelled in its direction: whoever changed
  //: a byte of the handshake finds that the first frame does not verify.
  const forth = startMAC(xor(mac, recipientNonce), exchange.auth);
  const back = startMAC(xor(mac, initiatorNonce), exchange.ack);
  return role === 'initiator'
    ? { aes, mac, egressMAC: forth, ingressMAC: back }
    : { aes, mac, egressMAC: back, ingressMAC: forth };
}
// #endregion secrets

function startMAC(seed: Uint8Array, packet: Uint8Array): RunningKeccak {
  const hash = createKeccak();
  hash.update(seed);
  hash.update(packet);
  return hash;
}
