// misconception: every peer takes one of the places for inbound peers
// caught-by: encHandshakeChecks > counts only inbound peers against the inbound places

import {
  maxInboundConns,
  type Candidate,
  type PeerTable,
} from '#impl/p2p/handshake-checks.ts';
import {
  discAlreadyConnected,
  DiscError,
  discSelf,
  discTooManyPeers,
} from '#impl/p2p/peer-error.ts';

export function encHandshakeChecks(
  { peers, maxPeers, self }: PeerTable,
  { id, flags }: Candidate,
): DiscError | undefined {
  const exempt = flags.trusted || flags.staticDialed;
  if (!exempt && peers.size >= maxPeers) return new DiscError(discTooManyPeers);
  if (!flags.trusted && flags.inbound && peers.size >= maxInboundConns(maxPeers)) {
    return new DiscError(discTooManyPeers);
  }
  if (peers.has(id)) return new DiscError(discAlreadyConnected);
  if (id === self) return new DiscError(discSelf);
  return undefined;
}
