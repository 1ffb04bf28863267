// misconception: the write token comes back by itself
// caught-by: Peer.run > lets the next writer write, and goes on

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
  written: 'continue',
  unread: 'networkEnd(event.value)',
};
