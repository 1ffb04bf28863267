import { recv, select } from '#impl/csp/select.ts';
import { Timer } from '#impl/csp/timer.ts';
import { asError } from '#impl/p2p/as-error.ts';
import { pingIntervalMs, pingMsg, pongMsg } from '#impl/p2p/base-protocol.ts';
import { sendItems } from '#impl/p2p/message.ts';
import type { Peer } from '#impl/p2p/peer.ts';

/** Sends a Ping every 15 s, and a Pong for each Ping that came, until the peer is over. */
export async function pingLoop(
  peer: Pick<Peer, 'writer' | 'pingRecv' | 'closed' | 'protoErr'>,
): Promise<void> {
  const due = new Timer('ping interval', pingIntervalMs);
  try {
    for (;;) {
      const event = await select({
        due: recv(due),
        pinged: recv(peer.pingRecv),
        closed: recv(peer.closed),
      });
      if (event.case === 'closed') return;
      if (event.case === 'pinged') {
        await sendItems(peer.writer, pongMsg);
      } else {
        await sendItems(peer.writer, pingMsg);
        due.reset(pingIntervalMs);
      }
    }
  } catch (error) {
    peer.protoErr.trySend(asError(error));
  } finally {
    due.stop();
  }
}
