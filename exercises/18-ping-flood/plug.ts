import { discMsg, pingMsg, pongMsg } from '#impl/p2p/base-protocol.ts';
import { sendItems, type Msg } from '#impl/p2p/message.ts';
import { asError } from '#impl/p2p/as-error.ts';
import { baseProtocolLength } from '#impl/p2p/base-protocol.ts';
import { recv, select, send } from '#impl/csp/select.ts';
import { EndOfStream } from '#impl/net/net-conn.ts';
import { DiscError } from '#impl/p2p/peer-error.ts';
import type { Peer } from '#impl/p2p/peer.ts';
import { decodeDisconnect } from '#impl/p2p/rlpx/disconnect.ts';
import type * as Mine from './solution.ts';

/** `Peer.handle`, with the reader's answers to Pings. */
export function adapt({
  answering,
}: typeof Mine): (this: Peer, msg: Msg) => Promise<void> {
  const answers = new WeakMap<Peer, Mine.Answering>();
  return async function (msg) {
    if (msg.code === pingMsg) {
      const mine = answers.get(this) ?? answering(pinged(this));
      answers.set(this, mine);
      return mine.onPing();
    }
    if (msg.code === discMsg) throw new DiscError(decodeDisconnect(msg.payload));
    if (msg.code < baseProtocolLength) return;
    const proto = this.getProto(msg.code);
    const event = await select({
      taken: send(proto.in, msg),
      closed: recv(this.closed),
    });
    if (event.case === 'closed') throw new EndOfStream();
  };
}

function pinged(peer: Peer): Mine.PingedPeer {
  return {
    go: (name, task) => {
      peer.wg.go(name, task);
    },
    sendPong: () => sendItems(peer.writer, pongMsg),
    closed: peer.closed,
    report: (error) => {
      peer.protoErr.trySend(asError(error));
    },
  };
}
