// misconception: who it is matters more than whether there is a place
// caught-by: encHandshakeChecks > asks the rules in their order: the places come first

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
  if (id === self) return new DiscError(discSelf);
  if (peers.has(id)) return new DiscError(discAlreadyConnected);
  const exempt = flags.trusted || flags.staticDialed;
  if (!exempt && peers.size >= maxPeers) return new DiscError(discTooManyPeers);
  if (!flags.trusted && flags.inbound && inboundCount >= maxInboundConns(maxPeers)) {
    return new DiscError(discTooManyPeers);
  }
  return undefined;
}
