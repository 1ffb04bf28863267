// misconception: a disconnect reason is always sent
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
  told: 'end.reason',
  written: 'peer.writeStart.trySend(undefined)',
  unread: 'endOf(event.value)',
};
