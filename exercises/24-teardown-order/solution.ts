import type { Blanks } from '#kit/parsons.ts';

export const order: readonly string[] = [
  // nobody is served any more
  'stop',
  // the remote
  'tell',
  'cut',
  // our own
  'wait',
  'gone',
  'news',
];

export const blanks: Blanks = {};
