// misconception: an error is known by its text
// caught-by: discReasonForError > decides by the class, not by the text

import {
  DiscError,
  discProtocolError,
  discQuitting,
  discSubprotocolError,
  type DiscReason,
} from '#impl/p2p/peer-error.ts';

export function discReasonForError(error: unknown): DiscReason {
  const { message } = error as Error;
  if (error instanceof DiscError) return error.reason;
  if (message === 'protocol returned') return discQuitting;
  if (message.startsWith('invalid message')) return discProtocolError;
  return discSubprotocolError;
}
