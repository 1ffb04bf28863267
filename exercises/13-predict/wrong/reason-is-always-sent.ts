// misconception: a disconnect reason is always sent
// caught-by: B sends code 33, the first one after the codes of eth/63. What does B hear?

import type { Answers } from '#kit/answers.ts';

export const answers: Answers = {
  'remote-disconnects': 'disconnect-4',
  'code-past-the-end': 'disconnect-2',
  'second-hello': 'stays',
  'other-genesis-and-network': 'disconnect-16-genesis',
  'no-status': 'disconnect-11-after-5s',
  'dead-line': 'disconnect-11-after-30s',
  'protocol-writes-past-its-codes': 'disconnect-2',
  'second-status-2018': 'disconnect-3',
};
