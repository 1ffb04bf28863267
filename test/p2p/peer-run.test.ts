import { describe, expect, it, vi } from 'vitest';
import { fromHex, utf8 } from '../../impl/bytes.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { DeadlineExceeded, EndOfStream } from '../../impl/net/net-conn.ts';
import { pingMsg } from '../../impl/p2p/base-protocol.ts';
import { newMsg, sendItems } from '../../impl/p2p/message.ts';
import { Peer } from '../../impl/p2p/peer.ts';
import {
  CodeOutOfRange,
  DiscError,
  discReasonForError,
  discReadTimeout,
  PeerError,
  ProtocolReturned,
} from '../../impl/p2p/peer-error.ts';
import type { Protocol } from '../../impl/p2p/protocol.ts';
import { simulate, type Simulation } from '../../impl/sim/simulate.ts';
import { everySeed, explore, finished, run } from '../helpers/explore.ts';
import { helloConn, idOf, makeProtocol, readAll, TestPeer } from '../helpers/peers.ts';
import { linePair } from '../helpers/transports.ts';

/** Length 17, as eth/63: its codes are 16 to 32 on the wire. */
const eth = (run: Protocol['run']): Protocol =>
  makeProtocol(run, { name: 'eth', version: 63, length: 17 });

interface Happening {
  readonly what: string;
  readonly run?: Protocol['run'];
  readonly remote?: (test: TestPeer) => Promise<void>;
  /** The class of the local error, or the error. */
  readonly error: Error | (new (...args: never[]) => Error);
  readonly reason: number;
  readonly remoteRequested?: boolean;
  /** What the remote hears of it: payloads of Disconnect. */
  readonly hears: string[];
  /** Of ours: it is logged. What a remote brings about is not. */
  readonly isFault?: true;
  readonly at?: number;
}

const genesisMismatch = new Error('genesis block mismatch');
const hostileGetter = new TypeError('thrown by a getter');

const disconnects = (payload: string) => (test: TestPeer) =>
  test.send(1, fromHex(payload));

// with the real reason on the wire
const happenings: Happening[] = [
  {
    what: 'the remote closes the line',
    remote: (test) => test.remote.close(undefined),
    error: EndOfStream,
    reason: 1,
    hears: [],
  },
  {
    what: 'a code after the last protocol',
    remote: (test) => test.send(33),
    error: CodeOutOfRange,
    reason: 1,
    hears: [],
  },
  {
    what: 'a line that is silent for 30 s',
    remote: () => Promise.resolve(),
    error: DeadlineExceeded,
    reason: 1,
    hears: [],
    at: 30_000,
  },
  {
    what: 'Disconnect(4) from the remote',
    remote: disconnects('c104'),
    error: new DiscError(4),
    reason: 4,
    remoteRequested: true,
    hears: ['c104'],
  },
  {
    what: 'Disconnect(13), a number without a meaning',
    remote: disconnects('c10d'),
    error: new DiscError(13),
    reason: 13,
    remoteRequested: true,
    hears: ['c10d'],
  },
  {
    what: 'Disconnect(17), which ends the process of geth v1.8.12',
    remote: disconnects('c111'),
    error: new DiscError(17),
    reason: 17,
    remoteRequested: true,
    hears: ['c111'],
  },
  {
    what: 'Disconnect(18)',
    remote: disconnects('c112'),
    error: new DiscError(18),
    reason: 18,
    remoteRequested: true,
    hears: ['c112'],
  },
  {
    what: 'Disconnect(2^63), which does the same',
    remote: disconnects('c9888000000000000000'),
    error: new DiscError(2 ** 53 - 1),
    reason: 2 ** 53 - 1,
    remoteRequested: true,
    hears: ['c8871fffffffffffff'],
  },
  {
    what: 'Disconnect(1): the only reason that is not echoed',
    remote: disconnects('c101'),
    error: new DiscError(1),
    reason: 1,
    remoteRequested: true,
    hears: [],
  },
  {
    what: 'a Disconnect with an empty list',
    remote: disconnects('c0'),
    error: new DiscError(0),
    reason: 0,
    remoteRequested: true,
    hears: ['c180'],
  },
  {
    what: 'a Disconnect with a bare reason',
    remote: disconnects('04'),
    error: new DiscError(4),
    reason: 4,
    remoteRequested: true,
    hears: ['c104'],
  },
  {
    what: 'RemovePeer asks',
    remote: (test) => test.peer.disconnect(0),
    error: new DiscError(0),
    reason: 0,
    hears: ['c180'],
  },
  {
    what: 'the server stops',
    remote: (test) => test.peer.disconnect(8),
    error: new DiscError(8),
    reason: 8,
    hears: ['c108'],
  },
  {
    what: 'the protocol asks',
    run: async (peer, rw) => {
      await peer.disconnect(3);
      await readAll(peer, rw);
    },
    error: new DiscError(3),
    reason: 3,
    hears: ['c103'],
  },
  {
    what: 'the protocol throws an error of its own',
    isFault: true,
    run: () => Promise.reject(genesisMismatch),
    error: genesisMismatch,
    reason: 16,
    hears: ['c110'],
  },
  {
    what: 'the protocol waits 5 s for a message and gives up',
    run: async () => {
      await sleep(5_000);
      throw new DiscError(discReadTimeout);
    },
    error: new DiscError(11),
    reason: 11,
    hears: ['c10b'],
    at: 5_000,
  },
  {
    what: 'the protocol returns',
    run: () => Promise.resolve(),
    error: ProtocolReturned,
    reason: 8,
    hears: ['c108'],
  },
  {
    what: 'the protocol writes past its codes',
    run: (_peer, rw) => rw.writeMsg(newMsg(17, utf8('x'))),
    error: new PeerError('invalid-msg-code', 'not handled'),
    reason: 2,
    hears: ['c102'],
  },
  {
    what: 'the protocol finds a message that cannot be read',
    run: () => Promise.reject(new PeerError('invalid-msg', 'code 3')),
    error: new PeerError('invalid-msg', 'code 3'),
    reason: 2,
    hears: ['c102'],
  },
  // F-16
  {
    what: 'the protocol throws before its first wait',
    isFault: true,
    run: () => {
      throw hostileGetter;
    },
    error: hostileGetter,
    reason: 16,
    hears: ['c110'],
  },
  {
    what: 'the protocol throws a text',
    isFault: true,
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the case
    run: () => Promise.reject('a text'),
    error: new Error('a text', { cause: 'a text' }),
    reason: 16,
    hears: ['c110'],
  },
  {
    what: 'the protocol throws nothing at all',
    isFault: true,
    run: () => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- the case
      throw undefined;
    },
    error: new Error('no Error was thrown, but undefined', { cause: undefined }),
    reason: 16,
    hears: ['c110'],
  },
  {
    what: 'a getter of what the protocol reads throws',
    isFault: true,
    run: async (_peer, rw) => {
      const { payload } = await rw.readMsg();
      if (payload.length > 0) throw new Error('the payload was there');
    },
    remote: (test) =>
      test.remote.writeMsg({
        code: 16,
        size: 3,
        get payload(): Uint8Array {
          throw hostileGetter;
        },
      }),
    error: hostileGetter,
    reason: 16,
    hears: ['c110'],
  },
];

async function live(happening: Happening): Promise<TestPeer> {
  const test = new TestPeer([eth(happening.run ?? readAll)]).start();
  await happening.remote?.(test);
  await test.over();
  return test;
}

function without<T>(simulation: Simulation<T>): Simulation<T> {
  return { ...simulation, failures: [] };
}

describe('Peer.run', () => {
  for (const happening of happenings) {
    const { what, error, reason, remoteRequested = false, hears, at = 0 } = happening;
    it(`ends on: ${what}`, async () => {
      await everySeed(
        20,
        () => live(happening),
        (simulation) => {
          const logged = simulation.failures.map(({ task }) => task);
          expect(logged).toEqual(happening.isFault ? ['eth/63'] : []);
          const { end, endedAt, heard, line } = finished(without(simulation));
          if (typeof error === 'function') expect(end?.error).toBeInstanceOf(error);
          else expect(end?.error).toEqual(error);
          expect(end).toMatchObject({ reason, remoteRequested });
          const told = heard.filter(({ code }) => code !== 2); // our own pings
          expect(told.map(({ code, payload }) => [code, payload])).toEqual(
            hears.map((payload) => [1, payload]),
          );
          expect(endedAt).toBe(at);
          expect(line.closedWith).toEqual([new DiscError(reason)]);
        },
      );
    });
  }

  it('goes on after reserved codes, a second Hello and a Pong', () =>
    run(async () => {
      const test = new TestPeer([eth(readAll)]).start();
      for (const code of [5, 0, 3, 15]) await test.send(code, fromHex('c3010203'));
      await sleep(3_000);
      expect([test.end, test.told]).toEqual([undefined, []]);
      await test.peer.disconnect(0);
      await test.over();
    }));

  it('answers a Ping (k = 2)', async () => {
    // geth: TestPeerPing
    const main = async (): Promise<unknown> => {
      const test = new TestPeer([eth(readAll)]).start();
      await test.send(2);
      await sleep(1);
      await test.sendDisconnect(0);
      await test.over();
      return test.told;
    };
    const runs = await explore(2, main, (run) => {
      expect(finished(run)).toEqual([
        [3, 'c0'],
        [1, 'c180'],
      ]);
    });
    expect(runs).toBeGreaterThan(100);
  });

  // geth: TestPeerDisconnect
  it('ends with the reason that the remote gives, and echoes it (k = 2)', async () => {
    const disconnect = happenings.find(({ what }) => what.startsWith('Disconnect(4)'));
    if (disconnect === undefined) throw new Error('no such row');
    const runs = await explore(
      2,
      () => live(disconnect),
      (run) => {
        const { end, told } = finished(run);
        expect(end).toMatchObject({ reason: 4, remoteRequested: true });
        expect(told).toEqual([[1, 'c104']]);
      },
    );
    expect(runs).toBeGreaterThan(100);
  });

  it('takes the first of two causes; the second changes nothing (k = 2)', async () => {
    const seen = new Set<number>();
    const main = async (): Promise<TestPeer> => {
      const test = new TestPeer([eth(readAll)]).start();
      test.go('one', () => test.peer.disconnect(3));
      test.go('other', () => test.peer.disconnect(4));
      await test.over();
      return test;
    };
    await explore(2, main, (run) => {
      const { end, told } = finished(run);
      seen.add(end?.reason ?? -1);
      expect(told).toEqual([[1, `c10${end?.reason}`]]);
    });
    expect([...seen].sort()).toEqual([3, 4]);
  });

  it('waits for a protocol that takes its time to end', () =>
    run(async () => {
      const slow = eth(async (peer, rw) => {
        await readAll(peer, rw).catch(() => sleep(250));
      });
      const test = new TestPeer([slow]).start();
      await test.peer.disconnect(0);
      await test.over();
      expect(test.endedAt).toBe(250);
      expect(test.told).toEqual([[1, 'c180']]);
    }));

  it('ends every protocol when one returns', () =>
    run(async () => {
      const ended: string[] = [];
      const notes = (name: string): Protocol =>
        makeProtocol(
          async (peer, rw) => {
            const error = await readAll(peer, rw).catch((cause: unknown) => cause);
            ended.push(`${name}: ${error instanceof EndOfStream ? 'EOF' : 'other'}`);
          },
          { name },
        );
      const test = new TestPeer([
        notes('x'),
        makeProtocol(() => sleep(10), { name: 'y' }),
        notes('z'),
      ]).start();
      expect(await test.over()).toMatchObject({
        error: new ProtocolReturned(),
        reason: 8,
      });
      expect(ended.sort()).toEqual(['x: EOF', 'z: EOF']);
    }));

  it('serves a peer without any protocol, until it is asked to end', () =>
    run(async () => {
      const test = new TestPeer([]).start();
      await test.send(2);
      await sleep(100);
      await test.peer.disconnect(4);
      expect(await test.over()).toMatchObject({ reason: 4 });
      expect(test.told).toEqual([
        [3, 'c0'],
        [1, 'c104'],
      ]);
    }));
});

describe('Peer.startProtocols', () => {
  it('gives each protocol the peer and its own end', () =>
    run(async () => {
      const seen: unknown[] = [];
      const test = new TestPeer([
        eth(async (peer, rw) => {
          const { id, name, caps, inbound, trusted } = peer;
          seen.push({ id, name, caps, inbound, trusted });
          await sendItems(rw, 1, utf8('foo'), utf8('bar'));
        }),
      ]).start();
      await test.over();
      expect(seen).toEqual([
        {
          id: idOf('22'),
          name: 'remote/test',
          caps: [expect.objectContaining({ name: 'eth', version: 63 })],
          inbound: true,
          trusted: false,
        },
      ]);
      // geth: TestPeerProtoEncodeMsg: the code with the offset, the items as a list
      expect(test.told[0]).toEqual([17, 'c883666f6f83626172']);
    }));
});

describe('Peer', () => {
  // geth: TestNewPeer
  it('tells what it knows of the connection', () =>
    run(async () => {
      const caps = [
        { name: 'foo', version: 2 },
        { name: 'bar', version: 3 },
        { name: 'foo', version: 1 },
      ];
      const conn = helloConn(linePair()[0], caps, {
        flags: { inbound: false, staticDialed: true, trusted: true },
        id: idOf('ab'),
        name: 'name\u001b[2J',
      });
      const peer = new Peer(conn, []);
      expect(peer.id).toBe(idOf('ab'));
      expect(peer.name).toBe('name\u001b[2J');
      expect(peer.caps.map(({ name, version }) => `${name}/${version}`)).toEqual([
        'bar/3',
        'foo/1',
        'foo/2',
      ]);
      expect([peer.inbound, peer.staticDialed, peer.trusted]).toEqual([
        false,
        true,
        true,
      ]);
      expect([peer.remoteAddr, peer.localAddr]).toEqual([
        '10.0.0.2:40404',
        '10.0.0.1:30303',
      ]);
      expect(peer.toString()).toBe('peer abababab');
      await runtime().ready(undefined);
    }));
});

describe('Peer.disconnect', () => {
  it('returns at once on a peer that is over', () =>
    run(async () => {
      const test = new TestPeer([eth(readAll)]).start();
      await test.peer.disconnect(4);
      await test.over();
      for (const reason of [0, 8]) await test.peer.disconnect(reason);
      expect(runtime().now()).toBe(0);
      expect(test.end?.reason).toBe(4);
    }));

  it('returns when the reason is taken, before the peer is over', () =>
    run(async () => {
      const stubborn = eth(() => sleep(60_000));
      const test = new TestPeer([stubborn]).start();
      await test.peer.disconnect(4);
      expect([runtime().now(), test.end]).toEqual([0, undefined]);
      await test.over();
      expect(test.endedAt).toBe(60_000);
    }));
});

describe('discReasonForError', () => {
  it('gives the reason of a DiscError, and a fixed one for each other kind', () => {
    const cases: [unknown, number][] = [
      [new DiscError(4), 4],
      [new DiscError(255), 255],
      [new ProtocolReturned(), 8],
      [new PeerError('invalid-msg-code'), 2],
      [new PeerError('invalid-msg', 'x'), 2],
      [new EndOfStream(), 16],
      [new CodeOutOfRange(33), 16],
      [new Error('any'), 16],
      ['no error', 16],
      [undefined, 16],
    ];
    for (const [error, reason] of cases) expect(discReasonForError(error)).toBe(reason);
  });
});

describe('Peer.wg', () => {
  it('ends the peer with 16 for a fault in a write, though the protocol ignores it', async () => {
    const bug = new TypeError('nobody foresaw it');
    const { outcome, failures, left } = await simulate({}, async () => {
      const test = new TestPeer([
        eth(async (_peer, rw) => {
          await sendItems(rw, 0).catch(() => undefined);
          for (;;) await rw.readMsg();
        }),
      ]);
      const { writer } = test.peer;
      const writeMsg = writer.writeMsg.bind(writer);
      writer.writeMsg = (msg) =>
        msg.code === 16 ? Promise.reject(bug) : writeMsg(msg);
      const { error, reason } = await test.start().over();
      return { error, reason, told: test.told };
    });
    expect(outcome).toEqual({
      status: 'done',
      value: { error: bug, reason: 16, told: [[1, 'c110']] },
    });
    expect(failures).toEqual([{ task: 'eth', error: bug }]);
    expect(left).toEqual([]);
  });

  it.each([
    ['readLoop', 'handle'],
    ['pingLoop', 'pingLoop'],
    ['eth/63', 'the protocol'],
  ])('logs a fault in %s, and ends the peer with 16', async (task, where) => {
    const bug = new TypeError('nobody foresaw it');
    const { outcome, failures, left } = await simulate({}, async () => {
      const eth63: Protocol['run'] = where.startsWith('the')
        ? () => Promise.reject(bug)
        : readAll;
      const test = new TestPeer([eth(eth63)]);
      if (where === 'handle') test.peer.handle = () => Promise.reject(bug);
      if (where === 'pingLoop') {
        Object.defineProperty(test.peer, 'pingRecv', {
          get: () => {
            throw bug;
          },
        });
      }
      test.start();
      if (where === 'handle') await test.send(pingMsg);
      const { error, reason } = await test.over();
      return { error, reason, told: test.told };
    });
    expect(outcome).toEqual({
      status: 'done',
      value: { error: bug, reason: 16, told: [[1, 'c110']] },
    });
    expect(failures.some((each) => each.task === task && each.error === bug)).toBe(
      true,
    );
    expect(left).toEqual([]);
  });

  it('logs what a task throws, and ends the peer with 16', async () => {
    const bug = new TypeError('nobody foresaw it');
    const { outcome, failures, left } = await simulate({}, async () => {
      const test = new TestPeer([eth(readAll)]).start();
      test.peer.wg.go('broken', () => Promise.reject(bug));
      const { error, reason } = await test.over();
      return { error, reason, told: test.told };
    });
    expect(outcome).toEqual({
      status: 'done',
      value: { error: bug, reason: 16, told: [[1, 'c110']] },
    });
    expect(failures).toEqual([{ task: 'broken', error: bug }]);
    expect(left).toEqual([]);
  });
});

describe('Peer.run, when it is over', () => {
  it('has left no clock running', async () => {
    const { outcome } = await simulate({}, async () => {
      const rt = runtime();
      const running = new Set<object>();
      const start = rt.startTimer.bind(rt);
      vi.spyOn(rt, 'startTimer').mockImplementation((ms, fire) => {
        const clock = {};
        running.add(clock);
        const timer = start(ms, () => {
          running.delete(clock);
          fire();
        });
        const stop = (): void => {
          running.delete(clock);
          timer.stop();
        };
        return { stop };
      });
      const test = new TestPeer([eth(readAll)]).start();
      // More Pings than may be answered at once: the budget of Pongs has a clock, too.
      for (let i = 0; i < 40; i++) await test.send(pingMsg);
      await sleep(100);
      const before = running.size;
      await test.peer.disconnect(8);
      await test.over();
      return { before, after: running.size };
    });
    if (outcome.status !== 'done') throw new Error(outcome.status);
    expect(outcome.value.before).toBeGreaterThan(0);
    expect(outcome.value.after).toBe(0);
  });

  it('has cut the line if the farewell failed, or its reader would wait on', async () => {
    const run = await simulate({}, async () => {
      const [line] = linePair();
      const protocol = eth(readAll);
      vi.spyOn(line, 'close').mockRejectedValueOnce(new Error('no farewell'));
      const { fd } = helloConn(line, [protocol]);
      const cut = (): Promise<void> => line.close(undefined);
      const conn = helloConn(line, [protocol], { fd: { ...fd, close: cut } });
      const peer = new Peer(conn, [protocol]);
      const group = new WaitGroup();
      group.go('asks', () => peer.disconnect(8));
      const end = await peer.run();
      await group.wait();
      return [end.reason, runtime().now()];
    });
    expect(finished(run)).toEqual([8, 0]);
  });
});
