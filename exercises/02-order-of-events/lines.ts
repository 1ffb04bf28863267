import type { Puzzle } from '#kit/parsons.ts';

/** Each line is an event: the task of A that does it, and what it does. */
export const puzzle: Puzzle = {
  lines: [
    { id: 'status-in', code: "A.readLoop('reads the Status of B');" },
    { id: 'check-2', code: "A.run('takes the connection at checkpoint 2');" },
    { id: 'headers', code: "A.requestHeaders('sends GetBlockHeaders');" },
    { id: 'hello-out', code: "A.helloWriter('sends the Hello of A');" },
    { id: 'offered', code: "A.eth63('hands the peer to syncer');" },
    { id: 'check-1', code: "A.run('takes the connection at checkpoint 1');" },
    { id: 'status-out', code: "A.statusWriter('sends the Status of A');" },
    { id: 'peer', code: "A.runPeer('begins');" },
    { id: 'hello-in', code: "A.dial('reads the Hello of B');" },
  ],
  blanks: {},
  before: 'function whatHappens(A) {',
  after: '}',
  declares: 'whatHappens',
  scope: {},
};
