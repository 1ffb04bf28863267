import { discReasonText } from '#impl/p2p/peer-error.ts';
import type { ScenarioName } from '#impl/sim/scenarios.ts';
import type { Choice, Item } from '#kit/answers.ts';

/** What a choice says of the run; the run decides which one is right. */
export interface Claim {
  /** Reason of the Disconnect that B hears. */
  readonly heard: number | 'nothing' | 'stays';
  /** When B sees the connection end, if the choice says so. */
  readonly afterMs?: number;
  /** How A's own error begins, if the choice says so. */
  readonly error?: string;
}

export interface Guess extends Choice {
  readonly claim: Claim;
  /** What one believes who takes this choice and is wrong. */
  readonly belief?: string;
}

/** An item whose id is the name of the scenario that is run. */
export interface Prediction extends Item {
  readonly id: ScenarioName;
  readonly choices: readonly Guess[];
}

/** A choice in protocol words, those of chapter 6. */
function guess(claim: Claim, belief?: string): Guess {
  return {
    id: idOf(claim),
    text: textOf(claim),
    claim,
    ...(belief === undefined ? {} : { belief }),
  };
}

function idOf({ heard, afterMs, error }: Claim): string {
  const what = typeof heard === 'number' ? `disconnect-${heard}` : heard;
  const when = afterMs === undefined ? '' : `-after-${afterMs / 1000}s`;
  const noted = error === undefined ? '' : `-${error.split(' ')[0]?.toLowerCase()}`;
  return what + when + noted;
}

function textOf({ heard, afterMs, error }: Claim): string {
  if (heard === 'stays') return 'It stays connected';
  const when = afterMs === undefined ? '' : ` after ${afterMs / 1000} s`;
  if (heard === 'nothing') return `Nothing; the line closes${when}`;
  const quoted =
    error === undefined ? `, “${discReasonText(heard)}”` : `; A: “${error}”`;
  return `Disconnect ${heard}${when}${quoted}`;
}

export const items: readonly Prediction[] = [
  {
    id: 'remote-disconnects',
    question: 'B sends a Disconnect with reason 4, “too many peers”. What does B hear?',
    choices: [
      guess({ heard: 'nothing' }, 'a Disconnect needs no answer'),
      guess({ heard: 0 }, 'A answers a Disconnect with “disconnect requested”'),
      guess({ heard: 4 }),
      guess({ heard: 8 }, 'A answers with a reason of its own'),
    ],
    why: 'The Disconnect ends `readLoop` as an error that carries its reason. `run` tells the remote the reason of whatever ended the peer, and this is it: B hears its own reason back.',
  },
  {
    id: 'code-past-the-end',
    question:
      'B sends code 33, the first one after the codes of eth/63. What does B hear?',
    choices: [
      guess({ heard: 2 }, 'a code out of range is told as a breach of protocol'),
      guess({ heard: 16 }, 'a protocol is asked about a code that it does not have'),
      guess(
        { heard: 'stays' },
        'a code that nobody owns is ignored, as codes 4 to 15 are',
      ),
      guess({ heard: 'nothing' }),
    ],
    why: 'No protocol owns the code, so `handle` fails, and with it `readLoop`. What ends `readLoop` and is no Disconnect counts as trouble on the line, and then nothing is said.',
  },
  {
    id: 'second-hello',
    question: 'B sends a second Hello, as code 0. What does B hear?',
    choices: [
      guess({ heard: 'stays' }),
      guess({ heard: 2 }, 'a Hello out of turn is told as a breach of protocol'),
      guess({ heard: 5 }, 'a second Hello asks for a second connection'),
      guess(
        { heard: 'nothing' },
        'a message that `handle` does not expect ends the peer',
      ),
    ],
    why: '`handle` knows Ping and Disconnect. The other codes below 16 are ignored, Hello among them.',
  },
  {
    id: 'other-genesis-and-network',
    question:
      "In its Status, B names another genesis block than A's, and another network. What does B hear, and what does A itself note?",
    choices: [
      guess(
        { heard: 3, error: 'Genesis block mismatch' },
        '“useless peer” means that we cannot use what the peer has',
      ),
      guess(
        { heard: 16, error: 'NetworkId mismatch' },
        'the network is compared before the genesis block',
      ),
      guess({ heard: 16, error: 'Genesis block mismatch' }),
      guess(
        { heard: 2, error: 'NetworkId mismatch' },
        'a Status that does not fit is a breach of the rules',
      ),
    ],
    why: 'The genesis block is compared first. Whatever error of its own a protocol throws, the remote hears 16, “subprotocol error”; the text stays with us.',
  },
  {
    id: 'no-status',
    question:
      'After Hello, B sends nothing at all, no Status either. What does B hear?',
    choices: [
      guess({ heard: 16, afterMs: 5000 }, 'every error of a protocol is told as 16'),
      guess({ heard: 11, afterMs: 5000 }),
      guess(
        { heard: 'nothing', afterMs: 5000 },
        'a clock that runs out is trouble on the line',
      ),
      guess(
        { heard: 'nothing', afterMs: 30000 },
        'only the deadline of reading notices silence',
      ),
    ],
    why: 'eth waits 5 s for Status. Then it fails with a reason that it has chosen itself, “read timeout”, and a reason that is chosen already is passed on as it is.',
  },
  {
    id: 'dead-line',
    question:
      'B sends a good Status, and then nothing any more, no Pong either. What does B hear?',
    choices: [
      guess({ heard: 11, afterMs: 30000 }, 'a deadline that has passed is always told'),
      guess({ heard: 'stays' }, 'a line that is quiet is a good line'),
      guess({ heard: 'nothing', afterMs: 15000 }, 'A waits for a Pong'),
      guess({ heard: 'nothing', afterMs: 30000 }),
    ],
    why: 'A sends a Ping after 15 s and waits for no Pong. What notices is that nothing was read for 30 s. To A that is a dead line, and on a dead line nothing is said.',
  },
  {
    id: 'protocol-writes-past-its-codes',
    question:
      "A's own eth has a bug: it writes a message with code 17, and its codes are 0 to 16. What does B hear?",
    choices: [
      guess({ heard: 'stays' }, 'a write that is refused does no harm'),
      guess({ heard: 2 }),
      guess({ heard: 16 }, 'whatever a protocol throws is told as 16'),
      guess({ heard: 'nothing' }, 'a bug of our own is not told'),
    ],
    why: '`writeMsg` refuses the code with a `PeerError`, and both kinds of `PeerError` are told as a breach of protocol. Our bug is called their breach.',
  },
  {
    id: 'second-status-2018',
    question:
      'A has a habit of geth v1.8.12: when something goes wrong in eth, eth first asks that the peer be removed, and only then comes the error. B sends a second Status, which eth does not allow. What does B hear?',
    choices: [
      guess({ heard: 16 }, 'the error that went wrong first reaches the remote'),
      guess({ heard: 2 }, 'a message out of turn is told as a breach of protocol'),
      guess({ heard: 3 }),
      guess({ heard: 0 }, 'a removal is told as “disconnect requested”'),
    ],
    why: 'The first cause wins, and the request to remove comes first, with “useless peer”. The error that would have said 16 finds the peer ended. Without the habit, as in our node, B hears 16.',
  },
];
