/**
 * Why a peer ends: the reasons that travel in a Disconnect message, the errors of the
 * peer layer, and the one function that maps any error to a reason.
 */

// #region disc-reasons
/** @geth p2p/peer_error.go DiscReason */
export const discRequested = 0;
export const discNetworkError = 1;
export const discProtocolError = 2;
export const discUselessPeer = 3;
export const discTooManyPeers = 4;
export const discAlreadyConnected = 5;
export const discIncompatibleVersion = 6;
export const discInvalidIdentity = 7;
export const discQuitting = 8;
export const discUnexpectedIdentity = 9;
export const discSelf = 10;
export const discReadTimeout = 11;
export const discSubprotocolError = 16;

/** An unsigned integer. Those without a name are legal on the wire. */
export type DiscReason = number;

const discReasonNames: ReadonlyMap<DiscReason, string> = new Map([
  [discRequested, 'disconnect requested'],
  [discNetworkError, 'network error'],
  [discProtocolError, 'breach of protocol'],
  [discUselessPeer, 'useless peer'],
  [discTooManyPeers, 'too many peers'],
  [discAlreadyConnected, 'already connected'],
  [discIncompatibleVersion, 'incompatible p2p protocol version'],
  [discInvalidIdentity, 'invalid node identity'],
  [discQuitting, 'client quitting'],
  [discUnexpectedIdentity, 'unexpected identity'],
  [discSelf, 'connected to self'],
  [discReadTimeout, 'read timeout'],
  [discSubprotocolError, 'subprotocol error'],
]);

/**
 * A text for every number there is.
 *
 * @geth p2p/peer_error.go DiscReason.String
 */
export function discReasonText(reason: DiscReason): string {
  //: geth v1.8.12 indexes an array here. Reason 17 is one past its end, and the
  //: panic takes the whole process down. A lookup that may miss cannot.
  return discReasonNames.get(reason) ?? `unknown disconnect reason ${reason}`;
}
// #endregion disc-reasons

/** A Disconnect with its reason: received, or about to be sent. */
export class DiscError extends Error {
  override readonly name = 'DiscError';
  readonly reason: DiscReason;

  constructor(reason: DiscReason) {
    super(discReasonText(reason));
    this.reason = reason;
  }
}

/** A code past every running protocol. The line is closed without a word, as geth does. */
export class CodeOutOfRange extends Error {
  override readonly name = 'CodeOutOfRange';

  constructor(code: number) {
    super(`msg code out of range: ${code}`);
  }
}

export type PeerErrorCode = 'invalid-msg-code' | 'invalid-msg';

const peerErrorTexts: Readonly<Record<PeerErrorCode, string>> = {
  'invalid-msg-code': 'invalid message code',
  'invalid-msg': 'invalid message',
};

/**
 * A message that breaks the rules of the peer layer.
 *
 * @geth p2p/peer_error.go peerError
 */
export class PeerError extends Error {
  override readonly name = 'PeerError';
  readonly code: PeerErrorCode;

  constructor(code: PeerErrorCode, detail?: string) {
    super(
      detail === undefined
        ? peerErrorTexts[code]
        : `${peerErrorTexts[code]}: ${detail}`,
    );
    this.code = code;
  }
}

/**
 * A protocol's `run` returned without an error.
 *
 * @geth p2p/peer_error.go errProtocolReturned
 */
export class ProtocolReturned extends Error {
  override readonly name = 'ProtocolReturned';

  constructor() {
    super('protocol returned');
  }
}

// #region disc-reason-for-error
/**
 * The reason to give the remote when `error` ends the peer.
 *
 * @geth p2p/peer_error.go discReasonForError
 */
export function discReasonForError(error: unknown): DiscReason {
  if (error instanceof DiscError) return error.reason;
  if (error instanceof ProtocolReturned) return discQuitting;
  //: Both codes of a PeerError are the remote's breach, even when the
  //: message that broke the rule was ours.
  if (error instanceof PeerError) return discProtocolError;
  return discSubprotocolError;
}
// #endregion disc-reason-for-error
