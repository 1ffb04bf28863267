/** Blocks that a stranger announces: what is noted, asked for and forgotten. */

import { expect } from 'vitest';
import { fromHex } from '../../impl/bytes.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { type Block, hashBlock } from '../../impl/core/block.ts';
import { hashBytes } from '../../impl/core/hash.ts';
import { encodeHeader } from '../../impl/core/header.ts';
import * as eth from '../../impl/eth/protocol.ts';
import { hashLimit } from '../../impl/eth/fetcher.ts';
import { encode, encodeList, type RlpValue } from '../../impl/rlp/encode.ts';
import { childOf, testGenesis } from '../helpers/blocks.ts';
import { battery, type Case, costing, type Scene } from './harness.ts';
import type { StrangerCase } from './harness.ts';
import { ethCode, type Stranger } from './stranger.ts';
import {
  nothing,
  refusesNews,
  sendAndWait,
  timesHeard,
  type Visit,
  visits,
  workOf,
} from './work.ts';

const inPeer = { after: 'Status' } as const;
const emptyList = Uint8Array.of(0xc0);
const plain = childOf(testGenesis().block, { extra: Uint8Array.of(7) });
const announcement = (...items: readonly RlpValue[]): Uint8Array => encode(items);
const refuses = (title: string, payload: Uint8Array): Visit =>
  refusesNews(title, payload, eth.newBlockHashesMsg);

const hashOfIndex = (index: number): Uint8Array => {
  const hash = new Uint8Array(32);
  new DataView(hash.buffer).setUint32(0, index + 1);
  return hash;
};

/** Announcements of `count` blocks that nobody has, each of another hash up to `distinct`. */
function announced(
  count: number,
  from: number | bigint,
  distinct = count,
  first = 0,
): Uint8Array {
  const items = Array.from({ length: Math.min(count, distinct) }, (_, i) =>
    encode([hashOfIndex(first + i), BigInt(from)]),
  );
  const last = items.at(-1) ?? emptyList;
  return encodeList([
    ...items,
    ...new Array<Uint8Array>(count - items.length).fill(last),
  ]);
}

/** Announcements of somebody who stays: none is kept, or asked for. */
function overlooked(title: string, payload: (scene: Scene) => Uint8Array): Visit {
  return {
    ...{ ...inPeer, title, ends: 'kept' },
    act: async (stranger, scene) => {
      stranger.listen();
      await sendAndWait(stranger, eth.newBlockHashesMsg, payload(scene));
      expect(scene.node.eth.fetcher.counts).toEqual(nothing);
      await sleep(600);
      expect(timesHeard(stranger, eth.getBlockHeadersMsg)).toBe(0);
    },
  };
}

/** He announces, and is asked for the header; this is what he says then. */
function announces(
  title: string,
  payload: Uint8Array,
  answer: (stranger: Stranger) => Promise<void>,
  at: number,
  more: Uint8Array = emptyList,
): StrangerCase {
  return {
    ...{ ...inPeer, id: 'H-91', title, ends: { disconnect: 3 }, at: [at - 2, at + 2] },
    act: async (stranger, scene) => {
      stranger.listen();
      const work = await workOf(scene, async () => {
        // Once more, of other hashes: what was noted before counts.
        await sendAndWait(stranger, eth.newBlockHashesMsg, payload, 0);
        await sendAndWait(stranger, eth.newBlockHashesMsg, more);
      });
      expect(work.decoded).toBeLessThanOrEqual(2 * hashLimit);
      const { announced: kept } = scene.node.eth.fetcher.counts;
      expect(kept).toBeLessThanOrEqual(hashLimit);
      await stranger.hear(ethCode(eth.getBlockHeadersMsg));
      await sleep(1);
      expect(timesHeard(stranger, eth.getBlockHeadersMsg)).toBe(kept);
      await answer(stranger);
    },
    check: (_, scene) => {
      expect(scene.node.eth.fetcher.counts).toEqual(nothing);
    },
    most: { asks: 65_536, holds: 500_000, expands: 4_000_000 },
  };
}

const silence = (): Promise<void> => Promise.resolve();
const headers =
  (...of: readonly Block[]) =>
  (stranger: Stranger): Promise<void> => {
    const list = encodeList(of.map(({ header }) => encodeHeader(header)));
    return stranger.send(ethCode(eth.blockHeadersMsg), list);
  };
const noNews = ['', '80', 'ff', 'c101', 'c2c0c0', 'c3010203'];

const cases: Case[] = [
  costing(
    'announced',
    announces(
      '100,000 announcements, and no block',
      announced(100_000, 9, 300),
      silence,
      5_500,
      announced(300, 9, 300, 300),
    ),
  ),
  announces(
    'another header than the announced one',
    announced(1, 1),
    headers(plain),
    501,
  ),
  announces(
    'a number that is not the block’s',
    announcement([hashBytes(hashBlock(plain)), 9]),
    headers(plain),
    501,
  ),
  visits(
    'H-91',
    'announcements of what nobody needs',
    [
      overlooked('a million further on', () => announced(1_000, 1_000_008)),
      overlooked('the last number there can be', () => announced(3, 2n ** 64n - 1n)),
      overlooked('far below', () => announced(1, 0)),
      overlooked('blocks that we have', ({ head }) =>
        announcement([hashBytes(hashBlock(head)), 8]),
      ),
      overlooked('none', () => emptyList),
    ],
    { most: { asks: 65_536, expands: 40_000, work: 'overlooked' } },
  ),
  visits('H-91', 'what is no announcement: the good ones before it count for nothing', [
    ...noNews.map((hex) => refuses(hex || 'nothing', fromHex(hex))),
    refuses('a hash of 31', announcement([new Uint8Array(31), 9])),
    refuses('a number of 9', announcement([hashOfIndex(1), new Uint8Array(9).fill(1)])),
    refuses('a third field', announcement([hashOfIndex(1), 9, 9])),
    refuses('the last', announcement([hashOfIndex(1), 9], [hashOfIndex(2)])),
  ]),
];

battery('announcements', 'announcements', cases);
