import { it } from 'vitest';
import { sleep } from '#impl/csp/timer.ts';
import { pingMsg } from '#impl/p2p/base-protocol.ts';
import { newMsg } from '#impl/p2p/message.ts';
import { orders, trials, tryRoom, type Fate, type Trial } from '#impl/sim/rooms.ts';
import { answerTo, WrongAnswer, wordsOf, type Item } from '#kit/answers.ts';
import { answers } from './exercise.ts';
import { items } from './items.ts';

function trial(name: string): Trial {
  const found = trials.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no trial ${name}`);
  return found;
}

const message = (code: number): ReturnType<typeof newMsg> =>
  newMsg(code, Uint8Array.of(0xc0));

/** Her peer: three protocols. */
const hers = { protocols: 3 } as const;
const everybodyReports: Trial = { ...trial('protoErr-waits'), ...hers };
/** All three want to write; a write takes 100 ms, and the Disconnect comes at 50. */
const allWrite: Trial = { ...trial('writeErr'), ...hers };
const eachWrites: Trial = {
  ...trial('writeStart'),
  ...hers,
  fate: ({ line }) => ({ fate: line.heard.length === 3 ? 'written' : 'mute' }),
};
const fivePings: Trial = {
  ...trial('pingRecv'),
  happens: async ({ line }) => {
    for (let i = 0; i < 5; i++) line.incoming.trySend(message(pingMsg));
    line.incoming.trySend(message(16));
    await sleep(40_000);
  },
};

/** Few enough for a second, and enough for what happens in some orders only. */
const tried = orders.slice(0, 10);

const isSame = (one: Fate, other: Fate): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** Whether all orders of the tasks come to this. */
async function always(of: Trial, capacity: number, fate: Fate): Promise<boolean> {
  const { fates } = await tryRoom(of, capacity, tried);
  return fates.every((seen) => isSame(seen.fate, fate));
}

/** The rooms of the choices with which it goes well in every order, smallest first. */
async function goodRooms(item: Item, of: Trial, good: Fate): Promise<string[]> {
  const rooms: string[] = [];
  for (const { id } of item.choices) {
    if (await always(of, Number(id), good)) rooms.push(id);
  }
  return rooms.toSorted((a, b) => Number(a) - Number(b));
}

/** What came of it in some order, where it went wrong. */
async function trouble(of: Trial, capacity: number): Promise<string | undefined> {
  const { fates } = await tryRoom(of, capacity, tried);
  return fates.find(({ fate }) => fate.fate !== 'ends')?.fate.fate;
}

const ends: Fate = { fate: 'ends' };

/** For each question, the id of the choice that the runs show. */
const shown: Readonly<Record<string, (item: Item) => Promise<string | undefined>>> = {
  protoErr: async (item) => (await goodRooms(item, everybodyReports, ends))[0],
  'protoErr-less': () => trouble(everybodyReports, 3),
  'readErr-none': () => trouble(trial('readErr'), 0),
  writeErr: async (item) => (await goodRooms(item, allWrite, ends))[0],
  writeStart: async (item) => {
    return (await goodRooms(item, eachWrites, { fate: 'written' }))[0];
  },
  disc: async (item) => {
    const rooms = await goodRooms(item, trial('disc'), { fate: 'heard', n: 3 });
    return rooms.at(-1);
  },
  pingRecv: async (item) => {
    return (await goodRooms(item, fivePings, { fate: 'handed', n: 0 }))[0];
  },
  'in-ahead': async () => {
    const [first] = (await tryRoom(trial('in'), 2, tried)).fates;
    return first?.fate.fate === 'ahead' ? String(first.fate.n) : undefined;
  },
};

/** What one believes who takes a wrong choice. */
const beliefs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  protoErr: {
    '1': '`run` takes what comes until everybody has left',
    '3': 'the protocols are the only ones that report there',
    '16': 'the number of Pings has to do with it',
  },
  'protoErr-less': {
    ends: 'a report that nobody reads does no harm',
    stays: 'a send that finds no room gives up',
  },
  'readErr-none': {
    ends: '`run` waits at the channel whenever somebody reports',
    stands: 'a task that tries would wait',
  },
  writeErr: {
    '0': '`run` is always there to take the result of a write',
    '3': 'three protocols can be writing at the same time',
    '4': 'each task of the peer writes with the token',
  },
  writeStart: {
    '0': 'whoever waits for the token is there when `run` gives it',
    '3': 'each protocol has a token of its own',
    '4': 'each task that writes needs a token',
  },
  disc: {
    '1': 'a request that is in the channel is the cause',
    '3': 'what comes first into any channel is the cause',
    '4': 'what comes first into any channel is the cause',
  },
  pingRecv: {
    '0': '`readLoop` does not wait for `pingLoop`',
    '3': 'two Pings are out of the channel at once',
    '5': 'a Ping lies in the channel until its Pong is written',
  },
  'in-ahead': {
    '0': '`readLoop` waits for the taker before it reads the next message',
    '2': '`readLoop` asks for room before it reads',
    all: 'a channel grows',
  },
};

it.each(items.map((item) => [item.question, item] as const))('%s', async (_, item) => {
  const answer = answerTo(item, answers); // before the runs: what is open costs nothing
  const right = await shown[item.id]?.(item);
  if (right === undefined) throw new Error(`${item.id}: the runs fit no choice`);
  if (answer === wordsOf(item, right)) return;
  const belief = beliefs[item.id]?.[answers[item.id] ?? ''];
  const told = belief === undefined ? '' : `It is not so that ${belief}. `;
  throw new WrongAnswer(`${told}The runs show otherwise.`);
});
