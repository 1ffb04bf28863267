import type { Answers } from '#kit/answers.ts';

// TODO: for each question in items.ts, the id of one of its choices.
export const answers: Answers = {
  'remote-disconnects': undefined,
  'code-past-the-end': undefined,
  'second-hello': undefined,
  'other-genesis-and-network': undefined,
  'no-status': undefined,
  'dead-line': undefined,
  'protocol-writes-past-its-codes': undefined,
  'second-status-2018': undefined,
};
