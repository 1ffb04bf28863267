/**
 * What a version's table of messages is made of. An entry knows how its message is read,
 * and what is done with it; the table (`handle-msg.ts`) says under which code.
 */

import { inSlices, stopped } from '../csp/slices.ts';
import type { Msg } from '../p2p/message.ts';
import { type Codec, readMsg } from './codecs.ts';
import type { EthPeer } from './peer.ts';
import type { AnswerKind, Answers } from './requests.ts';

/** What is done with a message of this kind. It runs in the peer's own task. */
export interface MessageEntry<Host> {
  /** The kind of request that it answers; undefined: it comes unasked. */
  readonly answers?: AnswerKind;
  /** @throws {EthError} what is wrong with the message */
  readonly handle: (host: Host, peer: EthPeer, msg: Msg) => Promise<void>;
}

export type MessageTable<Host> = ReadonlyMap<number, MessageEntry<Host>>;

/**
 * A message that is read, and then handled.
 *
 * @param wanted false: it is thrown away unread
 */
export function message<Host, T>(
  codec: Codec<T>,
  handle: (host: Host, peer: EthPeer, value: T) => Promise<void> | void,
  wanted: (host: Host) => boolean = () => true,
): MessageEntry<Host> {
  return {
    handle: async (host, peer, msg) => {
      if (!wanted(host)) return;
      const value = await inSlices(readMsg(msg, codec), peer.closed);
      if (value !== stopped) await handle(host, peer, value);
    },
  };
}

// #region answer-entry
/** A message that is the answer to a request of ours. */
export function answer<Host, K extends AnswerKind>(
  kind: K,
  codec: Codec<Answers[K]>,
): MessageEntry<Host> {
  return {
    answers: kind,
    handle: async (_host, peer, msg) => {
      const request = peer.requests.take(kind);
      //: Nobody has asked: it is not even decoded.
      if (request === undefined) {
        peer.countUnsolicited(msg.code);
        return;
      }
      if (request.isGivenUp) return; // too late, which may happen to an honest peer
      const work = readMsg(msg, codec, request.maxItems);
      const value = await inSlices(work, peer.closed);
      if (value !== stopped) request.deliver(value);
    },
  };
}
// #endregion answer-entry
