/** Auth packets, as a node that is dialed gets them. */

import { secp256k1 } from '@noble/curves/secp256k1.js';
import { expect, vi } from 'vitest';
import * as crypto from '#crypto';
import { publicKey } from '#crypto';
import { concat, fromHex, writeUint } from '../../impl/bytes.ts';
import { eciesEncrypt } from '../../impl/crypto/ecies.ts';
import { ackKind, readPacket } from '../../impl/p2p/rlpx/packet.ts';
import { encode, type RlpValue } from '../../impl/rlp/encode.ts';
import { testKey } from '../helpers/blocks.ts';
import { nodeAt } from '../helpers/servers.ts';
import { packet } from '../p2p/rlpx/helpers.ts';
import { idOfKey } from './node.ts';
import { ephemeralKey } from '../helpers/auth-fields.ts';
import { fieldsOf, goodAuth, shakeWith } from './auth-packet.ts';
import { alsoOverTCP, battery, type Case, type StrangerCase } from './harness.ts';
import type { Scene } from './scene.ts';
import type { Stranger } from './stranger.ts';

const atOnce = {
  after: 'connected',
  ends: 'closed',
  most: { work: 'badAuth' },
} as const;

function taken(title: string, auth: (stranger: Stranger) => Uint8Array): StrangerCase {
  return {
    id: 'H-11',
    title,
    after: 'connected',
    act: (stranger) => shakeWith(stranger, auth(stranger)),
    ends: 'kept',
  };
}

/** The point of the packet is another one. */
function withPoint(id: string, title: string, point: Uint8Array): StrangerCase {
  return {
    ...atOnce,
    ...{ id, title, why: 'HandshakeError cannot-decrypt' },
    act: (stranger) => {
      const auth = goodAuth(stranger);
      auth.set(point, 3);
      return stranger.write(auth);
    },
  };
}

const offCurve = new Uint8Array(64).fill(1);
/** The point with x = 1, named by x + p. */
const smallX = secp256k1.Point.fromHex(`02${'1'.padStart(64, '0')}`);
const aboveP = concat(
  fromHex('fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc30'),
  smallX.toBytes(false).subarray(33),
);

/** The bytes of a good packet, with some of them changed. */
function damaged(
  title: string,
  change: (auth: Uint8Array) => Uint8Array,
): StrangerCase {
  return {
    ...atOnce,
    ...{ id: 'H-18', title, why: 'HandshakeError cannot-decrypt' },
    act: (stranger) => stranger.write(change(goodAuth(stranger))),
  };
}

function flip(bytes: Uint8Array, at: number): Uint8Array {
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
}

function inside(
  title: string,
  list: (stranger: Stranger) => RlpValue,
  why = 'HandshakeError bad-packet',
  id = 'H-23',
): StrangerCase {
  return {
    ...atOnce,
    ...{ id, title, why },
    act: (stranger) => stranger.write(packet(stranger.nodeID, list(stranger))),
  };
}

/** So many bytes of text with a good tag. */
function short(length: number): StrangerCase {
  return {
    ...atOnce,
    id: 'H-16',
    title: `a good tag over ${length} bytes`,
    why: 'HandshakeError bad-packet',
    act: async (stranger) => {
      const size = writeUint(length + 113, 2);
      const text = new Uint8Array(length).fill(0xc0);
      const random = { ephemeralKey, iv: new Uint8Array(16) };
      const sealed = eciesEncrypt(stranger.nodeID, text, random, size);
      await stranger.write(size, sealed);
    },
  };
}

function sized(id: string, size: number): StrangerCase {
  return {
    ...atOnce,
    ...{ id, title: `a size of ${size}, and no more`, why: 'HandshakeError bad-size' },
    act: (stranger) => stranger.write(writeUint(size, 2)),
    most: { asks: 2, work: 'nothing' },
  };
}

/** What two packets cost, neither of which can be decrypted, does not tell them apart. */
async function costsTheSame(scene: Scene): Promise<void> {
  const costs: unknown[] = [];
  for (const kind of ['point', 'tag'] as const) {
    const stranger = scene.stranger();
    const auth = goodAuth(stranger);
    if (kind === 'point') auth.set(offCurve, 3);
    else flip(auth, auth.length - 1);
    const spied = [
      vi.spyOn(crypto, 'ecdh'),
      vi.spyOn(crypto, 'sha256'),
      vi.spyOn(crypto, 'hmacSha256'),
    ];
    await stranger.write(auth);
    expect(await stranger.isLeft(10)).toBe(true);
    const done = (type: string): boolean => type === 'return';
    costs.push({
      work: spied.map(
        ({ mock }) => mock.results.filter(({ type }) => done(type)).length,
      ),
      said: stranger.plainBytes,
      took: stranger.stayed,
      why: await scene.whyEnded(stranger),
    });
    for (const spy of spied) spy.mockRestore();
  }
  expect(costs[0]).toEqual(costs[1]);
  expect(costs[0]).toMatchObject({ work: [1, 2, 1], said: 0, took: 0 });
}

/** Each of the two gets an ack, and neither can go on. */
async function replayed(scene: Scene): Promise<void> {
  const first = scene.stranger();
  const auth = goodAuth(first);
  const second = scene.stranger();
  const acks: Uint8Array[] = [];
  for (const stranger of [first, second]) {
    await stranger.write(auth);
    const ack = await readPacket(stranger.fd, ackKind, first.key);
    acks.push(ack.message.ephemeralKey, ack.message.nonce);
  }
  expect(new Set(acks.map(String)).size).toBe(4);
  await second.write(new Uint8Array(32)); // he has no keys to make a frame with
  await second.isLeft(10);
  expect(second.stayed).toBe(0);
  await first.isLeft(6_000);
  expect(first.stayed).toBe(5_000);
}

/** Anybody can write any key into an auth. It opens nothing: he cannot make a frame. */
async function namesAnother(scene: Scene): Promise<void> {
  const full = scene.stranger();
  await full.goTo('Status');
  const stranger = scene.stranger();
  const [, , ours, version] = fieldsOf(stranger);
  const [signature] = fieldsOf(stranger);
  const list = [signature, publicKey(trustedKey), ours, version];
  await stranger.write(packet(stranger.nodeID, list));
  await readPacket(stranger.fd, ackKind, trustedKey); // he could not read it himself
  await stranger.write(new Uint8Array(64).fill(3));
  expect(await stranger.isLeft(10)).toBe(true);
  expect(await scene.whyEnded(stranger)).toBe('FrameError bad-header-mac');
  const trusted = scene.stranger(trustedKey);
  await trusted.goTo('Status'); // his place was not given away
  await trusted.asks();
}

const trustedKey = testKey(300);

const cases: Case[] = [
  taken('version 56 and three more elements', (stranger) => {
    const [signature, key, ours] = fieldsOf(stranger);
    return packet(stranger.nodeID, [
      signature,
      key,
      ours,
      56,
      1,
      [2, 3],
      new Uint8Array(4),
    ]);
  }),
  ...[100, 300].map((padding) =>
    alsoOverTCP(
      taken(`${padding} bytes of padding`, (stranger) =>
        packet(stranger.nodeID, fieldsOf(stranger), { padding }),
      ),
    ),
  ),
  taken('bytes after the list that are no padding', (stranger) => {
    const body = concat(encode(fieldsOf(stranger)), new Uint8Array(100).fill(0xf9));
    return packet(stranger.nodeID, body, { isEncoded: true, padding: 0 });
  }),
  alsoOverTCP(withPoint('H-12', 'a point that is not on the curve', offCurve)),
  withPoint('H-12', 'the point (0, 0)', new Uint8Array(64)),
  withPoint('H-15', 'a point with x + p for its x', aboveP),
  ...[0x02, 0x03, 0x05, 0x06, 0x07].map((form): StrangerCase => {
    const good = damaged(`a point that begins with 0${form}`, (auth) => {
      auth[2] = form;
      return auth;
    });
    return { ...good, id: 'H-14' };
  }),
  inside(
    'an initiator’s key that is not on the curve',
    (stranger) => {
      const [signature, , ours, version] = fieldsOf(stranger);
      return [signature, offCurve, ours, version];
    },
    'HandshakeError bad-key',
    'H-13',
  ),
  inside(
    'an initiator’s key of zeros',
    (stranger) => {
      const [signature, , ours, version] = fieldsOf(stranger);
      return [signature, new Uint8Array(64), ours, version];
    },
    'HandshakeError bad-key',
    'H-13',
  ),
  ...[0, 1, 15].map(short),
  ...[0, 97, 112].map((size) => sized('H-16', size)),
  ...[2_049, 65_535].map((size) => sized('H-17', size)),
  damaged('the last byte of the tag', (auth) => flip(auth, auth.length - 1)),
  damaged('a size that is one less', (auth) => {
    auth.set(writeUint(auth.length - 3, 2));
    return auth;
  }),
  damaged('a size that is one more', (auth) => {
    auth.set(writeUint(auth.length - 1, 2));
    return concat(auth, Uint8Array.of(0));
  }),
  {
    ...{ id: 'H-19', title: 'a bad point and a bad tag in turn' },
    most: { work: 'badAuth' },
    play: costsTheSame,
  },
  {
    id: 'H-21',
    title: 'the same packet on two connections',
    node: { maxPendingPeers: 2 },
    play: replayed,
  },
  {
    id: 'V-31',
    title: 'the key of a trusted node, by somebody else',
    node: { maxPeers: 2, trustedNodes: [nodeAt(idOfKey(trustedKey), '10.0.0.9')] },
    play: namesAnother,
  },
  inside('no list', () => new Uint8Array(200).fill(7)),
  inside('three fields', (stranger) => fieldsOf(stranger).slice(0, 3)),
  inside('a signature of 64 bytes', (stranger) => {
    const [signature, ...rest] = fieldsOf(stranger);
    return [signature.subarray(1), ...rest];
  }),
  ...[63, 65].map((length) =>
    inside(`a key of ${length} bytes`, (stranger) => {
      const [signature, , ours, version] = fieldsOf(stranger);
      return [signature, new Uint8Array(length).fill(4), ours, version];
    }),
  ),
  ...[31, 33].map((length) =>
    inside(`a nonce of ${length} bytes`, (stranger) => {
      const [signature, key, , version] = fieldsOf(stranger);
      return [signature, key, new Uint8Array(length).fill(5), version];
    }),
  ),
  inside(
    'a signature that no key made',
    (stranger) => {
      const [, ...rest] = fieldsOf(stranger);
      return [new Uint8Array(65), ...rest];
    },
    'HandshakeError bad-signature',
  ),
  {
    ...atOnce,
    id: 'H-24',
    title: 'the format before EIP-8, which looks like a longer packet',
    most: { work: 'nothing' },
    at: 5_000,
    why: 'DeadlineExceeded',
    act: async (stranger) => {
      const [signature, key, ours] = fieldsOf(stranger);
      const body = concat(signature, new Uint8Array(32), key, ours, Uint8Array.of(0));
      const random = { ephemeralKey, iv: new Uint8Array(16) };
      const nothing = new Uint8Array();
      await stranger.write(eciesEncrypt(stranger.nodeID, body, random, nothing));
    },
  },
];

battery('auth', 'auth', cases);
