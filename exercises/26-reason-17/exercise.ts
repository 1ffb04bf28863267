import { discMsg } from '#impl/p2p/base-protocol.ts';
import { sendItems, type MsgWriter } from '#impl/p2p/message.ts';
import { place, reasonTexts } from '#impl/sim/quirks/reason-table.ts';
import { Unsolved } from '#kit/unsolved.ts';

/** Ends the process of the node at the other end, with one message. */
export async function attack(line: MsgWriter): Promise<void> {
  // TODO 1: say goodbye.
  throw new Unsolved('attack', { line }, { sendItems, discMsg });
}

/** The words for a reason that a remote has sent: any number of 64 bits. */
export function reasonText(reason: bigint): string {
  // TODO 2: this is how the node of 2018 does it. Leave no number without words.
  const index = BigInt.asIntN(64, reason); // Go's int has a sign
  if (BigInt(reasonTexts.length) < index) return `unknown disconnect reason ${reason}`;
  return place(reasonTexts, index);
}
