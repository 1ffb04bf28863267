import type { Answers } from '#kit/answers.ts';

export const answers: Answers = {
  protoErr: '4',
  'protoErr-less': 'stands',
  'readErr-none': 'stays',
  writeErr: '1',
  writeStart: '1',
  disc: '0',
  pingRecv: '4',
  'in-ahead': '3',
};
