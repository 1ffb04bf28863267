import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto, publicKey } from '#crypto';
import { toHex } from '../../impl/bytes.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { EndOfStream, type NetConn } from '../../impl/net/net-conn.ts';
import { nodeIDOf } from '../../impl/p2p/enode.ts';
import { parseCidr } from '../../impl/p2p/ip.ts';
import { newRLPX } from '../../impl/p2p/rlpx/transport.ts';
import { everySeed, failureOf, finished, run } from '../helpers/explore.ts';
import { idOf } from '../helpers/peers.ts';
import { makeServer, Remote, serverAddress, World } from '../helpers/servers.ts';

beforeAll(initCrypto);

/** When the other side closes; it may say nothing before. */
async function closedAt(fd: NetConn): Promise<number> {
  expect(await failureOf(fd.readFull(1))).toBeInstanceOf(EndOfStream);
  await fd.close();
  return runtime().now();
}

/** Reads the id that the transport in the clear says first, then waits for the end. */
async function closedAfterID(fd: NetConn): Promise<number> {
  await fd.readFull(64);
  return closedAt(fd);
}

describe('Server.listenLoop', () => {
  // H-03
  it('gives an honest peer a slot when 60 silent connections lose theirs, at 5 s', () =>
    run(async () => {
      const world = new World();
      const server = makeServer(world);
      await server.start();
      const tasks = new WaitGroup();
      const closed: number[] = [];
      for (let i = 0; i < 60; i++) {
        const fd = world.connect(serverAddress, '10.0.0.2');
        tasks.go('silent', async () => {
          closed.push(await closedAfterID(fd));
        });
      }
      await sleep(100);
      const honest = new Remote(world, idOf('22'));
      let joinedAt = -1;
      tasks.go('honest', async () => {
        await honest.prove();
        await honest.sayHello();
        joinedAt = runtime().now();
        await honest.listen();
      });
      await sleep(5_200);
      expect(joinedAt).toBe(5_000);
      expect(await server.peerIDs()).toEqual(['22']);
      await sleep(10_000);
      // 50 at once; the ten others had to wait for their own 5 s.
      expect([closed.length, closed.filter((at) => at === 5_000).length]).toEqual([
        60, 50,
      ]);
      expect(closed.filter((at) => at === 10_000).length).toBe(10);
      await server.stop();
      await tasks.wait();
    }));

  // H-01
  it('closes a silent connection at exactly 5 s and has sent no byte, over RLPx', () =>
    run(async () => {
      const world = new World();
      const key = new Uint8Array(32).fill(0xaa);
      const server = makeServer(world, {
        privateKey: key,
        self: nodeIDOf(toHex(publicKey(key))),
        newTransport: (fd) => newRLPX(fd),
      });
      await server.start();
      await sleep(7);
      const fd = world.connect(serverAddress, '10.0.0.2');
      expect(await closedAt(fd)).toBe(5_007);
      await server.stop();
    }));

  it('closes at 5 s who proves an identity and says no Hello (H-54g)', () =>
    run(async () => {
      const world = new World();
      const server = makeServer(world);
      await server.start();
      const remote = new Remote(world, idOf('22'));
      await sleep(3_000);
      await remote.prove();
      await remote.listen(); // its Hello, and then the end
      expect(remote.endedAt).toBe(5_000);
      expect(remote.reason).toBeUndefined();
      await server.stop();
    }));

  it('has as many slots as maxPendingPeers says, and all of them again afterwards', () =>
    run(async () => {
      const world = new World();
      let begun = 0;
      const plain = makeServer(world).config.newTransport;
      const server = makeServer(world, {
        maxPendingPeers: 3,
        newTransport: (fd) => {
          begun++;
          return plain(fd);
        },
      });
      await server.start();
      const tasks = new WaitGroup();
      for (let i = 0; i < 12; i++) {
        const fd = world.connect(serverAddress, '10.0.0.2');
        tasks.go('silent', async () => {
          await closedAfterID(fd);
        });
      }
      for (let round = 1; round <= 4; round++) {
        await sleep(4_999);
        expect(begun).toBe(3 * round);
        await sleep(1);
      }
      await server.stop();
      await tasks.wait();
    }));

  it('has 50 slots if maxPendingPeers is 0, as geth', () =>
    run(async () => {
      const world = new World();
      let begun = 0;
      const plain = makeServer(world).config.newTransport;
      const server = makeServer(world, {
        maxPendingPeers: 0,
        newTransport: (fd) => {
          begun++;
          return plain(fd);
        },
      });
      await server.start();
      const tasks = new WaitGroup();
      for (let i = 0; i < 51; i++) {
        const fd = world.connect(serverAddress, '10.0.0.2');
        tasks.go('silent', async () => {
          await failureOf(fd.readFull(65)); // an id, and no more
          await fd.close();
        });
      }
      await sleep(10);
      expect(begun).toBe(50);
      await server.stop();
      await tasks.wait();
    }));

  it('gives the slot back when the handshakes are over, not when the peer ends', () =>
    run(async () => {
      const world = new World();
      const server = makeServer(world, { maxPendingPeers: 1, maxPeers: 30 });
      await server.start();
      const tasks = new WaitGroup();
      for (let i = 0; i < 10; i++) {
        tasks.go('remote', () =>
          new Remote(world, idOf((0x40 + i).toString(16))).live(),
        );
      }
      await sleep(10);
      expect((await server.peerIDs()).length).toBe(10);
      await server.stop();
      await tasks.wait();
    }));

  it('gives the slot back when a connection is cut in any phase of its set-up', async () => {
    await everySeed(
      20,
      async () => {
        const world = new World();
        const server = makeServer(world, { maxPendingPeers: 1 });
        await server.start();
        for (const [i, phase] of (
          ['connect', 'prove', 'hello', 'peer'] as const
        ).entries()) {
          const remote = new Remote(world, idOf(`4${i}`));
          if (phase !== 'connect') await remote.prove();
          if (phase === 'hello' || phase === 'peer') await remote.sayHello();
          if (phase === 'peer') await sleep(10);
          await remote.leave();
        }
        await sleep(5_000);
        const last = new Remote(world, idOf('33'));
        const joined = await last.join();
        await sleep(1);
        const peers = await server.peerIDs();
        await last.leave();
        await server.stop();
        return { joined, peers };
      },
      (simulation) => {
        expect(finished(simulation)).toEqual({ joined: undefined, peers: ['33'] });
      },
    );
  });

  it('closes without a byte who is outside the allowed ranges', () =>
    run(async () => {
      const world = new World();
      const allowed = parseCidr('192.168.0.0/16');
      const server = makeServer(world, { netRestrict: allowed ? [allowed] : [] });
      await server.start();
      for (const host of ['10.0.0.2', '127.0.0.1', '8.8.8.8', '[2001:db8::1]']) {
        expect(await closedAt(world.connect(serverAddress, host))).toBe(0);
      }
      const remote = new Remote(world, idOf('22'), '192.168.3.4');
      expect(await remote.join()).toBeUndefined();
      await sleep(1);
      expect(await server.peerIDs()).toEqual(['22']);
      await remote.leave();
      await server.stop();
    }));

  // H-05
  it('closes without a byte who comes again within 30 s, unless it is a neighbour', () =>
    run(async () => {
      const world = new World();
      const server = makeServer(world);
      await server.start();
      const tasks = new WaitGroup();
      const first = new Remote(world, idOf('22'), '8.8.8.8');
      tasks.go('first', () => first.live());
      await sleep(10_000);
      expect(await closedAt(world.connect(serverAddress, '8.8.8.8'))).toBe(10_000);
      const other = new Remote(world, idOf('33'), '8.8.4.4');
      tasks.go('other', () => other.live());
      // What became of the first does not matter: 30 s count from when it came.
      await sleep(20_001);
      const again = new Remote(world, idOf('44'), '8.8.8.8');
      tasks.go('again', () => again.live());
      for (const digits of ['55', '66', '77']) {
        tasks.go('neighbour', () =>
          new Remote(world, idOf(digits), '192.168.0.9').live(),
        );
      }
      await sleep(10);
      expect((await server.peerIDs()).sort()).toEqual(['33', '44', '55', '66', '77']);
      await server.stop();
      await tasks.wait();
    }));

  // H-03 with the rule of H-05
  it('has no slots taken by 60 silent connections of one public address', () =>
    run(async () => {
      const world = new World();
      const server = makeServer(world);
      await server.start();
      const tasks = new WaitGroup();
      for (let i = 0; i < 60; i++) {
        const fd = world.connect(serverAddress, '8.8.8.8');
        tasks.go('silent', async () => {
          await fd.readFull(64).catch(() => undefined);
          await closedAt(fd);
        });
      }
      await sleep(100);
      const honest = new Remote(world, idOf('22'), '9.9.9.9');
      expect(await honest.join()).toBeUndefined();
      expect(runtime().now()).toBe(100);
      await honest.leave();
      await server.stop();
      await tasks.wait();
    }));
});
