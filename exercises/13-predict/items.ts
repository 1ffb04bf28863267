import { discReasonText } from '#impl/p2p/peer-error.ts';
import type { ExamName } from '#impl/sim/exam-scenarios.ts';
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
  readonly id: ExamName;
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

const nothing = (belief?: string): Guess => guess({ heard: 'nothing' }, belief);
const stays = (belief?: string): Guess => guess({ heard: 'stays' }, belief);
const hears = (heard: number, belief?: string): Guess => guess({ heard }, belief);

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
    id: 'exam-two-disconnects',
    question:
      'B sends Disconnect 4, “too many peers”, and right behind it Disconnect 8, “client quitting”. What does B hear?',
    choices: [
      nothing('a peer sends no answer to a Disconnect'),
      hears(8, 'the last word counts'),
      hears(4),
      hears(16, 'a second Disconnect is an error'),
    ],
    why: '`readLoop` ends with the first Disconnect, and reads nothing behind it. Its error carries the 4, and the reason that ended the peer is the one that A closes with.',
  },
  {
    id: 'exam-reason-1',
    question: 'B sends Disconnect 1, “network error”. What does B hear?',
    choices: [
      hears(1, 'whatever reason the remote gives comes back'),
      nothing(),
      hears(2, 'a remote must not say “network error”'),
      hears(0, 'a reason that is not allowed is read as 0'),
    ],
    why: 'The Disconnect is read like any other, so its reason is the one that A closes with. But to close with reason 1 sends nothing, whoever has said it first.',
  },
  {
    id: 'exam-bad-code-then-disconnect',
    question:
      'B sends code 33, the first one past eth/63, and right behind it Disconnect 4. What does B hear?',
    choices: [
      hears(2, 'a code out of range is told as a breach of protocol'),
      hears(4, 'a Disconnect is read, whatever came before it'),
      stays('a code that nobody owns is ignored'),
      nothing(),
    ],
    why: '`readLoop` reads in order, and ends at code 33. Nobody reads the Disconnect. What ended `readLoop` is trouble on the line, and then nothing is said.',
  },
  {
    id: 'exam-code-26',
    question:
      'A speaks eth/62, eth/63 and note/1, which has four codes and reads whatever comes. B speaks eth/62 and note/1. Both Status messages are good. Then B sends code 26. What does B hear?',
    choices: [
      hears(16, 'with eth/62 the codes are where they are with eth/63'),
      nothing('code 26 belongs to nobody here'),
      stays(),
      hears(2, 'B may not send a code of eth/63, which it does not speak'),
    ],
    why: 'The version that both have is eth/62, and it has 8 codes: 16 to 23. So note has 24 to 27, and 26 is its message 2. With eth/63 it would have been the hole among the codes of eth.',
  },
  {
    id: 'exam-status-of-62',
    question:
      'A and B both speak eth/62 and eth/63. In its Status, B says that it runs version 62. All else in it is right. What does B hear?',
    choices: [
      stays('they agree on the lower version in Status'),
      hears(6, 'any version that does not fit is told as 6'),
      hears(16),
      hears(3, 'a peer whose version does not fit is told “useless peer”'),
    ],
    why: 'Both computed from the lists in Hello that they run eth/63, so a Status that says 62 does not fit. That is an error of eth’s own, and the remote hears 16 for all of those.',
  },
  {
    id: 'exam-request-before-status',
    question:
      'As its first message B asks for a header, GetBlockHeaders. Its Status comes right behind. What does B hear?',
    choices: [
      stays('a request that comes early waits until Status is there'),
      hears(16),
      hears(2, 'what comes out of turn is told as a breach of protocol'),
      guess({ heard: 11, afterMs: 5000 }, 'only Status ends the wait for Status'),
    ],
    why: 'The code has an owner, so it reaches eth, and eth reads it where it wants Status. The error is eth’s own: 16.',
  },
  {
    id: 'exam-reserved-before-status',
    question:
      'B sends no Status. After 3 s it sends code 7, which means nothing, and then nothing more. What does B hear?',
    choices: [
      guess({ heard: 16, afterMs: 3000 }, 'eth gets the code, and wanted Status'),
      guess({ heard: 11, afterMs: 8000 }, 'a message sets the clock of Status anew'),
      guess({ heard: 11, afterMs: 5000 }),
      guess({ heard: 'nothing', afterMs: 33000 }, 'only the clock of reading runs'),
    ],
    why: 'Code 7 is below 16: `handle` ignores it, and eth never hears of it. Its clock strikes 5 s after it began to wait, with a reason of its own, “read timeout”.',
  },
  {
    id: 'exam-leaves-before-status',
    question: 'B sends no Status. After 1 s it sends Disconnect 4. What does B hear?',
    choices: [
      guess({ heard: 11, afterMs: 5000 }, 'eth’s clock must run out first'),
      guess({ heard: 4, afterMs: 1000 }),
      guess({ heard: 16, afterMs: 1000 }, 'eth fails, since its Status did not come'),
      guess(
        { heard: 'nothing', afterMs: 1000 },
        'a peer sends no answer to a Disconnect',
      ),
    ],
    why: '`readLoop` sorts by code from the first moment on, whatever eth waits for. The Disconnect is the first cause. That eth’s wait then fails too comes too late.',
  },
  {
    id: 'exam-reserved-at-20-s',
    question:
      'B sends a good Status. At 20 s it sends code 7, which means nothing, and from then on it is silent and answers no Ping. What does B hear?',
    choices: [
      guess({ heard: 'nothing', afterMs: 30000 }, 'what is ignored was not read'),
      guess({ heard: 'nothing', afterMs: 50000 }),
      guess({ heard: 11, afterMs: 50000 }, 'a deadline that has passed is told'),
      stays('a line that is quiet is a good line'),
    ],
    why: 'To be ignored, a message must be read, and what counts is that something was read. So the 30 s begin anew at 20 s. On a dead line nothing is said.',
  },
  {
    id: 'exam-hello-without-capabilities',
    question:
      'When all is well, B sends a second Hello. Its list of capabilities is empty. What does B hear?',
    choices: [
      hears(3, 'the protocols are matched anew'),
      hears(2, 'a Hello out of turn is told as a breach of protocol'),
      nothing('a message that `handle` does not expect ends the peer'),
      stays(),
    ],
    why: '`handle` knows two base messages, Ping and Disconnect. Hello is code 0, so it is ignored with the others, and nobody looks at its list. Hello is read once, by `setupConn`.',
  },
  {
    id: 'exam-note-alone',
    question:
      'A speaks eth/63 and note/1, B speaks note/1 alone. B sends no Status, and nothing else; it answers no Ping. What does B hear?',
    choices: [
      guess({ heard: 11, afterMs: 5000 }, 'every peer owes a Status'),
      guess({ heard: 3, afterMs: 0 }, 'without eth there is nothing to talk about'),
      guess(
        { heard: 'nothing', afterMs: 5000 },
        'a silent peer is silent on all clocks',
      ),
      guess({ heard: 'nothing', afterMs: 30000 }),
    ],
    why: 'One protocol in common is enough for checkpoint 2. It is not eth, so no task waits for a Status. The clock of reading is left, and what it ends is told nothing.',
  },
  {
    id: 'exam-bad-code-behind-a-message',
    question:
      'A runs, in place of eth, a protocol that sleeps for an hour. B sends a message for it, and a moment later code 33, which nobody owns. What has B heard three seconds later?',
    choices: [
      nothing('code 33 is sorted while the protocol sleeps'),
      stays(),
      hears(16, 'a protocol that does not take its message has failed'),
      hears(2, 'a code out of range is told as a breach of protocol'),
    ],
    why: '`readLoop` stands at the protocol’s channel with the first message in its hands, and that channel has no room. Code 33 lies behind it, unread. Nobody knows yet that it is wrong.',
  },
  {
    id: 'exam-one-of-two-returns',
    question:
      'A and B run two protocols, eth/63 and note/1. A’s eth returns at once, without an error. note is well and wants to go on. What does B hear?',
    choices: [
      stays('a peer lives as long as one of its protocols'),
      hears(16, 'a protocol that ends has failed'),
      hears(8),
      hears(0, 'whoever returns has asked to leave'),
    ],
    why: 'Both protocols report their end to the same channel, and the first report is the first cause. An end without an error is `ProtocolReturned`, and its number is 8.',
  },
  {
    id: 'exam-writes-into-the-next-range',
    question:
      'A and B run eth/63, with the codes 16 to 32, and note/1, with 33 to 36. A’s eth has a bug: it writes a message with its own code 17, and would begin at 16. What does B hear?',
    choices: [
      stays('it goes out as code 33, and B’s note takes it'),
      hears(2),
      hears(16, 'whatever a protocol throws is told as 16'),
      nothing('B finds the code out of range'),
    ],
    why: '`writeMsg` looks at the length of the protocol that writes before it adds the offset. Nothing goes out. Its error means a bad code, and the number for that is 2, though the bug is ours.',
  },
  {
    id: 'exam-place-of-a-sleeper',
    question:
      'A has one place. C has it, and the protocol that A runs with C sleeps for an hour. C sends Disconnect 4, hears it back, and its line closes. Then B dials A. What does B hear?',
    choices: [
      stays('C is gone, so its place is free'),
      hears(5, 'A takes B for the peer that it has'),
      nothing('A cannot answer while the protocol sleeps'),
      hears(4),
    ],
    why: '`Peer.run` waits for every task, and one sleeps. Until it returns, nobody reports on `delpeer`, and C stays in the table. For checkpoint 1, A is full.',
  },
  {
    id: 'exam-comes-back-to-a-sleeper',
    question:
      'A has 25 places, and runs a protocol that sleeps for an hour. B sends Disconnect 4, hears it back, and its line closes. Then B dials again. What does it hear on the new connection?',
    choices: [
      hears(5),
      stays('with its line, the old peer is gone'),
      hears(4, 'A remembers that B has said “too many peers”'),
      hears(3, 'who has left is of no use'),
    ],
    why: 'The old peer is over when its last task is, an hour from now. Until then the table has an entry for this id, and checkpoint 1 says “already connected”. There are places enough.',
  },
  {
    id: 'exam-trusted-with-nothing-in-common',
    question:
      'A has one place, which C has. B dials. A trusts B, but B speaks les/2 alone, and A speaks eth. What does B hear?',
    choices: [
      hears(4, 'who is trusted still needs a place'),
      stays('what holds for others does not hold for who is trusted'),
      hears(3),
      nothing('a connection without a protocol closes in silence'),
    ],
    why: 'To be trusted exempts from the limits, so B passes checkpoint 1. Checkpoint 2 begins with the question whether there is anything to talk about, and nobody is exempt from that.',
  },
  {
    id: 'exam-other-genesis-and-version',
    question:
      'In its Status, B names another genesis block, another network, and version 62, though both run eth/63. What does B hear, and what does A itself note?',
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
        { heard: 16, error: 'Protocol version mismatch' },
        'the version is compared first',
      ),
    ],
    why: 'The genesis block is compared first, then the network, then the version. The text of the error stays with A; B hears the number that stands for every error of a protocol.',
  },
  {
    id: 'exam-2018-other-genesis',
    question:
      'A leaves its peers the way geth v1.8.12 did: a peer that eth has registered is removed, with “useless peer”, before the error of eth is told. B’s Status names another genesis block. What does B hear?',
    choices: [
      hears(3, 'in 2018 every failure of eth was heard as 3'),
      nothing('the removal closes the line before anything is said'),
      hears(16),
      hears(2, 'a Status that does not fit is a breach of the rules'),
    ],
    why: 'Status comes before a peer is registered. One that fails there was not registered, so there is nothing to remove, and the error travels as it does today.',
  },
  {
    id: 'exam-2018-code-33',
    question:
      'The same habit of v1.8.12. B’s Status was good, and it is registered. Now it sends code 33, the first one past eth/63. What does B hear?',
    choices: [
      hears(3, 'whatever ends a registered peer is heard as 3'),
      hears(2, 'a code out of range is told as a breach of protocol'),
      hears(16, 'the error of eth is the first cause'),
      nothing(),
    ],
    why: 'The first cause is the error of `readLoop`, and with it the line is closed in silence. eth removes the peer because of that, and its “useless peer” comes too late.',
  },
];
