// misconception: the reason can be worked out again from the error
// caught-by: Peer.run > says nothing when the line breaks

import type { Blanks } from '#kit/parsons.ts';

export const order: readonly string[] = [
  'tasks',
  'token',
  'loop',
  'wait',
  'write-over',
  'read-ended',
  'protocol-ended',
  'asked',
  'end-switch',
  'end-loop',
  'close',
  'tell',
  'everyone',
  'return',
];

export const blanks: Blanks = {
  told: 'discReasonForError(end.error)',
  written: 'peer.writeStart.trySend(undefined)',
  unread: 'networkEnd(event.value)',
};
