/** Queries for headers. What they cost is counted: 192 headers, and a lookup or two each. */

import { expect } from 'vitest';
import { fromHex } from '../../impl/bytes.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { type Block, hashBlock } from '../../impl/core/block.ts';
import { hashBytes, type Hash, hashOf } from '../../impl/core/hash.ts';
import { decodeHeader, headerSchema } from '../../impl/core/header.ts';
import * as eth from '../../impl/eth/protocol.ts';
import { decode, rawItems } from '../../impl/rlp/decode.ts';
import { encode, encodeList, type RlpValue } from '../../impl/rlp/encode.ts';
import { childrenOf, extend, testGenesis } from '../helpers/blocks.ts';
import { chainOf } from '../eth/harness.ts';
import { battery, type Case, type Scene } from './harness.ts';
import { ethCode, type Stranger } from './stranger.ts';
import { answerTo, timesHeard, type Visit, visits, workOf } from './work.ts';

const max = 2n ** 64n - 1n;
const inPeer = { after: 'Status' } as const;

/** 300 blocks. Nobody changes them, so all cases have the same chain. */
const blocks = childrenOf(testGenesis().block, 300);
const chain = chainOf(blocks);
/** A branch from block 10 on, 150 blocks long: lighter, so none of it is canonical. */
const branch = childrenOf(at(10), 150, { extra: Uint8Array.of(1) });
extend(chain, branch);
const node = { chain };
/** What he decompresses is counted, too. */
const most = { expands: 192 * 600 };

function at(number: number, of: readonly Block[] = blocks): Block {
  const block = of[number - 1];
  if (block === undefined) throw new RangeError(`no block ${number}`);
  return block;
}

/** Origin, amount, skip, reverse. */
type Query = readonly [
  origin: bigint | Hash,
  amount: bigint,
  skip: bigint,
  reverse?: 'reverse',
];

function encoded([origin, amount, skip, reverse]: Query): Uint8Array {
  const from = typeof origin === 'bigint' ? origin : hashBytes(origin);
  return encode([from, amount, skip, reverse === undefined ? 0 : 1]);
}

const codes = [eth.getBlockHeadersMsg, eth.blockHeadersMsg] as const;

/** The numbers of the headers that come back. */
async function numbers(stranger: Stranger, query: Uint8Array): Promise<number[]> {
  const payload = await answerTo(stranger, codes, query);
  return Array.from(rawItems(payload), (item) =>
    Number(decodeHeader(decode(item, headerSchema, 'header')).number),
  );
}

/**
 * A query of somebody who stays, and its answer.
 *
 * @param lookups that it may cost at most
 */
function asks(
  title: string,
  query: Query,
  answer: readonly number[],
  lookups: number,
): Visit {
  return {
    ...inPeer,
    ...{ title, ends: 'kept' },
    act: async (stranger, scene) => {
      let got: number[] = [];
      const work = await workOf(scene, async () => {
        got = await numbers(stranger, encoded(query));
      });
      expect(got).toEqual(answer);
      expect(work.lookups).toBeLessThanOrEqual(lookups);
      // The headers keep their bytes and their hashes: nothing is hashed.
      expect(work.keccaks).toBe(0);
    },
  };
}

const range = (from: number, count: number, step = 1): number[] =>
  Array.from({ length: count }, (_, i) => from + i * step);

const by = {
  number: 50n,
  hash: hashBlock(at(50)),
  unknown: hashOf(new Uint8Array(32).fill(0xee)),
  zero: hashOf(new Uint8Array(32)),
  branch: (number: number): Hash => hashBlock(at(number - 10, branch)),
};

/** What is no query ends him, before the chain is asked. */
function refuses(title: string, payload: Uint8Array): Visit {
  return {
    ...inPeer,
    ...{ title, ends: { disconnect: 16 }, why: 'EthError decode' },
    act: async (stranger, scene) => {
      const work = await workOf(scene, async () => {
        await stranger.send(ethCode(eth.getBlockHeadersMsg), payload);
        expect(await stranger.isLeft(10)).toBe(true);
      });
      expect(work.lookups).toBe(0);
      expect(timesHeard(stranger, eth.blockHeadersMsg)).toBe(0);
    },
  };
}

const fields = (...values: RlpValue[]): Uint8Array => encode(values);

/** A query for all that an answer may hold, again and again; he reads nothing. */
async function neverReads(stranger: Stranger, scene: Scene): Promise<void> {
  const query = encoded([1n, 192n, 0n]);
  let sent = 0;
  scene.wg.go('queries', async () => {
    for (; sent < 10_000 && !stranger.wasCutOff; sent++) {
      await stranger.send(ethCode(eth.getBlockHeadersMsg), query);
    }
  });
  const began = runtime().now();
  const work = await workOf(scene, () => sleep(15_000));
  await sleep(10_000);
  const drop = scene.node.server.events.find(
    (event) => event.type === 'drop' && event.peer === stranger.id,
  );
  const stayed = (drop?.at ?? NaN) - began;
  // So many are read as the line holds answers, and one whose answer waits. What is
  // behind it lies in the line, 64 KiB of it, unread.
  expect(work.decoded).toBeLessThanOrEqual(12);
  expect(work.lookups).toBeLessThanOrEqual(12 * 193);
  expect(sent).toBeGreaterThan(500);
  expect(sent).toBeLessThan(1_500);
  // 20 s for the write, and what the farewell may take.
  expect(stayed).toBeGreaterThanOrEqual(20_000);
  expect(stayed).toBeLessThanOrEqual(22_000);
}

const cases: Case[] = [
  visits(
    'H-70',
    'no headers at all',
    [
      asks('by number', [by.number, 0n, 0n], [], 1),
      asks('by hash', [by.hash, 0n, 0n], [], 1),
      asks('reverse, and a skip', [by.hash, 0n, max, 'reverse'], [], 1),
    ],
    { node },
  ),
  visits(
    'H-71',
    'more headers than an answer has',
    [
      asks('2^31', [1n, 2n ** 31n, 0n], range(1, 192), 193),
      asks('2^63 − 1, by hash', [by.hash, 2n ** 63n - 1n, 0n], range(50, 192), 800),
      asks('1,000 and fewer that there are', [290n, 1_000n, 0n], range(290, 11), 12),
      // geth v1.8.12 reads these as negative numbers: nothing is what they ask for.
      asks('2^63', [1n, 2n ** 63n, 0n], [], 1),
      asks('2^64 − 1', [by.hash, max, 0n], [], 1),
    ],
    { node, most: { ...most, work: 'manyHeaders' } },
  ),
  // skip + 1 is 0 in 64 bits: geth v1.8.12 sends the same header 192 times.
  visits(
    'H-72',
    'a skip that wraps around to where it began',
    [
      asks('forward', [by.number, 5n, max], [50], 2),
      asks('reverse', [by.number, 5n, max, 'reverse'], [50], 2),
      asks('1,000 of them', [by.number, 1_000n, max], [50], 2),
      asks('from 0', [0n, 192n, max, 'reverse'], [0], 2),
    ],
    { node },
  ),
  // And one less goes backwards, when it says forwards.
  visits(
    'H-73',
    'a skip that wraps around to the block before',
    [
      asks('forward', [by.number, 5n, max - 1n], [50], 2),
      asks('reverse', [by.number, 5n, max - 1n, 'reverse'], [50], 2),
      asks('2^63', [by.number, 5n, 2n ** 63n], [50], 2),
      asks('2^53', [by.number, 5n, 2n ** 53n], [50], 2),
    ],
    { node },
  ),
  visits(
    'H-74',
    'the same by hash',
    [
      asks('2^64 − 1, forward', [by.hash, 5n, max], [50], 4),
      asks('2^64 − 1, reverse', [by.hash, 5n, max, 'reverse'], [50], 4),
      asks('2^64 − 2, forward', [by.hash, 5n, max - 1n], [50], 4),
      asks('2^64 − 2, reverse', [by.hash, 5n, max - 1n, 'reverse'], [50], 4),
    ],
    { node },
  ),
  visits(
    'H-75',
    'numbers at the end of what there is',
    [
      asks('the last there can be', [max, 192n, 0n], [], 1),
      asks('the same, reverse', [max, 192n, 0n, 'reverse'], [], 1),
      asks('one above the head', [301n, 192n, 0n], [], 1),
      asks('the head', [300n, 192n, 0n], [300], 2),
    ],
    { node },
  ),
  visits(
    'H-76',
    'reverse, beyond the genesis',
    [
      asks('by number', [3n, 192n, 0n, 'reverse'], [3, 2, 1, 0], 5),
      asks('by hash', [hashBlock(at(3)), 192n, 0n, 'reverse'], [3, 2, 1, 0], 12),
      asks('over it', [3n, 192n, 1n, 'reverse'], [3, 1], 3),
      asks('from it', [0n, 192n, 0n, 'reverse'], [0], 2),
    ],
    { node },
  ),
  visits(
    'H-77',
    'a hash that names no block',
    [
      asks('unknown', [by.unknown, 192n, 0n], [], 1),
      asks('32 zero bytes are number 0', [by.zero, 2n, 0n], [0, 1], 3),
    ],
    { node },
  ),
  visits(
    'H-78',
    'what is no query',
    [
      ...['', '80', 'c0', 'c3010203', 'c501020304', 'c432010203', 'ff'].map((hex) =>
        refuses(hex || 'nothing', fromHex(hex)),
      ),
      ...[9, 20, 31, 33].map((length) =>
        refuses(
          `an origin of ${length}`,
          fields(new Uint8Array(length).fill(1), 1, 0, 0),
        ),
      ),
      refuses('an origin with a leading zero', fields(Uint8Array.of(0, 1), 1, 0, 0)),
      refuses('an origin that is a list', fields([1], 1, 0, 0)),
      refuses('an amount of nine bytes', fields(1, new Uint8Array(9).fill(1), 0, 0)),
      refuses('a skip of nine bytes', fields(1, 1, new Uint8Array(9).fill(1), 0)),
      refuses('reverse 2', fields(1, 1, 0, 2)),
      refuses('a fifth field', fields(1, 1, 0, 0, 0)),
      refuses(
        'ten queries in a list',
        encodeList(new Array(10).fill(fields(1, 1, 0, 0))),
      ),
    ],
    { node },
  ),
  // Forward from a branch nothing follows; back along it each step is one lookup, and
  // a query has a hundred.
  visits(
    'H-79',
    'walks off the canonical chain',
    [
      asks('forward', [by.branch(60), 192n, 0n], [60], 4),
      asks(
        'back, one by one',
        [by.branch(20), 12n, 0n, 'reverse'],
        range(20, 12, -1),
        40,
      ),
      asks(
        'back, 40 at once',
        [by.branch(150), 192n, 39n, 'reverse'],
        [150, 110, 70],
        150,
      ),
      asks('back, 101 at once', [by.branch(150), 192n, 100n, 'reverse'], [150], 150),
      asks(
        'back to what is canonical',
        [by.branch(12), 3n, 4n, 'reverse'],
        [12, 7, 2],
        20,
      ),
    ],
    { node, most: { ...most, work: 'walks' } },
  ),
  {
    ...inPeer,
    ...{ id: 'H-79a', title: 'thousands of large queries, and no answer is read' },
    ...{ node, ends: 'closed', at: 25_000, most: { ...most, work: 'unreadHeaders' } },
    act: neverReads,
    why: 'DeadlineExceeded',
  },
];

battery('GetBlockHeaders', 'headers', cases);
