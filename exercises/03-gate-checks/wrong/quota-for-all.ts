// misconception: the inbound places are a second limit for everybody
// caught-by: encHandshakeChecks > keeps the other places for nodes that we dial

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
  const exempt = flags.trusted || flags.staticDialed;
  if (!exempt && peers.size >= maxPeers) return new DiscError(discTooManyPeers);
  if (!flags.trusted && inboundCount >= maxInboundConns(maxPeers)) {
    return new DiscError(discTooManyPeers);
  }
  if (peers.has(id)) return new DiscError(discAlreadyConnected);
  if (id === self) return new DiscError(discSelf);
  return undefined;
}
