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

/**
 * Checkpoint 1: is there a place for this identity?
 *
 * @returns undefined to let it pass, or the refusal; the first rule that applies decides
 */
export function encHandshakeChecks(
  { peers, inboundCount, maxPeers, self }: PeerTable,
  { id, flags }: Candidate,
): DiscError | undefined {
  const exempt = flags.trusted || flags.staticDialed;
  if (!exempt && peers.size >= maxPeers) return new DiscError(discTooManyPeers);

  const inboundFull = inboundCount >= maxInboundConns(maxPeers);
  if (flags.inbound && !flags.trusted && inboundFull) {
    return new DiscError(discTooManyPeers);
  }
  // Nobody is exempt from these two, however welcome.
  if (peers.has(id)) return new DiscError(discAlreadyConnected);
  if (id === self) return new DiscError(discSelf);
  return undefined;
}
