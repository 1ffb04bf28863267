import { it } from 'vitest';
import { sleep } from '#impl/csp/timer.ts';
import { pingMsg } from '#impl/p2p/base-protocol.ts';
import { newMsg } from '#impl/p2p/message.ts';
import {
  orders,
  playTrial,
  trials,
  tryRoom,
  type Fate,
  type Trial,
} from '#impl/sim/rooms.ts';
import type { SimulateOptions } from '#impl/sim/simulate.ts';
import { answerTo, WrongAnswer, wordsOf, type Item } from '#kit/answers.ts';
import { moment } from '#kit/steps.ts';
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
/** The same ones; the first is one in which a report without room is lost. */
const lossFirst = [...tried.slice(4), ...tried.slice(0, 4)];

const isSame = (one: Fate, other: Fate): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** Says in the run itself which room it has. */
function told(of: Trial, capacity: number): Trial {
  const channel = of.room === 'in' ? 'eth.in' : of.room;
  return {
    ...of,
    prepare: (stage) => {
      moment(`the channel ${channel} has ${placesOf(capacity)}`);
      of.prepare?.(stage);
    },
  };
}

function placesOf(capacity: number): string {
  if (capacity === 0) return 'no place';
  return capacity === 1 ? 'one place' : `${capacity} places`;
}

/** What a question has the runs decide. */
interface Asked {
  /** The id of the choice that they show to be right. */
  readonly right: string | undefined;
  /** Runs once more what speaks against a wrong answer: the last run is seen. */
  readonly again?: (() => Promise<unknown>) | undefined;
  readonly said?: string | undefined;
}

/** The orders of the tasks that come to something else. */
async function badOrders(
  of: Trial,
  capacity: number,
  good: Fate,
): Promise<readonly SimulateOptions[]> {
  const bad: SimulateOptions[] = [];
  for (const order of tried) {
    const fate = await playTrial(told(of, capacity), capacity, order);
    if (!isSame(fate, good)) bad.push(order);
  }
  return bad;
}

/**
 * Tries the rooms of the choices. Right is the smallest with which it goes well in every
 * order, or the largest.
 */
async function rooms(
  item: Item,
  of: Trial,
  good: Fate,
  wanted: 'smallest' | 'largest' = 'smallest',
): Promise<Asked> {
  const mine = answers[item.id];
  // The reader's own first: when it is right, the first run is seen.
  const ids = item.choices.map(({ id }) => id);
  ids.sort((a, b) => Number(b === mine) - Number(a === mine));
  const fitting: string[] = [];
  let bad: readonly SimulateOptions[] = [];
  for (const id of ids) {
    const found = await badOrders(of, Number(id), good);
    if (found.length === 0) fitting.push(id);
    if (id === mine) bad = found;
  }
  fitting.sort((a, b) => Number(a) - Number(b));
  const capacity = Number(mine);
  const [order = {}] = [...bad, ...tried];
  const others = wanted === 'smallest' ? 'less' : 'more';
  return {
    right: fitting.at(wanted === 'smallest' ? 0 : -1),
    again: () => playTrial(told(of, capacity), capacity, order),
    said:
      `With ${placesOf(capacity)} it goes ` +
      (bad.length === 0
        ? `well, and so it does with ${others}.`
        : `wrong in ${bad.length} of ${tried.length} orders.`),
  };
}

/** What came of it in some order, where it went wrong. */
async function trouble(of: Trial, capacity: number): Promise<Asked> {
  let seen: { readonly fate: Fate; readonly order: SimulateOptions } | undefined;
  for (const order of lossFirst) {
    const fate = await playTrial(told(of, capacity), capacity, order);
    if (fate.fate !== 'ends') seen ??= { fate, order };
  }
  if (seen === undefined) return { right: undefined };
  const { fate, order } = seen;
  const again = (): Promise<unknown> => playTrial(told(of, capacity), capacity, order);
  return { right: fate.fate, again };
}

const ends: Fate = { fate: 'ends' };

/** For each question, what the runs show. */
const shown: Readonly<Record<string, (item: Item) => Promise<Asked>>> = {
  protoErr: (item) => rooms(item, everybodyReports, ends),
  'protoErr-less': () => trouble(everybodyReports, 3),
  'readErr-none': () => trouble(trial('readErr'), 0),
  writeErr: (item) => rooms(item, allWrite, ends),
  writeStart: (item) => rooms(item, eachWrites, { fate: 'written' }),
  disc: (item) => rooms(item, trial('disc'), { fate: 'heard', n: 3 }, 'largest'),
  pingRecv: (item) => rooms(item, fivePings, { fate: 'handed', n: 0 }),
  'in-ahead': async () => {
    const [first] = (await tryRoom(told(trial('in'), 2), 2, tried)).fates;
    return { right: first?.fate.fate === 'ahead' ? String(first.fate.n) : undefined };
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
  const { right, again, said } = (await shown[item.id]?.(item)) ?? {};
  if (right === undefined) throw new Error(`${item.id}: the runs fit no choice`);
  if (answer === wordsOf(item, right)) return;
  await again?.();
  const belief = beliefs[item.id]?.[answers[item.id] ?? ''];
  const so = belief === undefined ? [] : [`It is not so that ${belief}.`];
  throw new WrongAnswer([...so, said ?? 'The runs show otherwise.'].join(' '));
});
