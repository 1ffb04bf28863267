/** Disconnect, Ping and Pong, and codes of the base protocol that mean nothing. */

import { expect } from 'vitest';
import { fromHex } from '../../impl/bytes.ts';
import { sleep } from '../../impl/csp/timer.ts';
import {
  discMsg,
  handshakeMsg,
  pingMsg,
  pongMsg,
} from '../../impl/p2p/base-protocol.ts';
import { encodeHello } from '../../impl/p2p/rlpx/hello.ts';
import { compress } from '../../impl/p2p/rlpx/snappy-encoder.ts';
import { helloOf } from '../p2p/rlpx/helpers.ts';
import { alsoOverTCP, battery, type Case, costing } from './harness.ts';
import type { StrangerCase } from './harness.ts';
import type { Scene } from './scene.ts';
import type { Stranger } from './stranger.ts';

const emptyList = Uint8Array.of(0xc0);
const inPeer = { after: 'Status' } as const;

/** Said after Hello; the node says it back, as a node does that has heard it. */
function disconnect(
  id: string,
  data: string,
  reason: number,
  text: string,
): StrangerCase {
  return {
    ...inPeer,
    ...{ id, title: `Disconnect ${data || 'without a payload'} is reason ${reason}` },
    act: (stranger) => stranger.frame(discMsg, fromHex(data)),
    ends: { disconnect: reason },
    why: `DiscError ${reason}`,
    check: ({ id: peer }, { node }) => {
      const drop = node.server.events.find(
        (event) => event.type === 'drop' && event.peer === peer,
      );
      expect(drop).toMatchObject({ remoteRequested: true, error: { message: text } });
    },
  };
}

const floodMs = 60_000;
/** Pongs at once, and Pings that may wait for theirs: figures of the limits, not of the code. */
const pongBurst = 5;
const pendingPings = 16;

/** Pings without end, for a minute. What can the node be made to keep, and to say? */
async function flood(scene: Scene, reads: boolean): Promise<void> {
  const stranger = scene.stranger();
  await stranger.goTo('Status');
  if (reads) stranger.listen();
  const before = stranger.fd.written;
  const frame = 64;
  scene.wg.go('flood', async () => {
    while (!stranger.wasCutOff) await stranger.send(pingMsg, emptyList);
  });
  const tasks = scene.node.server.tasks.length;
  await sleep(floodMs);
  expect(scene.node.server.tasks).toHaveLength(tasks);
  const [peer] = (await scene.node.server.peers()).filter(
    ({ id }) => id === stranger.id,
  );
  expect(peer?.wg.names).toHaveLength(3); // readLoop, pingLoop, eth
  const answers = pongBurst + floodMs / 1_000;
  // What was taken: those that have their Pong, those that wait for one, and one at hand.
  const taken = answers + pendingPings + 2;
  expect(stranger.fd.written - before).toBeLessThanOrEqual(65_536 + taken * frame);
  if (reads) {
    const pongs = stranger.heard.filter(({ code }) => code === pongMsg).length;
    expect(pongs).toBeGreaterThan(floodMs / 1_000);
    expect(pongs).toBeLessThanOrEqual(answers);
  }
  await stranger.fd.close();
}

/** While he is there, the node holds what it held before he sent these. */
async function costsNothing(
  stranger: Stranger,
  scene: Scene,
  messages: () => Promise<void>,
): Promise<void> {
  await sleep(20);
  const before = await scene.node.holdings();
  await messages();
  await sleep(20);
  expect(await scene.node.holdings()).toEqual(before);
  expect(stranger.endedAt).toBeUndefined();
}

function ignored(
  id: string,
  title: string,
  count: number,
  send: (stranger: Stranger, index: number) => Promise<void>,
): StrangerCase {
  return {
    ...inPeer,
    ...{ id, title, ends: 'kept' },
    act: (stranger, scene) =>
      costsNothing(stranger, scene, async () => {
        for (let index = 0; index < count; index++) await send(stranger, index);
      }),
  };
}

const max = Number.MAX_SAFE_INTEGER;

const cases: Case[] = [
  disconnect('H-55', '0204c111', 17, 'unknown disconnect reason 17'),
  alsoOverTCP(disconnect('H-55', 'c111', 17, 'unknown disconnect reason 17')),
  disconnect('H-56', 'c988ffffffffffffffff', max, `unknown disconnect reason ${max}`),
  disconnect('H-57', '04', 4, 'too many peers'),
  disconnect('H-57', 'c104', 4, 'too many peers'),
  disconnect('H-57', '010004', 4, 'too many peers'),
  alsoOverTCP(disconnect('H-57', '0204c104', 4, 'too many peers')),
  ...['', 'c0', 'ff', 'c1c0', 'c20405', '8200ff', 'ffffff', 'ffffff07'].map((data) =>
    disconnect(
      'H-57',
      data,
      data === 'c20405' ? 4 : 0,
      data === 'c20405' ? 'too many peers' : 'disconnect requested',
    ),
  ),
  {
    ...inPeer,
    ...{ id: 'H-57', title: 'a Disconnect of 2,049 bytes', ends: 'closed' },
    act: (stranger) => stranger.frame(discMsg, new Uint8Array(2_049)),
    why: 'FrameError too-big',
    most: { asks: 2_080 },
  },
  {
    ...{ id: 'H-61', title: 'Pings without end, and all Pongs are read' },
    most: { work: 'pings' },
    play: (scene) => flood(scene, true),
  },
  {
    ...{ id: 'H-62', title: 'Pings without end, and nothing is read' },
    most: { work: 'pings' },
    play: (scene) => flood(scene, false),
  },
  {
    ...inPeer,
    ...{ id: 'H-65', title: 'no Pong, and nothing else', ends: 'closed' },
    act: () => Promise.resolve(),
    at: 29_999, // the 30 s began with the Status, a millisecond ago
    why: 'DeadlineExceeded',
    check: ({ heard }) => {
      expect(heard.some(({ code }) => code === pingMsg)).toBe(true);
    },
  },
  costing(
    'hellos',
    ignored('V-33', 'fifty more Hellos', 50, (stranger) =>
      stranger.send(handshakeMsg, encodeHello(helloOf(stranger.key))),
    ),
  ),
  ignored(
    'H-46a',
    'codes of the base protocol that mean nothing',
    12,
    (stranger, index) => stranger.send(4 + index, emptyList),
  ),
  costing(
    'pongs',
    ignored('H-63', 'a thousand Pongs that nobody asked for', 1_000, (stranger) =>
      stranger.send(pongMsg, emptyList),
    ),
  ),
  ...['', '80', 'c3010203', 'ff'].map((payload): StrangerCase => ({
    ...inPeer,
    ...{ id: 'H-63', title: `a Ping with ${payload || 'nothing'} in it`, ends: 'kept' },
    act: async (stranger) => {
      await stranger.frame(pingMsg, compress(fromHex(payload)));
      await stranger.hear(pongMsg);
    },
  })),
];

battery('base protocol', 'base', cases);
