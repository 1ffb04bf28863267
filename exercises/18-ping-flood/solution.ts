import { Chan } from '#impl/csp/chan.ts';
import type { Done } from '#impl/csp/done.ts';
import { recv, select, send } from '#impl/csp/select.ts';
import { pingMsg } from '#impl/p2p/base-protocol.ts';
import { sendItems, type MsgReadWriter } from '#impl/p2p/message.ts';

/** Pongs that lie on the line before the first has to wait. */
const onTheLine = Math.ceil(512 / 9);

/** Makes at least 500 tasks wait in the node at the other end. */
export async function attack(line: MsgReadWriter): Promise<void> {
  // And never reads.
  for (let sent = 0; sent < onTheLine + 520; sent++) await sendItems(line, pingMsg);
}

/** A peer, as much of it as whoever answers Pings needs. */
export interface PingedPeer {
  /** Starts a task that serves this peer. The peer is not over before it has ended. */
  go(name: string, task: () => Promise<void>): void;
  /** Waits until the line has taken a Pong. Fails if the line is over. */
  sendPong(): Promise<void>;
  /** The peer is over. */
  readonly closed: Done;
  /** For what fails. The peer ends then. */
  report(error: unknown): void;
}

export interface Answering {
  /** A Ping came. Nothing more is read from this peer until this is over. */
  onPing(): Promise<void>;
}

/** How a peer answers Pings; called once for each peer, when its first Ping comes. */
export function answering(peer: PingedPeer): Answering {
  const pings = new Chan<undefined>('pings', 16);
  peer.go('pongs', async () => {
    try {
      for (;;) {
        const event = await select({ pinged: recv(pings), closed: recv(peer.closed) });
        if (event.case === 'closed') return;
        await peer.sendPong();
      }
    } catch (error) {
      peer.report(error);
    }
  });
  return {
    onPing: async () => {
      await select({ queued: send(pings, undefined), closed: recv(peer.closed) });
    },
  };
}
