import {
  DiscError,
  discProtocolError,
  discQuitting,
  discSubprotocolError,
  PeerError,
  ProtocolReturned,
  type DiscReason,
} from '#impl/p2p/peer-error.ts';
import { Unsolved } from '#kit/unsolved.ts';

/**
 * The reason to give the remote when `error` ends the peer. There is one even for an
 * object whose properties throw when they are read.
 *
 * @param error anything that a task can throw
 * @returns the number in the Disconnect message
 */
export function discReasonForError(error: unknown): DiscReason {
  if (error instanceof DiscError) return error.reason;
  // TODO 1: the protocol came back without an error.
  // TODO 2: a message broke the rules of the peer layer.
  // TODO 3: anything else.
  throw new Unsolved(
    'discReasonForError',
    { error },
    {
      ...{ PeerError, ProtocolReturned },
      ...{ discProtocolError, discQuitting, discSubprotocolError },
    },
  );
}
