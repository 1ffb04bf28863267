/** Answers that nobody asked for, that are others than were asked for, or that are balloons. */

import { expect, vi } from 'vitest';
import { sleep } from '../../impl/csp/timer.ts';
import { atOnce } from '../../impl/csp/slices.ts';
import { type Block, encodeBody, hashBlock } from '../../impl/core/block.ts';
import { encodeHeader } from '../../impl/core/header.ts';
import { firstOf, hashesCodec, readMsg } from '../../impl/eth/codecs.ts';
import type { SyncErrorCode } from '../../impl/eth/errors.ts';
import * as eth from '../../impl/eth/protocol.ts';
import { newMsg } from '../../impl/p2p/message.ts';
import { compress } from '../../impl/p2p/rlpx/snappy-encoder.ts';
import { encodeList } from '../../impl/rlp/encode.ts';
import { childOf, childrenOf, testGenesis, testKey } from '../helpers/blocks.ts';
import { chainOf } from '../eth/harness.ts';
import { battery, type Case, type Scene, type SceneCase } from './harness.ts';
import { AttackedNode } from './node.ts';
import { ethCode, type Stranger } from './stranger.ts';
import { ethPeerOf, type Visit, visits, type Work, workOf } from './work.ts';

const inPeer = { after: 'Status' } as const;
const emptyList = Uint8Array.of(0xc0);
const tenMiB = 10 * 2 ** 20;

/** A list of 10 MiB, each item one byte: half a megabyte in a frame. */
const balloon = compress(encodeList([new Uint8Array(tenMiB - 4).fill(1)]));

const answers = {
  BlockHeaders: eth.blockHeadersMsg,
  BlockBodies: eth.blockBodiesMsg,
  NodeData: eth.nodeDataMsg,
  Receipts: eth.receiptsMsg,
} as const;

const nothingDone: Partial<Work> = {
  ...{ lookups: 0, keccaks: 0, recoveries: 0, built: 0, decoded: 0, integers: 0 },
};

/** Frames with this for their data, one for each code. */
function sends(
  title: string,
  codes: readonly number[],
  data: Uint8Array,
  end: Pick<Visit, 'ends' | 'why'>,
): Visit {
  return {
    ...{ ...inPeer, title, ...end },
    act: async (stranger, scene) => {
      const work = await workOf(scene, async () => {
        for (const code of codes) await stranger.frame(ethCode(code), data);
        await sleep(1);
      });
      expect(work).toMatchObject(nothingDone);
    },
    at: [0, 1],
  };
}

const kept = { ends: 'kept' } as const;
const unasked = {
  ends: { disconnect: 16 },
  why: 'EthError unsolicited-response',
} as const;
const noMessage = { ends: { disconnect: 16 }, why: 'EthError decode' } as const;
const justEmpty = compress(emptyList);

/** For as many headers, or bodies of blocks, as this. */
type Ask = readonly ['headers' | 'bodies', number];

/** The node asks him, and this is his answer. Nothing is built of it. */
function asked(title: string, [kind, count]: Ask, data: Uint8Array): Visit {
  return {
    ...{ ...inPeer, title, ...noMessage },
    act: async (stranger, scene) => {
      const peer = ethPeerOf(stranger, scene);
      const request =
        kind === 'headers'
          ? peer.requestHeaders({ kind: 'number', number: 1n }, count)
          : peer.requestBodies(blocks.slice(0, count).map(hashBlock));
      const bodies = kind === 'bodies';
      await stranger.hear(
        ethCode(bodies ? eth.getBlockBodiesMsg : eth.getBlockHeadersMsg),
      );
      const answer = bodies ? eth.blockBodiesMsg : eth.blockHeadersMsg;
      const work = await workOf(scene, async () => {
        await stranger.frame(ethCode(answer), data);
        await sleep(1);
      });
      expect(work).toMatchObject({ built: 0, keccaks: 0, decoded: 0 });
      expect(request.answer.tryRecv()).toBeUndefined(); // who asked has nothing
    },
    at: [0, 1],
  };
}

/** A balloon under a code whose messages are read. */
function inflated(code: number, act?: (scene: Scene) => void): Visit {
  return {
    ...{ ...inPeer, title: eth.messageName(code), ...noMessage },
    act: async (stranger, scene) => {
      act?.(scene);
      const work = await workOf(scene, async () => {
        await stranger.frame(ethCode(code), balloon);
        expect(await stranger.isLeft(10)).toBe(true);
      });
      expect(work).toMatchObject({ lookups: 0, keccaks: 0, recoveries: 0, built: 0 });
      expect(work.decoded).toBeLessThanOrEqual(1);
      expect(work.integers).toBe(0);
    },
  };
}

/** A block that is in no chain. */
const nobodys = childOf(testGenesis().block, { extra: Uint8Array.of(9) });

/** The last ten have bodies: an empty one is not asked for. */
const blocks = childrenOf(testGenesis().block, 40, (index) => ({
  uncles: index < 30 ? [] : [nobodys.header],
}));
const headersOf = (of: readonly Block[]): Uint8Array =>
  encodeList(of.map(({ header }) => encodeHeader(header)));
const bodiesOf = (of: readonly Block[]): Uint8Array =>
  encodeList(of.map(({ body }) => encodeBody(body)));

/** What a liar does with the headers, or bodies, that he is asked for. */
interface Lie {
  readonly head?: (head: Block) => Block;
  readonly headers?: (headers: readonly Block[]) => readonly Block[];
  readonly bodies?: (bodies: readonly Block[]) => readonly Block[];
  /** What the synchronisation calls it. */
  readonly is: SyncErrorCode;
}

/** Answers as an honest node with these blocks would, but for the lie. */
async function lies(stranger: Stranger, lie: Lie): Promise<void> {
  const chain = chainOf(blocks);
  const same = <T>(value: T): T => value;
  const { head = same, headers = same, bodies = same } = lie;
  while (stranger.endedAt === undefined) {
    await sleep(5);
    for (const msg of stranger.heard.splice(0)) {
      const own = newMsg(msg.code - ethCode(0), msg.payload);
      if (own.code === eth.getBlockHeadersMsg) {
        const { origin, amount, skip } = eth.decodeGetBlockHeaders(own);
        const first =
          origin.kind === 'hash'
            ? chain.getBlockByHash(origin.hash)
            : chain.getBlockByNumber(origin.number);
        const from = Number(first?.header.number ?? 41n);
        const found: Block[] = [];
        for (let i = from; i <= 40 && found.length < amount; i += Number(skip) + 1) {
          const block = i === 0 ? chain.genesis.block : blocks[i - 1];
          if (block !== undefined) found.push(block);
        }
        const [only] = found;
        const wanted = origin.kind === 'hash' && only !== undefined;
        const told = wanted
          ? [head(only)]
          : skip === 0n && amount > 1n
            ? headers(found)
            : found;
        await stranger.send(ethCode(eth.blockHeadersMsg), headersOf(told));
      } else if (own.code === eth.getBlockBodiesMsg) {
        const hashes = [...firstOf(atOnce(readMsg(own, hashesCodec)), 128)];
        const found = hashes.flatMap((hash) => chain.getBlockByHash(hash) ?? []);
        await stranger.send(ethCode(eth.blockBodiesMsg), bodiesOf(bodies(found)));
      } else {
        stranger.heard.push(msg); // not for him
        if (own.code < 0 && own.code + 16 === 1) return;
      }
    }
  }
}

/** The best peer lies in a synchronisation. He is sent away, and another one ends it. */
function liar(title: string, lie: Lie): SceneCase {
  return {
    ...{ id: 'H-86', title, cuts: ['whole'] as const, node: { maxPeers: 6 } },
    most: { expands: 32_768, work: 'liars' },
    play: async (scene) => {
      const stranger = scene.stranger();
      await stranger.goTo('Hello');
      const [last] = blocks.slice(-1).map(hashBlock);
      const td = chainOf(blocks).currentTd + 1n;
      await stranger.sayStatus({ td, ...(last !== undefined && { head: last }) });
      stranger.listen();
      scene.wg.go('liar', () => lies(stranger, lie));
      const other = new AttackedNode(scene.world, {
        ...{ chain: chainOf(blocks), key: testKey(310), host: '10.0.5.1' },
        staticNodes: [scene.node.node],
      });
      await other.start();
      const drops = vi.spyOn(scene.node.eth.downloader, 'dropPeer');
      await sleep(11_000);
      expect(stranger.reason).toBe(3);
      expect(drops.mock.calls.map(([, { code }]) => code)).toEqual([lie.is]);
      await sleep(14_000);
      expect(scene.chain.currentHeader.number).toBe(40n);
      expect(other.server.story.filter((line) => line.startsWith('drop'))).toEqual([]);
      await other.stop();
    },
  };
}

const one = blocks.slice(0, 1);
const withUncles = childOf(testGenesis().block, {
  uncles: [nobodys.header, nobodys.header],
});

const cases: Case[] = [
  // geth v1.8.12 decodes what nobody asked for, and lets the sender stay.
  ...Object.entries(answers).map(([name, code]) =>
    visits('H-85', `${name}, which nobody asked for`, [
      sends('two', [code, code], justEmpty, kept),
      sends('three', [code, code, code], justEmpty, unasked),
    ]),
  ),
  visits(
    'H-85',
    'answers of 10 MiB that nobody asked for: they are not decompressed',
    [
      sends('one of each', [eth.blockHeadersMsg, eth.nodeDataMsg], balloon, kept),
      sends('of all kinds', Object.values(answers).slice(1), balloon, unasked),
    ],
    { most: { asks: 65_536, work: 'unreadBalloons' } },
  ),
  visits(
    'H-86',
    'more than was asked for: refused before anything is built',
    [
      asked(
        'a header too many',
        ['headers', 1],
        compress(headersOf(blocks.slice(0, 2))),
      ),
      asked('40 for one', ['headers', 1], compress(headersOf(blocks))),
      asked('a body too many', ['bodies', 2], compress(bodiesOf(blocks.slice(0, 3)))),
      asked('bodies for headers', ['headers', 1], compress(bodiesOf(one))),
      asked('headers for bodies', ['bodies', 1], compress(headersOf(one))),
      asked('no list', ['headers', 1], compress(Uint8Array.of(0x80))),
    ],
    { most: { asks: 32_768, expands: 32_768 } },
  ),
  liar('another head than his own', { is: 'bad-peer', head: () => nobodys }),
  liar('headers in another order', {
    is: 'bad-peer',
    headers: (headers) => headers.toReversed(),
  }),
  liar('headers with one left out', {
    is: 'bad-peer',
    headers: ([first, , ...rest]) =>
      [first, ...rest].filter((each) => each !== undefined),
  }),
  liar('headers of which one has another parent', {
    is: 'bad-peer',
    headers: ([, ...rest]) => [nobodys, ...rest],
  }),
  liar('headers that begin elsewhere', {
    is: 'bad-peer',
    headers: (headers) => headers.slice(1),
  }),
  liar('bodies of others', {
    is: 'bad-peer',
    bodies: (bodies) => bodies.map(() => withUncles),
  }),
  liar('no headers, of a chain that is said to be heavier', {
    is: 'stalling-peer',
    headers: () => [],
  }),
  {
    ...{ id: 'H-88', title: 'an answer of another kind: what was asked stays open' },
    ...{ ...inPeer, ends: 'kept' },
    act: async (stranger, scene) => {
      const origin = { kind: 'number', number: 1n } as const;
      const request = ethPeerOf(stranger, scene).requestHeaders(origin, 1);
      await stranger.hear(ethCode(eth.getBlockHeadersMsg));
      await stranger.send(ethCode(eth.blockBodiesMsg), emptyList);
      await stranger.send(ethCode(eth.nodeDataMsg), emptyList);
      await stranger.send(ethCode(eth.blockHeadersMsg), headersOf(one));
      expect(await request.answer.recv()).toHaveLength(1);
    },
  },
  {
    ...{ id: 'H-88', title: 'the same answer again and again' },
    ...{ ...inPeer, ...unasked },
    act: async (stranger, scene) => {
      const origin = { kind: 'number', number: 1n } as const;
      ethPeerOf(stranger, scene).requestHeaders(origin, 1);
      await stranger.hear(ethCode(eth.getBlockHeadersMsg));
      const work = await workOf(scene, async () => {
        for (let i = 0; i < 4; i++) {
          await stranger.send(ethCode(eth.blockHeadersMsg), headersOf(one));
        }
        await sleep(1);
      });
      expect(work.built).toBe(1); // the first alone
    },
    at: [0, 1],
  },
  visits(
    'H-87',
    '10 MiB of items of a byte, under each code that is read',
    [
      ...[1, 3, 5, 7, 0x0d, 0x0f].map((code) => inflated(code)),
      inflated(eth.transactionsMsg, ({ node }) => {
        node.eth.acceptTxs = true;
      }),
      asked('headers that were asked for', ['headers', 192], balloon),
      asked('bodies that were asked for', ['bodies', 40], balloon),
    ],
    { cuts: ['whole'], most: { asks: 65_536, expands: tenMiB, work: 'balloons' } },
  ),
  visits(
    'H-87',
    'the same under codes that are not read: it is not decompressed',
    [
      sends('Transactions before a synchronisation', [2, 2, 2, 2, 2], balloon, kept),
      sends('Status', [0], balloon, {
        ends: { disconnect: 16 },
        why: 'EthError extra-status-msg',
      }),
      sends('0x08', [8], balloon, {
        ends: { disconnect: 16 },
        why: 'EthError invalid-msg-code',
      }),
    ],
    { most: { asks: 65_536, work: 'unreadBalloons' } },
  ),
];

battery('answers', 'answers', cases);
