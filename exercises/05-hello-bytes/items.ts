import type { EditItem } from '#kit/edits.ts';

/** A good Hello of B: version 5, “script”, eth/63, no port, and the id of B. */
const hello =
  'f8520586736372697074c6c5836574683f80b840' +
  '5104dbebe85f3ff13a06f01dea6609d76464e737e2f33fd3f0e47b2c8163d39c' +
  'abbe9a476a8a57490199203d7f9b1435828c89a66ffc00f62da8cc3b28c43000';

const offered = { message: 'hello', bytes: hello, maxBytes: 512 } as const;

/** What A does with a Hello, as far as B can see it. */
export interface Answer {
  /** Reason of the Disconnect that B hears; or the line closes, or B is a peer. */
  readonly heard: number | 'nothing' | 'stays';
  /** Of the message, or of its list, compared with what was offered. */
  readonly length?: 'same' | 'longer list';
}

/** An item, and what is to come of it. */
export interface Task extends EditItem {
  readonly answer: Answer;
}

export const items: readonly Task[] = [
  {
    id: 'useless-peer',
    task: 'A refuses it with reason 3, “useless peer”.',
    ...offered,
    answer: { heard: 3 },
    why: 'The Hello can be read, and the id is right; then checkpoint 2 finds no capability that both have, name and version. `eth/62` in its place would have been taken: A has it too.',
  },
  {
    id: 'invalid-identity',
    task: 'A refuses it with reason 7, “invalid node identity”.',
    ...offered,
    answer: { heard: 7 },
    why: 'An id of 64 zeros is refused with 7. Any other id that is not that of the handshake gets 9, “unexpected identity”, and an id of another length is no Hello at all.',
  },
  {
    id: 'not-a-hello',
    task: 'A cannot decode it, and the line closes without a word. It is as long as it was.',
    ...offered,
    answer: { heard: 'nothing', length: 'same' },
    why: 'What does not fit the list that a Hello is ends in an error that carries no reason, and `close` tells only a reason. B learns nothing but that the line has closed.',
  },
  {
    id: 'longer',
    task: 'A takes B for a peer and reads the same five elements, although its list is longer.',
    ...offered,
    answer: { heard: 'stays', length: 'longer list' },
    why: 'A later version may add fields. A reads five elements, and neither what stands behind them in the list nor what stands behind the list.',
  },
];
