/**
 * Two nodes dial each other at the same moment, and each would refuse the other's
 * connection as a second one: geth v1.8.12 can end with none. Here both sides let the
 * connection live that the node with the smaller id has dialed.
 */

import type { NodeID } from './enode.ts';

export class CrossDial {
  readonly #self: NodeID;
  readonly #dialed = new Set<NodeID>(); // BOUNDED by maxActiveDialTasks
  readonly #inbound = new Map<NodeID, number>(); // BOUNDED by maxPendingPeers

  constructor(self: NodeID) {
    this.#self = self;
  }

  /** Our dial is connected and about to shake hands. False: theirs is further already. */
  beginDialed(id: NodeID): boolean {
    if (this.#inbound.has(id)) return false;
    this.#dialed.add(id);
    return true;
  }

  endDialed(id: NodeID): void {
    this.#dialed.delete(id);
  }

  /** An inbound connection has proved this id. False: our own dial to it goes first. */
  beginInbound(id: NodeID): boolean {
    if (this.#dialed.has(id) && this.#self < id) return false;
    this.#inbound.set(id, (this.#inbound.get(id) ?? 0) + 1);
    return true;
  }

  endInbound(id: NodeID): void {
    const left = (this.#inbound.get(id) ?? 1) - 1;
    if (left === 0) this.#inbound.delete(id);
    else this.#inbound.set(id, left);
  }
}
