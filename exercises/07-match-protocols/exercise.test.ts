import { describe, expect, it } from 'vitest';
import { compareBytes, utf8 } from '#impl/bytes.ts';
import type { Match } from '#impl/p2p/proto-rw.ts';
import type { Cap, Protocol } from '#impl/p2p/protocol.ts';
import { Prng } from '#impl/sim/prng.ts';
import { matchProtocols } from './exercise.ts';

/** Reads `eth/63:17 les/2:22`: names, versions, and how many codes each uses. */
function protocolsOf(text: string): Protocol[] {
  return words(text).map((word) => {
    const [cap = '', length] = word.split(':');
    const run = async (): Promise<void> => Promise.resolve();
    return { ...capOf(cap), length: Number(length), run };
  });
}

/** Reads `les/2 eth/63`. */
function capsOf(text: string): Cap[] {
  return words(text).map(capOf);
}

function capOf(text: string): Cap {
  const slash = text.lastIndexOf('/'); // there may be more in a name
  return { name: text.slice(0, slash), version: Number(text.slice(slash + 1)) };
}

function words(text: string): string[] {
  return text.split(' ').filter((word) => word !== '');
}

const nameOf = ({ name, version }: Cap): string => `${name}/${version}`;

function listOf(caps: readonly Cap[]): string {
  return caps.map(nameOf).join(', ') || 'nothing';
}

interface Range {
  readonly name: string;
  readonly version: number;
  readonly first: number;
  readonly last: number;
}

/** The ranges that come out, by their first code. */
function rangesOf(protocols: readonly Protocol[], caps: readonly Cap[]): Range[] {
  const matches: unknown = matchProtocols(protocols, caps);
  if (!(matches instanceof Map)) expect.fail('matchProtocols gives back no Map');
  const entries = [...(matches as Map<unknown, Partial<Match> | undefined>)]; // as checked
  const ranges = entries.map(([key, entry]) => {
    const own = protocols.find((protocol) => protocol === entry?.protocol);
    if (own === undefined) {
      expect.fail(`the entry under ${String(key)} has no protocol of our list`);
    }
    const { name, version, length } = own;
    if (key !== name) expect(key, `the key of ${nameOf(own)}`).toBe(name);
    const first = entry?.offset;
    if (typeof first !== 'number') expect.fail(`${nameOf(own)} has no offset`);
    return { name, version, first, last: first + length - 1 };
  });
  return ranges.sort((a, b) => a.first - b.first);
}

function tableOf(protocols: readonly Protocol[], caps: readonly Cap[]): string[] {
  return rangesOf(protocols, caps).map((range) => {
    return `${nameOf(range)}: codes ${range.first} to ${range.last}`;
  });
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

function meeting(ours: readonly Protocol[], theirs: readonly Cap[]): string {
  const sizes = ours.map((own) => `${nameOf(own)} (length ${own.length})`).join(', ');
  return `We speak ${sizes || 'nothing'}; the remote speaks ${listOf(theirs)}`;
}

describe('matchProtocols', () => {
  it.each([
    [
      'runs eth/63 on the codes 16 to 32 if both sides speak eth/62 and eth/63',
      'eth/62:8 eth/63:17',
      'eth/62 eth/63',
      'eth/63: codes 16 to 32',
    ],
    ['runs nothing if the remote speaks nothing', 'eth/63:17', ''],
    ['runs nothing if we speak nothing', '', 'eth/63'],
    ['runs nothing if no name is common', 'eth/63:17', 'les/2'],
    ['runs nothing if no version is common', 'eth/63:17', 'eth/62 eth/64'],
    [
      'runs the one version that is common, though each side has a higher one',
      'eth/62:8 eth/64:17',
      'eth/62 eth/65',
      'eth/62: codes 16 to 23',
    ],
    [
      'runs the highest common version, whatever order they are said in',
      'p/8:4 p/9:6 p/7:2',
      'p/10 p/7 p/9 p/8',
      'p/9: codes 16 to 21',
    ],
    [
      'compares versions as numbers: 10 is above 9',
      'p/9:4 p/10:6',
      'p/10 p/9',
      'p/10: codes 16 to 21',
    ],
    [
      'knows a version 0: it is as good as any other',
      'p/0:4 q/0:2 q/1:6',
      'p/0 q/0 q/1',
      'p/0: codes 16 to 19',
      'q/1: codes 20 to 25',
    ],
    [
      'leaves out what only one side speaks',
      'chat/1:3 files/1:5 ours/1:7',
      'theirs/1 chat/1 files/1',
      'chat/1: codes 16 to 18',
      'files/1: codes 19 to 23',
    ],
    [
      'leaves no hole where a lower version would have been',
      'p/1:1 p/2:2 p/3:3 q/1:4',
      'p/1 p/2 p/3 q/1',
      'p/3: codes 16 to 18',
      'q/1: codes 19 to 22',
    ],
    [
      'lays the ranges in the order of the names, not in that of a list',
      'zb/1:2 za/1:2 yb/1:2 ya/1:2',
      'ya/1 yb/1 zb/1 za/1',
      'ya/1: codes 16 to 17',
      'yb/1: codes 18 to 19',
      'za/1: codes 20 to 21',
      'zb/1: codes 22 to 23',
    ],
    [
      'orders names by their bytes: capital letters come before small ones',
      'eth/63:17 Zed/1:2 e2/1:3',
      'e2/1 eth/63 Zed/1',
      'Zed/1: codes 16 to 17',
      'e2/1: codes 18 to 20',
      'eth/63: codes 21 to 37',
    ],
    [
      'orders names by their bytes: U+FB02 comes before U+1F642, in UTF-16 after it',
      '\u{1f642}/1:2 \u{fb02}/1:3',
      '\u{fb02}/1 \u{1f642}/1',
      '\u{fb02}/1: codes 16 to 18',
      '\u{1f642}/1: codes 19 to 20',
    ],
    [
      'orders names, not texts of name and version: eth comes before eth-x',
      'eth-x/1:2 eth/63:17',
      'eth-x/1 eth/63',
      'eth/63: codes 16 to 32',
      'eth-x/1: codes 33 to 34',
    ],
    [
      'tells a name that ends in a digit from a version',
      'p/11:4 q1/2:5 q/12:6',
      'p1/1 q/12',
      'q/12: codes 16 to 21',
    ],
    ['takes names as they are: Eth is not eth', 'Eth/63:17 les/2:22', 'eth/63 LES/2'],
    [
      'takes names as they are: two ways to write é are two names',
      '\u00e9/1:2 f/1:3',
      'e\u0301/1 f/1',
      'f/1: codes 16 to 18',
    ],
    [
      'takes names as they are: a space at the end is a part of one',
      'eth\u00a0/63:17 les/2:22',
      'eth/63 les/2',
      'les/2: codes 16 to 37',
    ],
    [
      'takes names as they are: a slash is a part of one',
      'chat/eu/1:3 chat/us/1:5',
      'chat/us/1 chat/eu/1',
      'chat/eu/1: codes 16 to 18',
      'chat/us/1: codes 19 to 23',
    ],
    [
      'has no names of its own: constructor and __proto__ are names like any other',
      'constructor/1:2 __proto__/2:3 toString/1:4',
      '__proto__/2 constructor/1',
      '__proto__/2: codes 16 to 18',
      'constructor/1: codes 19 to 20',
    ],
    [
      'gives one range to a capability that is said twice',
      'eth/62:8 eth/63:17 les/2:22',
      'eth/63 eth/62 les/2 eth/63',
      'eth/63: codes 16 to 32',
      'les/2: codes 33 to 54',
    ],
    [
      'cuts the codes as two real nodes do: eth, les and shh',
      'eth/62:8 eth/63:17 les/1:15 les/2:22 shh/6:128',
      'shh/6 bzz/5 les/2 les/1 eth/63 eth/62',
      'eth/63: codes 16 to 32',
      'les/2: codes 33 to 54',
      'shh/6: codes 55 to 182',
    ],
  ])('%s', (_, ours, theirs, ...table) => {
    const [protocols, caps] = [protocolsOf(ours), capsOf(theirs)];
    expectTable(tableOf(protocols, caps), table, meeting(protocols, caps));
  });

  it('leaves both lists in the order in which it got them', () => {
    const protocols = protocolsOf('shh/6:128 les/2:22 eth/63:17 eth/62:8');
    const caps = capsOf('les/2 eth/63 shh/6 eth/62');
    matchProtocols(protocols, caps);
    expect(listOf(protocols), 'our protocols').toBe('shh/6, les/2, eth/63, eth/62');
    expect(listOf(caps), 'the caps of the remote').toBe('les/2, eth/63, shh/6, eth/62');
  });

  it('gives each peer a Map of its own', () => {
    const first = matchProtocols(protocolsOf('eth/63:17'), capsOf('eth/63'));
    matchProtocols(protocolsOf('les/2:22'), capsOf('les/2'));
    expect(
      [...first.keys()],
      'after a second peer came, the names of the first',
    ).toEqual(['eth']);
  });

  it('comes to the same table on both sides', () => {
    for (const [a, b] of meetings('both sides')) {
      const what = `${meeting(a, b)}. B's table is expected`;
      expectTable(tableOf(a, b), tableOf(b, a), what);
    }
  });

  it('cuts ranges that begin at 16 and leave neither hole nor overlap', () => {
    for (const [a, b] of meetings('ranges')) {
      let free = 16;
      for (const range of rangesOf(a, b)) {
        expect(range.first, `where ${nameOf(range)} begins; ${meeting(a, b)}`).toBe(
          free,
        );
        free = range.last + 1;
      }
    }
  });

  it('runs the highest common version of every common name', () => {
    for (const [a, b] of meetings('versions')) {
      const found = rangesOf(a, b).map(nameOf);
      expect(found.sort(), meeting(a, b)).toEqual(highestOf(a, b).sort());
    }
  });

  it('lays any ranges in the order of the names', () => {
    for (const [a, b] of meetings('order')) {
      const names = rangesOf(a, b).map(({ name }) => name);
      const sorted = names.toSorted((one, two) => compareBytes(utf8(one), utf8(two)));
      expect(names, meeting(a, b)).toEqual(sorted);
    }
  });
});

/** Two nodes that share some protocols: the same seed, the same meetings. */
function meetings(seed: string): [Protocol[], Protocol[]][] {
  const random = new Prng(seed);
  return Array.from({ length: 100 }, () => {
    const all = ['eth', 'les', 'Shh', 'bzz'].flatMap((name) =>
      [1, 2, 10].map((version) => `${name}/${version}:${1 + random.below(20)}`),
    );
    const some = (): Protocol[] => {
      const spoken = all.filter(() => random.below(2) === 0);
      const order = new Map(spoken.map((word) => [word, random.uint32()]));
      spoken.sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
      return protocolsOf(spoken.join(' '));
    };
    return [some(), some()];
  });
}

function highestOf(a: readonly Cap[], b: readonly Cap[]): string[] {
  const common = a.filter((cap) => b.some((other) => nameOf(cap) === nameOf(other)));
  return common
    .filter(
      (cap) => !common.some((c) => c.name === cap.name && c.version > cap.version),
    )
    .map(nameOf);
}
