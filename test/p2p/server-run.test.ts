import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto, publicKey } from '#crypto';
import { toHex } from '../../impl/bytes.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { MemoryNetwork } from '../../impl/net/memory.ts';
import { ConnClosed } from '../../impl/net/net-conn.ts';
import { nodeIDOf, parseEnode, type Node } from '../../impl/p2p/enode.ts';
import type { HelloConn } from '../../impl/p2p/conn.ts';
import { ServerStopped } from '../../impl/p2p/server-stopped.ts';
import { linePair } from '../helpers/transports.ts';
import { DiscError } from '../../impl/p2p/peer-error.ts';
import { Peer } from '../../impl/p2p/peer.ts';
import { newRLPX } from '../../impl/p2p/rlpx/transport.ts';
import { PlainTransport } from '../../impl/sim/plain-transport.ts';
import type { ServerConfig } from '../../impl/p2p/server.ts';
import { everySeed, explore, failureOf, finished, run } from '../helpers/explore.ts';
import { helloConn, idOf, makeProtocol, readAll } from '../helpers/peers.ts';
import {
  makeServer,
  nodeAt,
  Remote,
  serverHost,
  serverID,
  serverNode,
  TestServer,
  World,
} from '../helpers/servers.ts';

const keyA = new Uint8Array(32).fill(0xaa);
const keyB = new Uint8Array(32).fill(0xbb);
const hostA = '10.0.0.1';
const hostB = '10.0.0.2';

beforeAll(initCrypto);

/** A node over the network in memory that the browser uses, with RLPx or in the clear. */
function nodeOf(
  network: MemoryNetwork,
  key: Uint8Array,
  host: string,
  transport: 'rlpx' | 'plain',
  fields: Partial<ServerConfig> = {},
): { server: TestServer; node: Node } {
  const id = nodeIDOf(toHex(publicKey(key)));
  const server = new TestServer({
    privateKey: key,
    self: id,
    name: `node at ${host}`,
    protocols: [makeProtocol(readAll)],
    network,
    newTransport: (fd) =>
      transport === 'rlpx' ? newRLPX(fd) : new PlainTransport(fd, id),
    maxPeers: 10,
    listen: { host, port: 30_303 },
    ...fields,
  });
  return { server, node: { id, host, port: 30_303 } };
}

describe.each(['plain', 'rlpx'] as const)('Server over %s', (transport) => {
  const seeds = transport === 'plain' ? 50 : 10;

  // geth: TestServerListen, TestServerDial
  it('makes peers of two nodes of which one dials the other', async () => {
    await everySeed(
      seeds,
      async () => {
        const network = new MemoryNetwork();
        const a = nodeOf(network, keyA, hostA, transport);
        const b = nodeOf(network, keyB, hostB, transport);
        await a.server.start();
        await b.server.start();
        await a.server.addPeer(b.node);
        await sleep(100);
        const atA = await a.server.peers();
        const atB = await b.server.peers();
        await a.server.stop();
        await b.server.stop();
        return { a, b, atA, atB };
      },
      (simulation) => {
        const { a, b, atA, atB } = finished(simulation);
        expect(
          atA.map(({ id, name, inbound, staticDialed, remoteAddr }) => ({
            id,
            name,
            inbound,
            staticDialed,
            remoteAddr,
          })),
        ).toEqual([
          {
            id: b.node.id,
            name: `node at ${hostB}`,
            inbound: false,
            staticDialed: true,
            remoteAddr: `${hostB}:30303`,
          },
        ]);
        expect(
          atB.map(({ id, name, inbound, staticDialed, localAddr }) => ({
            id,
            name,
            inbound,
            staticDialed,
            localAddr,
          })),
        ).toEqual([
          {
            id: a.node.id,
            name: `node at ${hostA}`,
            inbound: true,
            staticDialed: false,
            localAddr: `${hostB}:30303`,
          },
        ]);
        for (const { server } of [a, b]) {
          expect(server.events.map(({ type }) => type)).toEqual(['add', 'drop']);
        }
        // A stops: it says so, and B hears it.
        expect(a.server.events[1]).toMatchObject({ reason: 8, remoteRequested: false });
        expect(b.server.events[1]).toMatchObject({ reason: 8, remoteRequested: true });
        expect(a.server.events[0]).toMatchObject({
          inbound: false,
          name: `node at ${hostB}`,
          remote: `${hostB}:30303`,
        });
      },
    );
  });
});

describe('Server.start', () => {
  it('says where it can be dialed', () =>
    run(async () => {
      const server = makeServer(new World(), {
        listen: { host: serverHost, port: 0 },
        self: idOf('11'),
      });
      expect([server.enode, server.port]).toEqual([undefined, undefined]);
      await server.start();
      expect(server.port).toBeGreaterThan(0);
      expect(server.enode).toBe(`enode://${serverID}@${serverHost}:${server.port}`);
      await server.stop();
    }));

  it('gives an enode that can be parsed, with a key of its own', () =>
    run(async () => {
      const { server, node } = nodeOf(new MemoryNetwork(), keyA, hostA, 'plain');
      await server.start();
      expect(parseEnode(server.enode ?? '')).toEqual(node);
      await server.stop();
    }));

  it('leaves nothing running when the address cannot be listened on', () =>
    run(async () => {
      const world = new World();
      const first = makeServer(world);
      await first.start();
      const second = makeServer(world);
      expect(await failureOf(second.start())).toBeInstanceOf(ConnClosed);
      expect(second.tasks).toEqual([]);
      await second.stop();
      await first.stop();
    }));

  it('dials without listening', () =>
    run(async () => {
      const world = new World();
      const listening = makeServer(world);
      const dialing = makeServer(world, {
        host: '10.0.0.7',
        self: idOf('77'),
        listens: false,
        staticNodes: [serverNode],
      });
      await listening.start();
      await dialing.start();
      await sleep(10);
      expect(await listening.peerIDs()).toEqual(['77']);
      expect(dialing.enode).toBeUndefined();
      await dialing.stop();
      await sleep(2_000);
      expect(await listening.peerIDs()).toEqual([]);
      await listening.stop();
    }));

  it('dials no static node with noDial', () =>
    run(async () => {
      const world = new World();
      const server = makeServer(world, {
        noDial: true,
        staticNodes: [nodeAt(idOf('22'), hostB)],
      });
      await server.start();
      await sleep(100_000);
      expect(world.dials).toEqual([]);
      await server.stop();
    }));
});

describe('Server.peers', () => {
  it('waits for the run loop, and tells the peers that it knows', () =>
    run(async () => {
      const server = makeServer(new World()); // the test plays its run loop
      const peer = new Peer(helloConn(linePair()[0], []), []);
      let found: readonly Peer[] | undefined;
      const tasks = new WaitGroup();
      tasks.go('ask', async () => {
        found = await server.peers();
      });
      await sleep(10);
      expect(found).toBeUndefined();
      const op = await server.peerOp.recv();
      op(new Map([[peer.id, peer]]));
      await server.peerOpDone.send(undefined);
      await tasks.wait();
      expect(found).toEqual([peer]);
    }));

  it('answers many who ask at once (k = 1)', async () => {
    const main = async (): Promise<string[]> => {
      const world = new World();
      const server = makeServer(world);
      await server.start();
      const remote = new Remote(world, idOf('22'));
      const wg = new WaitGroup();
      wg.go('remote', () => remote.live());
      await sleep(10);
      const answers: string[] = [];
      const asking = new WaitGroup();
      for (let i = 0; i < 3; i++) {
        asking.go('ask', async () => {
          answers.push(...(await server.peerIDs()));
        });
      }
      await asking.wait();
      await server.stop();
      await wg.wait();
      return answers;
    };
    const runs = await explore(1, main, (simulation) => {
      expect(finished(simulation)).toEqual(['22', '22', '22']);
    });
    expect(runs).toBeGreaterThan(50);
  });

  it('is empty after the stop; asked during it, it still answers', async () => {
    const lengths = new Set<number>();
    await everySeed(
      100,
      async () => {
        const world = new World();
        const server = makeServer(world);
        await server.start();
        const wg = new WaitGroup();
        wg.go('remote', () => new Remote(world, idOf('22')).live());
        await sleep(10);
        let during: readonly string[] = [];
        wg.go('ask', async () => {
          during = await server.peerIDs();
        });
        wg.go('stop', () => server.stop());
        await wg.wait();
        return { during, after: await server.peerIDs() };
      },
      (simulation) => {
        const { during, after } = finished(simulation);
        lengths.add(during.length);
        expect(after).toEqual([]);
      },
    );
    expect([...lengths].sort()).toEqual([0, 1]);
  });
});

describe('Server.addPeer', () => {
  it('returns when the run loop has taken the node, not when it is a peer', () =>
    run(async () => {
      const world = new World();
      world.blackHoles.add(hostB);
      const server = makeServer(world);
      await server.start();
      await server.addPeer(nodeAt(idOf('22'), hostB));
      expect(runtime().now()).toBe(0);
      await sleep(1);
      expect(world.dials).toEqual([{ at: 0, host: hostB }]);
      await server.stop();
    }));

  it('returns at once after the stop, and dials nobody', () =>
    run(async () => {
      const world = new World();
      const server = makeServer(world);
      await server.start();
      await server.stop();
      const node = nodeAt(idOf('22'), hostB);
      await server.addPeer(node);
      await server.removePeer(node);
      expect([runtime().now(), world.dials]).toEqual([0, []]);
    }));
});

describe('Server.removePeer', () => {
  it('disconnects the node with reason 0, and dials it no more', () =>
    run(async () => {
      const world = new World();
      const listening = makeServer(world);
      const dialing = makeServer(world, {
        host: '10.0.0.7',
        self: idOf('77'),
        listens: false,
      });
      await listening.start();
      await dialing.start();
      await dialing.addPeer(serverNode);
      await sleep(40_000);
      await dialing.removePeer(serverNode);
      await sleep(100_000);
      expect(dialing.story).toEqual(['add 11', 'drop 11 0']);
      expect(listening.story).toEqual(['add 77', 'drop 77 0']);
      expect(listening.events[1]).toMatchObject({
        remoteRequested: true,
        error: new DiscError(0),
      });
      expect(world.dials.length).toBe(1);
      await dialing.stop();
      await listening.stop();
    }));

  it('forgets a node that is no peer', () =>
    run(async () => {
      const server = makeServer(new World());
      await server.start();
      await server.removePeer(nodeAt(idOf('22'), hostB));
      expect(await server.peerIDs()).toEqual([]);
      await server.stop();
    }));
});

/** Remotes that join one after the other; each says how it went. */
async function joinAll(remotes: readonly Remote[], tasks: WaitGroup): Promise<void> {
  for (const remote of remotes) {
    tasks.go('remote', () => remote.live());
    await sleep(10);
  }
}

const stranger = (i: number): ReturnType<typeof idOf> => idOf((0x40 + i).toString(16));

describe('Server.run at its checkpoints', () => {
  // geth: TestServerAtCap; H-07, H-08
  it('refuses a stranger when it is full, before Hello, and takes a trusted node', () =>
    run(async () => {
      const world = new World();
      const trusted = nodeAt(idOf('99'), '10.0.0.9');
      const server = makeServer(world, { maxPeers: 1, trustedNodes: [trusted] });
      await server.start();
      const tasks = new WaitGroup();
      const [one, two, three] = [stranger(1), stranger(2), trusted.id].map(
        (id) => new Remote(world, id),
      );
      if (!one || !two || !three) throw new Error('three remotes');
      await joinAll([one, two, three], tasks);
      expect(two.heard).toEqual([[1, 'c104']]);
      expect(two.endedAt).toBe(10);
      const peers = await server.peers();
      expect(peers.map(({ id, trusted: isTrusted }) => [id, isTrusted])).toEqual([
        [one.id, false],
        [trusted.id, true],
      ]);
      expect(server.story).toEqual(['add 41', 'add 99']); // a refusal is no event
      await server.stop();
      await tasks.wait();
    }));

  // H-06
  it('takes six inbound peers of nine; the seventh hears 4; a place that is left is given again', () =>
    run(async () => {
      const world = new World();
      const server = makeServer(world, { maxPeers: 9 });
      await server.start();
      const tasks = new WaitGroup();
      const remotes = Array.from(
        { length: 7 },
        (_, i) => new Remote(world, stranger(i)),
      );
      await joinAll(remotes, tasks);
      expect((await server.peerIDs()).length).toBe(6);
      expect(remotes.map(({ reason }) => reason)).toEqual([
        ...Array<undefined>(6).fill(undefined),
        'c104',
      ]);
      await remotes[2]?.leave();
      await sleep(2_000);
      const next = [new Remote(world, stranger(8)), new Remote(world, stranger(9))];
      await joinAll(next, tasks);
      expect(next.map(({ reason }) => reason)).toEqual([undefined, 'c104']);
      await server.stop();
      await tasks.wait();
    }));

  it('counts none that it has dialed among the inbound, neither when it comes nor when it goes', () =>
    run(async () => {
      const world = new World();
      const other = makeServer(world, { host: '10.0.7.1', self: idOf('71') });
      await other.start();
      const staticNodes = [nodeAt(idOf('71'), '10.0.7.1')];
      const server = makeServer(world, { maxPeers: 6, staticNodes });
      await server.start();
      await sleep(10);
      expect(await server.peerIDs()).toEqual(['71']);
      const tasks = new WaitGroup();
      const remotes = Array.from(
        { length: 6 },
        (_, i) => new Remote(world, stranger(i)),
      );
      await joinAll(remotes.slice(0, 5), tasks);
      await other.stop();
      await sleep(10);
      expect((await server.peerIDs()).length).toBe(4);
      await joinAll(remotes.slice(5), tasks);
      expect(remotes.map(({ reason }) => reason)).toEqual([
        ...Array<undefined>(4).fill(undefined),
        ...['c104', 'c104'],
      ]);
      await server.stop();
      await tasks.wait();
    }));

  it('keeps the other third for what it dials, and dials static nodes even above it', () =>
    run(async () => {
      const world = new World();
      const server = makeServer(world, { maxPeers: 3 });
      await server.start();
      const tasks = new WaitGroup();
      const strangers = Array.from(
        { length: 4 },
        (_, i) => new Remote(world, stranger(i)),
      );
      await joinAll(strangers, tasks);
      expect((await server.peerIDs()).length).toBe(2);
      const others = ['72', '73', '74'].map((digits) =>
        makeServer(world, { host: `10.0.7.${digits}`, self: idOf(digits) }),
      );
      for (const [i, other] of others.entries()) {
        await other.start();
        await server.addPeer(nodeAt(idOf(`7${i + 2}`), `10.0.7.7${i + 2}`));
      }
      await sleep(10);
      expect((await server.peerIDs()).length).toBe(5);
      await server.stop();
      await tasks.wait();
      for (const other of others) await other.stop();
    }));

  // H-54d
  it('refuses itself on both ends of the connection', () =>
    run(async () => {
      const world = new World();
      const server = makeServer(world, {
        staticNodes: [nodeAt(idOf('22'), serverHost)],
      });
      // Its own listener answers where node 22 should be: another identity.
      await server.start();
      await sleep(10);
      expect(server.events).toMatchObject([
        { type: 'dial-error', error: new DiscError(9) },
        { type: 'refused', error: new DiscError(10) },
      ]);
      const self = new Remote(world, serverID);
      expect(await self.join()).toEqual(new DiscError(10));
      expect(self.heard).toEqual([[1, 'c10a']]);
      await server.stop();
    }));

  // H-54e
  it('refuses the second of two connections of one key, and keeps the first', () =>
    run(async () => {
      const world = new World();
      const server = makeServer(world);
      await server.start();
      const tasks = new WaitGroup();
      const first = new Remote(world, idOf('22'));
      const second = new Remote(world, idOf('22'));
      await joinAll([first, second], tasks);
      expect([first.endedAt, second.heard]).toEqual([undefined, [[1, 'c105']]]);
      expect(await server.peerIDs()).toEqual(['22']);
      await server.stop();
      await tasks.wait();
      expect(server.story).toEqual(['add 22', 'drop 22 8']);
    }));

  it('keeps exactly one of two connections of one key that come at once: 300 seeds', async () => {
    let atSecondCheck = 0;
    await everySeed(
      300,
      async () => {
        const world = new World();
        const server = makeServer(world);
        await server.start();
        const tasks = new WaitGroup();
        const remotes = [new Remote(world, idOf('22')), new Remote(world, idOf('22'))];
        let hellos = 0;
        for (const remote of remotes) {
          tasks.go('remote', async () => {
            if ((await remote.join()) !== undefined) return;
            hellos++;
            await remote.listen();
          });
        }
        await sleep(2_000);
        const peers = await server.peerIDs();
        await server.stop();
        await tasks.wait();
        return { peers, reasons: remotes.map(({ reason }) => reason), hellos };
      },
      (simulation) => {
        const { peers, reasons, hellos } = finished(simulation);
        expect(peers).toEqual(['22']);
        expect(reasons.toSorted()).toEqual(['c105', 'c108']);
        if (hellos === 2) atSecondCheck++;
      },
    );
    expect(atSecondCheck).toBeGreaterThan(0);
  });

  it('enters a peer before it answers, and answers before it looks at the next', () =>
    run(async () => {
      const server = makeServer(new World());
      await server.start();
      const conns = [linePair()[0], linePair()[0]].map((line) =>
        helloConn(line, [{ name: 'a', version: 1 }]),
      );
      let taken = 0;
      const tasks = new WaitGroup();
      tasks.go('offer', async () => {
        for (const conn of conns) {
          await server.addpeer.send(conn);
          taken++;
        }
      });
      await sleep(10);
      // Nobody has taken the first answer yet.
      expect([taken, server.story]).toEqual([1, ['add 22']]);
      const [first, second] = conns;
      expect(await first?.cont.recv()).toBeUndefined();
      await sleep(10);
      expect(taken).toBe(2);
      expect(await second?.cont.recv()).toEqual(new DiscError(5));
      await tasks.wait();
      await server.stop();
    }));

  it('asks the table again after Hello: the place may be gone by then', () =>
    run(async () => {
      const world = new World();
      const server = makeServer(world, { maxPeers: 1 });
      await server.start();
      const tasks = new WaitGroup();
      const slow = new Remote(world, stranger(1));
      await slow.prove();
      await sleep(100);
      const fast = new Remote(world, stranger(2));
      tasks.go('fast', () => fast.live());
      await sleep(100);
      expect(await server.peerIDs()).toEqual(['42']);
      // Past checkpoint 1 long ago. Now Hello comes, and it is answered: then the refusal.
      await slow.sayHello();
      await slow.listen();
      expect(slow.heard).toEqual([[1, 'c104']]);
      expect(await server.peerIDs()).toEqual(['42']);
      await server.stop();
      await tasks.wait();
      expect(server.story).toEqual(['add 42', 'drop 42 8']);
    }));

  // H-49, H-51
  it('refuses after Hello who has another id there, or no protocol of ours', () =>
    run(async () => {
      const world = new World();
      const server = makeServer(world);
      await server.start();
      const liar = new Remote(world, idOf('22'));
      await liar.prove();
      await liar.sayHello(undefined, idOf('33'));
      await liar.listen();
      expect(liar.heard).toEqual([[1, 'c109']]);
      for (const caps of [[], [{ name: 'eth', version: 999 }]]) {
        const useless = new Remote(world, idOf('22'));
        await useless.live(caps);
        expect(useless.heard).toEqual([[1, 'c103']]);
      }
      await server.stop();
      expect(server.story).toEqual([]);
    }));

  // N-03
  it('takes a remote that speaks much else besides', () =>
    run(async () => {
      const world = new World();
      const server = makeServer(world);
      await server.start();
      const caps = Array.from({ length: 60 }, (_, i) => ({
        name: `x${i % 9}`,
        version: i,
      }));
      const remote = new Remote(world, idOf('22'));
      const tasks = new WaitGroup();
      tasks.go('remote', () => remote.live([...caps, { name: 'a', version: 1 }]));
      await sleep(10);
      expect(await server.peerIDs()).toEqual(['22']);
      await server.stop();
      await tasks.wait();
    }));

  it('counts a place only once: it is free again after each of 100 peers', () =>
    run(async () => {
      const world = new World();
      const server = makeServer(world, { maxPeers: 1 });
      await server.start();
      for (let i = 0; i < 100; i++) {
        const remote = new Remote(world, stranger(i % 50));
        expect(await remote.join()).toBeUndefined();
        await remote.leave();
        await sleep(1_500);
      }
      expect(server.events.length).toBe(200);
      await server.stop();
    }));
});

describe('Server.answer', () => {
  it('leaves a connection unanswered when the server stops', () =>
    run(async () => {
      const server = makeServer(new World());
      const tasks = new WaitGroup();
      tasks.go('quit', async () => {
        await sleep(5);
        server.quit.close();
      });
      // Nobody receives on this `cont`.
      await server.answer(helloConn(linePair()[0], []), undefined);
      expect(runtime().now()).toBe(5);
      await tasks.wait();
    }));
});

describe('Server.checkpoint', () => {
  const conn = (): HelloConn => helloConn(linePair()[0], []);

  it('throws the refusal, and nothing if there is none', () =>
    run(async () => {
      const server = makeServer(new World());
      const tasks = new WaitGroup();
      for (const refusal of [undefined, new DiscError(4)]) {
        tasks.go('run loop', async () => {
          const { cont } = await server.addpeer.recv();
          await cont.send(refusal);
        });
        const checked = server.checkpoint(conn(), server.addpeer);
        if (refusal === undefined) await checked;
        else expect(await failureOf(checked)).toBe(refusal);
        await tasks.wait();
      }
    }));

  it('throws ServerStopped when quit closes, in either wait', () =>
    run(async () => {
      for (const taken of [false, true]) {
        const server = makeServer(new World());
        const tasks = new WaitGroup();
        tasks.go('run loop', async () => {
          if (taken) await server.addpeer.recv();
          await sleep(5);
          server.quit.close();
        });
        expect(
          await failureOf(server.checkpoint(conn(), server.addpeer)),
        ).toBeInstanceOf(ServerStopped);
        await tasks.wait();
      }
    }));
});
