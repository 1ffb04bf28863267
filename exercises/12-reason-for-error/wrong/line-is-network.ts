// misconception: a protocol whose line has closed has seen a network error
// caught-by: discReasonForError > has no reason of its own for a line that closed, or for a clock that ran out

import { EndOfStream } from '#impl/net/net-conn.ts';
import {
  DiscError,
  discNetworkError,
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
  if (error instanceof PeerError) return discProtocolError;
  if (error instanceof EndOfStream) return discNetworkError;
  return discSubprotocolError;
}
