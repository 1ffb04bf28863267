/**
 * Two nodes dial each other at the same moment, and each would refuse the other's
 * connection as a second one: geth v1.8.12 can end with none. Here the node with the
 * smaller id chooses: it takes the connection that it has dialed, unless the other one
 * was there first and proves who it is. The other node refuses neither.
 *
 * An inbound connection proves with its Hello that it owns the id in its auth. Until
 * then anybody may have written that id, so no dial is given up for it.
 */

import type { Done } from '../csp/done.ts';
import { recv, select } from '../csp/select.ts';
import { Signal } from '../csp/signal.ts';
import { Timer } from '../csp/timer.ts';
import { handshakeTimeoutMs } from './base-protocol.ts';
import type { NodeID } from './enode.ts';

/**
 * How long a dial waits for an inbound connection that names the same id. The remote has
 * begun its 5 s for our handshakes: we wait half of them and keep the other half.
 */
export const claimWaitMs = handshakeTimeoutMs / 2;

/** An inbound connection that names an id, until its set-up is over. */
export interface Claim {
  /** Its Hello has come. False: our own dial goes first by now. */
  prove(): boolean;
  end(): void;
}

class InboundClaim implements Claim {
  /** For the one dial to this id that may wait. */
  readonly settled = new Signal('claim settled');
  proved = false;
  late = false;
  readonly #forget: (claim: InboundClaim) => void;

  constructor(forget: (claim: InboundClaim) => void) {
    this.#forget = forget;
  }

  prove(): boolean {
    this.proved = !this.late;
    this.settled.raise();
    return this.proved;
  }

  end(): void {
    this.settled.raise();
    this.#forget(this);
  }
}

// #region cross-dial
export class CrossDial {
  readonly #self: NodeID;
  readonly #dialed = new Set<NodeID>(); // BOUNDED by maxActiveDialTasks
  readonly #claims = new Map<NodeID, Set<InboundClaim>>(); // BOUNDED by maxPendingPeers

  constructor(self: NodeID) {
    this.#self = self;
  }

  /**
   * Our dial is connected and about to shake hands. False: the node has connected to us
   * meanwhile, and has proved it.
   */
  async beginDialed(id: NodeID, quit: Done): Promise<boolean> {
    this.#dialed.add(id);
    const claims = [...(this.#claims.get(id) ?? [])];
    //: Only who chooses waits. The other node dials at once: it is refused
    //: if it has to be.
    if (this.#self < id) await settled(claims, quit);
    const isTheirs = claims.some(({ proved }) => proved);
    if (isTheirs) this.#dialed.delete(id);
    else if (this.#self < id) for (const claim of claims) claim.late = true;
    return !isTheirs;
  }

  endDialed(id: NodeID): void {
    this.#dialed.delete(id);
  }

  /** An inbound connection names this id. Undefined: our own dial to it goes first. */
  claim(id: NodeID): Claim | undefined {
    //: Whoever it is: if it is honest, our own dial reaches the same node.
    if (this.#dialed.has(id) && this.#self < id) return undefined;
    const claims = this.#claims.get(id) ?? new Set();
    const claim = new InboundClaim(() => {
      claims.delete(claim);
      if (claims.size === 0) this.#claims.delete(id);
    });
    this.#claims.set(id, claims.add(claim));
    return claim;
  }
}
// #endregion cross-dial

/** Until each claim is proved or over, or it takes too long. */
async function settled(claims: readonly InboundClaim[], quit: Done): Promise<void> {
  if (claims.length === 0) return;
  const tooLate = new Timer('claim wait', claimWaitMs);
  for (const claim of claims) {
    const event = await select({
      settled: recv(claim.settled),
      tooLate: recv(tooLate),
      quit: recv(quit),
    });
    if (event.case !== 'settled') break;
  }
  tooLate.stop();
}
