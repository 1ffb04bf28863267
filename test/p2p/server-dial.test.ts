import { describe, expect, it } from 'vitest';
import { sleep } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { ConnClosed, DeadlineExceeded } from '../../impl/net/net-conn.ts';
import { parseCidr } from '../../impl/p2p/ip.ts';
import { DiscError } from '../../impl/p2p/peer-error.ts';
import { everySeed, failureOf, finished, run } from '../helpers/explore.ts';
import { idOf } from '../helpers/peers.ts';
import {
  makeServer,
  nodeAt,
  serverNode,
  World,
  type TestServer,
} from '../helpers/servers.ts';

const hostB = '10.0.0.2';
const nodeB = nodeAt(idOf('22'), hostB);

const listenerB = (world: World): TestServer =>
  makeServer(world, { host: hostB, self: nodeB.id });

describe('Server.dial', () => {
  it('dials a node that is not there again after 30 s, and after 30 s more', () =>
    run(async () => {
      const world = new World();
      const server = makeServer(world, { staticNodes: [nodeB] });
      await server.start();
      await sleep(100_000);
      expect(world.dials.map(({ at }) => at)).toEqual([0, 30_001, 60_002, 90_003]);
      expect(server.story).toEqual(Array(4).fill('dial-error 22'));
      expect(server.events[0]).toMatchObject({
        error: expect.any(ConnClosed) as unknown,
      });
      await server.stop();
    }));

  it('dials a node that does not answer until the timeout, and 30 s after that', () =>
    run(async () => {
      const world = new World();
      world.blackHoles.add(hostB);
      const server = makeServer(world, { staticNodes: [nodeB] });
      await server.start();
      await sleep(50_000);
      expect(world.dials.map(({ at }) => at)).toEqual([0, 45_001]);
      expect(server.events).toMatchObject([
        {
          type: 'dial-error',
          at: 15_000,
          error: expect.any(DeadlineExceeded) as unknown,
        },
      ]);
      await server.stop();
    }));

  it('dials only where netRestrict allows it', () =>
    run(async () => {
      const world = new World();
      const range = parseCidr('10.0.0.3/32');
      const server = makeServer(world, {
        staticNodes: [nodeB, nodeAt(idOf('33'), '10.0.0.3')],
        netRestrict: range ? [range] : [],
      });
      await server.start();
      await server.addPeer(nodeAt(idOf('44'), '10.0.0.4'));
      await sleep(10_000);
      expect(world.dials.map(({ host }) => host)).toEqual(['10.0.0.3']);
      await server.stop();
    }));

  // H-26
  it('gives up on a node that answers and says nothing after 5 s, and dials it 30 s later', () =>
    run(async () => {
      const world = new World();
      const listener = await world.at(hostB).listen(hostB, 30_303);
      const tasks = new WaitGroup();
      const server = makeServer(world, { staticNodes: [nodeB] });
      await server.start();
      for (let i = 0; i < 2; i++) {
        tasks.go('silent', async () => {
          const fd = await listener.accept();
          await failureOf(fd.readFull(1_000)); // it reads all, until the end
          await fd.close();
        });
      }
      await sleep(39_000);
      expect(world.dials.map(({ at }) => at)).toEqual([0, 35_001]);
      expect(server.events).toMatchObject([
        {
          type: 'dial-error',
          at: 5_000,
          error: expect.any(DeadlineExceeded) as unknown,
        },
      ]);
      await server.stop();
      await listener.close();
      await tasks.wait();
    }));

  it('dials again at once a peer that is gone after more than 30 s', () =>
    run(async () => {
      const world = new World();
      const server = makeServer(world, { staticNodes: [nodeB] });
      const b = listenerB(world);
      await b.start();
      await server.start();
      await sleep(40_000);
      const [peer] = await server.peers();
      await peer?.disconnect(4);
      await sleep(3_000);
      expect(server.story).toEqual(['add 22', 'drop 22 4', 'add 22']);
      expect(world.dials.length).toBe(2);
      await server.stop();
      await b.stop();
    }));

  it('dials a peer that is gone early when 30 s since the first dial are over', () =>
    run(async () => {
      const world = new World();
      const server = makeServer(world, { staticNodes: [nodeB] });
      const b = listenerB(world);
      await b.start();
      await server.start();
      await sleep(1_000);
      const [peer] = await server.peers();
      await peer?.disconnect(4);
      await sleep(40_000);
      expect(world.dials.map(({ at }) => at)).toEqual([0, 30_001]);
      expect(server.story).toEqual(['add 22', 'drop 22 4', 'add 22']);
      await server.stop();
      await b.stop();
    }));

  it('dials nobody with noDial, nor who is added later', () =>
    run(async () => {
      const world = new World();
      const server = makeServer(world, {
        staticNodes: [nodeB],
        noDial: true,
        bootnodes: [nodeAt(idOf('44'), '10.0.0.4')],
      });
      await server.start();
      await server.addPeer(nodeAt(idOf('33'), '10.0.0.3'));
      await sleep(100_000);
      expect(world.dials).toEqual([]);
      await server.stop();
    }));

  it('dials a removed node again at once when it is added again', () =>
    run(async () => {
      const world = new World();
      const server = makeServer(world, { staticNodes: [nodeB] });
      await server.start();
      await sleep(1_000);
      await server.removePeer(nodeB);
      await sleep(50_000);
      expect(world.dials.length).toBe(1);
      await server.addPeer(nodeB);
      await sleep(1);
      expect(world.dials.map(({ at }) => at)).toEqual([0, 51_000]);
      await server.stop();
    }));

  it('says why a dial came to nothing: refused, full, another identity', () =>
    run(async () => {
      const world = new World();
      const full = makeServer(world, {
        host: '10.0.0.3',
        self: idOf('33'),
        maxPeers: 0,
      });
      const other = makeServer(world, { host: '10.0.0.4', self: idOf('44') });
      await full.start();
      await other.start();
      const server = makeServer(world, {
        staticNodes: [
          nodeB,
          nodeAt(idOf('33'), '10.0.0.3'),
          nodeAt(idOf('55'), '10.0.0.4'),
        ],
      });
      await server.start();
      await sleep(10_000);
      const errors = server.events.map((event) =>
        event.type === 'dial-error' ? [event.node.id.slice(0, 2), event.error] : event,
      );
      expect(errors).toHaveLength(3);
      expect(errors).toContainEqual(['22', expect.any(ConnClosed)]);
      expect(errors).toContainEqual(['33', new DiscError(4)]);
      expect(errors).toContainEqual(['55', new DiscError(9)]);
      await server.stop();
      await full.stop();
      await other.stop();
    }));

  // geth: TestServerManyTasks; H-100
  it('has 16 dials under way at most; the others wait, and none is lost or made twice', async () => {
    await everySeed(
      10,
      async () => {
        const world = new World();
        const nodes = Array.from({ length: 50 }, (_, i) => {
          const host = `10.0.9.${i}`;
          world.blackHoles.add(host);
          return nodeAt(idOf((0x40 + i).toString(16)), host);
        });
        const server = makeServer(world, { staticNodes: nodes });
        await server.start();
        const counts: number[] = [];
        for (let i = 0; i < 4; i++) {
          await sleep(14_999);
          counts.push(world.dials.length);
          await sleep(1);
        }
        await server.stop();
        return { counts, dials: world.dials };
      },
      (simulation) => {
        const { counts, dials } = finished(simulation);
        expect(counts).toEqual([16, 32, 48, 50]);
        const first = dials.slice(0, 50).map(({ host }) => host);
        expect(new Set(first).size).toBe(50);
        // I-4: never twice within 30 s.
        for (const { at, host } of dials) {
          const others = dials.filter((dial) => dial.host === host && dial.at > at);
          for (const other of others) expect(other.at - at).toBeGreaterThan(30_000);
        }
      },
    );
  });

  it('makes peers of 40 nodes that it dials', () =>
    run(
      async () => {
        const world = new World();
        const others = Array.from({ length: 40 }, (_, i) =>
          makeServer(world, {
            host: `10.0.9.${i}`,
            self: idOf((0x40 + i).toString(16)),
          }),
        );
        for (const other of others) await other.start();
        const server = makeServer(world, {
          staticNodes: others.map(({ config }, i) =>
            nodeAt(config.self, `10.0.9.${i}`),
          ),
        });
        await server.start();
        await sleep(100);
        expect((await server.peerIDs()).length).toBe(40);
        expect(world.dials.length).toBe(40);
        await server.stop();
        for (const other of others) await other.stop();
      },
      { maxSteps: 1_000_000 },
    ));

  // geth: DialRatio
  it('fills a third of its places with bootnodes, and a free one with the next', async () => {
    await everySeed(
      10,
      async () => {
        const world = new World();
        const others = Array.from({ length: 6 }, (_, i) =>
          makeServer(world, {
            host: `10.0.9.${i}`,
            self: idOf((0x40 + i).toString(16)),
          }),
        );
        for (const other of others) await other.start();
        const server = makeServer(world, {
          maxPeers: 10,
          bootnodes: others.map(({ config }, i) => nodeAt(config.self, `10.0.9.${i}`)),
        });
        await server.start();
        await sleep(1_000);
        const before = await server.peers();
        await before[0]?.disconnect(4);
        await sleep(10_000);
        const after = await server.peers();
        await server.stop();
        for (const other of others) await other.stop();
        return { before, after, dials: world.dials.map(({ host }) => host) };
      },
      (simulation) => {
        const { before, after, dials } = finished(simulation);
        // Three at once, in any order, then the fourth.
        const first = dials.slice(0, 3).toSorted();
        expect([...first, ...dials.slice(3)]).toEqual(
          [0, 1, 2, 3].map((i) => `10.0.9.${i}`),
        );
        expect(before.map(({ staticDialed }) => staticDialed)).toEqual([
          false,
          false,
          false,
        ]);
        expect(after.length).toBe(3);
        expect(after).not.toContain(before[0]);
      },
    );
  });

  it('has no place for a bootnode when all are taken, as it has for static nodes', () =>
    run(async () => {
      const world = new World();
      const hosts = ['10.0.0.3', '10.0.0.4', '10.0.0.5', '10.0.0.6'];
      const others = hosts.map((host, i) =>
        makeServer(world, { host, self: idOf(`${33 + i}`) }),
      );
      const [late, ...early] = others;
      const [boot, ...staticNodes] = others.map(({ config }, i) =>
        nodeAt(config.self, hosts[i] ?? ''),
      );
      if (late === undefined || boot === undefined) throw new Error('four were made');
      for (const other of early) await other.start();
      const server = makeServer(world, {
        maxPeers: 3,
        staticNodes: staticNodes.slice(0, 2),
        bootnodes: [boot],
      });
      await server.start();
      await sleep(1_000);
      const [third] = staticNodes.slice(2);
      if (third !== undefined) await server.addPeer(third);
      await late.start(); // its second dial is 30 s after the first
      await sleep(39_000);
      expect((await server.peers()).map(({ staticDialed }) => staticDialed)).toEqual([
        true,
        true,
        true,
      ]);
      expect(server.events.filter(({ type }) => type === 'dial-error')).toMatchObject([
        { node: boot, error: expect.any(ConnClosed) as unknown },
        { node: boot, error: new DiscError(4) },
      ]);
      await server.stop();
      for (const other of others) await other.stop();
    }));

  it('ends a dial under way when the server stops, and reports no failure', () =>
    run(async () => {
      const world = new World();
      world.blackHoles.add(hostB);
      const server = makeServer(world, { staticNodes: [nodeB] });
      await server.start();
      await sleep(1_000);
      await server.stop();
      expect(runtime().now()).toBe(1_000);
      expect(server.story).toEqual([]);
    }));

  it('dials another address of a node that was added anew', () =>
    run(async () => {
      const world = new World();
      const server = makeServer(world, {
        staticNodes: [nodeAt(nodeB.id, '10.0.0.99')],
      });
      const b = listenerB(world);
      await b.start();
      await server.start();
      await sleep(1_000);
      await server.addPeer(nodeB);
      await sleep(40_000);
      expect(world.dials.map(({ host }) => host)).toEqual(['10.0.0.99', hostB]);
      expect(await server.peerIDs()).toEqual(['22']);
      await server.stop();
      await b.stop();
    }));

  it('is not led astray by its own node in the list', () =>
    run(async () => {
      const world = new World();
      const server = makeServer(world, { staticNodes: [serverNode] });
      await server.start();
      await sleep(100_000);
      expect(world.dials).toEqual([]);
      const tasks = new WaitGroup();
      tasks.go('stop', () => server.stop());
      await tasks.wait();
    }));
});
