/** Frames that nobody who follows the protocol sends. */

import { expect } from 'vitest';
import { concat, fromHex } from '../../impl/bytes.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { getBlockHeadersMsg } from '../../impl/eth/protocol.ts';
import { discMsg, pingMsg } from '../../impl/p2p/base-protocol.ts';
import { encodeDisconnect } from '../../impl/p2p/rlpx/disconnect.ts';
import { compress } from '../../impl/p2p/rlpx/snappy-encoder.ts';
import { battery, type Case, type StrangerCase } from './harness.ts';
import type { Scene } from './scene.ts';
import { ethCode, someHeaders, type Stage, type Stranger } from './stranger.ts';

const zeros = (length: number): Uint8Array => new Uint8Array(length);
const emptyList = Uint8Array.of(0xc0);
const aPiece = 65_536;
/** The 30 s began with the Status, a millisecond ago. */
const silence = 29_999;

/** The 16 bytes of a header, before they are encrypted. */
function header(
  size: number,
  data: readonly number[] = [0xc2, 0x80, 0x80],
): Uint8Array {
  const bytes = zeros(16);
  bytes.set([size >> 16, (size >> 8) & 0xff, size & 0xff, ...data]);
  return bytes;
}

/** Bytes up to the next whole block. */
function padded(bytes: Uint8Array): Uint8Array {
  return concat(bytes, zeros(-bytes.length & 15));
}

function ping(stranger: Stranger): Uint8Array {
  return stranger.raw.seal(pingMsg, compress(emptyList));
}

function badMAC(
  after: Stage,
  why: string,
  change: (frame: Uint8Array) => void,
): StrangerCase {
  return {
    id: why === 'FrameError bad-header-mac' ? 'H-31' : 'H-32',
    title: `${why.slice(11)}, after ${after}`,
    after,
    act: async (stranger) => {
      const frame = ping(stranger);
      change(frame);
      await stranger.write(frame);
    },
    ends: 'closed',
    why,
  };
}

/** One byte of a good frame is another one, at each place in turn; at some, if it is cut. */
async function everyByteFlipped(scene: Scene): Promise<void> {
  const step = scene.cut === 'whole' ? 1 : 13;
  for (let at = 0; at < 64; at += step) {
    const stranger = scene.stranger();
    await stranger.goTo('Hello');
    const frame = ping(stranger);
    frame[at] = (frame[at] ?? 0) ^ 0x40;
    await stranger.write(frame);
    expect(await stranger.isLeft(10), `byte ${at}`).toBe(true);
    expect(stranger.stayed).toBe(0);
    expect(stranger.reason).toBeUndefined();
    expect(await scene.whyEnded(stranger)).toBe(
      `FrameError bad-${at < 32 ? 'header' : 'frame'}-mac`,
    );
    await stranger.leave();
  }
}

/** He leaves in the middle of a frame, at each of its borders and beside them. */
async function dies(scene: Scene): Promise<void> {
  for (const at of [1, 15, 16, 31, 32, 33, 47, 48, 63]) {
    const stranger = scene.stranger();
    await stranger.goTo('Status');
    await stranger.write(ping(stranger).subarray(0, at));
    await sleep(1);
    await stranger.leave();
    expect(await scene.whyEnded(stranger), `after ${at} bytes`).toBe('EndOfStream');
  }
}

/** Five claim 16 MiB each, and send what there is room for. */
async function hoard(scene: Scene): Promise<void> {
  const { readBudget } = scene.node;
  for (let i = 0; i < 5; i++) {
    const stranger = scene.stranger();
    await stranger.goTo('Status');
    scene.wg.go('hoarder', async () => {
      await stranger.write(stranger.handMadeHeader(header(0xffffff)), zeros(2 ** 20));
    });
  }
  await sleep(20_000);
  expect(readBudget.free).toBe(0);
  const asker = scene.stranger();
  await asker.goTo('Status');
  await asker.asks(); // what is small does not wait
  await sleep(11_000 + 30_000); // who got no piece begins when there is one
  expect(readBudget.free).toBe(readBudget.total);
  for (const stranger of scene.strangers.slice(0, 5)) {
    expect(await stranger.isLeft(0)).toBe(true);
  }
}

const cases: Case[] = [
  ...(['keys', 'Hello', 'Status'] as const).flatMap((stage) => [
    badMAC(stage, 'FrameError bad-header-mac', (frame) => frame.fill(0, 16, 32)),
    badMAC(stage, 'FrameError bad-frame-mac', (frame) => frame.fill(0, 48)),
  ]),
  {
    id: 'H-32',
    title: 'a Disconnect with a wrong MAC is not believed',
    tcp: true,
    after: 'Status',
    act: async (stranger) => {
      const frame = stranger.raw.seal(discMsg, encodeDisconnect(4));
      await stranger.write(frame.fill(0, frame.length - 16));
    },
    ends: 'closed',
    why: 'FrameError bad-frame-mac',
  },
  { id: 'H-34', title: 'one byte changed, at each place', play: everyByteFlipped },
  ...[2_050, 0xfffff0, 0xffffff].map((size): StrangerCase => ({
    id: 'H-35',
    title: `a header that claims ${size} bytes where Hello is due, and no more`,
    after: 'keys',
    tcp: size === 0xfffff0,
    act: (stranger) => stranger.write(stranger.handMadeHeader(header(size))),
    ends: 'closed',
    why: 'FrameError too-big',
  })),
  {
    id: 'H-36',
    title: 'a header that claims 16 MiB, then a byte a second',
    after: 'Status',
    act: async (stranger) => {
      await stranger.write(stranger.handMadeHeader(header(0xffffff)));
      stranger.listen();
      while (stranger.endedAt === undefined) {
        await sleep(1_000);
        await stranger.write(Uint8Array.of(0));
      }
    },
    ends: 'closed',
    at: silence,
    why: 'DeadlineExceeded',
    // What it holds is what it has asked for, not what was claimed.
    most: { asks: aPiece, holds: aPiece },
  },
  {
    id: 'H-36',
    title: 'the same, but what comes is a whole piece at a time',
    after: 'Status',
    act: async (stranger) => {
      await stranger.write(stranger.handMadeHeader(header(0xffffff)));
      await stranger.write(zeros(3 * aPiece));
    },
    ends: 'closed',
    at: silence,
    why: 'DeadlineExceeded',
    most: { asks: aPiece, holds: 4 * aPiece },
  },
  {
    id: 'H-36',
    title: 'five at once that fill the read budget, and stall',
    node: { maxPeers: 25, readBudget: 2 * 2 ** 20 },
    cuts: ['whole'],
    play: hoard,
  },
  { id: 'F-01', title: 'an end in the middle of a frame', play: dies },
  {
    id: 'H-37',
    title: 'a frame of no bytes',
    tcp: true,
    after: 'Status',
    act: (stranger) => stranger.write(stranger.handMade(header(0), zeros(16))),
    ends: 'closed',
    why: 'FrameError empty',
  },
  {
    id: 'H-42',
    title: 'a header that speaks of chunks: one frame like others',
    tcp: true,
    after: 'Status',
    act: async (stranger) => {
      const data = concat(
        Uint8Array.of(ethCode(getBlockHeadersMsg)),
        compress(someHeaders),
      );
      // A list with a protocol, a context and a total: what the first versions foresaw.
      const chunked = header(data.length, [0xc3, 1, 7, 99]);
      await stranger.write(stranger.handMade(chunked, padded(data)));
    },
    ends: 'kept',
  },
  ...['820080', '8101', '00', 'c0', '850100000000', '81'].map((code): StrangerCase => ({
    id: 'V-34',
    title: `a message code that is ${code}`,
    after: 'Status',
    act: (stranger) => {
      const data = fromHex(code);
      return stranger.write(stranger.handMade(header(data.length), padded(data)));
    },
    ends: 'closed',
    why: 'FrameError bad-code',
  })),
  ...[33, 128, 256, 2 ** 31].map((code): StrangerCase => ({
    id: 'nim-eth #438',
    title: `message code ${code}, which nobody has`,
    after: 'Status',
    act: (stranger) => stranger.send(code, emptyList),
    ends: 'closed',
    why: 'CodeOutOfRange',
  })),
];

battery('frames', 'frames', cases);
