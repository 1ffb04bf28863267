/**
 * What is allowed, however odd it looks: nobody is sent away for it. A limit that is too
 * low costs every honest peer, and no attack shows it.
 */

import { compress as jsCompress } from 'snappyjs';
import { expect } from 'vitest';
import { concat, utf8 } from '../../impl/bytes.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { hashBlock } from '../../impl/core/block.ts';
import { encodeTransaction, type Transaction } from '../../impl/core/transaction.ts';
import * as eth from '../../impl/eth/protocol.ts';
import type { OpenRequest } from '../../impl/eth/requests.ts';
import {
  discMsg,
  handshakeMsg,
  pingMsg,
  pongMsg,
} from '../../impl/p2p/base-protocol.ts';
import { encodeHello } from '../../impl/p2p/rlpx/hello.ts';
import { compress } from '../../impl/p2p/rlpx/snappy-encoder.ts';
import { encode, encodeList } from '../../impl/rlp/encode.ts';
import { childrenOf, signedTx, testGenesis, testKey } from '../helpers/blocks.ts';
import { helloOf, packet } from '../p2p/rlpx/helpers.ts';
import { chainOf } from '../eth/harness.ts';
import { fieldsOf, shakeWith } from './auth-packet.ts';
import { alsoOverTCP, battery, type Case, type StrangerCase } from './harness.ts';
import type { Scene } from './scene.ts';
import { AttackedNode } from './node.ts';
import { ethCode, type Stranger } from './stranger.ts';

const emptyList = Uint8Array.of(0xc0);
const tenMiB = 10 * 2 ** 20;

const kept = { after: 'Status', ends: 'kept' } as const;

/** A Hello with this in it, or with this for its payload. */
function hello(
  id: string,
  title: string,
  payload: (stranger: Stranger) => Uint8Array,
): StrangerCase {
  return {
    ...{ id, title, after: 'keys', ends: 'kept' },
    act: (stranger) => stranger.sayHello({}, payload(stranger)),
  };
}

/** Answers every Ping from now on, as every node does. */
function answersPings(stranger: Stranger, scene: Scene): void {
  stranger.listen();
  scene.wg.go('stranger answers', async () => {
    while (stranger.endedAt === undefined) {
      await sleep(1_000);
      const pings = stranger.heard.filter(({ code }) => code === pingMsg).length;
      for (let i = stranger.pongs; i < pings; i++) await stranger.pong();
    }
  });
}

/** `count` Pings with a pause before each; each has its Pong. */
function pings(title: string, count: number, everyMs: number): StrangerCase {
  return {
    ...kept,
    ...{ id: 'N-10', title },
    act: async (stranger, scene) => {
      answersPings(stranger, scene);
      for (let i = 0; i < count; i++) {
        await sleep(everyMs);
        await stranger.send(pingMsg, emptyList);
      }
      await sleep(1);
      const pongs = stranger.heard.filter(({ code }) => code === pongMsg);
      expect(pongs).toHaveLength(count);
    },
  };
}

/** What the node has asked him, as eth does it. */
function asked<T>(
  { id }: Stranger,
  { node }: Scene,
  ask: (
    peer: NonNullable<ReturnType<AttackedNode['eth']['peers']['get']>>,
  ) => OpenRequest<T>,
): OpenRequest<T> {
  const peer = node.eth.peers.get(id.slice(0, 16));
  if (peer === undefined) throw new Error('the stranger is no eth peer');
  return ask(peer);
}

const invalid: readonly (readonly [string, Transaction])[] = [
  ['a signature that no key made', { ...signedTx(), s: 0n }],
  ['a signature in the upper half', { ...signedTx(), s: (1n << 255n) + 9n }],
  ['less gas than it costs to be sent', signedTx({ gasLimit: 20_999n })],
  [
    'more data than 32 KiB',
    signedTx({ data: new Uint8Array(33_000), gasLimit: 4_000_000n }),
  ],
  ['another chain’s id', signedTx({ chainId: 1n })],
];

/** One body, with one transaction of zeros. */
function bodiesOf(dataLength: number): Uint8Array {
  const tx = encodeTransaction({ ...signedTx(), data: new Uint8Array(dataLength) });
  return encodeList([encodeList([encodeList([tx]), emptyList])]);
}

/** One byte less than a message may have. */
function largestBodies(): Uint8Array {
  const guess = 2 ** 23;
  return bodiesOf(tenMiB - 1 - (bodiesOf(guess).length - guess));
}

/** A block that this node fetches from a real one that dials it. */
async function syncsFrom(
  scene: Scene,
  blocks: Parameters<typeof chainOf>[0],
): Promise<void> {
  const other = new AttackedNode(scene.world, {
    chain: chainOf(blocks),
    key: testKey(310),
    host: '10.0.5.1',
    staticNodes: [scene.node.node],
  });
  await other.start();
  await sleep(25_000); // a tick of the syncer, and what it takes
  expect(scene.chain.currentHeader.number).toBe(other.chain.currentHeader.number);
  expect(other.server.story.filter((line) => line.startsWith('drop'))).toEqual([]);
  await other.stop();
}

/** The node and another one dial each other: one link is left, the same on both sides. */
async function dialEachOther(
  { node, world, wg }: Scene,
  key: Uint8Array,
): Promise<void> {
  const other = new AttackedNode(world, { key, host: '10.0.5.1', chain: chainOf() });
  await other.start();
  wg.go('the one dials', () => node.server.addPeer(other.node));
  wg.go('the other dials', () => other.server.addPeer(node.node));
  await sleep(3_000);
  const id = other.node.id.slice(0, 8);
  const here = (await node.holdings()).peers.filter((each) => each === id);
  expect([here, (await other.holdings()).peers.length]).toEqual([[id], 1]);
  await node.server.removePeer(other.node);
  await other.stop();
  await sleep(31_000); // what was dialed is remembered for so long
}

/** The same list in other blocks than our encoder makes. */
const repeated = (scene: Scene): Uint8Array =>
  eth.encodeHashes(
    new Array<ReturnType<typeof hashBlock>>(40).fill(hashBlock(scene.head)),
  );

function literals(data: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < data.length; at += 60) {
    const part = data.subarray(at, at + 60);
    parts.push(Uint8Array.of((part.length - 1) << 2), part);
  }
  return concat(Uint8Array.of((data.length & 0x7f) | 0x80, data.length >> 7), ...parts);
}

function encodedBy(
  name: string,
  encoder: (data: Uint8Array) => Uint8Array,
): StrangerCase {
  return {
    ...kept,
    ...{ id: 'N-16', title: `a block from ${name}` },
    act: async (stranger, scene) => {
      const code = ethCode(eth.getBlockBodiesMsg);
      await stranger.frame(code, encoder(repeated(scene)));
      const { payload } = await stranger.hear(ethCode(eth.blockBodiesMsg));
      expect(payload).toHaveLength(2 + 40 * 3);
    },
  };
}

const cases: Case[] = [
  {
    ...{ id: 'N-01', title: 'EIP-8 packets of a later version', after: 'connected' },
    act: (stranger) => {
      const [signature, key, nonce] = fieldsOf(stranger);
      const list = [signature, key, nonce, 56, new Uint8Array(9), [1, [2]]];
      return shakeWith(stranger, packet(stranger.nodeID, list, { padding: 211 }));
    },
    ends: 'kept',
  },
  hello('N-02', 'Hello with fields that a later version adds', ({ key }) => {
    const { version, name, caps, id } = helloOf(key);
    const list = caps.map((cap) => [utf8(cap.name), cap.version]);
    return encode([version, utf8(name), list, 0, id, 7, [1, 2], new Uint8Array(30)]);
  }),
  hello('N-03', 'eth/61 to eth/69, les and snap', ({ key }) => {
    const versions = [69, 61, 68, 62, 67, 63, 66, 64, 65];
    const caps = versions.map((version) => ({ name: 'eth', version }));
    const others = ['les', 'snap'].map((name) => ({ name, version: 1 }));
    return encodeHello(helloOf(key, { caps: [...others, ...caps] }));
  }),
  hello('N-03', 'eth/63 two hundred times', ({ key }) => {
    const caps = Array.from({ length: 200 }, () => ({ name: 'eth', version: 63 }));
    return encodeHello(helloOf(key, { caps }));
  }),
  ...[4, 6, 2 ** 52].map((version): StrangerCase => ({
    ...{ id: 'N-02', title: `version ${version} of the base protocol`, after: 'keys' },
    act: (stranger) => stranger.sayHello({ version }),
    ends: 'kept',
  })),
  hello('N-04', 'a name of 300 characters', ({ key }) =>
    encodeHello(helloOf(key, { name: 'n'.repeat(300) })),
  ),
  {
    ...kept,
    ...{ id: 'N-05', title: 'a body of 10 MiB less one byte, which was asked for' },
    act: async (stranger, scene) => {
      const request = asked(stranger, scene, (peer) =>
        peer.requestBodies([hashBlock(scene.head)]),
      );
      await stranger.hear(ethCode(eth.getBlockBodiesMsg));
      const answer = largestBodies();
      expect(answer).toHaveLength(tenMiB - 1);
      await stranger.send(ethCode(eth.blockBodiesMsg), answer);
      expect(await request.answer.recv()).toHaveLength(1);
    },
    most: { asks: 65_536, holds: 600_000, expands: tenMiB - 1, work: 'balloons' },
  },
  {
    ...kept,
    ...{ id: 'N-06', title: 'ten queries for blocks of the future' },
    act: async (stranger) => {
      const query = eth.encodeGetBlockHeaders({
        origin: { kind: 'number', number: 2n ** 64n - 1n },
        ...{ amount: 1n, skip: 0n, reverse: false },
      });
      stranger.listen();
      for (let i = 0; i < 10; i++) {
        await stranger.send(ethCode(eth.getBlockHeadersMsg), query);
      }
      await sleep(1);
      const empty = `${ethCode(eth.blockHeadersMsg)} 0100c0`;
      expect(stranger.frames.filter((frame) => frame === empty)).toHaveLength(10);
    },
  },
  ...invalid.map(([title, tx]): StrangerCase => ({
    ...kept,
    ...{ id: 'N-07', title: `a transaction with ${title}` },
    act: async (stranger, { node }) => {
      node.eth.acceptTxs = true;
      const list = encodeList([encodeTransaction(tx)]);
      await stranger.send(ethCode(eth.transactionsMsg), list);
      await sleep(500);
      expect(node.txPool.pending()).toEqual([]);
    },
    most: { asks: 65_536, expands: 40_000 },
  })),
  {
    ...kept,
    ...{ id: 'N-08', title: 'answers that come 59 s too late' },
    act: async (stranger, scene) => {
      answersPings(stranger, scene);
      for (let i = 0; i < 4; i++) {
        asked(stranger, scene, (peer) =>
          peer.requestHeaders({ kind: 'number', number: 1n }, 1),
        ).giveUp();
      }
      await sleep(59_000);
      for (let i = 0; i < 4; i++) {
        await stranger.send(ethCode(eth.blockHeadersMsg), emptyList);
      }
    },
  },
  {
    ...{ id: 'N-09', title: 'a Disconnect that is a bare number', after: 'Status' },
    act: (stranger) => stranger.send(discMsg, Uint8Array.of(4)),
    ends: { disconnect: 4 },
    why: 'DiscError 4',
  },
  pings('a Ping every 15 s', 8, 15_000),
  pings('a Ping every 60 s', 3, 60_000),
  pings('five Pings in a burst', 5, 0),
  {
    ...{ id: 'N-11', title: 'Hello and Status in one segment', after: 'keys' },
    tcp: true,
    act: async (stranger) => {
      const payload = encodeHello(helloOf(stranger.key));
      const first = stranger.raw.seal(handshakeMsg, payload);
      const status = compress(eth.encodeStatus(stranger.status));
      await stranger.write(first, stranger.raw.seal(ethCode(eth.statusMsg), status));
      await stranger.hearHello();
      await stranger.hear(ethCode(eth.statusMsg));
    },
    ends: 'kept',
  },
  {
    ...{ id: 'N-12', title: '192 headers that are as long as headers get' },
    cuts: ['whole'],
    most: { expands: 192 * 600, work: 'syncs' },
    play: (scene) => {
      const extra = new Uint8Array(32).fill(0xff);
      return syncsFrom(scene, childrenOf(testGenesis().block, 400, { extra }));
    },
  },
  {
    ...kept,
    ...{ id: 'N-13', title: 'an answer without the bodies that were asked for' },
    act: async (stranger, scene) => {
      const request = asked(stranger, scene, (peer) =>
        peer.requestBodies([hashBlock(scene.head)]),
      );
      await stranger.hear(ethCode(eth.getBlockBodiesMsg));
      await stranger.send(ethCode(eth.blockBodiesMsg), emptyList);
      expect(await request.answer.recv()).toEqual([]);
    },
  },
  {
    ...kept,
    ...{ id: 'N-14', title: 'silence but for the Pongs, for two minutes' },
    act: async (stranger, scene) => {
      answersPings(stranger, scene);
      await sleep(120_000);
      expect(stranger.heard.filter(({ code }) => code === pingMsg)).toHaveLength(8);
    },
  },
  {
    ...{ id: 'N-15', title: 'two nodes that dial each other at once' },
    cuts: ['whole'],
    play: async (scene) => {
      for (let i = 0; i < 6; i++) await dialEachOther(scene, testKey(310 + i));
    },
  },
  encodedBy('our encoder', compress),
  alsoOverTCP(encodedBy('snappyjs', jsCompress)),
  encodedBy('an encoder that copies nothing', literals),
];

battery('what is allowed', 'controls', cases);
