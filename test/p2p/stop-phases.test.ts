import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto, publicKey } from '#crypto';
import { toHex } from '../../impl/bytes.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import type { NetConn } from '../../impl/net/net-conn.ts';
import { nodeIDOf, type Node } from '../../impl/p2p/enode.ts';
import { newMsg } from '../../impl/p2p/message.ts';
import type { Protocol } from '../../impl/p2p/protocol.ts';
import { newRLPX } from '../../impl/p2p/rlpx/transport.ts';
import type { ServerConfig } from '../../impl/p2p/server.ts';
import { ServerStopped } from '../../impl/p2p/setup.ts';
import { PlainTransport } from '../../impl/sim/plain-transport.ts';
import { everySeed, explore, failureOf, finished, run } from '../helpers/explore.ts';
import { idOf, makeProtocol, readAll } from '../helpers/peers.ts';
import {
  makeServer,
  nodeAt,
  Remote,
  serverAddress,
  serverHost,
  TestServer,
  World,
} from '../helpers/servers.ts';

beforeAll(initCrypto);

const keyA = new Uint8Array(32).fill(0xaa);
const keyB = new Uint8Array(32).fill(0xbb);

class CloseFails extends PlainTransport {
  override close(): Promise<void> {
    return Promise.reject(new Error('this transport cannot close'));
  }
}

interface Scene {
  readonly world: World;
  readonly server: TestServer;
  /** Tasks of the others; over when the server has gone. */
  readonly others: WaitGroup;
}

interface Phase {
  readonly name: string;
  readonly config?: () => Partial<ServerConfig>;
  /** Brings the server into the phase. It has started. */
  readonly enter: (scene: Scene) => Promise<void>;
  /** Virtual milliseconds that the stop may take. Default 0. */
  readonly most?: number;
  /** What the events are in the end. */
  readonly story?: RegExp;
}

async function readToTheEnd(fd: NetConn): Promise<never> {
  for (;;) await fd.readFull(1);
}

const overRLPX = (): Partial<ServerConfig> => ({
  privateKey: keyA,
  self: nodeIDOf(toHex(publicKey(keyA))),
  newTransport: (fd) => newRLPX(fd),
});
const nodeA = (): Node => nodeAt(nodeIDOf(toHex(publicKey(keyA))), serverHost);

/** Somebody connects and does what `act` says, then waits until he is left. */
const somebody =
  (act: (remote: Remote) => Promise<unknown>): Phase['enter'] =>
  async ({ world, others }) => {
    const remote = new Remote(world, idOf('22'));
    others.go('somebody', async () => {
      await act(remote).catch(() => undefined);
      await remote.listen();
    });
    await sleep(10);
  };

const big = newMsg(0, new Uint8Array(100_000));
const asks: Protocol['run'] = async (peer, rw) => {
  await rw.writeMsg(newMsg(0, Uint8Array.of(0xc0)));
  await readAll(peer, rw); // the answer never comes
};
const pours: Protocol['run'] = async (_peer, rw) => {
  for (;;) await rw.writeMsg(big);
};

// F-07. What has no place of its own here is passed by the sweep below: it stops after
// every number of turns.
const phases: Phase[] = [
  { name: 'listening', enter: () => sleep(10) },
  {
    name: 'connections wait to be accepted',
    config: () => ({ maxPendingPeers: 1 }),
    enter: async (scene) => {
      for (let i = 0; i < 5; i++) await somebody(() => Promise.resolve())(scene);
    },
  },
  { name: 'accepted, nothing read', enter: somebody(() => Promise.resolve()) },
  {
    name: 'half an auth packet read (RLPX)',
    config: overRLPX,
    enter: async ({ world, others }) => {
      const fd = world.connect(serverAddress, '10.0.0.2');
      await fd.write(Uint8Array.of(1, 0x90, 4, ...new Uint8Array(50)));
      others.go('somebody', async () => {
        await failureOf(fd.readFull(1));
        await fd.close();
      });
      await sleep(10);
    },
  },
  {
    name: 'ack and Hello sent, no Hello read (RLPX)',
    config: overRLPX,
    enter: async ({ world, others }) => {
      const fd = world.connect(serverAddress, '10.0.0.2');
      await newRLPX(fd).doEncHandshake(keyB, nodeA());
      others.go('somebody', async () => {
        await failureOf(readToTheEnd(fd));
        await fd.close();
      });
      await sleep(10);
    },
  },
  { name: 'waiting for Hello', enter: somebody((remote) => remote.prove()) },
  {
    name: 'refused, and the remote does not close',
    config: () => ({ maxPeers: 0 }),
    enter: async ({ world, others }) => {
      const remote = new Remote(world, idOf('22'));
      await remote.prove();
      others.go('somebody', async () => {
        await sleep(4_000);
        await remote.leave();
      });
      await sleep(10);
    },
    most: 1_000,
  },
  {
    name: 'a peer',
    enter: somebody((remote) => remote.join()),
    story: /^add 22,drop 22 8$/,
  },
  {
    name: 'a peer that answers nothing',
    config: () => ({ protocols: [makeProtocol(asks)] }),
    enter: somebody((remote) => remote.join()),
    story: /^add 22,drop 22 8$/,
  },
  {
    name: 'a peer that reads nothing of a long message',
    config: () => ({ protocols: [makeProtocol(pours)] }),
    enter: async ({ world, others }) => {
      const remote = new Remote(world, idOf('22'));
      await remote.join();
      others.go('somebody', async () => {
        await sleep(10_000);
        await remote.leave();
      });
      await sleep(10);
    },
    most: 2_000,
    story: /^add 22,drop 22 8$/,
  },
  {
    name: 'a peer that reads nothing of a long message (RLPX)',
    config: () => ({ ...overRLPX(), protocols: [makeProtocol(pours)] }),
    enter: async ({ world, others }) => {
      const fd = world.connect(serverAddress, '10.0.0.2');
      const named = await newRLPX(fd).doEncHandshake(keyB, nodeA());
      await named.doProtoHandshake({
        version: 5,
        name: 'remote/test',
        caps: [{ name: 'a', version: 1 }],
        listenPort: 0,
        id: publicKey(keyB),
      });
      others.go('somebody', async () => {
        await sleep(10_000);
        await fd.close();
      });
      await sleep(10);
    },
    most: 2_000,
    story: /^add \w+,drop \w+ 8$/,
  },
  {
    name: 'a peer that is told to go and does not close',
    enter: async ({ world, server, others }) => {
      const remote = new Remote(world, idOf('22'));
      await remote.join();
      others.go('somebody', async () => {
        await sleep(10_000);
        await remote.leave();
      });
      await sleep(10);
      const [peer] = await server.peers();
      await peer?.disconnect(4);
    },
    most: 1_000,
    story: /^add 22,drop 22 4$/,
  },
  {
    name: 'a protocol that takes 700 ms to end',
    config: () => ({
      protocols: [
        makeProtocol(async (peer, rw) => {
          await readAll(peer, rw).catch(() => sleep(700));
        }),
      ],
    }),
    enter: somebody((remote) => remote.join()),
    most: 700,
    story: /^add 22,drop 22 8$/,
  },
  {
    name: 'dialing who does not answer',
    enter: async ({ world, server }) => {
      for (let i = 0; i < 20; i++) {
        world.blackHoles.add(`10.0.9.${i}`);
        await server.addPeer(nodeAt(idOf((0x40 + i).toString(16)), `10.0.9.${i}`));
      }
    },
  },
  {
    name: 'dialed, and no handshake comes',
    enter: async ({ world, server, others }) => {
      const listener = await world.at('10.0.0.2').listen('10.0.0.2', 30_303);
      others.go('somebody', async () => {
        const fd = await listener.accept();
        await fd.readFull(64);
        await failureOf(fd.readFull(1));
        await fd.close();
        await listener.close();
      });
      await server.addPeer(nodeAt(idOf('22'), '10.0.0.2'));
      await sleep(10);
    },
  },
  {
    name: 'waiting to dial again',
    enter: async ({ server }) => {
      await server.addPeer(nodeAt(idOf('22'), '10.0.0.2'));
      await sleep(1_000);
    },
    story: /^dial-error 22$/,
  },
];

async function stopIn({
  config,
  enter,
}: Phase): Promise<{ server: TestServer; took: number; stoppedAt: number }> {
  const world = new World();
  const server = makeServer(world, config?.());
  const others = new WaitGroup();
  await server.start();
  await enter({ world, server, others });
  const began = runtime().now();
  // Twice at the same time: the second waits for the same end.
  const stopping = new WaitGroup();
  for (let i = 0; i < 2; i++) stopping.go('stop', () => server.stop());
  await stopping.wait();
  const stoppedAt = runtime().now();
  await server.stop();
  if (world.isListening(serverAddress)) throw new Error('it still listens');
  const next = makeServer(world); // the port is free
  await next.start();
  await next.stop();
  await others.wait();
  return { server, took: stoppedAt - began, stoppedAt };
}

describe('Server.stop', () => {
  for (const phase of phases) {
    const { name, most = 0, story = /^$/ } = phase;
    it(`leaves nothing behind: ${name}`, async () => {
      await everySeed(
        name.includes('RLPX') ? 10 : 50,
        () => stopIn(phase),
        (simulation) => {
          const { server, took, stoppedAt } = finished(simulation); // no task is left
          expect(took).toBeLessThanOrEqual(most);
          expect(server.tasks).toEqual([]);
          expect(server.story.join()).toMatch(story);
          for (const { at } of server.events) expect(at).toBeLessThanOrEqual(stoppedAt);
        },
      );
    });
  }

  it('ends a start that waits for its listener', async () => {
    const ends = new Set<string>();
    await everySeed(
      50,
      async () => {
        const world = new World();
        const server = makeServer(world);
        const tasks = new WaitGroup();
        let started = '';
        tasks.go('start', async () => {
          const error = await server.start().then(
            () => undefined,
            (cause: unknown) => cause,
          );
          started = error instanceof ServerStopped ? 'stopped' : String(error);
        });
        tasks.go('stop', () => server.stop());
        await tasks.wait();
        return {
          started,
          listens: world.isListening(serverAddress),
          tasks: server.tasks,
        };
      },
      (simulation) => {
        const { started, listens, tasks } = finished(simulation);
        expect([listens, tasks]).toEqual([false, []]);
        ends.add(started);
      },
    );
    expect([...ends].sort()).toEqual(['stopped', 'undefined']);
  });

  it('works on a server that never started', () =>
    run(async () => {
      const server = makeServer(new World());
      await server.stop();
      expect(await failureOf(server.start())).toBeInstanceOf(ServerStopped);
      expect(server.tasks).toEqual([]);
    }));

  it('cuts the line of a transport whose close fails', () =>
    run(async () => {
      for (const asPeer of [true, false]) {
        const world = new World();
        const server = makeServer(world, {
          newTransport: (fd) => new CloseFails(fd, idOf('11')),
        });
        await server.start();
        const others = new WaitGroup();
        const remote = new Remote(world, idOf('22'));
        others.go('remote', () =>
          asPeer ? remote.live() : remote.prove().then(() => remote.listen()),
        );
        await sleep(10);
        expect(await server.peerIDs()).toEqual(asPeer ? ['22'] : []);
        await server.stop();
        await others.wait(); // its reads have ended
        expect(server.tasks).toEqual([]);
        expect(server.story).toEqual(asPeer ? ['add 22', 'drop 22 8'] : []);
      }
    }));

  it('ends a handshake by cutting its line, also outside of a stop', () =>
    run(async () => {
      const world = new World();
      const server = makeServer(world, {
        maxPeers: 0,
        newTransport: (fd) => new CloseFails(fd, idOf('11')),
      });
      await server.start();
      const remote = new Remote(world, idOf('22'));
      await remote.prove();
      await remote.listen();
      expect(remote.endedAt).toBe(0); // refused: its line is cut
      await server.stop();
    }));

  it('tells each of 20 peers that it quits', () =>
    run(async () => {
      const world = new World();
      const server = makeServer(world, { maxPeers: 30 });
      await server.start();
      const others = new WaitGroup();
      const remotes = Array.from(
        { length: 20 },
        (_, i) => new Remote(world, idOf((0x40 + i).toString(16))),
      );
      for (const remote of remotes) others.go('remote', () => remote.live());
      await sleep(10);
      await server.stop();
      await others.wait();
      expect(remotes.map(({ reason }) => reason)).toEqual(Array(20).fill('c108'));
    }));
});

/** Two servers that dial each other, and a remote; `turns` later one of them stops. */
async function stopAfter(turns: number): Promise<{ server: TestServer; took: number }> {
  const world = new World();
  const server = makeServer(world, { staticNodes: [nodeAt(idOf('77'), '10.0.0.7')] });
  const other = makeServer(world, {
    host: '10.0.0.7',
    self: idOf('77'),
    staticNodes: [nodeAt(idOf('11'), serverHost)],
  });
  await other.start();
  await server.start();
  const others = new WaitGroup();
  const remote = new Remote(world, idOf('22'));
  others.go('remote', () => remote.live());
  for (let i = 0; i < turns; i++) await runtime().ready(undefined);
  const began = runtime().now();
  await server.stop();
  const took = runtime().now() - began;
  await others.wait();
  await other.stop();
  return { server, took };
}

function judge({ server, took }: { server: TestServer; took: number }): void {
  expect(took).toBe(0);
  expect(server.tasks).toEqual([]);
  const live = new Set<string>();
  for (const event of server.events) {
    if (event.type === 'add') live.add(event.peer);
    if (event.type === 'drop') expect(live.delete(event.peer)).toBe(true);
  }
  expect([...live]).toEqual([]);
}

describe('Server.stop, after any number of turns', () => {
  it('leaves nothing behind: every number up to 60, in 8 orders each', async () => {
    const reached = new Set<string>();
    await everySeed(
      60 * 8,
      (seed) => stopAfter(seed % 60),
      (simulation) => {
        const { server, took } = finished(simulation);
        judge({ server, took });
        reached.add(server.events.map(({ type }) => type).join());
      },
    );
    // No peer, one, two; a dial that failed for the other's.
    expect(reached.has('')).toBe(true);
    expect(reached.has('add,drop')).toBe(true);
    expect(reached.has('add,add,drop,drop')).toBe(true);
  });

  it('leaves nothing behind in every order that differs in one place (k = 1)', async () => {
    for (const turns of [4, 16]) {
      await explore(
        1,
        () => stopAfter(turns),
        (simulation) => judge(finished(simulation)),
      );
    }
  });
});
