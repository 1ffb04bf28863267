import { describe, expect, it } from 'vitest';
import { sleep } from '../../impl/csp/timer.ts';
import { MsgEventer, PeerFeed, type PeerEvent } from '../../impl/p2p/events.ts';
import { newMsg, type Msg } from '../../impl/p2p/message.ts';
import { everySeed, failureOf, finished, run } from '../helpers/explore.ts';
import { idOf, makeProtocol, readAll, TestPeer } from '../helpers/peers.ts';
import {
  makeServer,
  Remote,
  serverAddress,
  World,
  type TestServer,
} from '../helpers/servers.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { simulate } from '../../impl/sim/simulate.ts';

const event: PeerEvent = {
  type: 'drop',
  peer: idOf('22'),
  error: new Error('x'),
  reason: 0,
  remoteRequested: false,
};

describe('PeerFeed.send', () => {
  it('tells every listener, in the order they came, until they leave', () => {
    const heard: string[] = [];
    const feed = new PeerFeed(() => undefined);
    feed.subscribe(({ type }) => heard.push(`one ${type}`));
    const leave = feed.subscribe(({ type }) => heard.push(`two ${type}`));
    feed.send(event);
    leave();
    leave();
    feed.send(event);
    expect(heard).toEqual(['one drop', 'two drop', 'one drop']);
  });

  // F-17
  it('tells the others too when a listener throws, and reports what it threw', () => {
    const faults: unknown[] = [];
    const heard: string[] = [];
    const feed = new PeerFeed((error) => faults.push(error));
    const fault = new Error('a fault of the listener');
    feed.subscribe(() => {
      throw fault;
    });
    feed.subscribe(({ type }) => heard.push(type));
    feed.send(event);
    expect([faults, heard]).toEqual([[fault], ['drop']]);
  });
});

describe('MsgEventer', () => {
  const peer = idOf('22');

  it("reports each message that was read or written, under the protocol's codes", () =>
    run(async () => {
      const events: PeerEvent[] = [];
      const feed = new PeerFeed(() => undefined);
      feed.subscribe((heard) => events.push(heard));
      const echo = makeProtocol(
        async (_peer, rw) => {
          const { code } = await rw.readMsg();
          await rw.writeMsg(newMsg(code + 1, Uint8Array.of(0xc2, 1, 2)));
          await readAll(_peer, rw);
        },
        { name: 'echo' },
      );
      const test = new TestPeer([echo], { feed }).start();
      await test.send(2); // the base protocol makes no events
      await test.send(17, Uint8Array.of(0xc1, 9));
      await sleep(1);
      await test.peer.disconnect(0);
      await test.over();
      expect(events).toEqual([
        { type: 'msgrecv', peer, protocol: 'echo', code: 1, size: 2 },
        { type: 'msgsend', peer, protocol: 'echo', code: 2, size: 3 },
      ]);
    }));

  it('reports nothing of a read or a write that fails, and touches no payload', async () => {
    const events: PeerEvent[] = [];
    const feed = new PeerFeed(() => undefined);
    feed.subscribe((heard) => events.push(heard));
    const lazy: Msg = {
      code: 3,
      size: 1000,
      get payload(): Uint8Array {
        throw new Error('touched');
      },
    };
    let fails = true;
    const rw = new MsgEventer(
      {
        readMsg: () =>
          fails ? Promise.reject(new Error('read')) : Promise.resolve(lazy),
        writeMsg: () =>
          fails ? Promise.reject(new Error('write')) : Promise.resolve(),
      },
      feed,
      peer,
      'p',
    );
    await failureOf(rw.readMsg());
    await failureOf(rw.writeMsg(lazy));
    expect(events).toEqual([]);
    fails = false;
    expect(await rw.readMsg()).toBe(lazy);
    await rw.writeMsg(lazy);
    expect(events.map(({ type }) => type)).toEqual(['msgrecv', 'msgsend']);
  });
});

/** Remotes that come and go, each in its own way, while the server lives; then it stops. */
async function churn(seed: number): Promise<TestServer> {
  const world = new World();
  const server = makeServer(world, { enableMsgEvents: true, maxPeers: 9 });
  await server.start();
  const wg = new WaitGroup();
  for (let i = 0; i < 12; i++) {
    wg.go('remote', async () => {
      await sleep(((seed * 7 + i * 13) % 5) * 10);
      if (!world.isListening(serverAddress)) return; // it comes too late
      // Some come twice: the id of i = 3 is that of i = 11.
      const remote = new Remote(world, idOf((0x20 + (i % 8)).toString(16)));
      if (
        (await remote.join(i === 5 ? [{ name: 'z', version: 1 }] : undefined)) !==
        undefined
      )
        return;
      await sleep((seed + i) % 4);
      const way = (seed + i) % 4;
      if (way === 0) await remote.leave();
      if (way === 1)
        await remote.send(1, Uint8Array.of(0xc1, 3)).catch(() => undefined);
      if (way === 2) await remote.send(99).catch(() => undefined);
      await remote.listen();
    });
  }
  await sleep(35);
  await server.stop();
  await wg.wait();
  return server;
}

describe('Server.runPeer', () => {
  // I-1, I-2
  it('makes one drop of every add, after it, whatever happens: 200 seeds', async () => {
    let adds = 0;
    const reasons = new Set<number>();
    await everySeed(200, churn, (simulation) => {
      const server = finished(simulation);
      const live = new Set<string>();
      for (const heard of server.events) {
        if (heard.type === 'refused') continue;
        if (heard.type === 'dial-error') throw new Error('nobody was dialed');
        if (heard.type === 'accept-error') throw new Error('the listener is well');
        const { type, peer } = heard;
        if (type === 'add') {
          expect(live.has(peer)).toBe(false);
          live.add(peer);
          adds++;
        } else {
          expect(live.has(peer)).toBe(true); // no message event after the drop either
          if (type === 'drop') {
            live.delete(peer);
            reasons.add(heard.reason);
            expect(heard.error.message).not.toBe('');
          }
        }
      }
      expect([...live]).toEqual([]);
    });
    expect(adds).toBeGreaterThan(1_000);
    expect([...reasons].sort()).toEqual([1, 3, 8]);
  });

  it('makes the drop when the peer is no more in the table', async () => {
    await everySeed(
      50,
      async () => {
        const world = new World();
        const server = makeServer(world);
        await server.start();
        const asked = new WaitGroup();
        const seen: string[][] = [];
        server.feed.subscribe(({ type }) => {
          if (type !== 'drop') return;
          asked.go('ask', async () => {
            seen.push(await server.peerIDs());
          });
        });
        const remotes = new WaitGroup();
        for (const digits of ['22', '33']) {
          remotes.go('remote', () => new Remote(world, idOf(digits)).live());
        }
        await sleep(10);
        const [first] = await server.peers();
        // The run loop has its hands full: who asks it now waits beside the peer's end.
        for (let i = 0; i < 4; i++) {
          remotes.go('busy', async () => {
            for (let n = 0; n < 10; n++) await server.peers();
          });
        }
        await first?.disconnect(4);
        await sleep(2_000);
        await asked.wait();
        const left = await server.peerIDs();
        await server.stop();
        await asked.wait();
        await remotes.wait();
        return { seen: seen[0], left };
      },
      (simulation) => {
        const { seen, left } = finished(simulation);
        expect(left.length).toBe(1);
        expect(seen).toEqual(left);
      },
    );
  });

  it('makes the drop before the same id is added again, however late its turn: 200 seeds', async () => {
    let again = 0;
    const main = async (): Promise<TestServer> => {
      const world = new World();
      const server = makeServer(world);
      // The rarest of schedules, every time: `runPeer` goes on long after its report.
      const report = server.delpeer.send.bind(server.delpeer);
      server.delpeer.send = async (drop) => {
        await report(drop);
        await sleep(5);
      };
      await server.start();
      const remotes = new WaitGroup();
      const first = new Remote(world, idOf('22'));
      remotes.go('first', () => first.live());
      await sleep(10);
      remotes.go('leaves', () => first.leave());
      await sleep(1);
      for (let i = 0; i < 4; i++) {
        remotes.go('again', () => new Remote(world, idOf('22')).live());
      }
      await sleep(10);
      await server.stop();
      await remotes.wait();
      return server;
    };
    await everySeed(200, main, (simulation) => {
      const { story } = finished(simulation);
      const types = story.map((line) => line.split(' ')[0]);
      // One after the other: never two of the same kind in a row.
      expect(types).toEqual(types.map((_, i) => (i % 2 === 0 ? 'add' : 'drop')));
      if (types.length > 2) again++;
    });
    expect(again).toBeGreaterThan(100);
  });

  it('goes on when a listener throws, and the runtime hears of it', async () => {
    const simulation = await simulate({}, async () => {
      const world = new World();
      const server = makeServer(world);
      server.feed.subscribe(() => {
        throw new Error('a fault of the listener');
      });
      await server.start();
      const wg = new WaitGroup();
      wg.go('remote', () => new Remote(world, idOf('22')).live());
      await sleep(10);
      const peers = await server.peerIDs();
      await server.stop();
      await wg.wait();
      return { peers, story: server.story };
    });
    expect(simulation.outcome).toMatchObject({
      value: { peers: ['22'], story: ['add 22', 'drop 22 8'] },
    });
    expect(simulation.failures.map(({ task }) => task)).toEqual([
      'peer event listener',
      'peer event listener',
    ]);
    expect(simulation.left).toEqual([]);
  });
});
