/** The errors of the two handshakes and of the frame layer. All of them end the connection. */

export type HandshakeErrorCode =
  | 'bad-size' // a packet's size prefix is outside its limits
  | 'cannot-decrypt' // not for us, or damaged
  | 'bad-packet' // decrypted, but not the list that it has to be
  | 'bad-key' // a public key that is no point of the curve
  | 'bad-signature' // no key can have signed this
  | 'too-big' // a Hello above the limit
  | 'not-hello' // another message where Hello is due
  | 'write-failed' // their Hello came, ours did not get out
  | 'out-of-turn'; // a bug of ours: used twice, or before its time

/** A handshake that failed. What the remote sees is the same for every code: we close. */
export class HandshakeError extends Error {
  override readonly name = 'HandshakeError';
  readonly code: HandshakeErrorCode;
  readonly docs = '/reference/wire#the-handshake';

  constructor(code: HandshakeErrorCode, what: string, options?: ErrorOptions) {
    super(what, options);
    this.code = code;
  }
}

export type FrameErrorCode =
  | 'bad-header-mac'
  | 'bad-frame-mac'
  | 'too-big' // above what this moment allows, in either direction
  | 'empty' // a frame without even a message code
  | 'bad-code' // the message code is no canonical integer of at most 2^31
  | 'poisoned'; // something failed before: cipher and MAC are out of step with the remote

/** A frame that cannot be read or written. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
  readonly code: FrameErrorCode;
  readonly docs = '/reference/wire#frames';

  constructor(code: FrameErrorCode, what: string, options?: ErrorOptions) {
    super(`rlpx: ${what}`, options);
    this.code = code;
  }
}
