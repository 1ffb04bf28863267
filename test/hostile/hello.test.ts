/** What comes where Hello is due. */

import { expect } from 'vitest';
import { utf8 } from '../../impl/bytes.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { lineOf } from '../../impl/node/report.ts';
import { statusMsg } from '../../impl/eth/protocol.ts';
import { discMsg, handshakeMsg, pingMsg } from '../../impl/p2p/base-protocol.ts';
import type { ProtoHandshake } from '../../impl/p2p/conn.ts';
import type { DiscReason } from '../../impl/p2p/peer-error.ts';
import { encodeDisconnect } from '../../impl/p2p/rlpx/disconnect.ts';
import { encodeHello } from '../../impl/p2p/rlpx/hello.ts';
import { encode, type RlpValue } from '../../impl/rlp/encode.ts';
import { publicKey } from '#crypto';
import { testKey } from '../helpers/blocks.ts';
import { helloOf } from '../p2p/rlpx/helpers.ts';
import { alsoOverTCP, battery, type Case, type StrangerCase } from './harness.ts';
import type { Scene } from './scene.ts';
import { nodeKey } from './node.ts';
import { ethCode, type Stranger } from './stranger.ts';

const emptyList = Uint8Array.of(0xc0);
const twoMiB = 2 * 2 ** 20;
const due = { after: 'keys' } as const;

/** A Hello with these fields; what the node thinks of it. */
function refused(
  id: string,
  title: string,
  fields: Partial<ProtoHandshake>,
  reason: DiscReason,
): StrangerCase {
  return {
    ...due,
    ...{ id, title, why: `DiscError ${reason}`, ends: { disconnect: reason } },
    act: (stranger) =>
      stranger.frame(handshakeMsg, encodeHello(helloOf(stranger.key, fields))),
    check: ({ frames }) => {
      // Compressed: by then it has said that it does so, and so has he.
      expect(frames.at(-1)).toBe(`1 0204c10${reason}`);
    },
  };
}

/** No list that a Hello is. */
function malformed(
  title: string,
  list: (stranger: Stranger) => RlpValue,
  id = 'hive',
): StrangerCase {
  return {
    ...due,
    ...{ id, title, why: 'PeerError invalid-msg', ends: 'closed' },
    act: (stranger) => stranger.frame(handshakeMsg, encode(list(stranger))),
  };
}

/** One that is too long is refused at its header: no more of it is asked for. */
function tooLong(
  id: string,
  title: string,
  fields: Partial<ProtoHandshake>,
): StrangerCase {
  return {
    ...due,
    ...{ id, title, why: 'FrameError too-big', ends: 'closed' },
    act: (stranger) =>
      stranger.frame(handshakeMsg, encodeHello(helloOf(stranger.key, fields))),
  };
}

function asList({ key }: Stranger, id = publicKey(key)): RlpValue[] {
  const { version, name, caps } = helloOf(key);
  return [version, utf8(name), caps.map((cap) => [utf8(cap.name), cap.version]), 0, id];
}

/** A name so long that the payload has `size` bytes. */
function nameFor(size: number): string {
  const rest =
    encodeHello(helloOf(testKey(), { name: 'n'.repeat(1_000) })).length - 1_000;
  return 'n'.repeat(size - rest);
}

/** It is accepted as it is, and shown so that it does nothing to a terminal or a page. */
function named(title: string, name: string): StrangerCase {
  return {
    ...due,
    ...{ id: 'H-47', title, ends: 'kept' },
    act: (stranger) => stranger.sayHello({ name }),
    check: ({ id }, { node }) => {
      const event = node.server.events.find(
        (each) => each.type === 'add' && each.peer === id,
      );
      if (event?.type !== 'add') throw new Error('no peer was added');
      expect(event.name).toBe(name);
      const shown = { ...event, type: 'peer-add', caps: ['eth/63'] } as const;
      for (const format of ['json', 'pretty'] as const) {
        const line = lineOf(format, 0, shown);
        expect(line.trimEnd()).not.toMatch(/\p{Cc}|\p{Cf}/u);
        if (format === 'pretty') expect(line).not.toContain(name.slice(0, 21));
      }
    },
  };
}

/** The same key again: who was first stays. */
async function twice(scene: Scene, atOnce: boolean): Promise<void> {
  const { strangers } = scene;
  const ends = new Map<Stranger, unknown>();
  const come = async (stranger: Stranger): Promise<void> => {
    try {
      await stranger.goTo('Status');
      await stranger.asks();
    } catch (error) {
      ends.set(stranger, error);
      await stranger.isLeft(1);
    }
  };
  for (let i = 0; i < 2; i++) {
    const stranger = scene.stranger(testKey(301));
    if (atOnce) scene.wg.go('stranger', () => come(stranger));
    else await come(stranger);
  }
  await scene.wg.wait();
  const lost = strangers.filter(({ endedAt }) => endedAt !== undefined);
  expect([ends.size, lost.length]).toEqual([1, 1]);
  if (!atOnce) expect(lost).toEqual([strangers[1]]);
  const [one] = lost;
  expect([one?.reason, one?.stayed]).toEqual([5, 0]);
  for (const stranger of strangers) if (stranger !== one) await stranger.asks();
}

const cases: Case[] = [
  named('a name with a line break', 'a\nWARN security update required'),
  named('a name that clears the screen', '\u001b[2J\u001b[1;1Hgone'),
  named('a name that turns the writing round', 'safe\u202egnp.exe\u2066'),
  named('a name that is HTML', '<img src=x onerror=alert(1)>'),
  named('a name of 1,500 characters', 'x'.repeat(1_500)),
  {
    ...due,
    ...{ id: 'H-47', title: 'a name that is no UTF-8', ends: 'kept' },
    act: async (stranger) => {
      const [version, , ...rest] = asList(stranger);
      const name = Uint8Array.of(0xff, 0xfe, 0xc0, 0x80);
      await stranger.sayHello({}, encode([version ?? 5, name, ...rest]));
    },
  },
  refused('H-48', 'an id of zeros', { id: new Uint8Array(64) }, 7),
  alsoOverTCP(
    refused('H-49', 'the id of another key', { id: publicKey(testKey(302)) }, 9),
  ),
  refused('H-49', 'the id of the node itself', { id: publicKey(nodeKey) }, 9),
  refused('H-51', 'no capabilities', { caps: [] }, 3),
  refused('H-51', 'eth/999 alone', { caps: [{ name: 'eth', version: 999 }] }, 3),
  refused(
    'H-51',
    'names of objects',
    { caps: [{ name: '__proto__', version: 63 }] },
    3,
  ),
  {
    ...due,
    ...{ id: 'H-52', title: '2,048 bytes', ends: 'kept', tcp: true },
    act: (stranger) => stranger.sayHello({ name: nameFor(2_048) }),
    most: { asks: 2_080 },
  },
  tooLong('H-52', '2,049 bytes', { name: nameFor(2_049) }),
  {
    ...tooLong('H-52', 'a name of 15 MiB, of which the line takes 64 KiB', {}),
    act: async (stranger) => {
      const header = new Uint8Array(16).fill(0xf0, 0, 1);
      await stranger.write(stranger.handMadeHeader(header), new Uint8Array(2 ** 16));
    },
  },
  tooLong('hive', 'a capability of 2 MiB', {
    caps: [{ name: 'c'.repeat(twoMiB), version: 1 }],
  }),
  tooLong('hive', 'an id of 2 MiB', { id: new Uint8Array(twoMiB).fill(1) }),
  malformed('an id of 65 bytes', (stranger) =>
    asList(stranger, new Uint8Array(65).fill(1)),
  ),
  malformed('an id of 128 bytes', (stranger) =>
    asList(stranger, new Uint8Array(128).fill(1)),
  ),
  malformed('no list', () => new Uint8Array(100).fill(1), 'aleth #2088'),
  malformed('the empty list', () => [], 'aleth #2088'),
  malformed('a version of nine bytes', (stranger) => {
    const [, ...rest] = asList(stranger);
    return [new Uint8Array(9).fill(1), ...rest];
  }),
  malformed('capabilities that are no pairs', (stranger) => {
    const [version = 5, name = 0, , ...rest] = asList(stranger);
    return [version, name, [[utf8('eth')], utf8('eth')], ...rest];
  }),
  {
    ...due,
    ...{ id: 'H-54a', title: 'more elements, and bytes after the list', ends: 'kept' },
    act: async (stranger) => {
      const list = encode([...asList(stranger), 1, [2, [3]], new Uint8Array(99)]);
      const payload = new Uint8Array(list.length + 50).fill(0xff);
      payload.set(list);
      await stranger.sayHello({}, payload);
    },
  },
  ...['c104', '04', '010004', '0204c104', 'c111', 'c988ffffffffffffffff', ''].map(
    (payload): StrangerCase => ({
      ...due,
      id: 'H-54c',
      title: `a Disconnect instead, ${payload || 'without a payload'}: no echo`,
      act: (stranger) => stranger.frame(discMsg, Buffer.from(payload, 'hex')),
      ends: 'closed',
    }),
  ),
  {
    ...due,
    ...{ id: 'H-54c', title: 'a Disconnect instead: its reason is known' },
    act: (stranger) => stranger.frame(discMsg, encodeDisconnect(4)),
    ends: 'closed',
    why: 'DiscError 4',
  },
  {
    ...due,
    ...{ id: 'H-54d', title: 'the node’s own key', key: nodeKey },
    act: () => Promise.resolve(),
    ends: { disconnect: 10 },
    why: 'DiscError 10',
    check: ({ frames }) => {
      expect(frames).toEqual(['1 c10a']); // plain: before its Hello
    },
  },
  {
    ...{ id: 'H-54e', title: 'the same key twice, one after the other' },
    node: { maxPeers: 9 },
    play: (scene) => twice(scene, false),
  },
  {
    ...{ id: 'H-54e', title: 'the same key twice, at the same moment' },
    node: { maxPeers: 9, maxPendingPeers: 2 },
    play: (scene) => twice(scene, true),
  },
  {
    ...due,
    ...{ id: 'H-54g', title: 'nothing at all' },
    act: () => Promise.resolve(),
    ends: 'closed',
    at: 5_000,
    why: 'DeadlineExceeded',
  },
  {
    ...due,
    ...{
      id: 'H-54g',
      title: 'a Hello of which a byte comes every 50 ms',
      ends: 'closed',
    },
    act: async (stranger) => {
      stranger.listen();
      for (const byte of stranger.raw.seal(0, encodeHello(helloOf(stranger.key)))) {
        if (stranger.endedAt !== undefined) return;
        await stranger.write(Uint8Array.of(byte));
        await sleep(50);
      }
    },
    at: 5_000,
    why: 'DeadlineExceeded',
  },
  ...[pingMsg, 4, ethCode(statusMsg), 2 ** 31].map((code): StrangerCase => ({
    ...due,
    ...{ id: 'nim-eth #759', title: `a message of code ${code}`, ends: 'closed' },
    act: (stranger) => stranger.frame(code, emptyList),
    why: 'HandshakeError not-hello',
  })),
];

battery('Hello', 'hello', cases);
