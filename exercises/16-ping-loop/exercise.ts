import { recv, select } from '#impl/csp/select.ts';
import { Timer } from '#impl/csp/timer.ts';
import { asError } from '#impl/p2p/as-error.ts';
import { pingIntervalMs, pingMsg, pongMsg } from '#impl/p2p/base-protocol.ts';
import { sendItems } from '#impl/p2p/message.ts';
import type { Peer } from '#impl/p2p/peer.ts';
import { Unsolved } from '#kit/unsolved.ts';

/**
 * Sends a Ping every 15 s, and a Pong for each Ping that came, until the peer is over.
 *
 * @param peer `writer` (takes one message after the other), `pingRecv` (a Chan: a Ping
 *   came), `closed` (a Done: the peer is over), and `protoErr` (a Chan for what fails)
 */
export async function pingLoop(
  peer: Pick<Peer, 'writer' | 'pingRecv' | 'closed' | 'protoErr'>,
): Promise<void> {
  // TODO 1: wait for the first of three: the clock, a Ping that came, the end.
  // TODO 2: a Ping of ours, and the clock anew. Or a Pong.
  // TODO 3: report a write that fails, once, and leave.
  // TODO 4: however the task ends, its clock ends with it.
  throw new Unsolved(
    'pingLoop',
    { peer },
    {
      ...{ select, recv, Timer, sendItems, asError },
      ...{ pingMsg, pongMsg, pingIntervalMs },
    },
  );
}
