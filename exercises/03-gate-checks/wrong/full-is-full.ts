// misconception: maxPeers is a limit that nobody passes but trusted nodes
// caught-by: encHandshakeChecks > takes a static node that we dialed when all places are taken

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
  { peers, inboundCount, maxPeers, self }: PeerTable,
  { id, flags }: Candidate,
): DiscError | undefined {
  if (!flags.trusted && peers.size >= maxPeers) return new DiscError(discTooManyPeers);
  if (!flags.trusted && flags.inbound && inboundCount >= maxInboundConns(maxPeers)) {
    return new DiscError(discTooManyPeers);
  }
  if (peers.has(id)) return new DiscError(discAlreadyConnected);
  if (id === self) return new DiscError(discSelf);
  return undefined;
}
