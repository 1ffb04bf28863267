// misconception: “useless peer” means a peer that has nothing useful
// caught-by: In its Status, B names another genesis block than A's, and another network. What does B hear, and what does A itself note?

import type { Answers } from '#kit/answers.ts';

export const answers: Answers = {
  'remote-disconnects': 'disconnect-4',
  'code-past-the-end': 'nothing',
  'second-hello': 'stays',
  'other-genesis-and-network': 'disconnect-3-genesis',
  'no-status': 'disconnect-11-after-5s',
  'dead-line': 'nothing-after-30s',
  'protocol-writes-past-its-codes': 'disconnect-2',
  'second-status-2018': 'disconnect-3',
};
