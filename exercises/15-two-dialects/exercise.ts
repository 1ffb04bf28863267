import type { DiscReason } from '#impl/p2p/peer-error.ts';
import { decode } from '#impl/rlp/decode.ts';
import { asBytes, asList } from '#impl/rlp/fields.ts';
import { listWithTail, uint } from '#impl/rlp/schema.ts';

const reasonSchema = uint(8);

/**
 * The reason in the payload of a Disconnect, as a list or alone; `'invalid'` if there is
 * none that can be read. It never throws.
 */
export function reasonIn(payload: Uint8Array): DiscReason | 'invalid' {
  // TODO: four of the five payloads in the task come out wrong.
  const [reason] = asList(decode(payload, listWithTail(reasonSchema), 'Disconnect'));
  return numberOf(asBytes(reason));
}

/** Big-endian; no bytes are 0. */
function numberOf(bytes: Uint8Array): number {
  let value = 0;
  for (const byte of bytes) value = value * 256 + byte;
  return value;
}
