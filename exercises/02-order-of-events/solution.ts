import type { Blanks } from '#kit/parsons.ts';

export const order: readonly string[] = [
  // from keys to a peer
  'check-1',
  'hello-out',
  'hello-in',
  'check-2',
  'peer',
  // from a peer to blocks
  'offered',
  'status-out',
  'status-in',
  'headers',
];

export const blanks: Blanks = {};
