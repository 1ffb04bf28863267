/** Connections that want a slot or a place, and nothing more. */

import { expect, vi } from 'vitest';
import * as crypto from '#crypto';
import { publicKey } from '#crypto';
import { sleep } from '../../impl/csp/timer.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { testKey } from '../helpers/blocks.ts';
import { nodeAt } from '../helpers/servers.ts';
import { goodAuth } from './auth-packet.ts';
import { battery, type Case } from './harness.ts';
import type { Scene } from './scene.ts';
import { idOfKey, nodeKey } from './node.ts';
import type { Stranger } from './stranger.ts';

const aPublicAddress = '95.33.21.2';
const defaults = { maxPeers: 25, maxPendingPeers: 50 };
/** `c104` as it stands: who is refused before Hello has not said that he compresses. */
const tooMany = ['1 c104'];

/** Peers that fill the places of a node. */
async function fill(scene: Scene, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const stranger = scene.stranger();
    await stranger.goTo('Status');
    await stranger.asks();
  }
}

/** The next who comes is refused, with no Hello before the reason. */
async function refusesTheNext(scene: Scene): Promise<void> {
  const next = scene.stranger();
  await next.goTo('keys');
  expect(await next.isLeft(1_000)).toBe(true);
  expect([next.frames, next.stayed]).toEqual([tooMany, 0]);
  expect(await scene.whyEnded(next)).toBe('DiscError 4');
}

/** `count` silent connections, and then an honest peer: how long does it take him? */
async function silentCrowd(scene: Scene, host: string | undefined): Promise<number> {
  for (let i = 0; i < 60; i++) scene.stranger(testKey(200 + i), host).listen();
  await sleep(1);
  const began = runtime().now();
  const honest = await scene.honest(testKey(3), '10.0.0.4');
  const took = runtime().now() - began;
  await honest.leave();
  await sleep(5_000);
  for (const { plainBytes } of scene.strangers) expect(plainBytes).toBe(0);
  return took;
}

async function again(scene: Scene): Promise<void> {
  const come = async (host: string, key: number): Promise<Stranger> => {
    const stranger = scene.stranger(testKey(key), host);
    stranger.listen();
    await sleep(1);
    return stranger;
  };
  const cameAt = runtime().now();
  const first = await come(aPublicAddress, 201);
  const second = await come(aPublicAddress, 202);
  expect([first.endedAt, second.stayed, second.plainBytes]).toEqual([undefined, 0, 0]);
  expect(await scene.whyEnded(second)).toBe('AcceptRefused too-soon');
  // Its neighbours are others; and in a local network all may share an address.
  expect((await come('95.33.21.3', 203)).endedAt).toBeUndefined();
  for (const host of ['10.9.9.9', '10.9.9.9', '127.0.0.1', '127.0.0.1']) {
    expect((await come(host, 204)).endedAt, host).toBeUndefined();
  }
  await sleep(30_000 - (runtime().now() - cameAt) - 10);
  expect((await come(aPublicAddress, 205)).stayed).toBe(0); // a moment too soon
  await sleep(20);
  const third = scene.stranger(testKey(206), aPublicAddress);
  await third.goTo('Status');
  await third.asks(); // a peer like others
}

async function connectAndReset(scene: Scene): Promise<void> {
  for (let i = 0; i < 2_000; i++) {
    await scene.dial().close();
    await sleep(5);
  }
  const { events } = scene.node.server;
  expect(events.filter(({ type }) => type === 'refused')).toHaveLength(2_000);
}

/** `count` connections, 60 ms apart, that bring an auth and are reset. */
async function authAndReset(scene: Scene, count: number): Promise<void> {
  const auth = goodAuth({ key: testKey(200), nodeID: publicKey(nodeKey) });
  const spies = [vi.spyOn(crypto, 'ecdh'), vi.spyOn(crypto, 'recover')];
  let most = 0;
  for (let i = 0; i < count; i++) {
    const fd = scene.dial(`127.0.${i % 200}.7`);
    await fd.write(auth);
    await sleep(1);
    const { tasks } = scene.node.server;
    most = Math.max(most, tasks.filter((name) => name === 'setupConn').length);
    await fd.close();
    await sleep(59);
  }
  const [shared = 0, recovered = 0] = spies.map(({ mock }) => mock.calls.length);
  for (const spy of spies) spy.mockRestore();
  expect(most).toBe(1);
  // The packet, the token, the ack, the secret; each was read, or this shows nothing.
  expect(shared).toBe(4 * count);
  expect(recovered).toBe(count);
  const honest = await scene.honest(testKey(3), '10.0.0.4');
  await honest.leave();
}

const cases: Case[] = [
  {
    id: 'H-01',
    title: 'a connection that says nothing',
    most: { work: 'nothing' },
    after: 'connected',
    act: () => Promise.resolve(),
    ends: 'closed',
    at: 5_000,
    why: 'DeadlineExceeded',
  },
  {
    id: 'H-01',
    title: 'a byte every 100 ms',
    most: { work: 'nothing' },
    after: 'connected',
    act: async (stranger) => {
      stranger.listen();
      await stranger.write(Uint8Array.of(1, 100));
      while (stranger.endedAt === undefined) {
        await stranger.write(Uint8Array.of(4));
        await sleep(100);
      }
    },
    ends: 'closed',
    at: 5_000,
    why: 'DeadlineExceeded',
  },
  {
    id: 'H-03',
    title: '60 silent connections of many addresses take every slot',
    most: { work: 'nothing' },
    node: defaults,
    cuts: ['whole'],
    play: async (scene) => {
      const took = await silentCrowd(scene, undefined);
      expect(took).toBeGreaterThan(4_000); // or there was no crowd
      expect(took).toBeLessThanOrEqual(5_500);
    },
  },
  {
    id: 'H-03',
    title: '60 silent connections of one address keep nobody waiting',
    most: { work: 'nothing' },
    node: defaults,
    cuts: ['whole'],
    play: async (scene) => {
      expect(await silentCrowd(scene, aPublicAddress)).toBeLessThanOrEqual(1_000);
    },
  },
  {
    id: 'H-04',
    title: '2,000 connections that are reset at once',
    most: { work: 'nothing' },
    cuts: ['whole'],
    play: connectAndReset,
  },
  {
    id: 'H-05',
    title: 'a second connection of one address within 30 s',
    node: defaults,
    play: again,
  },
  {
    id: 'H-06',
    title: 'a seventh inbound peer, of nine places',
    node: { maxPeers: 9 },
    play: async (scene) => {
      await fill(scene, 5); // and the honest one
      await refusesTheNext(scene);
      expect((await scene.node.holdings()).peers).toHaveLength(6);
    },
  },
  {
    id: 'H-07',
    title: 'one more peer than there are places',
    node: { maxPeers: 2 },
    play: async (scene) => {
      await fill(scene, 1);
      await refusesTheNext(scene);
    },
  },
  {
    id: 'H-08',
    title: 'a trusted peer, when every place is taken',
    node: {
      maxPeers: 2,
      trustedNodes: [nodeAt(idOfKey(testKey(300)), '10.0.0.9')],
    },
    play: async (scene) => {
      await fill(scene, 1);
      const trusted = scene.stranger(testKey(300));
      await trusted.goTo('Status');
      await trusted.asks();
      await refusesTheNext(scene);
    },
  },
  {
    id: 'H-99',
    title: 'many who send an auth and reset the line',
    node: defaults,
    cuts: ['whole'],
    play: (scene) =>
      authAndReset(scene, process.env['PEERWALK_ALL'] === undefined ? 100 : 1_000),
  },
];

battery('slots and places', 'slots', cases);
