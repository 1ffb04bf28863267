/** Bytes that a reader changes, as hex: one byte at a time, or one more, or one less. */

/** What a run of bytes is, for whoever changes them. */
export interface EditSpan {
  readonly start: number;
  /** After the last byte. */
  readonly end: number;
  readonly field: string;
  /** What it is. */
  readonly sentence: string;
  /** What stands there, as a person writes it. */
  readonly value?: string | undefined;
}

export function byteAt(hex: string, at: number): string {
  return hex.slice(2 * at, 2 * at + 2);
}

/** `byte` instead of the one that stands there; past the last one, behind it. */
export function replaced(hex: string, at: number, byte: string): string {
  return hex.slice(0, 2 * at) + byte + hex.slice(2 * at + 2);
}

export function inserted(hex: string, at: number, byte: string): string {
  return hex.slice(0, 2 * at) + byte + hex.slice(2 * at);
}

export function removed(hex: string, at: number): string {
  return hex.slice(0, 2 * at) + hex.slice(2 * at + 2);
}

/**
 * Where the bytes are other ones than before: what the two have in common at both ends is
 * left out. Nothing differs: `from` and `to` are equal, and so are the lengths.
 */
export function changedPart(
  before: string,
  now: string,
): { readonly from: number; readonly to: number } {
  const [old, count] = [before.length / 2, now.length / 2];
  const most = Math.min(old, count);
  let from = 0;
  while (from < most && byteAt(before, from) === byteAt(now, from)) from++;
  let same = 0;
  while (
    same < most - from &&
    byteAt(before, old - 1 - same) === byteAt(now, count - 1 - same)
  ) {
    same++;
  }
  return { from, to: count - same };
}

/** Two digits of hex in lower case; undefined while they are not. */
export function asByte(text: string): string | undefined {
  return /^[0-9a-f]{2}$/i.test(text) ? text.toLowerCase() : undefined;
}
