/**
 * Bytes in the order in which they came, off whose front a reader takes. What lies in
 * one piece is shown as it is; two pieces are joined when somebody asks for bytes of
 * both, and no byte is joined again for every piece that comes.
 */

import { concat, concatAll } from '../bytes.ts';

/** Pieces are joined up to this length: a byte that came alone costs 200. */
const smallLength = 4_096;

const nothing = new Uint8Array(0);

export class ByteQueue {
  readonly #pieces: Uint8Array[] = []; // BOUNDED by `length`: two in a row are not small
  /** Bytes of the first piece that are taken. */
  #start = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** @param piece not changed any more by anybody */
  push(piece: Uint8Array): void {
    if (piece.length === 0) return;
    const end = this.#pieces.length - 1;
    const last = this.#pieces[end];
    this.#length += piece.length;
    if (last === undefined || last.length + piece.length > smallLength) {
      this.#pieces.push(piece);
    } else {
      this.#pieces[end] = concat(last, piece);
    }
  }

  /**
   * The bytes at the front, as one view: at least `wanted` of them if so many are here.
   * More than that it shows only if they lie in the same piece.
   */
  front(wanted: number): Uint8Array {
    const [first] = this.#pieces;
    if (first === undefined) return nothing;
    const here = first.length - this.#start;
    if (here < wanted && this.#pieces.length > 1) return this.#join(wanted);
    return this.#start === 0 ? first : first.subarray(this.#start);
  }

  /** Takes bytes that `front` has shown, and says whether there are so many. */
  drop(length: number): boolean {
    const first = this.#pieces[0] ?? nothing;
    const here = first.length - this.#start;
    if (length > here) return false;
    this.#length -= length;
    if (length < here) {
      this.#start += length;
    } else {
      this.#start = 0;
      this.#pieces.shift();
    }
    return true;
  }

  /** Takes `length` bytes, which are here. They are a view if they lie in one piece. */
  take(length: number): Uint8Array {
    const taken: Uint8Array[] = [];
    for (let missing = length; missing > 0;) {
      const front = this.front(1);
      const part = front.length > missing ? front.subarray(0, missing) : front;
      if (!this.drop(part.length) || part.length === 0) {
        throw new RangeError(`${length} bytes are not here`);
      }
      missing -= part.length;
      taken.push(part);
    }
    const [only] = taken;
    return taken.length === 1 && only !== undefined ? only : concatAll(taken);
  }

  /** Before a long wait: a rest of 10 bytes does not hold the 64 KiB they came in. */
  compact(): void {
    const [first] = this.#pieces;
    if (first === undefined || this.#length * 2 > first.buffer.byteLength) return;
    this.#pieces[0] = first.slice(this.#start);
    this.#start = 0;
  }

  clear(): void {
    this.#pieces.length = 0;
    this.#start = 0;
    this.#length = 0;
  }

  #join(wanted: number): Uint8Array {
    const length = Math.min(wanted, this.#length);
    const joined = this.take(length);
    this.#length += length;
    this.#cut();
    this.#pieces.unshift(joined);
    return joined;
  }

  /** What is taken of the first piece is cut off, so that another may come before it. */
  #cut(): void {
    const [first] = this.#pieces;
    if (first !== undefined && this.#start > 0) {
      this.#pieces[0] = first.subarray(this.#start);
    }
    this.#start = 0;
  }
}
