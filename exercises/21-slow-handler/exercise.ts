import { Chan } from '#impl/csp/chan.ts';
import type { Done } from '#impl/csp/done.ts';
import { recv, select, send } from '#impl/csp/select.ts';
import { EndOfStream } from '#impl/net/net-conn.ts';
import type { Msg } from '#impl/p2p/message.ts';

/** A peer, as much of it as a hand-over needs. */
export interface ReadingPeer {
  /** Starts a task that serves this peer. The peer is not over before it has ended. */
  go(name: string, task: () => Promise<void>): void;
  /** The peer is over. */
  readonly closed: Done;
}

/** One protocol of the peer. */
export interface Proto {
  /** Where it takes its messages; without room. */
  readonly in: Chan<Msg>;
}

export interface HandingOver {
  /**
   * A message of a protocol came. Nothing more is read from this peer until this is over.
   *
   * @throws {EndOfStream} the peer is over
   */
  handOver(proto: Proto, msg: Msg): Promise<void>;
}

/** How a peer hands messages to its protocols; called once for each peer. */
export function handingOver(peer: ReadingPeer): HandingOver {
  // TODO: while a protocol is busy, this waits, and with it all that lies behind.
  return {
    handOver: async (proto, msg) => {
      const event = await select({
        taken: send(proto.in, msg),
        closed: recv(peer.closed),
      });
      if (event.case === 'closed') throw new EndOfStream();
    },
  };
}
