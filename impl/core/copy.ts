/** Copies of what somebody else made long, in pieces: ten megabytes take milliseconds. */
import type { Work } from '../csp/slices.ts';

/** What is copied between two yields, and what a unit of `Work` copies. */
const copyPiece = 256 * 1024;
const bytesPerUnit = 1_000;

/** Joins byte strings into a new one. */
export function* concatWork(parts: readonly Uint8Array[]): Work<Uint8Array> {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let done = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; at += copyPiece) {
      const piece = part.subarray(at, at + copyPiece);
      joined.set(piece, done);
      done += piece.length;
      yield 1 + piece.length / bytesPerUnit;
    }
  }
  return joined;
}
