/** The two lists of rules that decide whether a connection may become a peer. */

import type { ConnFlags } from './conn.ts';
import type { NodeID } from './enode.ts';
import {
  discAlreadyConnected,
  DiscError,
  discSelf,
  discTooManyPeers,
  discUselessPeer,
} from './peer-error.ts';
import { countMatchingProtocols } from './proto-rw.ts';
import type { Cap, Protocol } from './protocol.ts';

/** What the run loop knows when a connection asks to pass. */
export interface PeerTable {
  readonly peers: ReadonlyMap<NodeID, unknown>;
  readonly inboundCount: number;
  readonly maxPeers: number;
  readonly self: NodeID;
}

/** What is known of the connection at checkpoint 1. */
export interface Candidate {
  readonly id: NodeID;
  readonly flags: Pick<ConnFlags, 'inbound' | 'staticDialed' | 'trusted'>;
}

// #region max-inbound
/** Places for inbound peers: a third, rounded down, is left for our dials. */
export function maxInboundConns(maxPeers: number): number {
  //: geth v1.8.12 gives every place to inbound peers when it does not dial dynamically.
  //: Then strangers can fill the node; ours keeps the third, for all but trusted nodes.
  return maxPeers - Math.floor(maxPeers / 3);
}
// #endregion max-inbound

/** Places for the bootnodes that we dial. @geth p2p/server.go Server.maxDialedConns */
export function maxDialedConns(maxPeers: number): number {
  return maxPeers - maxInboundConns(maxPeers);
}

// #region enc-handshake-checks
/**
 * Checkpoint 1, after the encryption handshake: is there a place for this identity?
 *
 * @returns undefined, or the refusal; the first rule that applies decides
 * @geth p2p/server.go Server.encHandshakeChecks
 */
export function encHandshakeChecks(
  table: PeerTable,
  { id, flags }: Candidate,
): DiscError | undefined {
  const { peers, inboundCount, maxPeers, self } = table;
  const exempt = flags.trusted || flags.staticDialed;
  if (!exempt && peers.size >= maxPeers) return new DiscError(discTooManyPeers);
  //: Trusted peers are exempt from both caps; what we dialed because it is static,
  //: from the first alone.
  if (!flags.trusted && flags.inbound && inboundCount >= maxInboundConns(maxPeers)) {
    return new DiscError(discTooManyPeers);
  }
  if (peers.has(id)) return new DiscError(discAlreadyConnected);
  if (id === self) return new DiscError(discSelf);
  return undefined;
}
// #endregion enc-handshake-checks

// #region proto-handshake-checks
/**
 * Checkpoint 2, after Hello: is there anything to talk about, and is there still a place?
 *
 * @returns undefined, or the refusal
 * @geth p2p/server.go Server.protoHandshakeChecks
 */
export function protoHandshakeChecks(
  table: PeerTable,
  candidate: Candidate & { readonly caps: readonly Cap[] },
  protocols: readonly Protocol[],
): DiscError | undefined {
  //= is there anything to talk about?
  const matching = countMatchingProtocols(protocols, candidate.caps);
  if (protocols.length > 0 && matching === 0) return new DiscError(discUselessPeer);
  //= is there still a place?
  //: Once more: the table has changed while Hello was on its way.
  return encHandshakeChecks(table, candidate);
}
// #endregion proto-handshake-checks
