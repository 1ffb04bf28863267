/**
 * Payloads in frames: plain during Hello, a Snappy block each afterwards. A block is
 * proved good before anybody sees the message, and decompressed when somebody asks.
 */

import type { TraceFields } from '../../csp/seam.ts';
import {
  baseProtocolLength,
  baseProtocolMaxMsgSize,
  discMsg,
} from '../base-protocol.ts';
import { newMsg, type Msg } from '../message.ts';
import { FrameError } from './errors.ts';
import { maxFrameSize, type Frame } from './frame.ts';
import { compress, declaredLength, expand, SnappyError, validate } from './snappy.ts';

// #region payload
/**
 * What goes into the frame for a payload.
 *
 * @throws {FrameError} `too-big`
 */
export function packPayload(payload: Uint8Array, compressed: boolean): Uint8Array {
  if (!compressed) return payload;
  if (payload.length > maxFrameSize) {
    throw new FrameError('too-big', 'message length >= 16MB');
  }
  return compress(payload);
}

/**
 * The message in a frame.
 *
 * @throws {SnappyError} the block is malformed
 * @throws {FrameError} `too-big`: more than the code may carry
 */
export function unpackPayload({ code, data }: Frame, compressed: boolean): Msg {
  if (code === discMsg) return unpackDisconnect(data);
  const size = compressed ? declaredLength(data) : data.length;
  //: Asked of the claim, before a byte is decompressed or even looked at.
  checkSize(code, size);
  if (!compressed) return newMsg(code, data);
  validate(data);
  return new CompressedMsg(code, size, data);
}
// #endregion payload

// #region unpack-disconnect
/**
 * A Disconnect may come either way: some clients never compress it, and a remote that
 * refuses our Hello does not know yet whether we compress. What is one is not the other.
 */
function unpackDisconnect(data: Uint8Array): Msg {
  checkSize(discMsg, data.length);
  try {
    const length = validate(data);
    if (length <= baseProtocolMaxMsgSize) return newMsg(discMsg, expand(data, length));
  } catch (error) {
    // No block, so it is the payload as it stands.
    if (!(error instanceof SnappyError)) throw error;
  }
  return newMsg(discMsg, data);
}
// #endregion unpack-disconnect

function checkSize(code: number, size: number): void {
  const limit = code < baseProtocolLength ? baseProtocolMaxMsgSize : maxFrameSize;
  if (size > limit) {
    throw new FrameError('too-big', `code ${code} with ${size} bytes, limit ${limit}`);
  }
}

/** A message in a block that was proved good, which is decompressed on its first use. */
class CompressedMsg implements Msg {
  readonly code: number;
  readonly size: number;
  #block: Uint8Array | undefined;
  #payload: Uint8Array | undefined;

  constructor(code: number, size: number, block: Uint8Array) {
    this.code = code;
    this.size = size;
    this.#block = block;
  }

  get payload(): Uint8Array {
    if (this.#block !== undefined) {
      this.#payload = expand(this.#block, this.size);
      this.#block = undefined; // not both in memory
    }
    return this.#payload ?? new Uint8Array(0);
  }

  toString(): string {
    return `code ${this.code}, ${this.size} bytes`;
  }

  inTrace(): TraceFields {
    return { msg: { code: this.code, size: this.size } };
  }
}
