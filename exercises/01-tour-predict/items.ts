import type { Choice, Item } from '#kit/answers.ts';

export interface Guess extends Choice {
  /** What one believes who takes this choice and is wrong. */
  readonly belief?: string;
}

/** What is asked about the run; the test knows where to look for each. */
export type Asked =
  'first-at-checkpoint-1' | 'first-status' | 'tick-of-b' | 'pings' | 'farewell';

export interface Prediction extends Item {
  readonly id: Asked;
  readonly choices: readonly Guess[];
}

const a = (belief: string | undefined): Guess => {
  return { id: 'A', text: 'A, which has dialed', ...(belief && { belief }) };
};
const b = (belief: string | undefined): Guess => {
  return { id: 'B', text: 'B, which was dialed', ...(belief && { belief }) };
};
const together = (belief: string): Guess => {
  return { id: 'together', text: 'Both at the same moment', belief };
};

export const items: readonly Prediction[] = [
  {
    id: 'first-at-checkpoint-1',
    question:
      'After the first handshake, RLPx, each node asks its own run loop, at checkpoint 1, whether the other may stay. Which of the two asks first?',
    choices: [
      a('whoever begins a connection is the first in everything'),
      b(undefined),
      together('both sides have the keys at the same moment'),
    ],
    why: 'B has all that it needs when it has read auth and sent ack. A has it one crossing later, when ack has arrived.',
  },
  {
    id: 'first-status',
    question:
      'B’s Hello went out before A’s. Then each sends its Status, as soon as it may. Whose Status goes out first?',
    choices: [
      a(undefined),
      b('whoever is ahead stays ahead'),
      together('both become peers at the same moment'),
    ],
    why: 'B’s Hello was on its way while A still waited for ack. So A has both Hellos as soon as it has sent its own, and goes on at once. B must wait for A’s to cross.',
  },
  {
    id: 'tick-of-b',
    question:
      'At 10,000 ms the clock of the synchronisation strikes in A, and A asks for headers. B has such a clock too, which strikes at that moment. What does B send because of it?',
    choices: [
      {
        id: 'request',
        text: 'It asks A for headers as well',
        belief: 'every node asks every ten seconds',
      },
      {
        id: 'blocks',
        text: 'Its blocks, since A has fewer',
        belief: 'whoever has more hands it out unasked',
      },
      { id: 'nothing', text: 'Nothing' },
    ],
    why: 'B looks for a peer whose chain is heavier than its own. A’s is not, so there is nothing to fetch. Who has less asks; who has more answers.',
  },
  {
    id: 'pings',
    question:
      'From the dial to the last block, how many Pings do the two send each other?',
    choices: [
      { id: 'none', text: 'None' },
      {
        id: 'one-each',
        text: 'One each, right at the start',
        belief: '`pingLoop` sends its first Ping at once',
      },
      {
        id: 'many',
        text: 'One each second while the line is quiet',
        belief: 'a quiet line is asked every second',
      },
    ],
    why: '`pingLoop` first waits, for 15 s. Nearly ten seconds of this run are quiet, and it is over before anybody has to ask.',
  },
  {
    id: 'farewell',
    question: 'A has its eight blocks, and stops. What does B hear?',
    choices: [
      {
        id: 'nothing',
        text: 'Nothing; the line closes',
        belief: 'who stops is gone, without a word',
      },
      { id: 'disconnect', text: 'A Disconnect, with a reason in it' },
      {
        id: 'ping',
        text: 'Nothing at first; B notices at its next Ping',
        belief: 'a connection that ends is noticed by asking',
      },
    ],
    why: '`Peer.run` takes the stop as one of its causes, and closes the connection with the reason: 8, “client quitting”.',
  },
];
