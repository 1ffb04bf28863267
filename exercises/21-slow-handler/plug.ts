import { recv, select, send } from '#impl/csp/select.ts';
import { baseProtocolLength, discMsg, pingMsg } from '#impl/p2p/base-protocol.ts';
import type { Msg } from '#impl/p2p/message.ts';
import { DiscError } from '#impl/p2p/peer-error.ts';
import type { Peer } from '#impl/p2p/peer.ts';
import { decodeDisconnect } from '#impl/p2p/rlpx/disconnect.ts';
import type * as Mine from './solution.ts';

/** `Peer.handle`, with the reader's hand-over. */
export function adapt({
  handingOver,
}: typeof Mine): (this: Peer, msg: Msg) => Promise<void> {
  const handing = new WeakMap<Peer, Mine.HandingOver>();
  return async function (msg) {
    if (msg.code === pingMsg) {
      await select({
        queued: send(this.pingRecv, undefined),
        closed: recv(this.closed),
      });
      return;
    }
    if (msg.code === discMsg) throw new DiscError(decodeDisconnect(msg.payload));
    if (msg.code < baseProtocolLength) return;
    const mine = handing.get(this) ?? handingOver(reading(this));
    handing.set(this, mine);
    return mine.handOver(this.getProto(msg.code), msg);
  };
}

function reading(peer: Peer): Mine.ReadingPeer {
  return {
    go: (name, task) => {
      peer.wg.go(name, task);
    },
    closed: peer.closed,
  };
}
