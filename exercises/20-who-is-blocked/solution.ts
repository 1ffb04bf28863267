import type { Answers } from '#kit/answers.ts';

export const answers: Answers = {
  'readLoop-at-1': 'for-chat',
  'pingLoop-at-1': 'for-readLoop',
  'eth-at-299': 'for-handler',
  'eth-at-301': 'for-readLoop',
  'readLoop-at-301': 'for-chat',
  'readLoop-at-501': 'over',
  'runPeer-at-501': 'for-end-of-both',
  'runPeer-at-801': 'for-end-of-chat',
};
