// misconception: a trusted node may always come in
// caught-by: encHandshakeChecks > refuses a node that is connected already, though it is trusted

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
  if (flags.trusted) return undefined;
  if (!flags.staticDialed && peers.size >= maxPeers) {
    return new DiscError(discTooManyPeers);
  }
  if (flags.inbound && inboundCount >= maxInboundConns(maxPeers)) {
    return new DiscError(discTooManyPeers);
  }
  if (peers.has(id)) return new DiscError(discAlreadyConnected);
  if (id === self) return new DiscError(discSelf);
  return undefined;
}
