import type { Blanks } from '#kit/parsons.ts';

export const order: readonly string[] = [
  // start the tasks
  'tasks',
  'token',
  // wait for the first cause
  'loop',
  'wait',
  'write-over',
  'read-ended',
  'protocol-ended',
  'asked',
  'end-switch',
  'end-loop',
  // tell the remote, and leave no one behind
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
