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
import { Unsolved } from '#kit/unsolved.ts';

/**
 * Checkpoint 1: is there a place for this identity?
 *
 * The first object is what the run loop knows. `peers` is a Map by id, `inboundCount`
 * says how many of them dialed us, and `self` is our own id. The second is who asks:
 * its `id`, and its `flags`: `inbound` (it dialed us), `staticDialed` (we dialed it
 * because it is static) and `trusted`, each true or false.
 *
 * @returns undefined to let it pass, or the refusal; the first rule that applies decides
 */
export function encHandshakeChecks(
  { peers, inboundCount, maxPeers, self }: PeerTable,
  { id, flags }: Candidate,
): DiscError | undefined {
  // TODO 1: all places are taken          → return new DiscError(discTooManyPeers);
  // TODO 2: all inbound places are taken  → return new DiscError(discTooManyPeers);
  // TODO 3: this id is a peer already     → return new DiscError(discAlreadyConnected);
  // TODO 4: this id is our own            → return new DiscError(discSelf);
  // TODO 5: no rule applies               → return undefined;
  throw new Unsolved(
    'encHandshakeChecks',
    { peers, inboundCount, maxPeers, self, id, flags },
    { maxInboundConns, DiscError, discTooManyPeers, discAlreadyConnected, discSelf },
  );
}
