/** Requests for bodies, state and receipts: what is looked up, decoded and sent is counted. */

import { expect } from 'vitest';
import { concat, fromHex } from '../../impl/bytes.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { atOnce } from '../../impl/csp/slices.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { type Block, encodeBody, hashBlock, readBody } from '../../impl/core/block.ts';
import { bodyRoots } from '../../impl/core/roots.ts';
import * as eth from '../../impl/eth/protocol.ts';
import { rawItems } from '../../impl/rlp/decode.ts';
import { encode, encodeList } from '../../impl/rlp/encode.ts';
import { childOf, childrenOf, testGenesis } from '../helpers/blocks.ts';
import { chainOf } from '../eth/harness.ts';
import { battery, type Case, type Scene } from './harness.ts';
import { ethCode, type Stranger } from './stranger.ts';
import { answerTo, timesHeard, type Visit, visits, type Work, workOf } from './work.ts';

const inPeer = { after: 'Status' } as const;
const tenMiB = 10 * 2 ** 20;

/** The last of its blocks has the most that its gas pays for: 440 transactions of nothing. */
const small = childrenOf(testGenesis().block, 20);
const least = Uint8Array.of(0xc9, ...new Uint8Array(9).fill(0x80));
const large = ((): Block => {
  const transactions = encodeList(new Array<Uint8Array>(440).fill(least));
  const body = readBody(encodeList([transactions, Uint8Array.of(0xc0)]));
  const { txRoot } = atOnce(bodyRoots(body));
  const parent = small.at(-1) ?? testGenesis().block;
  const { header } = childOf(parent, { header: { gasUsed: 4_700_000n, txRoot } });
  return { header, body };
})();

const kinds = {
  bodies: [eth.getBlockBodiesMsg, eth.blockBodiesMsg],
  state: [eth.getNodeDataMsg, eth.nodeDataMsg],
  receipts: [eth.getReceiptsMsg, eth.receiptsMsg],
} as const;
type Kind = keyof typeof kinds;
const allKinds = Object.keys(kinds) as readonly Kind[]; // of the object above

/** A list of hashes that name nothing. */
function unknown(count: number): Uint8Array {
  const hash = encode(new Uint8Array(32).fill(0xee));
  return encodeList(new Array<Uint8Array>(count).fill(hash));
}

const many = unknown(300_000);
const hashes = (...of: readonly Parameters<typeof hashBlock>[0][]): Uint8Array =>
  eth.encodeHashes(of.map(hashBlock));

interface Bounds {
  readonly items?: number;
  readonly bytes?: number;
  readonly lookups: number;
  readonly decoded: number;
}

/** A request of somebody who stays: what comes back, and what it costs at most. */
function asks(kind: Kind, title: string, payload: Uint8Array, bounds: Bounds): Visit {
  return {
    ...inPeer,
    ...{ title: `${kind}: ${title}`, ends: 'kept' },
    act: async (stranger, scene) => {
      let answer = new Uint8Array() as Uint8Array;
      const work = await workOf(scene, async () => {
        answer = await answerTo(stranger, kinds[kind], payload);
      });
      const { items = 0, bytes = 3 } = bounds;
      expect([...rawItems(answer)]).toHaveLength(items);
      expect(answer.length).toBeLessThanOrEqual(bytes);
      expect(work.lookups).toBeLessThanOrEqual(bounds.lookups);
      expect(work.decoded).toBeLessThanOrEqual(bounds.decoded);
      // What is sent was encoded when it came: nothing is built or hashed.
      expect(work).toMatchObject({ keccaks: 0, built: 0, recoveries: 0 });
    },
  };
}

function refuses(
  title: string,
  code: number,
  payload: Uint8Array,
  most: Partial<Work>,
): Visit {
  return {
    ...inPeer,
    ...{ title: `code ${code}: ${title}`, ends: { disconnect: 16 } },
    act: async (stranger, scene) => {
      const work = await workOf(scene, async () => {
        await stranger.send(ethCode(code), payload);
        expect(await stranger.isLeft(10)).toBe(true);
      });
      expect(work).toMatchObject({ keccaks: 0, built: 0, ...most });
      expect(timesHeard(stranger, code + 1)).toBe(0);
    },
    why: 'EthError decode',
  };
}

const nothing = ['', '80', 'ff', 'c1', 'c101', 'c1c0', '9f'];

/** A bad hash behind the last one that is looked at is nobody's. */
function withBadHash(behind: number): Uint8Array {
  const hash = unknown(1).subarray(1);
  const items = new Array<Uint8Array>(behind).fill(hash);
  return encodeList([...items, Uint8Array.of(0x01)]);
}

/** A request for a large answer, again and again; he reads nothing. */
async function neverReads(stranger: Stranger, scene: Scene): Promise<void> {
  const request = hashes(...new Array<typeof large>(128).fill(large));
  scene.wg.go('requests', async () => {
    for (let i = 0; i < 1_000 && !stranger.wasCutOff; i++) {
      await stranger.send(ethCode(eth.getBlockBodiesMsg), request);
    }
  });
  const began = runtime().now();
  const work = await workOf(scene, () => sleep(15_000));
  await sleep(10_000);
  const drop = scene.node.server.events.find(
    (event) => event.type === 'drop' && event.peer === stranger.id,
  );
  // An answer of half a megabyte is 25 KiB in the line: two or three, and one that waits.
  expect(work.lookups).toBeLessThanOrEqual(6 * 128);
  expect(work).toMatchObject({ keccaks: 0, built: 0 });
  const stayed = (drop?.at ?? NaN) - began;
  expect(stayed).toBeGreaterThanOrEqual(20_000);
  expect(stayed).toBeLessThanOrEqual(22_000);
}

/** He speaks eth/62, and asks what only eth/63 has. Nobody's code ends without a word. */
function inEth62(code: number): Visit {
  return {
    ...{ title: `code ${code}`, after: 'keys', ends: 'closed' },
    act: async (stranger) => {
      await stranger.sayHello({ caps: [{ name: 'eth', version: 62 }] });
      await stranger.sayStatus({ protocolVersion: 62 });
      await stranger.send(ethCode(code), unknown(1));
    },
    at: 1,
    why: 'CodeOutOfRange',
  };
}

const chain = chainOf([...small, large]);
const node = { chain };
const fullAnswer = encodeBody(large.body).length * 128 + 4;

const cases: Case[] = [
  // Twice as many lookups as an answer has items, of each kind: 128, 384 and 256.
  visits(
    'H-80',
    'thousands of hashes that nobody knows',
    [
      asks('bodies', '300,000', many, { lookups: 256, decoded: 256 }),
      asks('state', '3,000', unknown(3_000), { lookups: 0, decoded: 768 }),
      asks('receipts', '3,000', unknown(3_000), { lookups: 512, decoded: 512 }),
    ],
    { node, most: { asks: 65_536, expands: many.length, work: 'hashes' } },
  ),
  visits(
    'H-80',
    'one block, named as often as a request holds it',
    [
      asks(
        'bodies',
        'a large one',
        hashes(...new Array<typeof large>(300).fill(large)),
        {
          ...{ items: 128, bytes: fullAnswer, lookups: 128, decoded: 128 },
        },
      ),
      asks(
        'receipts',
        'one without any',
        hashes(...new Array<typeof large>(600).fill(large)),
        {
          ...{ items: 256, bytes: 260, lookups: 256, decoded: 256 },
        },
      ),
      // There is no state: nothing is answered for the hash of a state that exists.
      asks('state', 'its root', eth.encodeHashes([large.header.stateRoot]), {
        ...{ lookups: 0, decoded: 1 },
      }),
    ],
    { node, most: { asks: 65_536, expands: fullAnswer, work: 'bodies' } },
  ),
  visits(
    'H-81',
    'requests for nothing',
    allKinds.map((kind) =>
      asks(kind, 'an empty list', Uint8Array.of(0xc0), { lookups: 0, decoded: 0 }),
    ),
  ),
  visits(
    'H-82',
    'what is no list of hashes',
    allKinds.flatMap((kind) => [
      ...nothing.map((hex) =>
        refuses(hex || 'nothing', kinds[kind][0], fromHex(hex), { lookups: 0 }),
      ),
      ...[31, 33].map((length) =>
        refuses(
          `a hash of ${length}`,
          kinds[kind][0],
          encode([new Uint8Array(length)]),
          {
            lookups: 0,
          },
        ),
      ),
    ]),
  ),
  visits(
    'H-82',
    'a bad hash',
    [
      refuses('the third', eth.getBlockBodiesMsg, withBadHash(2), { lookups: 2 }),
      asks('bodies', 'behind the last that is looked at', withBadHash(256), {
        ...{ lookups: 256, decoded: 256 },
      }),
      asks('receipts', 'the same', withBadHash(512), { lookups: 512, decoded: 512 }),
      asks('state', 'the same', withBadHash(768), { lookups: 0, decoded: 768 }),
    ],
    { most: { asks: 65_536, expands: 33 * 800, work: 'badHashes' } },
  ),
  // geth v1.8.12 says 3 for too long a message; here it is what every breach of eth is.
  visits(
    'H-83',
    'a message of 10 MiB and a byte: it is not decompressed',
    [0x05, 0x10].map((code): Visit => ({
      ...inPeer,
      ...{ title: `code ${code}`, ends: { disconnect: 16 } },
      act: (stranger) => stranger.send(ethCode(code), new Uint8Array(tenMiB + 1)),
      why: 'EthError msg-too-large',
    })),
    { most: { asks: 65_536, work: 'tooLarge' } },
  ),
  visits(
    'H-83',
    'a message of 10 MiB',
    [
      asks(
        'bodies',
        'hashes, and what is no hash behind those that are looked at',
        concat(
          fromHex('fa9ffffc'),
          unknown(256).subarray(3),
          new Uint8Array(tenMiB - 4 - 256 * 33),
        ),
        { lookups: 256, decoded: 256 },
      ),
    ],
    { most: { asks: 65_536, expands: tenMiB, work: 'hashes' } },
  ),
  visits('H-84', 'codes that are nobody’s', [
    ...[0x08, 0x09, 0x0c].map((code): Visit => ({
      ...inPeer,
      ...{ title: `code ${code} of eth`, ends: { disconnect: 16 } },
      act: (stranger) => stranger.send(ethCode(code), new Uint8Array(500)),
      why: 'EthError invalid-msg-code',
    })),
    ...[0x11, 0xff, 0x1000].map((code): Visit => ({
      ...inPeer,
      ...{ title: `code ${code}, beyond eth`, ends: 'closed' },
      act: (stranger) => stranger.send(ethCode(code), new Uint8Array(500)),
      why: 'CodeOutOfRange',
    })),
  ]),
  visits('H-84', 'what eth/62 has not', [0x0d, 0x0e, 0x0f, 0x10].map(inEth62)),
  {
    ...inPeer,
    ...{ id: 'H-79a', title: 'a thousand requests for large bodies, and none is read' },
    ...{
      node,
      ends: 'closed',
      at: 25_000,
      most: { asks: 65_536, expands: fullAnswer, work: 'unreadBodies' },
    },
    act: neverReads,
    why: 'DeadlineExceeded',
  },
];

battery('other requests', 'requests', cases);
