/** Blocks that a stranger sends or announces: what is hashed, kept, fetched and passed on. */

import { expect } from 'vitest';
import { fromHex } from '../../impl/bytes.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { type Block, encodeBlock, hashBlock } from '../../impl/core/block.ts';
import { encodeHeader } from '../../impl/core/header.ts';
import * as eth from '../../impl/eth/protocol.ts';
import { blockLimit } from '../../impl/eth/fetcher.ts';
import { maxKnownBlocks } from '../../impl/eth/known-set.ts';
import { rawItems } from '../../impl/rlp/decode.ts';
import { encode, encodeList } from '../../impl/rlp/encode.ts';
import { childOf, signedTx, testGenesis } from '../helpers/blocks.ts';
import { battery, type Case, costing, type Scene } from './harness.ts';
import type { StrangerCase } from './harness.ts';
import { ethCode, type Stranger } from './stranger.ts';
import {
  ethPeerOf,
  nothing,
  refusesNews,
  sendAndWait,
  timesHeard,
  type Visit,
  visits,
  workOf,
} from './work.ts';

const inPeer = { after: 'Status' } as const;
const twoMiB = 2 * 2 ** 20;
const tenMiB = 10 * 2 ** 20;
const node = { maxPeers: 9 };

const newBlock = (block: Block, td: bigint | Uint8Array = 1n): Uint8Array =>
  encodeList([encodeBlock(block), encode(td)]);

const root = testGenesis().block;
const plain = childOf(root, { extra: Uint8Array.of(7) });
const emptyList = Uint8Array.of(0xc0);
const least = Uint8Array.of(0xc9, ...new Uint8Array(9).fill(0x80));

/** A NewBlock of these three parts of a block. */
function ofParts(
  header: Uint8Array,
  txs: Uint8Array = emptyList,
  uncles: Uint8Array = emptyList,
): Uint8Array {
  return encodeList([encodeList([header, txs, uncles]), Uint8Array.of(1)]);
}

/** A block of which one field of the header is these bytes. */
function withField(at: number, value: Uint8Array): Uint8Array {
  const items = [...rawItems(encodeHeader(plain.header))];
  return ofParts(encodeList(items.with(at, encode(value))));
}

const [difficulty, number, time, extra] = [7, 8, 11, 12];

const refuses = (title: string, payload: Uint8Array, integers = 0): Visit =>
  refusesNews(title, payload, eth.newBlockMsg, integers);

/**
 * Three who hear what the node passes on. A block goes to two of four who lack it: to the
 * honest peer, who was there first, and to the first of these.
 */
function witness(scene: Scene): Promise<Stranger> {
  return scene.aside(async () => {
    const three = [scene.stranger(), scene.stranger(), scene.stranger()] as const;
    for (const each of three) {
      await each.goTo('Status');
      each.listen();
    }
    return three[0];
  });
}

const heardOf = (stranger: Stranger): number =>
  timesHeard(stranger, eth.newBlockMsg) + timesHeard(stranger, eth.newBlockHashesMsg);

/** A block whose header is this block’s, and whose body another’s. */
function falseBody(title: string, of: (head: Block) => readonly [Block, Block]): Case {
  return {
    ...{ id: 'H-90', title, node },
    play: async (scene) => {
      const [right, other] = of(scene.head);
      const other_ = { header: right.header, body: other.body };
      const listener = await witness(scene);
      const liar = scene.stranger();
      await liar.goTo('Status');
      const work = await workOf(scene, () =>
        sendAndWait(liar, eth.newBlockMsg, newBlock(other_)),
      );
      // Its name, and the two roots of a small body.
      expect(work.keccaks).toBeLessThanOrEqual(8);
      expect(scene.chain.hasBlock(hashBlock(right))).toBe(false);
      expect([heardOf(listener), scene.node.eth.fetcher.counts]).toEqual([0, nothing]);
      // No breach, as he may know no better; and the hash is not marked: here is the right one.
      await liar.asks();
      await sendAndWait(liar, eth.newBlockMsg, newBlock(right));
      expect(scene.chain.currentHeader).toEqual(right.header);
      expect(heardOf(listener)).toBe(1);
    },
  };
}

/** Its header is wrong: it costs him his place, and goes nowhere. */
function falseHeader(title: string, of: (head: Block) => Block): Case {
  return {
    ...{ id: 'H-90', title: `a block with ${title}`, node },
    play: async (scene) => {
      const block = of(scene.head);
      const listener = await witness(scene);
      const liar = scene.stranger();
      await liar.goTo('Status');
      await sendAndWait(liar, eth.newBlockMsg, newBlock(block));
      expect(await liar.isLeft(10)).toBe(true);
      expect(liar.reason).toBe(3);
      expect(scene.chain.hasBlock(hashBlock(block))).toBe(false);
      expect(heardOf(listener)).toBe(0);
    },
  };
}

/** Blocks of somebody who stays, and what each costs. */
function costs(
  title: string,
  blocks: (scene: Scene) => readonly Uint8Array[],
  keccaksOfEach: number,
  queued = 0,
): StrangerCase {
  return {
    ...{ ...inPeer, id: 'H-90', title, ends: 'kept', node },
    most: { asks: 65_536, expands: 1_400_000 },
    act: async (stranger, scene) => {
      const all = blocks(scene);
      const work = await workOf(scene, async () => {
        for (const each of all) await stranger.send(ethCode(eth.newBlockMsg), each);
        await sleep(1);
      });
      expect(work.keccaks).toBeLessThanOrEqual(all.length * keccaksOfEach);
      expect(work.recoveries).toBe(0);
      expect(scene.node.eth.fetcher.counts.queued).toBe(queued);
      const { knownBlocks } = ethPeerOf(stranger, scene);
      expect(knownBlocks.size).toBeLessThanOrEqual(maxKnownBlocks);
    },
  };
}

function many(count: number, of: (index: number) => Block): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => newBlock(of(i)));
}

const three = encodeList(
  [1, 2, 3].map((n) => encodeHeader(childOf(root, { time: BigInt(n) }).header)),
);
const noNews = ['', '80', 'ff', 'c101', 'c2c0c0', 'c3010203'];

const cases: Case[] = [
  visits(
    'H-89',
    'numbers of megabytes: refused by their length',
    [
      refuses('a total difficulty', newBlock(plain, new Uint8Array(twoMiB).fill(0xff))),
      refuses('a difficulty', withField(difficulty, new Uint8Array(twoMiB).fill(0xff))),
      refuses('a number', withField(number, new Uint8Array(twoMiB).fill(0xff))),
      refuses('extra data', withField(extra, new Uint8Array(tenMiB - 1_000))),
    ],
    { cuts: ['whole'], most: { asks: 65_536, expands: tenMiB, work: 'balloons' } },
  ),
  visits('H-89', 'fields that are a little too long', [
    refuses(
      'a total difficulty of 14 bytes',
      newBlock(plain, new Uint8Array(14).fill(1)),
    ),
    refuses('of 101 bits', newBlock(plain, 2n ** 100n), 1),
    refuses('with a leading zero', newBlock(plain, Uint8Array.of(0, 1))),
    refuses(
      'a difficulty of 81 bits',
      withField(difficulty, new Uint8Array(11).fill(1)),
    ),
    refuses('a number of 2^1000', withField(number, new Uint8Array(126).fill(1))),
    refuses('a number of 2^64', withField(number, fromHex(`01${'00'.repeat(8)}`))),
    refuses('a time of 2^64', withField(time, fromHex(`01${'00'.repeat(8)}`))),
    refuses('extra data of 33 bytes', withField(extra, new Uint8Array(33))),
    refuses('three uncles', ofParts(encodeHeader(plain.header), emptyList, three)),
    ...noNews.map((hex) => refuses(hex || 'nothing', fromHex(hex))),
  ]),
  visits(
    'H-89',
    'more transactions than a block may have',
    [
      refuses(
        '131,073',
        ofParts(
          encodeHeader(plain.header),
          encodeList(Array<Uint8Array>(131_073).fill(least)),
        ),
      ),
    ],
    { cuts: ['whole'], most: { asks: 65_536, expands: 1_400_000, work: 'manyTxs' } },
  ),
  {
    ...{
      ...inPeer,
      id: 'H-89',
      title: 'less total difficulty than the block has',
      ends: 'kept',
    },
    act: async (stranger, scene) => {
      const before = ethPeerOf(stranger, scene).info();
      await sendAndWait(stranger, eth.newBlockMsg, newBlock(childOf(scene.head), 1n));
      expect(ethPeerOf(stranger, scene).info()).toEqual(before);
    },
  },
  falseBody('the transactions of another block', (head) => [
    childOf(head, { txs: [signedTx()] }),
    childOf(head, { txs: [signedTx({ value: 2n })] }),
  ]),
  falseBody('uncles of another block', (head) => [
    childOf(head),
    childOf(head, { uncles: [plain.header] }),
  ]),
  falseHeader('a difficulty of 0', (head) =>
    childOf(head, { header: { difficulty: 0n } }),
  ),
  falseHeader('the time of its parent', (head) =>
    childOf(head, { time: head.header.time }),
  ),
  falseHeader('more gas used than there is', (head) =>
    childOf(head, { header: { gasUsed: head.header.gasLimit + 1n } }),
  ),
  // Its gas pays for none of them: they are counted, and not hashed.
  costing(
    'manyTxs',
    costs(
      'a block with 131,000 transactions of nothing',
      ({ head }) => [
        ofParts(
          encodeHeader(childOf(head).header),
          encodeList(Array<Uint8Array>(131_000).fill(least)),
        ),
      ],
      2,
    ),
  ),
  costing(
    'hundredBlocks',
    costs(
      'a block that we have, a hundred times',
      ({ head }) => many(100, () => head),
      1,
    ),
  ),
  costs(
    'blocks that are far away: their bodies are not looked at',
    ({ head }) =>
      [41n, 1_000_000n, 2n ** 64n - 1n].map((far) =>
        newBlock(childOf(head, { header: { number: far }, txs: [signedTx()] })),
      ),
    1,
  ),
  costing(
    'orphans',
    costs(
      '200 blocks whose parents nobody has: 64 wait',
      ({ head }) =>
        many(200, (i) => childOf(head, { header: { number: 10n, time: BigInt(i) } })),
      3,
      blockLimit,
    ),
  ),
];

battery('blocks', 'news', cases);
