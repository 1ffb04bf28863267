/**
 * Frames: a message code and its payload, encrypted and authenticated. Nothing here
 * waits: bytes in, bytes out, so that a cipher and its MAC can never be entered twice.
 * The transport does the reading and writing.
 */

import { equalBytes, readUint, writeUint, xor } from '../../bytes.ts';
import { createBlockCipher, createCtr } from '#crypto';
import type { BlockCipher, CtrStream, RunningKeccak } from '../../crypto/provider.ts';
import { encode } from '../../rlp/encode.ts';
import { RlpError } from '../../rlp/errors.ts';
import { scan } from '../../rlp/scan.ts';
import { uint } from '../../rlp/schema.ts';
import { FrameError } from './errors.ts';
import type { Secrets } from './secrets.ts';

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

/**
 * Seals and opens the frames of one connection.
 *
 * A failure is for good: after it, nothing can be read or written.
 *
 * @geth p2p/rlpx.go rlpxFrameRW
 */
export class FrameRW {
  readonly #encrypt: CtrStream;
  readonly #decrypt: CtrStream;
  readonly #egressMAC: FrameMAC;
  readonly #ingressMAC: FrameMAC;
  /** The size in a header that was opened, while its body is awaited. */
  #size: number | undefined;
  #failure: { readonly cause: unknown } | undefined;

  constructor({ aes, mac, egressMAC, ingressMAC }: Secrets) {
    // One key and one zero IV for both directions: whoever knows a byte that one side
    // sent knows the other side's byte at that place. A flaw of RLPx; to interoperate
    // is to have it.
    this.#encrypt = createCtr(aes, new Uint8Array(blockLength));
    this.#decrypt = createCtr(aes, new Uint8Array(blockLength));
    this.#egressMAC = new FrameMAC(egressMAC, mac);
    this.#ingressMAC = new FrameMAC(ingressMAC, mac);
  }

  // #region frame-seal
  /**
   * The bytes of one frame. They have to go out whole, before those of the next call.
   *
   * @throws {FrameError} `too-big`, `bad-code`: nothing has happened · `poisoned`
   * @geth p2p/rlpx.go rlpxFrameRW.WriteMsg
   */
  seal(code: number, data: Uint8Array): Uint8Array {
    this.assertUsable();
    if (code > maxCode) throw new FrameError('bad-code', `message code ${code}`);
    const codeBytes = encode(code);
    const size = codeBytes.length + data.length;
    if (size > maxFrameSize) {
      throw new FrameError('too-big', 'message size overflows uint24');
    }
    //= header and body, each a whole number of blocks
    const plain = new Uint8Array(blockLength + paddedLength(size));
    plain.set(writeUint(size, 3));
    plain.set(headerData, 3);
    plain.set(codeBytes, blockLength);
    plain.set(data, blockLength + codeBytes.length);

    //= encrypt, then authenticate what the remote will see
    const encrypted = this.#encrypt.apply(plain);
    const header = encrypted.subarray(0, blockLength);
    const body = encrypted.subarray(blockLength);
    //: One buffer for all four parts: one write, one segment for a small message.
    const frame = new Uint8Array(encrypted.length + 2 * macLength);
    frame.set(header);
    frame.set(this.#egressMAC.header(header), blockLength);
    frame.set(body, headerLength);
    frame.set(this.#egressMAC.body(body), headerLength + body.length);
    return frame;
  }
  // #endregion frame-seal

  // #region frame-open
  /**
   * Opens a header and returns how many bytes to read next, for `openBody`.
   *
   * @param bytes the header and its MAC, 32 bytes
   * @param limit the greatest frame size that this moment allows
   * @throws {FrameError} `bad-header-mac`, `empty`, `too-big`, `poisoned`
   * @geth p2p/rlpx.go rlpxFrameRW.ReadMsg
   */
  openHeader(bytes: Uint8Array, limit: number): number {
    this.assertUsable();
    if (this.#size !== undefined) this.#fail('out-of-turn', 'a body is due');
    const encrypted = bytes.subarray(0, blockLength);
    const expected = this.#ingressMAC.header(encrypted);
    //: Verified before it is decrypted: nobody else's bytes are interpreted.
    if (!equalBytes(expected, bytes.subarray(blockLength, headerLength))) {
      this.#fail('bad-header-mac', 'bad header MAC');
    }
    const size = readUint(this.#decrypt.apply(encrypted), 0, 3);
    if (size === 0) this.#fail('empty', 'frame of size 0');
    //: Here, not after the body: a claim of 16 MiB before Hello costs us nothing.
    if (size > limit) this.#fail('too-big', `frame of ${size} bytes, limit ${limit}`);
    this.#size = size;
    return paddedLength(size) + macLength;
  }

  /**
   * Opens the body that belongs to the last header.
   *
   * @throws {FrameError} `bad-frame-mac`, `bad-code`, `poisoned`
   */
  openBody(bytes: Uint8Array): Frame {
    this.assertUsable();
    const size = this.#size ?? this.#fail('out-of-turn', 'a header is due');
    this.#size = undefined;
    const encrypted = bytes.subarray(0, paddedLength(size));
    const expected = this.#ingressMAC.body(encrypted);
    if (!equalBytes(expected, bytes.subarray(encrypted.length))) {
      this.#fail('bad-frame-mac', 'bad frame MAC');
    }
    const body = this.#decrypt.apply(encrypted).subarray(0, size);
    const { code, end } = this.#readCode(body);
    return { code, data: body.subarray(end) };
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
    try {
      const end = scan(body, codeSchema, 'message code');
      //: 0x80 is 0; 1 to 0x7f stand for themselves; longer ones follow their length.
      const start = (body[0] ?? 0) < 0x80 ? 0 : 1;
      const code = readUint(body, start, end - start);
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
 * The rest of a header: a list of two zeros, which the specification leaves for chunked
 * frames. Everyone sends it and nobody reads it.
 */
const headerData = Uint8Array.of(0xc2, 0x80, 0x80);

function paddedLength(size: number): number {
  return Math.ceil(size / blockLength) * blockLength;
}

// #region frame-mac
/** The MAC of one direction: a hash over all ciphertext so far. */
class FrameMAC {
  readonly #hash: RunningKeccak;
  readonly #cipher: BlockCipher;
  #digest: Uint8Array;

  constructor(hash: RunningKeccak, key: Uint8Array) {
    this.#hash = hash;
    this.#cipher = createBlockCipher(key);
    this.#digest = hash.digest();
  }

  header(encrypted: Uint8Array): Uint8Array {
    return this.#step(encrypted);
  }

  body(encrypted: Uint8Array): Uint8Array {
    this.#hash.update(encrypted);
    this.#digest = this.#hash.digest();
    return this.#step(this.#digest);
  }

  /**
   * Feeds the seed into the hash, mixed with the hash's own encrypted digest.
   *
   * @geth p2p/rlpx.go updateMAC
   */
  #step(seed: Uint8Array): Uint8Array {
    //: The digest of the last step is the one this step begins with: it is kept,
    //: so that a frame costs three digests.
    const mask = this.#cipher.encrypt(this.#digest.subarray(0, blockLength));
    this.#hash.update(xor(mask, seed.subarray(0, blockLength)));
    this.#digest = this.#hash.digest();
    return this.#digest.subarray(0, macLength);
  }
}
// #endregion frame-mac
