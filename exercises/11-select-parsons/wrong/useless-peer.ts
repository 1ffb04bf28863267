// misconception: a peer that fails us is called a useless peer
// caught-by: Peer.run > tells the remote why a protocol has ended

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
  told: 'discUselessPeer',
  written: 'peer.writeStart.trySend(undefined)',
  unread: 'networkEnd(event.value)',
};
