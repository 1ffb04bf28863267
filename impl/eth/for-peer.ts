/** What a task does for one peer, beside the task that handles its messages. */

import { endedBy } from '../p2p/fault.ts';
import type { PeerHandle } from '../p2p/protocol.ts';
import { discSubprotocolError } from '../p2p/peer-error.ts';

/**
 * The task, with an end for its peer: an error that it lets go is told, and ends the peer
 * with "subprotocol error", as one in `handle` does. A peer without one of its tasks would
 * stay, and nobody would see what it lacks.
 */
export function forPeer(
  peer: Pick<PeerHandle, 'disconnect'>,
  name: string,
  task: () => Promise<void>,
): () => Promise<void> {
  return async () => {
    try {
      await task();
    } catch (error) {
      endedBy(name, error);
      await peer.disconnect(discSubprotocolError);
    }
  };
}
