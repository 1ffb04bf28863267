/**
 * Writes Snappy blocks. The same input gives the same block in Node and in a page; other
 * encoders find other matches, and every decoder reads all of them.
 */

import { sliceLength } from '../../crypto/provider.ts';
import { doAtOnce, doInSlices, type SlicedWork } from './sliced-work.ts';

/**
 * Compresses into a new block.
 *
 * @param data less than 2^32 bytes
 */
export function compress(data: Uint8Array): Uint8Array {
  const longest = longestBlock(data);
  // What both share is clean again before anybody else runs.
  const draft = longest <= drafts.length ? drafts : new Uint8Array(longest);
  const out = new BlockWriter(data, draft);
  doAtOnce(new Compression(data, out, places));
  return out.finish();
}

/** The same with pauses, in which other data may be compressed; the same block. */
export function* compressInSlices(
  data: Uint8Array,
  slice?: number,
): Generator<undefined, Uint8Array> {
  const out = new BlockWriter(data, new Uint8Array(longestBlock(data)));
  const table = new Uint16Array(places.length);
  yield* doInSlices(new Compression(data, out, table), slice);
  return out.finish();
}

/** One table for all blocks: a new one would cost more than a small block. */
const places = new Uint16Array(1 << 14);

/** Where blocks of up to some KiB are written before they are cut out. */
const drafts = new Uint8Array(80 * 1024);

/** A literal adds at most 5 bytes to 60 or more, and a copy is shorter than its output. */
function longestBlock({ length }: Uint8Array): number {
  return 32 + length + Math.ceil(length / 6);
}

/** Takes the first match that it meets, and the bytes between matches as they are. */
class Compression implements SlicedWork {
  readonly #data: Uint8Array;
  readonly #words: DataView;
  readonly #out: BlockWriter;
  /** What leaves of a hash the number of a slot. */
  readonly #shift: number;
  /** Where four bytes were seen last, by their hash; only the low 16 bits of the place. */
  readonly #table: Uint16Array;
  /** What is not written yet begins here. */
  #literal = 0;
  #at = 0;
  #misses = 0;
  /** The match at `#at`, as far as it was followed. */
  #back = 0;
  #length = 0;

  constructor(data: Uint8Array, out: BlockWriter, table: Uint16Array) {
    this.#data = data;
    this.#words = new DataView(data.buffer, data.byteOffset, data.byteLength);
    this.#out = out;
    const bits = Math.min(14, Math.max(8, 32 - Math.clz32(data.length)));
    this.#shift = 32 - bits;
    this.#table = table.fill(0, 0, 1 << bits);
  }

  /** Looks at about `bytes` more of the data. True: all is written. */
  goOn(bytes: number): boolean {
    const { length } = this.#data;
    const end = Math.min(length, this.#at + this.#length + bytes);
    while (this.#length > 0 || this.#find(end)) {
      if (!this.#follow(end)) return false;
    }
    if (end < length) return false;
    this.#out.literal(this.#literal, length);
    this.#literal = length;
    return this.#out.copyOn(bytes);
  }

  // #region snappy-compress
  /** Goes to the next four bytes that were there before. False: none before `end`. */
  #find(end: number): boolean {
    const words = this.#words;
    const table = this.#table;
    const last = Math.min(end - 1, words.byteLength - 4);
    let misses = this.#misses;
    let at = this.#at;
    while (at <= last) {
      const word = words.getUint32(at, true);
      const slot = Math.imul(word, 0x9e3779b1) >>> this.#shift;
      //: So a match is less than 65,536 back, and its offset fits 2 bytes.
      const back = (at - (table[slot] ?? 0)) & 0xffff;
      table[slot] = at;
      //: A slot may hold the place of other bytes, or of none: only equal bytes count.
      if (back > 0 && words.getUint32(at - back, true) === word) {
        [this.#at, this.#back, this.#length, this.#misses] = [at, back, 4, 0];
        return true;
      }
      // Where nothing matches, look less often: random bytes cost little.
      at += 1 + Math.min(64, misses >> 5);
      misses += 1;
    }
    //: The last three bytes are no four: nothing more to find there.
    [this.#at, this.#misses] = [Math.max(at, end), misses];
    return false;
  }

  /** Writes what is before the match, and the match. False: it may go on after `end`. */
  #follow(end: number): boolean {
    const data = this.#data;
    const back = this.#back;
    let to = this.#at + this.#length;
    while (to < end && data[to - back] === data[to]) to += 1;
    this.#length = to - this.#at;
    if (to >= end && end < data.length) return false;
    this.#out.literal(this.#literal, this.#at);
    this.#out.copy(back, this.#length);
    this.#at = this.#literal = to;
    this.#length = 0;
    return true;
  }
  // #endregion snappy-compress
}

/** Writes the elements of one block. In slices, others are written meanwhile. */
class BlockWriter {
  readonly #data: Uint8Array;
  readonly #out: Uint8Array;
  #at = 0;
  /** Literals of more than a slice: to touch so much new memory takes a while. */
  #later: { from: number; to: number; at: number }[] | undefined;

  constructor(data: Uint8Array, out: Uint8Array) {
    this.#data = data;
    this.#out = out;
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
    if (to - from > sliceLength) (this.#later ??= []).push({ from, to, at: this.#at });
    else this.#out.set(this.#data.subarray(from, to), this.#at);
    this.#at += to - from;
  }

  /** Copies about `bytes` of the long literals into their places. True: nothing is left. */
  copyOn(bytes: number): boolean {
    const next = this.#later?.[0];
    if (next === undefined) return true;
    const end = Math.min(next.to, next.from + bytes);
    this.#out.set(this.#data.subarray(next.from, end), next.at);
    next.at += end - next.from;
    next.from = end;
    if (end === next.to) this.#later?.shift();
    return this.#later?.length === 0;
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

  /** The block: of a draft, a copy. */
  finish(): Uint8Array {
    return this.#out === drafts
      ? this.#out.slice(0, this.#at)
      : this.#out.subarray(0, this.#at);
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
