import type { Answers } from '#kit/answers.ts';

export const answers: Answers = {
  'first-at-checkpoint-1': 'B',
  'first-status': 'A',
  'tick-of-b': 'nothing',
  pings: 'none',
  farewell: 'disconnect',
};
