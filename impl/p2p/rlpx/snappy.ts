/**
 * Snappy's block format, and our own decoder: after Hello every message payload is one
 * block. The encoder is in `snappy-encoder.ts`.
 *
 * A block is the length of the output, then elements. An element is a literal, which
 * carries its bytes, or a copy, which repeats bytes that are out already. The packages at
 * hand believe the length that a peer writes; here a block is proved good by a scan first.
 *
 * @see https://github.com/google/snappy/blob/main/format_description.txt
 */

import { doAtOnce, doInSlices, type SlicedWork } from './sliced-work.ts';

export type SnappyErrorCode =
  | 'bad-length' // the declared length is cut off or above 2^32 − 1
  | 'truncated' // an element ends after the block does
  | 'bad-offset' // a copy from nowhere: 0 back, or before the first byte
  | 'too-much-output' // more bytes than declared
  | 'too-little-output'; // fewer bytes than declared

/** Bytes that are no Snappy block. */
export class SnappyError extends Error {
  override readonly name = 'SnappyError';
  readonly code: SnappyErrorCode;
  /** Where in the block the element at fault begins. */
  readonly offset: number;
  readonly docs = '/reference/wire#compression';

  constructor(code: SnappyErrorCode, offset: number) {
    super(`snappy: ${code} at byte ${offset}`);
    this.code = code;
    this.offset = offset;
  }
}

// #region snappy-length
/**
 * Reads how long the output claims to be. Ask before anything else: it costs nothing, and
 * a message over its limit is refused here.
 *
 * @throws {SnappyError} `bad-length`
 */
export function declaredLength(block: Uint8Array): number {
  return readLength(block).length;
}

/** A varint of at most 5 bytes: 7 bits each, the low ones first, the top bit says "more". */
function readLength(block: Uint8Array): { length: number; end: number } {
  let length = 0;
  for (let at = 0; at < 5; at++) {
    const byte = block[at];
    if (byte === undefined) break;
    length += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) {
      if (length > 0xffffffff) break;
      return { length, end: at + 1 };
    }
  }
  throw new SnappyError('bad-length', 0);
}
// #endregion snappy-length

/** Walks over the elements of a block. One object for all of them: no garbage. */
class Elements {
  readonly #block: Uint8Array;
  /** Where the present element begins, and where the next one does. */
  at = 0;
  #next: number;
  /** How many bytes the element puts out. */
  length = 0;
  isLiteral = false;
  /** How far back a copy reaches. */
  back = 0;
  /** Where a literal's bytes begin. */
  literalAt = 0;

  constructor(block: Uint8Array, start: number) {
    this.#block = block;
    this.#next = start;
  }

  // #region snappy-elements
  /** Moves to the next element; false at the end of the block. */
  advance(): boolean {
    const tag = this.#block[this.#next];
    if (tag === undefined) return false;
    this.at = this.#next;
    this.#next += 1;
    this.isLiteral = (tag & 3) === 0;
    const high = tag >> 2;
    //: The low two bits tell what it is: a literal, or a copy with 1, 2 or 4 offset bytes.
    switch (tag & 3) {
      case 0:
        this.#literal(high);
        break;
      case 1:
        this.length = 4 + (high & 7);
        this.back = (tag >> 5) * 256 + this.#number(1);
        break;
      case 2:
        this.length = 1 + high;
        this.back = this.#number(2);
        break;
      default:
        this.length = 1 + high;
        this.back = this.#number(4);
    }
    return true;
  }

  /** Up to 60 bytes are counted in the tag; longer ones in 1 to 4 bytes after it. */
  #literal(high: number): void {
    this.length = 1 + (high < 60 ? high : this.#number(high - 59));
    this.literalAt = this.#next;
    this.#take(this.length);
  }
  // #endregion snappy-elements

  #number(bytes: number): number {
    const from = this.#next;
    this.#take(bytes);
    let value = 0;
    for (let i = bytes - 1; i >= 0; i--)
      value = value * 256 + (this.#block[from + i] ?? 0);
    return value;
  }

  #take(bytes: number): void {
    if (bytes > this.#block.length - this.#next)
      throw new SnappyError('truncated', this.at);
    this.#next += bytes;
  }
}

/**
 * Proves that a block is well formed and yields exactly its declared length, which is
 * returned. It puts nothing out, so a bad block costs one walk over its bytes and no memory.
 *
 * @throws {SnappyError} at the first element that is wrong
 */
export function validate(block: Uint8Array): number {
  const work = new Validation(block);
  doAtOnce(work);
  return work.length;
}

/** The same with pauses. @throws {SnappyError} as `validate` */
export function validateInSlices(
  block: Uint8Array,
  slice?: number,
): Generator<undefined, void> {
  return doInSlices(new Validation(block), slice);
}

// #region snappy-validate
class Validation implements SlicedWork {
  /** What the block claims. */
  readonly length: number;
  readonly #block: Uint8Array;
  readonly #elements: Elements;
  #produced = 0;

  constructor(block: Uint8Array) {
    const { length, end } = readLength(block);
    this.length = length;
    this.#block = block;
    this.#elements = new Elements(block, end);
  }

  /** Looks at elements until `bytes` of the block are behind it. True: all are good. */
  goOn(bytes: number): boolean {
    const elements = this.#elements;
    const { length } = this;
    const until = elements.at + bytes;
    let produced = this.#produced;
    while (elements.at < until) {
      if (!elements.advance()) {
        if (produced === length) return true;
        throw new SnappyError('too-little-output', this.#block.length);
      }
      const { isLiteral, back } = elements;
      if (!isLiteral && (back === 0 || back > produced)) {
        throw new SnappyError('bad-offset', elements.at);
      }
      //: Stops at the first byte too many: megabytes of copies behind a claim of 1 cost nothing.
      if (elements.length > length - produced) {
        throw new SnappyError('too-much-output', elements.at);
      }
      produced += elements.length;
    }
    this.#produced = produced;
    return false;
  }
}
// #endregion snappy-validate

/**
 * Decompresses a block into new bytes. The claim is checked before memory is taken for it.
 *
 * @throws {SnappyError} the codes of `validate`
 */
export function decompress(block: Uint8Array): Uint8Array {
  return expand(block, validate(block));
}

/**
 * Puts out a block that is proved good, once.
 *
 * @param length what `validate` returned
 */
export function expand(block: Uint8Array, length: number): Uint8Array {
  const work = new Expansion(block, length);
  doAtOnce(work);
  return work.out;
}

/** The same with pauses. */
export function* expandInSlices(
  block: Uint8Array,
  length: number,
  slice?: number,
): Generator<undefined, Uint8Array> {
  const work = new Expansion(block, length);
  yield* doInSlices(work, slice);
  return work.out;
}

// #region snappy-decompress
class Expansion implements SlicedWork {
  readonly out: Uint8Array;
  readonly #block: Uint8Array;
  readonly #elements: Elements;
  #to = 0;
  /** What is left of a literal that is longer than a slice. */
  #rest = { from: 0, length: 0 };

  constructor(block: Uint8Array, length: number) {
    this.out = new Uint8Array(length);
    this.#block = block;
    this.#elements = new Elements(block, readLength(block).end);
  }

  /** Puts out until `bytes` are behind it in the block or in the output. True: all. */
  goOn(bytes: number): boolean {
    const block = this.#block;
    const elements = this.#elements;
    const { out } = this;
    if (this.#rest.length > 0) return this.#copyRest(bytes);
    let to = this.#to;
    const inputEnd = elements.at + bytes;
    const outputEnd = to + bytes;
    while (elements.at < inputEnd && to < outputEnd) {
      if (!elements.advance()) return true;
      const { isLiteral, length, back } = elements;
      const source = isLiteral ? block : out;
      const from = isLiteral ? elements.literalAt : to - back;
      if (isLiteral && length > bytes) {
        this.#rest = { from, length };
        break;
      }
      if (length > 32 && (isLiteral || back >= length)) {
        out.set(source.subarray(from, from + length), to);
      } else {
        //: A copy may run into its own output: 1 back, 64 long repeats one byte 64 times.
        for (let i = 0; i < length; i++) out[to + i] = source[from + i] ?? 0;
      }
      to += length;
    }
    this.#to = to;
    return false;
  }
  // #endregion snappy-decompress

  #copyRest(bytes: number): false {
    const { from, length } = this.#rest;
    const copied = Math.min(length, bytes);
    this.out.set(this.#block.subarray(from, from + copied), this.#to);
    this.#to += copied;
    this.#rest = { from: from + copied, length: length - copied };
    return false;
  }
}
