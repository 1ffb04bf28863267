/**
 * Snappy's block format, our own codec: after Hello every message payload is one block.
 *
 * A block is the length of the output, then elements. An element is a literal, which
 * carries its bytes, or a copy, which repeats bytes that are out already. The packages at
 * hand believe the length that a peer writes; here a block is proved good by a scan first.
 *
 * @see https://github.com/google/snappy/blob/main/format_description.txt
 */

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

// #region snappy-validate
/**
 * Proves that a block is well formed and yields exactly its declared length, which is
 * returned. It puts nothing out, so a bad block costs one walk over its bytes and no memory.
 *
 * @throws {SnappyError} at the first element that is wrong
 */
export function validate(block: Uint8Array): number {
  const { length, end } = readLength(block);
  const elements = new Elements(block, end);
  let produced = 0;
  while (elements.advance()) {
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
  if (produced < length) throw new SnappyError('too-little-output', block.length);
  return length;
}
// #endregion snappy-validate

// #region snappy-decompress
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
  const out = new Uint8Array(length);
  const elements = new Elements(block, readLength(block).end);
  let to = 0;
  while (elements.advance()) {
    const { isLiteral, length, back } = elements;
    const source = isLiteral ? block : out;
    const from = isLiteral ? elements.literalAt : to - back;
    if (length > 32 && (isLiteral || back >= length)) {
      out.set(source.subarray(from, from + length), to);
    } else {
      //: A copy may run into its own output: 1 back, 64 long repeats one byte 64 times.
      for (let i = 0; i < length; i++) out[to + i] = source[from + i] ?? 0;
    }
    to += length;
  }
  return out;
}
// #endregion snappy-decompress

/**
 * Compresses into a new block. The same input gives the same block in Node and in a page;
 * other encoders find other matches, and every decoder reads all of them.
 *
 * @param data less than 2^32 bytes
 */
export function compress(data: Uint8Array): Uint8Array {
  const out = new BlockWriter(data);
  writeElements(data, out);
  return out.finish();
}

/** One for all blocks: a new one would cost more than a small block. */
const places = new Uint16Array(1 << 14);

// #region snappy-compress
/** Takes the first match that it meets, and the bytes between matches as they are. */
function writeElements(data: Uint8Array, out: BlockWriter): void {
  const words = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const bits = Math.min(14, Math.max(8, 32 - Math.clz32(data.length)));
  //: Where four bytes were seen last, by their hash; only the low 16 bits of the place.
  const table = places.fill(0, 0, 1 << bits);
  let literal = 0; // what is not written yet begins here
  let at = 0;
  let misses = 0;
  while (at + 4 <= data.length) {
    const word = words.getUint32(at, true);
    const slot = Math.imul(word, 0x9e3779b1) >>> (32 - bits);
    //: So a match is less than 65,536 back, and its offset fits 2 bytes.
    const back = (at - (table[slot] ?? 0)) & 0xffff;
    table[slot] = at;
    //: A slot may hold the place of other bytes, or of none: only equal bytes count.
    if (back > 0 && words.getUint32(at - back, true) === word) {
      let length = 4;
      while (
        at + length < data.length &&
        data[at + length - back] === data[at + length]
      ) {
        length += 1;
      }
      out.literal(literal, at);
      out.copy(back, length);
      at += length;
      literal = at;
      misses = 0;
    } else {
      // Where nothing matches, look less often: random bytes cost little.
      at += 1 + Math.min(64, misses >> 5);
      misses += 1;
    }
  }
  out.literal(literal, data.length);
}
// #endregion snappy-compress

/** Where blocks of up to some KiB are written before they are cut out. */
const draft = new Uint8Array(80 * 1024);

/** Writes the elements of one block, the only one at that time. */
class BlockWriter {
  readonly #data: Uint8Array;
  readonly #out: Uint8Array;
  #at = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
    // A literal adds at most 5 bytes to 60 or more, and a copy is shorter than its output.
    const longest = 32 + data.length + Math.ceil(data.length / 6);
    this.#out = longest <= draft.length ? draft : new Uint8Array(longest);
    let rest = data.length;
    while (rest >= 0x80) {
      this.#byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.#byte(rest);
  }

  /** Writes the input's bytes from `from` to `to` as they are. */
  literal(from: number, to: number): void {
    const high = to - from - 1;
    if (high < 0) return;
    if (high < 60) {
      this.#byte(high << 2);
    } else {
      const lengthBytes = Math.ceil((32 - Math.clz32(high)) / 8);
      this.#byte((59 + lengthBytes) << 2);
      for (let i = 0; i < lengthBytes; i++) this.#byte(high >>> (8 * i));
    }
    this.#out.set(this.#data.subarray(from, to), this.#at);
    this.#at += to - from;
  }

  /** Writes copies of `length` ≥ 4 bytes in all, `back` < 65,536. */
  copy(back: number, length: number): void {
    let left = length;
    while (left > 64) {
      // An element holds 64 bytes. The last one keeps at least 4: that may be shorter.
      const piece = left < 68 ? 60 : 64;
      this.#longCopy(back, piece);
      left -= piece;
    }
    if (left < 12 && back < 2048) {
      this.#byte(((back >> 8) << 5) | ((left - 4) << 2) | 1);
      this.#byte(back & 0xff);
    } else {
      this.#longCopy(back, left);
    }
  }

  finish(): Uint8Array {
    return this.#out.slice(0, this.#at);
  }

  #longCopy(back: number, length: number): void {
    this.#byte(((length - 1) << 2) | 2);
    this.#byte(back & 0xff);
    this.#byte(back >> 8);
  }

  #byte(value: number): void {
    this.#out[this.#at] = value;
    this.#at += 1;
  }
}
