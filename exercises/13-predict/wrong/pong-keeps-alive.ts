// misconception: a Pong keeps the line alive
// caught-by: B sends a good Status, and then nothing any more, no Pong either. What does B hear?

import type { Answers } from '#kit/answers.ts';

export const answers: Answers = {
  'remote-disconnects': 'disconnect-4',
  'code-past-the-end': 'nothing',
  'second-hello': 'stays',
  'other-genesis-and-network': 'disconnect-16-genesis',
  'no-status': 'disconnect-11-after-5s',
  'dead-line': 'nothing-after-15s',
  'protocol-writes-past-its-codes': 'disconnect-2',
  'second-status-2018': 'disconnect-3',
};
