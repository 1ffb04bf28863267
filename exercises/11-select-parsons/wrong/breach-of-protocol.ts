// misconception: a code that nobody owns is told as a breach of protocol
// caught-by: Peer.run > says nothing when a code belongs to no protocol

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
  unread: "endOf(new PeerError('invalid-msg-code'))",
};
