/** Why bytes from a peer, or a value of ours, are no RLP that we accept. */
export type RlpErrorCode =
  | 'truncated' // an item is longer than the list or the input that holds it
  | 'non-canonical' // the same can be written shorter, and must be
  | 'not-a-list' // a byte string stands where a list belongs
  | 'not-bytes' // a list stands where a byte string belongs
  | 'too-short' // a byte string below the schema's least length
  | 'too-long' // a byte string above the schema's greatest length
  | 'too-few-items' // a list ends before its last field
  | 'too-many-items' // a list goes on after its last field or above its limit
  | 'too-deep' // lists in lists in lists
  | 'trailing-bytes' // bytes after the top value, where that is refused
  | 'too-large'; // an integer that does not fit the type asked for

/** Thrown by everything in `impl/rlp`. */
export class RlpError extends Error {
  override readonly name = 'RlpError';
  readonly code: RlpErrorCode;
  /** Where in the input the item at fault begins, if the input is at hand. */
  readonly offset: number | undefined;
  readonly docs = '/reference/wire#rlp-byte-strings-and-lists';

  /** @param what what was being read, for people: `Status`, `block header` */
  constructor(code: RlpErrorCode, offset: number | undefined, what: string) {
    const place = offset === undefined ? '' : ` at byte ${offset}`;
    super(`rlp: ${what}: ${code}${place}`);
    this.code = code;
    this.offset = offset;
  }
}
