import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import { runtime } from '../../impl/csp/runtime.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import type { Network } from '../../impl/net/listener.ts';
import { AcceptFailed, QueueFull } from '../../impl/net/net-conn.ts';
import { acceptPauseMs } from '../../impl/p2p/accept.ts';
import { simulate } from '../../impl/sim/simulate.ts';
import { run } from '../helpers/explore.ts';
import { idOf } from '../helpers/peers.ts';
import {
  makeServer,
  Remote,
  serverAddress,
  serverHost,
  type TestServer,
  World,
} from '../helpers/servers.ts';

beforeAll(initCrypto);

const emfile = Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' });

/** A network whose listener throws what `failure` gives, as long as it gives any. */
function failing(world: World, failure: () => Error | undefined): Network {
  const sound = world.at(serverHost);
  return {
    dial: (...to) => sound.dial(...to),
    listen: async (host, port) => {
      const listener = await sound.listen(host, port);
      const accept = listener.accept.bind(listener);
      return {
        ...listener,
        accept: () => {
          const error = failure();
          return error === undefined ? accept() : Promise.reject(error);
        },
      };
    },
  };
}

/** When it was told of errors, and of how many. */
function told({ events }: TestServer): readonly (readonly [number, number])[] {
  return events.flatMap((event) =>
    event.type === 'accept-error' ? [[event.at, event.count] as const] : [],
  );
}

describe('Acceptor.next', () => {
  it('outlives errors of the system, asks five times a second and tells once', () =>
    run(async () => {
      const world = new World();
      let left = 23;
      const network = failing(world, () =>
        left-- > 0 ? new AcceptFailed(1, emfile) : undefined,
      );
      const server = makeServer(world, { network });
      await server.start();
      const remote = new Remote(world, idOf('22'));
      const tasks = new WaitGroup();
      let joinedAt = -1;
      tasks.go('remote', async () => {
        await remote.join();
        joinedAt = runtime().now();
        await remote.listen();
      });
      await sleep(6_000);
      expect(told(server)).toEqual([
        [0, 1],
        [1_000, 5],
        [2_000, 5],
        [3_000, 5],
        [4_000, 5],
      ]);
      expect(server.events[0]).toMatchObject({
        error: { message: 'accept: accept EMFILE', cause: emfile },
      });
      expect(joinedAt).toBe(23 * acceptPauseMs);
      await server.stop();
      await tasks.wait();
    }));

  it('counts those that the listener has counted', () =>
    run(async () => {
      const world = new World();
      const counts = [100, 7, 3];
      const network = failing(world, () => {
        const count = counts.shift();
        return count === undefined ? undefined : new AcceptFailed(count, emfile);
      });
      const server = makeServer(world, { network });
      await server.start();
      await sleep(1_000);
      counts.push(1);
      // It waits for a connection, which is given to nobody: the next call fails.
      await world.connect(serverAddress, '10.0.0.9').close();
      await sleep(1_000);
      expect(told(server)).toEqual([
        [0, 100],
        [1_000, 10],
      ]);
      await server.stop();
    }));

  it('makes no pause where too many wait: the next of them can be had', () =>
    run(async () => {
      const world = new World();
      const failures = [70, 5, 1].map(
        (count) => new AcceptFailed(count, new QueueFull(128)),
      );
      const server = makeServer(world, {
        network: failing(world, () => failures.shift()),
      });
      await server.start();
      const remote = new Remote(world, idOf('22'));
      const tasks = new WaitGroup();
      tasks.go('remote', async () => {
        await remote.join();
        expect(runtime().now()).toBe(0);
        await remote.listen();
      });
      await sleep(1_000);
      expect(told(server)).toEqual([[0, 70]]);
      expect(server.events[0]).toMatchObject({
        error: { message: 'accept: closed at once, because 128 wait already' },
      });
      // The rest is told when the next one comes, though nothing fails any more.
      await world.connect(serverAddress, '10.0.0.9').close();
      await sleep(1);
      expect(told(server)).toEqual([
        [0, 70],
        [1_000, 6],
      ]);
      await server.stop();
      await tasks.wait();
    }));

  it('leaves in the middle of a pause when the server stops', () =>
    run(async () => {
      const world = new World();
      const network = failing(world, () => new AcceptFailed(1, emfile));
      const server = makeServer(world, { network });
      await server.start();
      await sleep(50);
      await server.stop();
      expect(runtime().now()).toBe(50);
    }));
});

describe('Server.listenLoop', () => {
  it('ends the server when it dies: its peers are told, and it is logged with its stack', async () => {
    const fault = new TypeError('a fault of ours');
    const { outcome, failures, left } = await simulate({}, async () => {
      const world = new World();
      let isBroken = false;
      const network = failing(world, () => (isBroken ? fault : undefined));
      const server = makeServer(world, { network });
      await server.start();
      const remote = new Remote(world, idOf('22'));
      const tasks = new WaitGroup();
      tasks.go('remote', () => remote.live());
      await sleep(10);
      isBroken = true;
      await world.connect(serverAddress, '10.0.0.9').close(); // after this one it asks again
      await server.quit.wait();
      await tasks.wait();
      await server.stop();
      return { heard: remote.heard, tasks: server.tasks };
    });
    expect(outcome).toMatchObject({ value: { heard: [[1, 'c108']], tasks: [] } });
    expect(failures).toEqual([{ task: 'listenLoop', error: fault }]);
    expect(left).toEqual([]);
  });
});
