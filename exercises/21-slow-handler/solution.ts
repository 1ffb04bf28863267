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

/** Messages that may wait for one protocol, beside the one that is offered to it. */
const room = 16;

/** How a peer hands messages to its protocols; called once for each peer. */
export function handingOver(peer: ReadingPeer): HandingOver {
  const queues = new Map<Chan<Msg>, Chan<Msg>>(); // BOUNDED by the protocols

  /** The queue before a protocol, and the task that empties it. */
  function queueBefore(into: Chan<Msg>): Chan<Msg> {
    const known = queues.get(into);
    if (known !== undefined) return known;
    const queue = new Chan<Msg>('waiting', room);
    queues.set(into, queue);
    peer.go('deliver', () => deliver(queue, into));
    return queue;
  }

  async function deliver(queue: Chan<Msg>, into: Chan<Msg>): Promise<void> {
    for (;;) {
      const next = await select({ msg: recv(queue), closed: recv(peer.closed) });
      if (next.case === 'closed') return;
      const event = await select({
        taken: send(into, next.value),
        closed: recv(peer.closed),
      });
      if (event.case === 'closed') return;
    }
  }

  return {
    handOver: async (proto, msg) => {
      const event = await select({
        queued: send(queueBefore(proto.in), msg),
        closed: recv(peer.closed),
      });
      if (event.case === 'closed') throw new EndOfStream();
    },
  };
}
