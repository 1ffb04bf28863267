// misconception: whatever a protocol throws is a subprotocol error
// caught-by: A's own eth has a bug: it writes a message with code 17, and its codes are 0 to 16. What does B hear?

import type { Answers } from '#kit/answers.ts';

export const answers: Answers = {
  'remote-disconnects': 'disconnect-4',
  'code-past-the-end': 'nothing',
  'second-hello': 'stays',
  'other-genesis-and-network': 'disconnect-16-genesis',
  'no-status': 'disconnect-16-after-5s',
  'dead-line': 'nothing-after-30s',
  'protocol-writes-past-its-codes': 'disconnect-16',
  'second-status-2018': 'disconnect-16',
};
