/**
 * What a hostile visitor of the soak does. Each comes to an end by itself within some
 * seconds, whatever the node does, and none is answered for: a node that refuses is right.
 */

import { createFrameCrypto, publicKey } from '#crypto';
import { concat } from '../../impl/bytes.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { encodeHashes } from '../../impl/eth/protocol.ts';
import type { Hash } from '../../impl/core/hash.ts';
import type { NetConn } from '../../impl/net/net-conn.ts';
import { dialTCP } from '../../impl/net/tcp.ts';
import { parseEnode } from '../../impl/p2p/enode.ts';
import { newMsg } from '../../impl/p2p/message.ts';
import { encodeDisconnect } from '../../impl/p2p/rlpx/disconnect.ts';
import { FrameRW } from '../../impl/p2p/rlpx/frame.ts';
import { initiate } from '../../impl/p2p/rlpx/handshake.ts';
import { encodeHello } from '../../impl/p2p/rlpx/hello.ts';
import { encode } from '../../impl/rlp/encode.ts';
import { visit, type Host } from './visitors.ts';

/** Who is visited, and the hashes of some of its blocks. */
export interface Prey extends Host {
  readonly hashes: readonly Hash[];
}

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Does it, or gives up after so long. */
async function within(ms: number, task: Promise<unknown>): Promise<void> {
  await Promise.race([task.catch(() => undefined), wait(ms)]);
}

async function connected(prey: Prey): Promise<NetConn> {
  const { host, port } = parseEnode(prey.server.enode ?? '');
  return dialTCP(host, port);
}

const random = (length: number): Uint8Array => runtime().randomBytes(length);

/** Frames by hand, from the encryption handshake on. */
async function raw(
  prey: Prey,
  greets: boolean,
): Promise<{ fd: NetConn; seal: (code: number, data: Uint8Array) => Uint8Array }> {
  const { id } = parseEnode(prey.server.enode ?? '');
  const fd = await connected(prey);
  const key = random(32);
  const { secrets } = await initiate(fd, key, Uint8Array.from(Buffer.from(id, 'hex')));
  const frames = new FrameRW(createFrameCrypto(secrets));
  const seal = (code: number, data: Uint8Array): Uint8Array => {
    const steps = frames.seal(code, data);
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
    }
  };
  if (greets) await fd.write(seal(0, helloOf(key)));
  return { fd, seal };
}

function helloOf(key: Uint8Array): Uint8Array {
  const caps = [{ name: 'eth', version: 63 }];
  return encodeHello({
    version: 5,
    name: 'raw',
    caps,
    listenPort: 0,
    id: publicKey(key),
  });
}

/** Writes and never reads, as long as it is let. */
async function pours(prey: Prey, code: number, payload: Uint8Array): Promise<void> {
  const visitor = await visit(prey, 'Status');
  const pouring = (async () => {
    for (let i = 0; i < 20_000; i++)
      await visitor.transport?.writeMsg(newMsg(code, payload));
  })();
  await within(6_000, pouring);
  await visitor.vanish();
  await pouring.catch(() => undefined); // the line is cut under it
}

/** Says it as a peer, and listens to what comes of it. */
async function says(
  prey: Prey,
  ...messages: readonly (readonly [number, Uint8Array])[]
): Promise<void> {
  const visitor = await visit(prey, 'Status');
  const saying = (async () => {
    for (const [code, payload] of messages) {
      await visitor.transport?.writeMsg(newMsg(code, payload));
    }
    await visitor.listen();
  })();
  await within(3_000, saying);
  await visitor.vanish();
  await saying.catch(() => undefined); // as above
}

const empty = Uint8Array.of(0xc0);
/** The empty list as a Snappy block. */
const ping = Uint8Array.of(1, 0, 0xc0);
const junkTx = (): Uint8Array =>
  encode(
    Array.from({ length: 200 }, (_, nonce) => [
      ...[BigInt(nonce), 1n, 21_000n, new Uint8Array(20), 1n, new Uint8Array()],
      ...[27n, random(31), random(31)],
    ]),
  );

export const behaviours: Readonly<Record<string, (prey: Prey) => Promise<void>>> = {
  'sends what is no auth': async (prey) => {
    const fd = await connected(prey);
    await fd.write(random(400)).catch(() => undefined); // refused at the second byte, perhaps
    await within(6_000, fd.readFull(1));
    await fd.close();
  },
  'says nothing': async (prey) => {
    const fd = await connected(prey);
    await within(6_000, fd.readFull(1));
    await fd.close();
  },
  'trickles an auth': async (prey) => {
    const fd = await connected(prey);
    const trickling = (async () => {
      await fd.write(Uint8Array.of(1, 0xa0));
      for (let i = 0; i < 60; i++) {
        await fd.write(Uint8Array.of(4));
        await wait(100);
      }
    })();
    await within(7_000, trickling);
    await fd.close();
    await trickling.catch(() => undefined); // cut off at 5 s
  },
  'claims a Hello of 15 MiB': async (prey) => {
    const { fd, seal } = await raw(prey, false);
    await fd.write(seal(0, new Uint8Array(15 << 20)).subarray(0, 96));
    await within(6_000, fd.readFull(1 << 20));
    await fd.close();
  },
  'says Hello fifty times': async (prey) => {
    const { fd, seal } = await raw(prey, true);
    for (let i = 0; i < 50; i++) await fd.write(seal(0, ping)).catch(() => undefined);
    await within(1_000, fd.readFull(1 << 20));
    await fd.close();
  },
  'claims 16 MiB behind a byte of Snappy': async (prey) => {
    const { fd, seal } = await raw(prey, true);
    const block = Uint8Array.of(0xff, 0xff, 0xff, 0x07, 0x00, 0x01);
    await fd.write(seal(16, block)).catch(() => undefined); // as above
    await within(3_000, fd.readFull(1 << 20));
    await fd.close();
  },
  'dies inside a frame': async (prey) => {
    const { fd, seal } = await raw(prey, true);
    await fd.write(seal(16, random(3_000)).subarray(0, 1_000)).catch(() => undefined);
    await fd.close();
  },
  // As fast as it can: the kernel takes some 50,000 Pongs before anything waits.
  'pings and does not read': async (prey) => {
    const { fd, seal } = await raw(prey, true);
    const pinging = (async () => {
      for (let sent = 0; sent < 200_000; sent += 1_000) {
        await fd.write(concat(...Array.from({ length: 1_000 }, () => seal(2, ping))));
      }
    })();
    await within(6_000, pinging);
    await fd.close();
    await pinging.catch(() => undefined); // the line is cut under it
  },
  'asks and does not read': (prey) => pours(prey, 16 + 5, encodeHashes(prey.hashes)),
  'disconnects with 17': (prey) => says(prey, [1, encodeDisconnect(17)]),
  'answers what nobody asked': (prey) =>
    says(prey, [16 + 4, empty], [16 + 4, empty], [16 + 4, empty]),
  'sends transactions that are junk': (prey) => says(prey, [16 + 2, junkTx()]),
  'sends no RLP': (prey) => says(prey, [16 + 3, random(50)]),
  'sends a code of nobody': (prey) => says(prey, [200, empty]),
  'sends a second Status': (prey) => says(prey, [16, empty]),
};

/** What would cost most if a bound were missing, and how many of each make a burst. */
export const hogs = {
  'claims a Hello of 15 MiB': 10,
  'pings and does not read': 2,
  'asks and does not read': 10,
  'says Hello fifty times': 10,
} as const;
