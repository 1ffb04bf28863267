/**
 * Frames: a message code and its payload, encrypted and authenticated. Bytes in, bytes
 * out; the transport does the reading and writing. A frame longer than a slice has
 * places where others may run: its functions are generators, which pause there.
 */

import { readUint } from '../../bytes.ts';
import { sliceLength, type FrameCrypto } from '../../crypto/provider.ts';
import { encode } from '../../rlp/encode.ts';
import { RlpError } from '../../rlp/errors.ts';
import { scan } from '../../rlp/scan.ts';
import { uint } from '../../rlp/schema.ts';
import { FrameError } from './errors.ts';

/** Both parts of a frame's first half: the header and its MAC. */
export const headerLength = 32;
/** What three bytes can say. Code and payload together; payloads uncompressed, too. */
export const maxFrameSize = 2 ** 24 - 1;

const maxCode = 2 ** 31;
const macLength = 16;
const blockLength = 16;

/** What a frame holds: for a `Msg` it has yet to be decompressed. */
export interface Frame {
  readonly code: number;
  /** A view of bytes that nothing else uses. */
  readonly data: Uint8Array;
}

/** A frame whose header was opened. */
export interface PendingBody {
  /** How many bytes to read for it. */
  readonly length: number;
  /**
   * Opens the body, once, when its bytes are there. They stay as they are. They may be in
   * pieces of whole blocks.
   *
   * @throws {FrameError} `bad-frame-mac`, `bad-code`, `poisoned`
   */
  open(...pieces: Uint8Array[]): Generator<undefined, Frame>;
}

/**
 * Seals and opens the frames of one connection. One frame at a time in each direction:
 * what was sealed goes out, and what was opened was read, in one order for both sides.
 *
 * A failure is for good: after it, nothing can be read or written.
 *
 * @geth p2p/rlpx.go rlpxFrameRW
 */
export class FrameRW {
  readonly #crypto: FrameCrypto;
  #failure: { readonly cause: unknown } | undefined;

  constructor(crypto: FrameCrypto) {
    this.#crypto = crypto;
  }

  // #region frame-seal
  /**
   * Returns the bytes of one frame, after a pause before each slice, if there are several.
   * They go out whole, before those of the next call.
   *
   * @throws {FrameError} `too-big`, `bad-code`: nothing has happened · `poisoned`
   * @geth p2p/rlpx.go rlpxFrameRW.WriteMsg
   */
  *seal(code: number, data: Uint8Array): Generator<undefined, Uint8Array> {
    this.assertUsable();
    if (code > maxCode) throw new FrameError('bad-code', `message code ${code}`);
    const codeBytes = codeOf(code);
    const size = codeBytes.length + data.length;
    if (size > maxFrameSize) {
      throw new FrameError('too-big', 'message size overflows uint24');
    }
    //: One buffer for all four parts, encrypted where they stand: one write,
    //: one segment for a small message.
    const frame = newBytes(headerLength + paddedLength(size) + macLength);
    frame.set([size >> 16, (size >> 8) & 0xff, size & 0xff, ...headerData]);
    this.#crypto.sealHeader(frame.subarray(0, headerLength));

    const body = frame.subarray(headerLength, frame.length - macLength);
    body.set(codeBytes);
    //: A large frame is many milliseconds of work. Others run before each slice.
    for (let from = 0; from < body.length; from += sliceLength) {
      if (body.length > sliceLength) yield;
      const to = from + sliceLength;
      const start = Math.max(from, codeBytes.length);
      body.set(data.subarray(start - codeBytes.length, to - codeBytes.length), start);
      this.#crypto.sealBody(body.subarray(from, to));
    }
    this.#crypto.sealMAC(frame.subarray(frame.length - macLength));
    return frame;
  }
  // #endregion frame-seal

  // #region frame-open
  /**
   * Opens a header, and returns what opens the body that follows it.
   *
   * @param bytes the header and its MAC, 32 bytes
   * @param limit the greatest frame size that this moment allows
   * @throws {FrameError} `bad-header-mac`, `empty`, `too-big`, `poisoned`
   * @geth p2p/rlpx.go rlpxFrameRW.ReadMsg
   */
  openHeader(bytes: Uint8Array, limit: number): PendingBody {
    this.assertUsable();
    const header = bytes.slice(0, headerLength);
    //: Verified before it is decrypted: nobody else's bytes are interpreted.
    if (!this.#crypto.openHeader(header))
      this.#fail('bad-header-mac', 'bad header MAC');
    const size = sizeIn(header);
    if (size === 0) this.#fail('empty', 'frame of size 0');
    //: Here, not after the body: a claim of 16 MiB before Hello costs us nothing.
    if (size > limit) this.#fail('too-big', `frame of ${size} bytes, limit ${limit}`);
    return {
      length: paddedLength(size) + macLength,
      open: (...pieces) => this.#openBody(pieces, size),
    };
  }

  *#openBody(pieces: readonly Uint8Array[], size: number): Generator<undefined, Frame> {
    this.assertUsable();
    //: New bytes: a small message must not keep alive all that came with it.
    const body = newBytes(paddedLength(size));
    let done = 0;
    let pauseAt = body.length > sliceLength ? 0 : Infinity;
    for (const piece of pieces) {
      for (
        let from = 0;
        from < piece.length && done < body.length;
        from += sliceLength
      ) {
        if (done >= pauseAt) {
          yield;
          pauseAt = done + sliceLength;
        }
        const most = Math.min(sliceLength, body.length - done);
        const encrypted = piece.subarray(from, from + most);
        this.#crypto.openBody(encrypted, body.subarray(done, done + encrypted.length));
        done += encrypted.length;
      }
    }
    const last = pieces.at(-1) ?? body;
    if (!this.#crypto.openMAC(last.subarray(last.length - macLength))) {
      this.#fail('bad-frame-mac', 'bad frame MAC');
    }
    const { code, end } = this.#readCode(body.subarray(0, size));
    return { code, data: body.subarray(end, size) };
  }
  // #endregion frame-open

  /** @throws {FrameError} `poisoned` */
  assertUsable(): void {
    if (this.#failure === undefined) return;
    throw new FrameError('poisoned', 'the frame layer failed before', this.#failure);
  }

  /** Something outside went wrong in the middle of a frame. */
  poison(cause: unknown): void {
    this.#failure ??= { cause };
  }

  #readCode(body: Uint8Array): { code: number; end: number } {
    const [first = 0] = body;
    if (first > 0 && first < 0x80) return { code: first, end: 1 };
    try {
      const end = scan(body, codeSchema, 'message code');
      //: 0x80 is 0; longer numbers follow their length.
      const code = readUint(body, 1, end - 1);
      if (code <= maxCode) return { code, end };
    } catch (error) {
      if (!(error instanceof RlpError)) throw error;
      this.poison(error);
    }
    this.#fail('bad-code', 'the message code is no integer of at most 2^31');
  }

  #fail(code: FrameError['code'], what: string): never {
    const error = new FrameError(code, what);
    this.poison(error);
    throw error;
  }
}

const codeSchema = uint(4);

/**
 * The rest of a header: a list of two zeros. Older drafts of RLPx meant them for the
 * protocol and a sequence; geth sends them and does not read them.
 */
const headerData = [0xc2, 0x80, 0x80] as const;

function sizeIn(header: Uint8Array): number {
  const [high = 0, middle = 0, low = 0] = header;
  return (high << 16) | (middle << 8) | low;
}

/** The RLP of a message code. Those of up to one byte stand for themselves. */
function codeOf(code: number): Uint8Array {
  return code > 0 && code < 0x80 ? Uint8Array.of(code) : encode(code);
}

/** An array with memory of its own costs a microsecond: small ones are cut from pieces. */
const pieceLength = 8 * 1024;
let piece = new Uint8Array(pieceLength);
let cut = 0;

/** Zeros, of which nobody else has any. */
function newBytes(length: number): Uint8Array {
  if (length > pieceLength / 8) return new Uint8Array(length);
  if (cut + length > pieceLength) {
    piece = new Uint8Array(pieceLength);
    cut = 0;
  }
  cut += length;
  return piece.subarray(cut - length, cut);
}

function paddedLength(size: number): number {
  return Math.ceil(size / blockLength) * blockLength;
}
