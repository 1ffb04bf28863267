/**
 * Payloads in frames: plain during Hello, a Snappy block each afterwards. A block is
 * proved good before anybody sees the message, and decompressed when somebody asks.
 */

import { sliceLength } from '../../crypto/provider.ts';
import type { TraceFields } from '../../csp/seam.ts';
import {
  baseProtocolLength,
  baseProtocolMaxMsgSize,
  discMsg,
} from '../base-protocol.ts';
import { newMsg, type Msg } from '../message.ts';
import { FrameError } from './errors.ts';
import { maxFrameSize, type Frame } from './frame.ts';
import {
  declaredLength,
  expand,
  expandInSlices,
  SnappyError,
  validate,
  validateInSlices,
} from './snappy.ts';
import { compress, compressInSlices } from './snappy-encoder.ts';

// #region payload
/**
 * What goes into the frame for a payload.
 *
 * @throws {FrameError} `too-big`
 */
export function packPayload(payload: Uint8Array, compressed: boolean): Uint8Array {
  if (!compressed) return payload;
  checkPacked(payload);
  return compress(payload);
}

/**
 * The message in a frame.
 *
 * @param slicer what a large payload is decompressed with
 * @throws {SnappyError} the block is malformed
 * @throws {FrameError} `too-big`: more than the code may carry
 */
export function unpackPayload(
  { code, data }: Frame,
  compressed: boolean,
  slicer?: Slicer,
): Msg {
  if (code === discMsg) return unpackDisconnect(data);
  const size = compressed ? declaredLength(data) : data.length;
  //: Asked of the claim, before a byte is decompressed or even looked at.
  checkSize(code, size);
  if (!compressed) return newMsg(code, data);
  validate(data);
  return new CompressedMsg(code, size, data, slicer);
}
// #endregion payload

// #region payload-slices
/** The two above, with pauses: for more than a slice. */
export function* packInSlices(
  payload: Uint8Array,
  compressed: boolean,
): Generator<undefined, Uint8Array> {
  if (!compressed) return payload;
  checkPacked(payload);
  return yield* compressInSlices(payload);
}

export function* unpackInSlices(
  frame: Frame,
  compressed: boolean,
  slicer: Slicer,
): Generator<undefined, Msg> {
  const { code, data } = frame;
  if (!compressed || code === discMsg) return unpackPayload(frame, compressed);
  const size = declaredLength(data);
  checkSize(code, size);
  yield* validateInSlices(data);
  return new CompressedMsg(code, size, data, slicer);
}
// #endregion payload-slices

/** Takes the steps of long work, and lets others run between them. */
export interface Slicer {
  /** @throws {ConnClosed} the connection was closed meanwhile */
  inSlices<T>(steps: Generator<undefined, T>): Promise<T>;
}

// #region unpack-disconnect
/**
 * A Disconnect may come either way: a remote that refuses our Hello has not learned
 * whether we compress. What is one is not the other.
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

function checkPacked({ length }: Uint8Array): void {
  if (length > maxFrameSize) {
    throw new FrameError('too-big', 'message length >= 16MB');
  }
}

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
  #slicer: Slicer | undefined;
  #payload: Uint8Array | undefined;

  constructor(
    code: number,
    size: number,
    block: Uint8Array,
    slicer: Slicer | undefined,
  ) {
    this.code = code;
    this.size = size;
    this.#block = block;
    this.#slicer = slicer;
  }

  get payload(): Uint8Array {
    if (this.#block !== undefined) this.#keep(expand(this.#block, this.size));
    return this.#payload ?? new Uint8Array(0);
  }

  unpack(): Promise<void> | undefined {
    const [block, slicer] = [this.#block, this.#slicer];
    if (block === undefined || slicer === undefined) return undefined;
    const isLarge = Math.max(block.length, this.size) > sliceLength;
    return isLarge ? this.#unpack(block, slicer) : undefined;
  }

  async #unpack(block: Uint8Array, slicer: Slicer): Promise<void> {
    const payload = await slicer.inSlices(expandInSlices(block, this.size));
    // Somebody may have looked at it meanwhile, and has another one.
    if (this.#block !== undefined) this.#keep(payload);
  }

  #keep(payload: Uint8Array): void {
    this.#payload = payload;
    this.#block = undefined; // not both in memory
    this.#slicer = undefined;
  }

  toString(): string {
    return `code ${this.code}, ${this.size} bytes`;
  }

  inTrace(): TraceFields {
    return { msg: { code: this.code, size: this.size } };
  }
}
