/** Targets that read from a connection: the handshake, frames, and a peer at the server. */

import { createFrameCrypto, publicKey } from '#crypto';
import { concatAll, fromHex, readUint, utf8, writeUint } from '../../impl/bytes.ts';
import { eciesEncrypt } from '../../impl/crypto/ecies.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { atOnce } from '../helpers/at-once.ts';
import { pipe } from '../../impl/net/pipe.ts';
import { BudgetShare, ReadBudget } from '../../impl/p2p/rlpx/read-budget.ts';
import { encodeDisconnect } from '../../impl/p2p/rlpx/disconnect.ts';
import { isFault } from '../../impl/p2p/fault.ts';
import { FrameConn } from '../../impl/p2p/rlpx/frame-conn.ts';
import { FrameRW, maxFrameSize } from '../../impl/p2p/rlpx/frame.ts';
import { initiate, receive } from '../../impl/p2p/rlpx/handshake.ts';
import { encodeHello } from '../../impl/p2p/rlpx/hello.ts';
import { compress } from '../../impl/p2p/rlpx/snappy-encoder.ts';
import { encode } from '../../impl/rlp/encode.ts';
import { simulate, type Simulation } from '../../impl/sim/simulate.ts';
import { authFields } from '../helpers/auth-fields.ts';
import { Watch } from '../helpers/invariants.ts';
import { idOf, makeProtocol, readAll } from '../helpers/peers.ts';
import {
  makeServer,
  Remote,
  serverAddress,
  serverHost,
  World,
} from '../helpers/servers.ts';
import { Violation, type Target } from './engine.ts';

const keyA = new Uint8Array(32).fill(0xaa);
const keyB = new Uint8Array(32).fill(0xbb);

/** @throws {Violation} something is left, hangs, or was not foreseen */
export function valueOf<T>({ outcome, left, failures }: Simulation<T>): T {
  const [failed] = failures;
  if (failed !== undefined) {
    const { error, task } = failed;
    const text =
      error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new Violation(`task ${task}: ${text}`);
  }
  if (outcome.status === 'threw') throw outcome.error;
  if (outcome.status !== 'done') throw new Violation(JSON.stringify(outcome));
  if (left.length > 0) throw new Violation(`left: ${JSON.stringify(left)}`);
  return outcome.value;
}

/** Writes the input to who reads it, closes, and lets both come to their end. */
async function fed(
  input: Uint8Array,
  reader: (fd: ReturnType<typeof pipe>[0]) => Promise<unknown>,
): Promise<number> {
  const run = await simulate({ seed: '1', maxSteps: 20_000 }, async () => {
    const [theirs, ours] = pipe();
    const wg = new WaitGroup();
    let thrown: { error: unknown } | undefined;
    wg.go('reads', async () => {
      try {
        await reader(ours);
      } catch (error) {
        thrown = { error };
      }
      await ours.close();
    });
    wg.go('writes', async () => {
      await theirs.write(input).catch(() => undefined); // it may end us in the middle
      await theirs.close();
    });
    await wg.wait();
    return thrown;
  });
  const thrown = valueOf(run);
  if (thrown !== undefined) throw thrown.error;
  return run.steps;
}

const random = {
  ephemeralKey: new Uint8Array(32).fill(7),
  iv: new Uint8Array(16).fill(9),
};

function sealed(receiver: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const size = writeUint(plaintext.length + 113, 2);
  return concatAll([size, eciesEncrypt(publicKey(receiver), plaintext, random, size)]);
}

const padding = new Uint8Array(100);
const authBody = (): Uint8Array =>
  concatAll([encode(authFields(keyA, publicKey(keyB))), padding]);
const ackBody = (): Uint8Array =>
  concatAll([
    encode([publicKey(random.ephemeralKey), new Uint8Array(32).fill(5), 4n]),
    padding,
  ]);

/** The keys of both sides, and what a remote seals with them. */
const keys = {
  ours: {
    aes: new Uint8Array(32).fill(1),
    mac: new Uint8Array(32).fill(2),
    egress: utf8('ours'),
    ingress: utf8('theirs'),
  },
  theirs: {
    aes: new Uint8Array(32).fill(1),
    mac: new Uint8Array(32).fill(2),
    egress: utf8('theirs'),
    ingress: utf8('ours'),
  },
};

function framesOf(...messages: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  const rw = new FrameRW(createFrameCrypto(keys.theirs));
  return concatAll(messages.map(([code, data]) => atOnce(rw.seal(code, data))));
}

/** Reads messages to the end, and looks into each. */
async function readFrames(fd: ReturnType<typeof pipe>[0]): Promise<void> {
  const budget = new ReadBudget();
  const before = budget.free;
  const conn = new FrameConn(
    fd,
    new FrameRW(createFrameCrypto(keys.ours)),
    new BudgetShare(budget),
  );
  conn.compressed.incoming = true;
  try {
    for (;;) {
      const msg = await conn.read(maxFrameSize, Infinity);
      await msg.unpack?.();
      if (msg.payload.length !== msg.size) throw new Violation('another size');
    }
  } finally {
    await conn.close(undefined);
    if (budget.free !== before)
      throw new Violation(`${before - budget.free} bytes are held`);
  }
}

/** A series of messages as bytes: code, two bytes of length, data. */
export function series(
  ...messages: readonly (readonly [number, Uint8Array])[]
): Uint8Array {
  return concatAll(
    messages.flatMap(([code, data]) => [
      Uint8Array.of(code),
      writeUint(data.length, 2),
      data,
    ]),
  );
}

export function* messagesIn(input: Uint8Array): Generator<[number, Uint8Array]> {
  for (let at = 0; at + 3 <= input.length;) {
    const length = readUint(input, at + 1, 2);
    yield [input[at] ?? 0, input.subarray(at + 3, at + 3 + length)];
    at += 3 + length;
  }
}

const empty = compress(Uint8Array.of(0xc0));

const hello = (): Uint8Array =>
  encodeHello({
    version: 5,
    name: 'remote',
    caps: [{ name: 'a', version: 1 }],
    listenPort: 0,
    id: fromHex(idOf('22')),
  });

/** What `PlainTransport` puts around a message. */
function plain(code: number, payload: Uint8Array): Uint8Array {
  return concatAll([writeUint(code, 4), writeUint(payload.length, 4), payload]);
}

/** A stranger sends the input to a server that has an honest peer. */
async function atServer(input: Uint8Array): Promise<number> {
  const run = await simulate({ seed: '1', maxSteps: 20_000 }, async () => {
    const world = new World();
    const watch = new Watch(world.at(serverHost));
    const server = makeServer(world, {
      network: watch.network,
      protocols: [makeProtocol(readAll)],
    });
    watch.attach(server);
    await server.start();
    const wg = new WaitGroup();
    const honest = new Remote(world, idOf('33'));
    wg.go('honest', () => honest.live());
    await sleep(1);
    const stranger = world.connect(serverAddress, '10.0.0.3');
    wg.go('stranger', async () => {
      try {
        await stranger.write(input);
        for (;;) await stranger.readFull(1);
      } catch {
        await stranger.close();
      }
    });
    await sleep(12_000); // the handshake's 5 s are over
    const ids = await server.peerIDs();
    if (!ids.includes('33'))
      throw new Violation(`the honest peer is gone: ${ids.join()}`);
    for (const event of server.events) {
      if ((event.type === 'drop' || event.type === 'refused') && isFault(event.error)) {
        throw new Violation(`a fault of ours: ${event.error.stack ?? ''}`);
      }
    }
    const broken = await watch.broken('at rest');
    await server.stop();
    broken.concat(await watch.broken('stopped'));
    await wg.wait();
    if (broken.length > 0) throw new Violation(broken.join('; '));
  });
  valueOf(run);
  return run.steps;
}

/** A wait or two for each few bytes; a hundred of the connection's own. */
const steps = (length: number): number => 300 + 3 * length;

export const p2pTargets: readonly Target[] = [
  {
    name: 'auth',
    shape: 'bytes',
    seeds: () => [sealed(keyB, authBody())],
    run: (input) => fed(input, (fd) => receive(fd, keyB)),
    most: steps,
    shortRuns: 60,
  },
  {
    name: 'auth-list',
    shape: 'rlp',
    seeds: () => [authBody()],
    run: (input) =>
      fed(sealed(keyB, input.subarray(0, 1_900)), (fd) => receive(fd, keyB)),
    most: steps,
    shortRuns: 60,
  },
  {
    name: 'auth-plain',
    shape: 'bytes',
    seeds: () => [sealed(keyB, authBody())],
    run: (input) => fed(input, (fd) => receive(fd, keyB, { allowPlain: true })),
    most: steps,
    shortRuns: 40,
  },
  {
    name: 'ack',
    shape: 'bytes',
    seeds: () => [sealed(keyA, ackBody())],
    run: (input) => fed(input, (fd) => initiate(fd, keyA, publicKey(keyB))),
    most: steps,
    shortRuns: 40,
  },
  {
    name: 'ack-list',
    shape: 'rlp',
    seeds: () => [ackBody()],
    run: (input) =>
      fed(sealed(keyA, input.subarray(0, 1_900)), (fd) =>
        initiate(fd, keyA, publicKey(keyB)),
      ),
    most: steps,
    shortRuns: 40,
  },
  {
    name: 'frames',
    shape: 'bytes',
    seeds: () => [
      framesOf([16, empty], [2, empty], [17, compress(new Uint8Array(3_000))]),
      framesOf([1, encodeDisconnect(4)]),
    ],
    run: (input) => fed(input, readFrames),
    most: steps,
    shortRuns: 150,
  },
  {
    name: 'messages',
    shape: 'bytes',
    seeds: () => [
      series([16, empty], [2, empty], [17, compress(new Uint8Array(3_000))]),
      series([1, encodeDisconnect(4)], [1, compress(encodeDisconnect(4))], [0, empty]),
      series([0xff, compress(new Uint8Array(70_000))]),
    ],
    run: (input) => fed(framesOf(...messagesIn(input)), readFrames),
    // What is unpacked is unpacked in slices of 64 KiB.
    most: (length) => steps(64 * length),
    shortRuns: 150,
  },
  {
    name: 'server',
    shape: 'bytes',
    seeds: () => [
      concatAll([
        fromHex(idOf('22')),
        plain(0, hello()),
        plain(2, Uint8Array.of(0xc0)),
      ]),
      concatAll([
        ...[fromHex(idOf('22')), plain(0, hello()), plain(16, Uint8Array.of(0xc0))],
        ...[plain(20, Uint8Array.of(0xc0)), plain(1, encodeDisconnect(4))],
      ]),
      concatAll([fromHex(idOf('33')), plain(0, hello())]),
      concatAll([fromHex(idOf('22')), plain(1, encodeDisconnect(4))]),
    ],
    run: atServer,
    most: (length) => 1_500 + 10 * length,
    shortRuns: 40,
  },
];
