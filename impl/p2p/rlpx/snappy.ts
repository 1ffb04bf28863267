/** Snappy's block format, our own codec; see below. */
export class SnappyError extends Error {}
