// misconception: a protocol that returns has asked to disconnect
// caught-by: discReasonForError > says that we quit when a protocol returns without an error

import {
  DiscError,
  discProtocolError,
  discRequested,
  discSubprotocolError,
  PeerError,
  ProtocolReturned,
  type DiscReason,
} from '#impl/p2p/peer-error.ts';

export function discReasonForError(error: unknown): DiscReason {
  if (error instanceof DiscError) return error.reason;
  if (error instanceof ProtocolReturned) return discRequested;
  if (error instanceof PeerError) return discProtocolError;
  return discSubprotocolError;
}
