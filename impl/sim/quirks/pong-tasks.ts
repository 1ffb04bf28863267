/**
 * geth until v1.12.1: for each Ping, `handle` starts a task that writes the Pong. Nobody
 * counts these tasks or waits for them, so a remote that reads no Pong makes as many of
 * them as it sends Pings.
 */

import { WaitGroup } from '../../csp/wait-group.ts';
import { pingMsg, pongMsg } from '../../p2p/base-protocol.ts';
import { sendItems, type Msg } from '../../p2p/message.ts';
import { Peer } from '../../p2p/peer.ts';

export class PongTaskPeer extends Peer {
  /** UNBOUNDED: that is the fault. What a Pong fails with is nobody's, as it was there. */
  readonly pongs = new WaitGroup(() => undefined);

  override async handle(msg: Msg): Promise<void> {
    if (msg.code !== pingMsg) return super.handle(msg);
    this.pongs.go('pong', () => sendItems(this.writer, pongMsg));
  }
}
