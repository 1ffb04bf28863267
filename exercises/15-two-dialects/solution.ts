import type { DiscReason } from '#impl/p2p/peer-error.ts';
import { decode } from '#impl/rlp/decode.ts';
import { RlpError } from '#impl/rlp/errors.ts';
import { asBytes } from '#impl/rlp/fields.ts';
import { listWithTail, uint } from '#impl/rlp/schema.ts';

const reasonSchema = uint(8);

/**
 * The reason in the payload of a Disconnect, as a list or alone; `'invalid'` if there is
 * none that can be read. It never throws.
 */
export function reasonIn(payload: Uint8Array): DiscReason | 'invalid' {
  const isList = (payload[0] ?? 0) >= 0xc0;
  const schema = isList ? listWithTail(reasonSchema) : reasonSchema;
  try {
    const item = decode(payload, schema, 'Disconnect');
    const reason = item instanceof Uint8Array ? item : item[0];
    return Math.min(numberOf(asBytes(reason)), Number.MAX_SAFE_INTEGER);
  } catch (error) {
    if (!(error instanceof RlpError)) throw error; // a fault of ours
    return 'invalid';
  }
}

/** Big-endian; no bytes are 0. */
function numberOf(bytes: Uint8Array): number {
  let value = 0;
  for (const byte of bytes) value = value * 256 + byte;
  return value;
}
