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
      const value = await read(msg, codec, peer);
      if (value !== stopped) await handle(host, peer, value);
    },
  };
}

/** Only what is read is decompressed: what is thrown away costs no more than its bytes. */
async function read<T>(
  msg: Msg,
  codec: Codec<T>,
  peer: EthPeer,
  asked?: number,
): Promise<T | typeof stopped> {
  // A large one is decompressed in slices. Its first look would do it in one go.
  const unpacked = msg.unpack?.();
  if (unpacked !== undefined) await unpacked;
  return inSlices(readMsg(msg, codec, asked), peer.closed);
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
      //: Nobody has asked: it is not even decompressed.
      if (request === undefined) {
        peer.countUnsolicited(msg.code);
        return;
      }
      if (request.isGivenUp) return; // too late, which may happen to an honest peer
      const value = await read(msg, codec, peer, request.maxItems);
      if (value !== stopped) request.deliver(value);
    },
  };
}
// #endregion answer-entry
