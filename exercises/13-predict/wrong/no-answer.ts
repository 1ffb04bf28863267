// misconception: a Disconnect needs no answer
// caught-by: B sends a Disconnect with reason 4, “too many peers”. What does B hear?

import type { Answers } from '#kit/answers.ts';

export const answers: Answers = {
  'remote-disconnects': 'nothing',
  'code-past-the-end': 'nothing',
  'second-hello': 'stays',
  'other-genesis-and-network': 'disconnect-16-genesis',
  'no-status': 'disconnect-11-after-5s',
  'dead-line': 'nothing-after-30s',
  'protocol-writes-past-its-codes': 'disconnect-2',
  'second-status-2018': 'disconnect-3',
};
