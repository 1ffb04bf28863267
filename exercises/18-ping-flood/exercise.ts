import { Chan } from '#impl/csp/chan.ts';
import type { Done } from '#impl/csp/done.ts';
import { recv, select, send } from '#impl/csp/select.ts';
import { pingMsg } from '#impl/p2p/base-protocol.ts';
import { sendItems, type MsgReadWriter } from '#impl/p2p/message.ts';
import { Unsolved } from '#kit/unsolved.ts';

/**
 * Makes at least 500 tasks wait in the node at the other end, in at most ten seconds.
 *
 * @param line room for 512 bytes each way; a Pong takes 9 bytes
 */
export async function attack(line: MsgReadWriter): Promise<void> {
  // TODO 1: send what any node may send, and be a bad listener.
  throw new Unsolved('attack', { line }, { sendItems, pingMsg });
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
  // TODO 2: this is how the node of 2018 does it. Find a bound for it.
  const atHand = { Chan, recv, select, send };
  return {
    onPing: async () => {
      peer.go('pong', () => peer.sendPong());
      await Promise.resolve(atHand);
    },
  };
}
