// misconception: the reason says whose fault it was
// caught-by: discReasonForError > calls invalid-msg-code a breach of protocol

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
  if (error instanceof DiscError) return error.reason;
  if (error instanceof ProtocolReturned) return discQuitting;
  // Our own protocol wrote a code that it does not have: that is no breach of theirs.
  if (error instanceof PeerError && error.code === 'invalid-msg-code') {
    return discSubprotocolError;
  }
  if (error instanceof PeerError) return discProtocolError;
  return discSubprotocolError;
}
