// misconception: a number without a name cannot be sent
// caught-by: discReasonForError > passes on every number, with a name or without

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
  if (error instanceof DiscError) {
    // 16 is the last reason that has a name.
    return error.reason <= discSubprotocolError ? error.reason : discSubprotocolError;
  }
  if (error instanceof ProtocolReturned) return discQuitting;
  if (error instanceof PeerError) return discProtocolError;
  return discSubprotocolError;
}
