/** The Disconnect message: a list with one reason in it. */

import { decode } from '../../rlp/decode.ts';
import { encode } from '../../rlp/encode.ts';
import { RlpError } from '../../rlp/errors.ts';
import { asBytes } from '../../rlp/fields.ts';
import { listWithTail, uint } from '../../rlp/schema.ts';
import { discRequested, type DiscReason } from '../peer-error.ts';
import { saturated } from './saturated.ts';

const bareReason = uint(8);
const listedReason = listWithTail(bareReason);

// #region disconnect-codec
/** The payload for a reason: always a list, `c104` for reason 4. */
export function encodeDisconnect(reason: DiscReason): Uint8Array {
  return encode([reason]);
}

/**
 * The reason in a Disconnect's payload. Never throws: the remote leaves, whatever it
 * says, so what cannot be read is reason 0, "disconnect requested".
 */
export function decodeDisconnect(payload: Uint8Array): DiscReason {
  try {
    //: geth from v1.10.17 to v1.14.13 sends `04` for `c104`: both are read.
    const isList = (payload[0] ?? 0) >= 0xc0;
    const item = decode(payload, isList ? listedReason : bareReason, 'Disconnect');
    return saturated(asBytes(item instanceof Uint8Array ? item : item[0]));
  } catch (error) {
    if (!(error instanceof RlpError)) throw error;
    return discRequested;
  }
}
// #endregion disconnect-codec
