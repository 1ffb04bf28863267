// misconception: there is a task that writes
// caught-by: Peer.run > tells the remote the reason that the node asks for

import type { Blanks } from '#kit/parsons.ts';

export const order: readonly string[] = [
  'tasks',
  'writer',
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
  unread: 'networkEnd(event.value)',
};
