import { describe, expect, it } from 'vitest';
import type { Cap, Protocol } from '#impl/p2p/protocol.ts';
import { Prng } from '#impl/sim/prng.ts';
import { rangesOf } from './exercise.ts';

/** Reads `eth/63:17 note/1:4`: names, versions, and how many codes each uses. */
function protocolsOf(text: string): Protocol[] {
  return words(text).map((word) => {
    const [cap = '', length] = word.split(':');
    const run = async (): Promise<void> => Promise.resolve();
    return { ...capOf(cap), length: Number(length), run };
  });
}

/** Reads `eth/63 note/1`. */
function capsOf(text: string): Cap[] {
  return words(text).map(capOf);
}

function capOf(text: string): Cap {
  const [name = '', version] = text.split('/');
  return { name, version: Number(version) };
}

function words(text: string): string[] {
  return text.split(' ').filter((word) => word !== '');
}

const nameOf = ({ name, version }: Cap): string => `${name}/${version}`;
const listOf = (caps: readonly Cap[]): string => caps.map(nameOf).join(', ');

interface Row {
  readonly cap: string;
  readonly first: number;
  readonly last: number;
}

/** What comes out, checked as far as the assertions need it, by the first code. */
function rowsOf(protocols: readonly Protocol[], caps: readonly Cap[]): Row[] {
  const found: unknown = rangesOf(protocols, caps);
  if (!Array.isArray(found)) expect.fail('rangesOf gives back no list');
  const rows = found.map((range: unknown, index) => {
    const { protocol, first, last } = (range ?? {}) as Record<string, unknown>; // checked below
    const own = protocols.find((one) => one === protocol);
    if (own === undefined) {
      expect.fail(`range ${index + 1} has no protocol of our list`);
    }
    if (typeof first !== 'number' || typeof last !== 'number') {
      expect.fail(`the range of ${nameOf(own)} has no first and last code`);
    }
    return { cap: nameOf(own), first, last };
  });
  return rows.sort((a, b) => a.first - b.first);
}

function tableOf(protocols: readonly Protocol[], caps: readonly Cap[]): string[] {
  return rowsOf(protocols, caps).map(
    ({ cap, first, last }) => `${cap}: codes ${first} to ${last}`,
  );
}

/** Compares range by range, so that a message names the first that differs. */
function expectTable(found: string[], wanted: readonly string[], what: string): void {
  const count = Math.max(found.length, wanted.length);
  for (let i = 0; i < count; i++) {
    if (found[i] === wanted[i]) continue;
    const range = `${what}. Range ${i + 1}`;
    expect(found[i] ?? 'no more ranges', range).toBe(wanted[i] ?? 'no more ranges');
  }
}

/** How a side with this table reads a code. */
function readingOf(rows: readonly Row[], code: number): string {
  const row = rows.find(({ first, last }) => code >= first && code <= last);
  if (row === undefined) return 'out of range: the line closes without a word';
  return `message ${code - row.first} of ${row.cap}`;
}

const home = 'chat/1:4 chat/2:6 note/1:4';
const friend: readonly Row[] = [
  { cap: 'chat/2', first: 16, last: 21 },
  { cap: 'note/1', first: 22, last: 25 },
];
const friendCaps = 'chat/1 chat/2 note/1';

describe('rangesOf', () => {
  it('reads a note of the friend, who writes it as code 22', () => {
    const rows = rowsOf(protocolsOf(home), capsOf(friendCaps));
    expect(readingOf(rows, 22), 'we read code 22 as').toBe('message 0 of note/1');
  });

  it('writes a note where the friend reads one', () => {
    const rows = rowsOf(protocolsOf(home), capsOf(friendCaps));
    const note = rows.find(({ cap }) => cap === 'note/1');
    const code = note?.first ?? expect.fail('note/1 does not run');
    const what = `we write message 0 of note/1 as code ${code}, and the friend reads`;
    expect(readingOf(friend, code), what).toBe('message 0 of note/1');
  });

  it.each([
    [
      'ends on eth/63 with a peer that speaks eth/62 and eth/63',
      'eth/62:8 eth/63:17',
      'eth/62 eth/63',
      'eth/63: codes 16 to 32',
    ],
    [
      'does not shift the protocols behind eth',
      'eth/63:17 eth/62:8 les/2:22 shh/6:128',
      'eth/62 eth/63 les/2 shh/6',
      'eth/63: codes 16 to 32',
      'les/2: codes 33 to 54',
      'shh/6: codes 55 to 182',
    ],
    [
      'runs chat/1 with a friend who has not updated',
      home,
      'chat/1 note/1',
      'chat/1: codes 16 to 19',
      'note/1: codes 20 to 23',
    ],
    [
      'runs the highest version that both have, though we have a higher one',
      'p/1:2 p/2:3 p/3:5 q/1:4',
      'p/1 p/2 q/1',
      'p/2: codes 16 to 18',
      'q/1: codes 19 to 22',
    ],
    [
      'leaves no hole, however many versions are common',
      'p/1:1 p/2:2 p/3:3 q/1:4',
      'p/1 p/2 p/3 q/1',
      'p/3: codes 16 to 18',
      'q/1: codes 19 to 22',
    ],
    [
      'compares versions as numbers: 10 is above 9',
      'p/9:4 p/10:6 q/1:4',
      'p/9 p/10 q/1',
      'p/10: codes 16 to 21',
      'q/1: codes 22 to 25',
    ],
    [
      'counts a capability once that is said twice',
      'eth/62:8 eth/63:17 note/1:4',
      'eth/63 eth/62 note/1 eth/63 eth/62',
      'eth/63: codes 16 to 32',
      'note/1: codes 33 to 36',
    ],
    ['runs nothing if no version is common', 'eth/62:8 eth/63:17', 'eth/64'],
    [
      'orders names by their bytes, as before: Zed, eth, eth-x',
      'eth-x/1:2 eth/62:8 eth/63:17 Zed/1:3',
      'Zed/1 eth/62 eth/63 eth-x/1',
      'Zed/1: codes 16 to 18',
      'eth/63: codes 19 to 35',
      'eth-x/1: codes 36 to 37',
    ],
  ])('%s', (_, ours, theirs, ...table) => {
    const [protocols, caps] = [protocolsOf(ours), capsOf(theirs)];
    const what = `We speak ${listOf(protocols)}; the remote speaks ${listOf(caps)}`;
    expectTable(tableOf(protocols, caps), table, what);
  });

  it('comes to the same table whatever the order of our list is', () => {
    const wanted = ['eth/63: codes 16 to 32', 'note/2: codes 33 to 38'];
    for (const protocols of orders(
      protocolsOf('eth/62:8 eth/63:17 note/1:4 note/2:6'),
    )) {
      const caps = capsOf('note/1 note/2 eth/62 eth/63');
      expectTable(tableOf(protocols, caps), wanted, `Our list is ${listOf(protocols)}`);
    }
  });

  it('comes to the same table whatever the order of the remote’s list is', () => {
    const wanted = ['eth/63: codes 16 to 32', 'note/2: codes 33 to 38'];
    for (const caps of orders(capsOf('note/1 note/2 eth/62 eth/63'))) {
      const protocols = protocolsOf('eth/62:8 eth/63:17 note/1:4 note/2:6');
      expectTable(tableOf(protocols, caps), wanted, `Its list is ${listOf(caps)}`);
    }
  });

  it('comes to the same table on both sides', () => {
    for (const [a, b] of meetings()) {
      const what = `A speaks ${listOf(a)}; B speaks ${listOf(b)}. B's table is expected`;
      expectTable(tableOf(a, b), tableOf(b, a), what);
    }
  });

  it('leaves both lists in the order in which it got them', () => {
    const protocols = protocolsOf('note/1:4 chat/1:4 chat/2:6');
    const caps = capsOf('note/1 chat/1 chat/2');
    rangesOf(protocols, caps);
    expect(listOf(protocols), 'our protocols').toBe('note/1, chat/1, chat/2');
    expect(listOf(caps), 'the caps of the remote').toBe('note/1, chat/1, chat/2');
  });
});

/** All orders of a list. */
function orders<T>(list: readonly T[]): T[][] {
  if (list.length === 0) return [[]];
  return list.flatMap((first, at) =>
    orders(list.toSpliced(at, 1)).map((rest) => [first, ...rest]),
  );
}

/** Pairs of nodes that share some protocols, drawn from a seed. */
function meetings(): [Protocol[], Protocol[]][] {
  const random = new Prng('first match');
  return Array.from({ length: 100 }, () => {
    const all = ['eth', 'les', 'note'].flatMap((name) =>
      [1, 2, 10].map((version) => `${name}/${version}:${1 + random.below(20)}`),
    );
    const some = (): Protocol[] => {
      const spoken = all.filter(() => random.below(3) > 0);
      const order = new Map(spoken.map((word) => [word, random.uint32()]));
      spoken.sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
      return protocolsOf(spoken.join(' '));
    };
    return [some(), some()];
  });
}
