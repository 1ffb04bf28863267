// misconception: reason 0 is no reason
// caught-by: discReasonForError > passes on reason 0 like any other

import {
  DiscError,
  discProtocolError,
  discQuitting,
  discSubprotocolError,
  PeerError,
  ProtocolReturned,
  type DiscReason,
} from '#impl/p2p/peer-error.ts';

export function discReasonForError(error: unknown): DiscReason {
  if (error instanceof DiscError && error.reason) return error.reason;
  if (error instanceof ProtocolReturned) return discQuitting;
  if (error instanceof PeerError) return discProtocolError;
  return discSubprotocolError;
}
