import { describe, expect, it, vi } from 'vitest';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { RuntimeMisuse } from '../../impl/csp/seam.ts';
import { errorText } from '../../impl/net/error-text.ts';
import { ConnClosed, EndOfStream } from '../../impl/net/net-conn.ts';
import { isFault } from '../../impl/p2p/fault.ts';
import { Peer } from '../../impl/p2p/peer.ts';
import { DiscError, PeerError } from '../../impl/p2p/peer-error.ts';
import { simulate } from '../../impl/sim/simulate.ts';
import { idOf } from '../helpers/peers.ts';
import { makeServer, Remote, serverAddress, World } from '../helpers/servers.ts';

describe('isFault', () => {
  it('tells what nobody foresaw from what has a class of its own', () => {
    const faults = [new TypeError('x'), new Error('x'), 'x', undefined];
    expect(faults.map(isFault)).toEqual([true, true, true, true]);
    expect(isFault(new RuntimeMisuse('x'))).toBe(true);
    const ends = [new DiscError(4), new PeerError('invalid-msg'), new EndOfStream()];
    expect([...ends, new ConnClosed('read')].map(isFault)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('Server, when a part of it has a fault', () => {
  const fault = new TypeError('a fault of ours');

  it('logs a fault of setupConn, and refuses that connection alone', async () => {
    const { outcome, failures, left } = await simulate({}, async () => {
      const world = new World();
      const server = makeServer(world, {
        newTransport: (fd) => ({
          close: () => fd.close(),
          doEncHandshake: () => Promise.reject(fault),
        }),
      });
      await server.start();
      const remote = new Remote(world, idOf('22'));
      await remote.join();
      const lives = !server.quit.closed;
      await server.stop();
      return { lives, events: server.events };
    });
    expect(outcome).toMatchObject({
      value: { lives: true, events: [{ type: 'refused', error: fault }] },
    });
    expect(failures).toEqual([{ task: 'setupConn', error: fault }]);
    expect(left).toEqual([]);
  });

  it('ends a peer whose own task dies: with 16, and alone', async () => {
    const died = vi.spyOn(Peer.prototype, 'run').mockRejectedValueOnce(fault);
    const { outcome, failures, left } = await simulate({}, async () => {
      const world = new World();
      const server = makeServer(world);
      await server.start();
      const wg = new WaitGroup();
      wg.go('remote', () => new Remote(world, idOf('22')).live());
      await sleep(10);
      wg.go('another', () => new Remote(world, idOf('33')).live());
      await sleep(10);
      const ids = await server.peerIDs();
      await server.stop();
      await wg.wait();
      const drop = server.events.find(({ type }) => type === 'drop');
      return { ids, story: server.story, drop };
    });
    died.mockRestore();
    expect(outcome).toMatchObject({
      value: {
        ids: ['33'],
        story: ['add 22', 'drop 22 16', 'add 33', 'drop 33 8'],
        drop: { error: fault, reason: 16, remoteRequested: false },
      },
    });
    expect(failures).toEqual([{ task: 'Peer.run', error: fault }]);
    expect(left).toEqual([]);
  });

  it('ends as in a stop when its run loop dies: every peer is told, nobody waits', async () => {
    const { outcome, failures, left } = await simulate({}, async () => {
      const world = new World();
      const server = makeServer(world);
      await server.start();
      const wg = new WaitGroup();
      const remote = new Remote(world, idOf('22'));
      wg.go('remote', () => remote.live());
      await sleep(10);
      await server.peerOp.send(() => {
        throw fault;
      });
      await wg.wait();
      const asked = await server.peers();
      await server.stop();
      const { story } = server;
      return {
        heard: remote.heard,
        story,
        asked,
        open: world.isListening(serverAddress),
      };
    });
    expect(outcome).toMatchObject({
      value: {
        heard: [[1, 'c108']],
        story: ['add 22', 'drop 22 8'],
        asked: [],
        open: false,
      },
    });
    expect(failures).toEqual([{ task: 'run', error: fault }]);
    expect(left).toEqual([]);
  });
});

describe('errorText', () => {
  it('gives the reasons of an AggregateError without a text', () => {
    const both = new AggregateError(
      [new Error('refused 1'), new Error('refused 2')],
      '',
    );
    expect(errorText(both)).toBe('refused 1; refused 2');
    expect(new ConnClosed('dial', both).message).toBe(
      'dial: connection closed: refused 1; refused 2',
    );
  });

  it('is never empty for an error, and shows no empty cause', () => {
    const coded = Object.assign(new Error(''), { code: 'ECONNREFUSED' });
    expect([coded, new TypeError('')].map(errorText)).toEqual([
      'ECONNREFUSED',
      'TypeError',
    ]);
    expect(new ConnClosed('read').message).toBe('read: connection closed');
  });
});
