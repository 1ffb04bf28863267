import { discMsg } from '#impl/p2p/base-protocol.ts';
import { sendItems, type MsgWriter } from '#impl/p2p/message.ts';
import { reasonTexts } from '#impl/sim/quirks/reason-table.ts';

/** Ends the process of the node at the other end, with one message. */
export async function attack(line: MsgWriter): Promise<void> {
  await sendItems(line, discMsg, 17);
}

/** The words for a reason that a remote has sent: any number of 64 bits. */
export function reasonText(reason: bigint): string {
  const isShort = reason < BigInt(reasonTexts.length);
  const text = isShort ? reasonTexts[Number(reason)] : undefined;
  if (text === undefined || text === '') return `unknown disconnect reason ${reason}`;
  return text;
}
