import { discReasonText } from '#impl/p2p/peer-error.ts';
import type { ClockName } from '#impl/sim/clock-scenarios.ts';
import type { Choice, Item } from '#kit/answers.ts';

export type Clock = 'handshakes' | 'Status' | 'read' | 'write' | 'ping' | 'farewell';

/** What a choice says of the run; the run decides which one is right. */
export interface Claim {
  /** Which clock of A ended it; undefined: none, B stays connected. */
  readonly clock: Clock | undefined;
  readonly atS?: number;
  /** Reason of the Disconnect that B hears. */
  readonly heard?: number;
}

export interface Guess extends Choice {
  readonly claim: Claim;
  /** What one believes who takes this choice and is wrong. */
  readonly belief?: string;
}

/** An item whose id is the name of the scenario that is run. */
export interface Prediction extends Item {
  readonly id: ClockName;
  readonly choices: readonly Guess[];
}

function guess(claim: Claim, belief?: string): Guess {
  const id = idOf(claim);
  return { id, text: textOf(claim), claim, ...(belief !== undefined && { belief }) };
}

function idOf({ clock, atS, heard }: Claim): string {
  if (clock === undefined) return 'stays';
  const what = heard === undefined ? 'nothing' : `disconnect-${heard}`;
  return `${clock.toLowerCase()}-at-${atS ?? 0}s-${what}`;
}

function textOf({ clock, atS, heard }: Claim): string {
  if (clock === undefined) return 'None; B is still connected after 100 s';
  const what =
    heard === undefined ? 'nothing' : `Disconnect ${heard}, “${discReasonText(heard)}”`;
  return `The clock of ${ofWhat[clock]}, at ${atS ?? 0} s; B hears ${what}`;
}

const ofWhat: Readonly<Record<Clock, string>> = {
  handshakes: 'the handshakes',
  Status: 'Status',
  read: 'reading',
  write: 'writing',
  ping: 'Pings',
  farewell: 'the farewell',
};

export const items: readonly Prediction[] = [
  {
    id: 'clocks-pings-for-a-status',
    question:
      'B finishes both handshakes. Then it sends a Ping every two seconds, and no Status. Which clock of A strikes?',
    choices: [
      guess({ clock: undefined }, 'whoever sends Pings stays'),
      guess({ clock: 'read', atS: 30 }, 'a Ping is no message to the clock of reading'),
      guess({ clock: 'Status', atS: 5 }, 'a clock that strikes is never told'),
      guess({ clock: 'Status', atS: 5, heard: 11 }),
    ],
    why: 'Each Ping sets the clock of reading anew, and none is what eth waits for. Its own clock strikes at 5 s, and eth says why it leaves.',
  },
  {
    id: 'clocks-slow-handshake',
    question:
      'B opens a connection, and sends its handshake one byte every two seconds. Which clock of A strikes?',
    choices: [
      guess({ clock: 'handshakes', atS: 7 }, 'a byte that comes sets the clock anew'),
      guess({ clock: 'handshakes', atS: 5 }),
      guess(
        { clock: 'handshakes', atS: 5, heard: 11 },
        'every clock is told as “read timeout”',
      ),
      guess(
        { clock: 'read', atS: 30 },
        'the handshake is read under the clock of reading',
      ),
    ],
    why: 'Both handshakes have one clock together, set once, when the connection stood. What trickles in does not move it. Without keys, nothing can be said.',
  },
  {
    id: 'clocks-half-a-message',
    question:
      'B sends its Status at once, a Ping at 12 s, and at 24 s the first half of a message. Then its cable is pulled. Which clock of A strikes?',
    choices: [
      guess(
        { clock: 'read', atS: 30 },
        'the clock of reading is set once, at the start',
      ),
      guess({ clock: 'read', atS: 42 }),
      guess({ clock: 'read', atS: 54 }, 'bytes that come set the clock anew'),
      guess({ clock: 'ping', atS: 30 }, 'a Ping without a Pong ends the peer'),
    ],
    why: 'The last whole message was the Ping, at 12 s. From then on A waits for the next one, for 30 s, and half of it changes nothing.',
  },
  {
    id: 'clocks-pongs-for-40-s',
    question:
      'B sends its Status. After it, all that it sends are its answers to A’s Pings, each at once. At 40 s its cable is pulled. Which clock of A strikes?',
    choices: [
      guess({ clock: 'ping', atS: 45 }, 'a Ping that gets no Pong ends the peer'),
      guess(
        { clock: 'read', atS: 70 },
        'the clock of reading knows when the cable is pulled',
      ),
      guess({ clock: 'read', atS: 60 }),
      guess({ clock: 'read', atS: 30 }, 'a Pong, being ignored, is not read'),
    ],
    why: 'A’s Pings went out at 15 and 30 s and were answered; that of 45 s was not. The last thing A read was the Pong at 30 s. Thirty seconds later it is over. (A Ping is due at that moment too. It ends nobody.)',
  },
  {
    id: 'clocks-deaf-talker',
    question:
      'B reads nothing, and sends a Ping every ten seconds. A’s protocol has more to tell it than the line takes, from the first moment on. Which clock of A strikes?',
    choices: [
      guess({ clock: undefined }, 'whoever sends Pings stays'),
      guess(
        { clock: 'write', atS: 20, heard: 16 },
        'a message of a protocol that cannot be written is an error of the protocol, and told as 16',
      ),
      guess({ clock: 'read', atS: 30 }, 'only reading has a clock'),
      guess({ clock: 'write', atS: 20 }),
    ],
    why: 'The line is full at once. One message waits to be written, for 20 s. That it failed comes to `run` through `writeErr`, as trouble on the line, and then nothing is said, though B’s Pings come in as ever. (A Ping or Pong that cannot be written comes through `protoErr`, and would be a 16.)',
  },
  {
    id: 'clocks-slow-protocol',
    question:
      'A’s protocol takes B’s first message and is busy with it for 40 s. At 5 s B sends another, for the same protocol. Then its cable is pulled. Which clock of A strikes?',
    choices: [
      guess(
        { clock: 'read', atS: 35 },
        'the clock of reading runs while a message waits for its protocol',
      ),
      guess({ clock: 'read', atS: 70 }),
      guess(
        { clock: undefined },
        'once `readLoop` has stood still, no clock runs again',
      ),
      guess({ clock: 'read', atS: 40 }, 'time that passed before the read counts'),
    ],
    why: 'From 5 s on `readLoop` holds the second message, and no clock runs. At 40 s the protocol takes it, and A begins to read. It gives that read the whole 30 s.',
  },
  {
    id: 'clocks-farewell-to-the-deaf',
    question:
      'B reads nothing. The line to it is full, and A’s protocol waits to write. At 2 s B sends Disconnect 4. A would say 4 back. Which clock of A strikes?',
    choices: [
      guess(
        { clock: 'write', atS: 20 },
        'the farewell waits until the write before it has ended',
      ),
      guess(
        { clock: 'farewell', atS: 3, heard: 4 },
        'a farewell goes before everything',
      ),
      guess({ clock: 'farewell', atS: 3 }),
      guess({ clock: 'read', atS: 32 }, 'a Disconnect is a message like any other'),
    ],
    why: 'The peer is over at 2 s. The farewell waits behind a message that does not get through, and a second is all it is given. Then A cuts the line.',
  },
];
