import type { Msg } from '#impl/p2p/message.ts';
import type { ProtoRW } from '#impl/p2p/proto-rw.ts';
import type * as Mine from './solution.ts';

/** `ProtoRW.writeMsg` is a method: the protocol's end is `this`. */
export function adapt({
  writeMsg,
}: typeof Mine): (this: ProtoRW, msg: Msg) => Promise<void> {
  return function (msg) {
    return writeMsg(this, msg);
  };
}
