/** Integers of which a few small values mean something to us. */

/**
 * Reads a big-endian integer of any length; one that a `number` cannot hold exactly is
 * the greatest that it can. For reasons and versions, which 64 bits wide are legal and
 * equal to none of ours.
 */
export function saturated(bytes: Uint8Array): number {
  let value = 0;
  for (const byte of bytes) value = value * 256 + byte;
  return Math.min(value, Number.MAX_SAFE_INTEGER);
}
