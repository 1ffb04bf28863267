/** A stranger whom the node dials: ack packets, and what comes with them. */

import { expect } from 'vitest';
import { createFrameCrypto, publicKey } from '#crypto';
import { concat } from '../../impl/bytes.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { sleep } from '../../impl/csp/timer.ts';
import type { NetConn } from '../../impl/net/net-conn.ts';
import type { Node } from '../../impl/p2p/enode.ts';
import { discMsg, handshakeMsg } from '../../impl/p2p/base-protocol.ts';
import { encodeDisconnect } from '../../impl/p2p/rlpx/disconnect.ts';
import { FrameRW } from '../../impl/p2p/rlpx/frame.ts';
import { receive } from '../../impl/p2p/rlpx/handshake.ts';
import { encodeHello } from '../../impl/p2p/rlpx/hello.ts';
import { testKey } from '../helpers/blocks.ts';
import { nodeAt } from '../helpers/servers.ts';
import { encodeStatus, statusMsg } from '../../impl/eth/protocol.ts';
import { compress } from '../../impl/p2p/rlpx/snappy-encoder.ts';
import { ethCode } from './stranger.ts';
import { helloOf, packet, RawPeer } from '../p2p/rlpx/helpers.ts';
import { Before } from './conns.ts';
import { battery, type Case, type SceneCase } from './harness.ts';
import type { Scene } from './scene.ts';
import { idOfKey, nodeKey } from './node.ts';

const key = testKey(320);
const host = '10.0.7.7';
const target: Node = nodeAt(idOfKey(key), host);
/** Nobody is dialed again before. */
const redialMs = 30_000;

type Answer = (fd: NetConn, scene: Scene) => Promise<void>;

/** Keeps what is written until `flush`. */
class Held extends Before {
  readonly #parts: Uint8Array[] = [];

  override write(bytes: Uint8Array): Promise<void> {
    this.#parts.push(bytes);
    return runtime().ready(undefined);
  }

  flush(): Promise<void> {
    return this.fd.write(concat(...this.#parts));
  }
}

/** Listens where the node dials; each connection gets this answer, and is then closed. */
async function answers(scene: Scene, answer: Answer, ms: number): Promise<void> {
  const { node, world, wg } = scene;
  const listener = await world.at(host).listen(host, target.port);
  wg.go('who is dialed', async () => {
    for (;;) {
      const fd = await listener.accept().catch(() => undefined);
      if (fd === undefined) return;
      await answer(scene.cutting(fd), scene).catch(() => undefined);
      await fd.close();
    }
  });
  await node.server.addPeer(target);
  await sleep(ms);
  await node.server.removePeer(target);
  await listener.close();
  await wg.wait();
  await sleep(redialMs); // what was dialed is remembered for so long
}

/** One dial fails once, at `at`, with this error; there is no other for half a minute. */
function fails(
  id: string,
  title: string,
  at: number,
  why: string,
  answer: Answer,
): SceneCase {
  return {
    ...{ id, title },
    play: async (scene) => {
      const { node, world } = scene;
      const began = runtime().now();
      await answers(scene, answer, redialMs - 10);
      const errors = node.server.events.filter(({ type }) => type === 'dial-error');
      expect(errors.map((event) => event.at - began)).toEqual([at]);
      expect(scene.errorOf(errors[0])).toBe(why);
      expect(world.dials.map((dial) => dial.at - began)).toEqual([0]);
      expect(node.server.story.filter((line) => line.startsWith('add'))).toHaveLength(
        1,
      );
    },
  };
}

/** Waits for the end of the line, without a word. */
async function silence(fd: NetConn): Promise<void> {
  for (;;) await fd.readFull(1);
}

/** An ack that anybody can make who knows the node's public key. */
function forgedAck(): Uint8Array {
  const nonce = new Uint8Array(32).fill(5);
  return packet(publicKey(nodeKey), [publicKey(testKey(321)), nonce, 4]);
}

/** Answers auth as an honest node does, and says the rest in the same segment. */
async function inOneSegment(
  fd: NetConn,
  frames: (raw: RawPeer) => Promise<void>,
): Promise<RawPeer> {
  const held = new Held(fd);
  const { secrets } = await receive(held, key);
  const raw = new RawPeer(held, new FrameRW(createFrameCrypto(secrets)));
  await frames(raw);
  await held.flush();
  return raw;
}

const cases: Case[] = [
  fails('H-26', 'silence', 5_000, 'DeadlineExceeded', silence),
  fails('H-26', 'a byte a second', 5_000, 'DeadlineExceeded', async (fd) => {
    for (const byte of forgedAck()) {
      await fd.write(Uint8Array.of(byte));
      await sleep(1_000);
    }
  }),
  fails('H-26', 'half an ack, and the end', 0, 'EndOfStream', async (fd) => {
    await fd.readFull(2);
    await fd.write(forgedAck().subarray(0, 150));
  }),
  fails('H-26', 'the end at once', 0, 'EndOfStream', () => Promise.resolve()),
  fails(
    'H-27',
    'an ack for another key',
    0,
    'HandshakeError cannot-decrypt',
    async (fd) => {
      const nonce = new Uint8Array(32).fill(5);
      const list = [publicKey(testKey(321)), nonce, 4];
      await fd.write(packet(publicKey(testKey(322)), list));
      await silence(fd);
    },
  ),
  fails(
    'H-27',
    'an ack from who has not the key that was dialed',
    0,
    'FrameError bad-header-mac',
    async (fd) => {
      // He cannot read auth, so he does not know the key behind its signature.
      await fd.write(forgedAck());
      await fd.write(new Uint8Array(32).fill(1));
      await silence(fd);
    },
  ),
  fails(
    'H-27',
    'a key that is not on the curve',
    0,
    'HandshakeError bad-key',
    async (fd) => {
      const nonce = new Uint8Array(32).fill(5);
      await fd.write(
        packet(publicKey(nodeKey), [new Uint8Array(64).fill(1), nonce, 4]),
      );
      await silence(fd);
    },
  ),
  fails('H-54c', 'a Disconnect instead of Hello', 0, 'DiscError 4', async (fd) => {
    await inOneSegment(fd, (raw) => raw.send(discMsg, encodeDisconnect(4)));
    await silence(fd);
  }),
  fails('H-49', 'Hello with another id', 0, 'DiscError 9', async (fd) => {
    await inOneSegment(fd, (raw) =>
      raw.send(handshakeMsg, encodeHello(helloOf(testKey(323)))),
    );
    await silence(fd);
  }),
  {
    id: 'H-30',
    title: 'ack, Hello and Status in one segment',
    play: async (scene) => {
      let peers = 0;
      await answers(
        scene,
        async (fd) => {
          await inOneSegment(fd, async (raw) => {
            await raw.send(handshakeMsg, encodeHello(helloOf(key)));
            const status = compress(encodeStatus(scene.status));
            await raw.send(ethCode(statusMsg), status);
          });
          await sleep(10);
          peers = scene.node.eth.peers.length;
        },
        100,
      );
      expect(peers).toBe(2); // the honest one, and this one
    },
  },
  {
    id: 'H-100',
    title: '20 dials that nobody answers',
    most: { work: 'dials' },
    cuts: ['whole'],
    play: async ({ node, world }) => {
      const began = runtime().now();
      const holes = Array.from({ length: 20 }, (_, i) =>
        nodeAt(idOfKey(testKey(330 + i)), `10.0.9.${i}`),
      );
      for (const hole of holes) world.blackHoles.add(hole.host);
      for (const hole of holes) await node.server.addPeer(hole);
      await sleep(14_999);
      expect(world.dials).toHaveLength(16);
      expect(node.server.tasks.filter((name) => name.startsWith('dial'))).toHaveLength(
        16,
      );
      await sleep(2);
      expect(world.dials).toHaveLength(20);
      const errors = node.server.events.filter(({ type }) => type === 'dial-error');
      expect(errors.map(({ at }) => at - began)).toEqual(new Array(16).fill(15_000));
      for (const hole of holes) await node.server.removePeer(hole);
      await sleep(15_000 + redialMs);
    },
  },
];

battery('nodes that are dialed', 'ack', cases);
