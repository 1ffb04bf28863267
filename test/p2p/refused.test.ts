import { beforeAll, describe, expect, it } from 'vitest';
import { createFrameCrypto, initCrypto, publicKey } from '#crypto';
import { toHex } from '../../impl/bytes.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { pipe } from '../../impl/net/pipe.ts';
import type { Conn, HelloConn } from '../../impl/p2p/conn.ts';
import { nodeIDOf } from '../../impl/p2p/enode.ts';
import { FrameRW, maxFrameSize } from '../../impl/p2p/rlpx/frame.ts';
import { initiate } from '../../impl/p2p/rlpx/handshake.ts';
import { encodeHello } from '../../impl/p2p/rlpx/hello.ts';
import { newRLPX } from '../../impl/p2p/rlpx/transport.ts';
import { DiscError } from '../../impl/p2p/peer-error.ts';
import { ServerStopped } from '../../impl/p2p/server-stopped.ts';
import { everySeed, failureOf, finished, run } from '../helpers/explore.ts';
import { makeServer, World, type TestServer } from '../helpers/servers.ts';
import { atOnce } from '../helpers/at-once.ts';
import { RawPeer } from './rlpx/helpers.ts';

beforeAll(initCrypto);

const keyA = new Uint8Array(32).fill(0xaa);
const keyB = new Uint8Array(32).fill(0xbb);
const idA = nodeIDOf(toHex(publicKey(keyA)));

/** A server whose run loop the test plays: it was not started. */
function gatekeeper(): TestServer {
  return makeServer(new World(), {
    privateKey: keyA,
    self: idA,
    listens: false,
    newTransport: (fd) => newRLPX(fd),
  });
}

interface Visit {
  readonly server: TestServer;
  readonly remote: RawPeer;
  /** What became of the connection at A. */
  readonly end: () => Promise<unknown>;
}

/** B has dialed and made keys; it reads and writes frames by hand. */
async function visit(): Promise<Visit> {
  const server = gatekeeper();
  const [theirs, ours] = pipe();
  const tasks = new WaitGroup();
  let end: unknown;
  const flags = { inbound: true, staticDialed: false, trusted: false };
  tasks.go('setupConn', async () => {
    end = await failureOf(server.setupConn(ours, flags, undefined));
  });
  const { secrets } = await initiate(theirs, keyB, publicKey(keyA));
  const remote = new RawPeer(theirs, new FrameRW(createFrameCrypto(secrets)));
  const over = async (): Promise<unknown> => {
    await tasks.wait();
    return end;
  };
  return { server, remote, end: over };
}

function hello(): Uint8Array {
  const caps = [{ name: 'a', version: 1 }];
  const id = publicKey(keyB);
  return encodeHello({ version: 5, name: 'B', caps, listenPort: 0, id });
}

async function verdictAt(
  stage: { recv(): Promise<Conn | HelloConn> },
  verdict: Error | undefined,
): Promise<void> {
  await (await stage.recv()).cont.send(verdict);
}

/** One frame from A: what is in it once it is decrypted, and its length on the wire. */
async function frameFrom({ fd, frames }: RawPeer): Promise<string> {
  const header = await fd.readFull(32);
  const body = frames.openHeader(header, maxFrameSize);
  const { code, data } = atOnce(body.open(await fd.readFull(body.length)));
  return `${code} ${toHex(data)}, ${header.length + body.length} bytes`;
}

const already = new DiscError(5);

describe('a refusal, in the frame that carries it', () => {
  it('is the first thing that is said at checkpoint 1, and not compressed', () =>
    run(async () => {
      const { server, remote, end } = await visit();
      await verdictAt(server.posthandshake, already);
      expect(await frameFrom(remote)).toBe('1 c105, 64 bytes');
      await remote.fd.close();
      expect(await end()).toBe(already);
    }));

  it('comes after Hello at checkpoint 2, and is compressed', () =>
    run(async () => {
      const { server, remote, end } = await visit();
      await verdictAt(server.posthandshake, undefined);
      await remote.send(0, hello());
      expect(await frameFrom(remote)).toMatch(/^0 f8/); // A's Hello, not compressed
      await verdictAt(server.addpeer, already);
      expect(await frameFrom(remote)).toBe('1 0204c105, 64 bytes');
      await remote.fd.close();
      expect(await end()).toBe(already);
    }));
});

describe('a connection at a checkpoint when the server stops', () => {
  /** Until the end of the stream: what A said. */
  async function heard(remote: RawPeer): Promise<string> {
    try {
      return await frameFrom(remote);
    } catch {
      return `nothing, closed at ${runtime().now()} ms`;
    }
  }

  it.each([
    ['1, before the run loop took it', 1, false],
    ['1, after the run loop took it', 1, true],
    ['2, before the run loop took it', 2, false],
    ['2, after the run loop took it', 2, true],
  ])('hears nothing at checkpoint %s', async (_, checkpoint, isTaken) => {
    await everySeed(
      10,
      async () => {
        const { server, remote, end } = await visit();
        if (checkpoint === 2) {
          await verdictAt(server.posthandshake, undefined);
          await remote.send(0, hello());
          await frameFrom(remote); // A's Hello
        }
        const stage = checkpoint === 1 ? server.posthandshake : server.addpeer;
        if (isTaken) await stage.recv();
        await sleep(100);
        const tasks = new WaitGroup();
        tasks.go('stop', () => server.stop());
        const said = await heard(remote);
        await remote.fd.close();
        await tasks.wait();
        return { said, end: await end() };
      },
      (simulation) => {
        const { said, end } = finished(simulation);
        expect(said).toBe('nothing, closed at 100 ms');
        expect(end).toBeInstanceOf(ServerStopped);
      },
    );
  });
});
