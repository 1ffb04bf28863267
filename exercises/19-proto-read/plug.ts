import type { Msg } from '#impl/p2p/message.ts';
import type { ProtoRW } from '#impl/p2p/proto-rw.ts';
import type * as Mine from './solution.ts';

/** `ProtoRW.readMsg` is a method: the protocol's end is `this`. */
export function adapt({ readMsg }: typeof Mine): (this: ProtoRW) => Promise<Msg> {
  return function () {
    return readMsg(this);
  };
}
