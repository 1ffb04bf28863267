// misconception: a task is over when its peer is
// caught-by: Peer.run > is not over before its tasks are

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
  'return',
];

export const blanks: Blanks = {
  told: 'end.reason',
  written: 'peer.writeStart.trySend(undefined)',
  unread: 'networkEnd(event.value)',
};
