/**
 * The key schedule: what both sides compute from the handshake, and from which the
 * frames get their keys and the first states of their MACs.
 */

import { concat, xor } from '../../bytes.ts';
import { keccak256 } from '#crypto';
import type { FrameKeys } from '../../crypto/provider.ts';

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

// #region secrets
/**
 * Derives the keys of one side, and what its MACs begin with.
 *
 * @geth p2p/rlpx.go encHandshake.secrets
 */
export function deriveSecrets(role: Role, exchange: Exchange): FrameKeys {
  const { ecdhe, initiatorNonce, recipientNonce } = exchange;
  //= hash the shared point and both nonces into three keys
  const nonces = keccak256(recipientNonce, initiatorNonce);
  const shared = keccak256(ecdhe, nonces);
  const aes = keccak256(ecdhe, shared);
  const mac = keccak256(ecdhe, aes);

  //= begin one MAC per direction
  //: Each begins with a packet that travelled in its direction: whoever changed
  //: a byte of the handshake finds that the first frame does not verify.
  const forth = concat(xor(mac, recipientNonce), exchange.auth);
  const back = concat(xor(mac, initiatorNonce), exchange.ack);
  return role === 'initiator'
    ? { aes, mac, egress: forth, ingress: back }
    : { aes, mac, egress: back, ingress: forth };
}
// #endregion secrets
