/**
 * geth v1.8.12: the texts of the reasons are an array of 17 places, and the check before
 * it lets one number too many through, and all that a signed integer takes for negative.
 * The text is made for the event of a drop, in a task that catches nothing: what is
 * thrown there ends the process.
 */

import { toHex } from '../../bytes.ts';
import { decode } from '../../rlp/decode.ts';
import { RlpError } from '../../rlp/errors.ts';
import { asBytes, asList } from '../../rlp/fields.ts';
import { listWithTail, uint } from '../../rlp/schema.ts';
import { discMsg } from '../../p2p/base-protocol.ts';
import type { Msg } from '../../p2p/message.ts';
import { discReasonText } from '../../p2p/peer-error.ts';
import { Peer, type PeerEnd } from '../../p2p/peer.ts';

/** 0 to 16. Numbers without a name in between have an empty text. */
export const reasonTexts: readonly string[] = Array.from(
  { length: 17 },
  (_, reason) => {
    const text = discReasonText(reason);
    return text.startsWith('unknown') ? '' : text;
  },
);

/** What Go does at an index that is not there. */
export class IndexOutOfRange extends Error {
  override readonly name = 'IndexOutOfRange';

  constructor(index: bigint, length: number) {
    super(`index out of range [${index}] with length ${length}`);
  }
}

/** @throws {IndexOutOfRange} there is no such place */
export function place(texts: readonly string[], index: bigint): string {
  const text = index < 0n ? undefined : texts[Number(index)];
  if (text === undefined) throw new IndexOutOfRange(index, texts.length);
  return text;
}

/** @throws {IndexOutOfRange} for 17, and from 2^63 on */
export function reasonText2018(reason: bigint): string {
  const index = BigInt.asIntN(64, reason); // Go's int has a sign
  if (BigInt(reasonTexts.length) < index) return `unknown disconnect reason ${reason}`;
  return place(reasonTexts, index);
}

/** A peer whose end is told to those who listen, in words. */
export class TellingPeer extends Peer {
  /** What the listeners heard. */
  dropText: string | undefined;
  #reason: bigint | undefined;

  /** The words for a reason. */
  textOf(reason: bigint): string {
    return reasonText2018(reason);
  }

  override async handle(msg: Msg): Promise<void> {
    if (msg.code === discMsg) this.#reason = reasonIn(msg.payload);
    return super.handle(msg);
  }

  override async run(): Promise<PeerEnd> {
    const end = await super.run();
    const { remoteRequested, error } = end;
    this.dropText =
      remoteRequested && this.#reason !== undefined
        ? this.textOf(this.#reason)
        : error.message;
    return end;
  }
}

/** The whole number, however large. What cannot be read is 0. */
function reasonIn(payload: Uint8Array): bigint {
  try {
    const [item] = asList(decode(payload, listWithTail(uint(8)), 'Disconnect'));
    const hex = item === undefined ? '' : toHex(asBytes(item));
    return BigInt(hex === '' ? 0 : `0x${hex}`);
  } catch (error) {
    if (error instanceof RlpError) return 0n;
    throw error;
  }
}
