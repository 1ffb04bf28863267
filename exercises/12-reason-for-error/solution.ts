import {
  DiscError,
  discProtocolError,
  discQuitting,
  discSubprotocolError,
  PeerError,
  ProtocolReturned,
  type DiscReason,
} from '#impl/p2p/peer-error.ts';

/**
 * The reason to give the remote when `error` ends the peer. There is one even for an
 * object whose properties throw when they are read.
 *
 * @param error anything that a task can throw
 * @returns the number in the Disconnect message
 */
export function discReasonForError(error: unknown): DiscReason {
  if (error instanceof DiscError) return error.reason;
  if (error instanceof ProtocolReturned) return discQuitting;
  if (error instanceof PeerError) return discProtocolError;
  return discSubprotocolError;
}
