import type { Answers } from '#kit/answers.ts';

export const answers: Answers = {
  'exam-two-disconnects': 'disconnect-4',
  'exam-reason-1': 'nothing',
  'exam-bad-code-then-disconnect': 'nothing',
  'exam-code-26': 'stays',
  'exam-status-of-62': 'disconnect-16',
  'exam-request-before-status': 'disconnect-16',
  'exam-reserved-before-status': 'disconnect-11-after-5s',
  'exam-leaves-before-status': 'disconnect-4-after-1s',
  'exam-reserved-at-20-s': 'nothing-after-50s',
  'exam-hello-without-capabilities': 'stays',
  'exam-note-alone': 'nothing-after-30s',
  'exam-bad-code-behind-a-message': 'stays',
  'exam-one-of-two-returns': 'disconnect-8',
  'exam-writes-into-the-next-range': 'disconnect-2',
  'exam-place-of-a-sleeper': 'disconnect-4',
  'exam-comes-back-to-a-sleeper': 'disconnect-5',
  'exam-trusted-with-nothing-in-common': 'disconnect-3',
  'exam-other-genesis-and-version': 'disconnect-16-genesis',
  'exam-2018-other-genesis': 'disconnect-16',
  'exam-2018-code-33': 'nothing',
};
