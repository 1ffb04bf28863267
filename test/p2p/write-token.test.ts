import { describe, expect, it } from 'vitest';
import { runtime } from '../../impl/csp/runtime.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { ConnClosed } from '../../impl/net/net-conn.ts';
import { newMsg } from '../../impl/p2p/message.ts';
import { PeerError } from '../../impl/p2p/peer-error.ts';
import { ShuttingDown } from '../../impl/p2p/proto-rw.ts';
import type { Protocol } from '../../impl/p2p/protocol.ts';
import { everySeed, explore, finished, run } from '../helpers/explore.ts';
import { makeProtocol, readAll, TestPeer } from '../helpers/peers.ts';

const none = Uint8Array.of(0xc0);

/** Writes `count` messages as fast as it may, then reads. */
const writes =
  (count: number): Protocol['run'] =>
  async (peer, rw) => {
    for (let i = 0; i < count; i++) await rw.writeMsg(newMsg(i, none));
    await readAll(peer, rw);
  };

/** What each write of `count` ended with: undefined, or the error. */
const notesWrites =
  (count: number, ends: unknown[]): Protocol['run'] =>
  async (_peer, rw) => {
    for (let i = 0; i < count; i++) {
      try {
        await rw.writeMsg(newMsg(i, none));
        ends.push(undefined);
      } catch (error) {
        ends.push(error);
        throw error;
      }
    }
  };

describe('ProtoRW.writeMsg under Peer.run', () => {
  it("never writes two protocol messages at once, and each one's in order (k = 2)", async () => {
    const main = async (): Promise<TestPeer> => {
      const test = new TestPeer([
        makeProtocol(writes(2), { name: 'a' }),
        makeProtocol(writes(2), { name: 'b' }),
        makeProtocol(writes(1), { name: 'c' }),
      ]).start();
      await sleep(1);
      await test.peer.disconnect(0);
      await test.over();
      return test;
    };
    const orders = new Set<string>();
    const runs = await explore(2, main, (run) => {
      const { line, told } = finished(run);
      expect(line.writesAtOnce).toBe(1);
      const codes = told.slice(0, -1).map(([code]) => code);
      expect(codes.toSorted()).toEqual([16, 17, 21, 22, 26]);
      expect(codes.indexOf(16)).toBeLessThan(codes.indexOf(17));
      expect(codes.indexOf(21)).toBeLessThan(codes.indexOf(22));
      orders.add(codes.join());
    });
    expect(runs).toBeGreaterThan(1_000);
    expect(orders.size).toBeGreaterThan(1);
  });

  it('loses no token: 3 protocols write 100 messages each', async () => {
    const main = async (): Promise<TestPeer> => {
      const test = new TestPeer(
        ['a', 'b', 'c'].map((name) => makeProtocol(writes(100), { name, length: 100 })),
      ).start();
      await sleep(1);
      await test.peer.disconnect(0);
      await test.over();
      return test;
    };
    await everySeed(10, main, (run) => {
      const { line, told } = finished(run);
      expect(line.writesAtOnce).toBe(1);
      expect(told.length).toBe(300 + 1);
    });
  });

  it('gives the token in the order in which the protocols came for it', () =>
    run(
      async () => {
        const order: string[] = [];
        const late = (name: string, ms: number): Protocol =>
          makeProtocol(
            async (peer, rw) => {
              await sleep(ms);
              await rw.writeMsg(newMsg(0, none));
              order.push(name);
              await readAll(peer, rw);
            },
            { name },
          );
        const test = new TestPeer([late('a', 3), late('b', 1), late('c', 2)], {
          capacity: 0,
          remoteReads: false,
        }).start();
        await sleep(10); // b holds the token, c and a wait in this order
        for (let i = 0; i < 3; i++) {
          await test.remote.readMsg();
          await sleep(1);
        }
        expect(order).toEqual(['b', 'c', 'a']);
        await test.peer.disconnect(0);
        await test.over();
      },
      { schedule: '' },
    ));

  it('does not make a Ping, a Pong or the Disconnect wait for the token', () =>
    run(async () => {
      const test = new TestPeer([makeProtocol(readAll)]).start();
      await test.peer.writeStart.recv(); // nobody may write now
      await test.send(2);
      await sleep(15_000);
      await test.peer.disconnect(0);
      await test.over();
      expect(test.told.map(([code]) => code)).toEqual([3, 2, 1]);
    }));

  it('reports a failed write once, and no later write is tried (k = 2)', async () => {
    const broken = new ConnClosed('write');
    const main = async (): Promise<{ test: TestPeer; ends: unknown[] }> => {
      const ends: unknown[] = [];
      const test = new TestPeer([
        makeProtocol(notesWrites(3, ends), { name: 'a' }),
        makeProtocol(notesWrites(3, ends), { name: 'b' }),
      ]);
      test.line.brokenBy = broken;
      await test.start().over();
      return { test, ends };
    };
    const runs = await explore(2, main, (run) => {
      const { test, ends } = finished(run);
      // The one who had the token hears why; the one who waited hears that it is over.
      expect(ends.filter((end) => end === broken).length).toBe(1);
      expect(ends.filter((end) => end instanceof ShuttingDown).length).toBe(1);
      // The report comes before the protocol's own end, so it is trouble on the line.
      expect(test.end).toEqual({ error: broken, reason: 1, remoteRequested: false });
    });
    expect(runs).toBeGreaterThan(200);
  });

  it('ends the peer when a write fails, even if the protocol ignores it', () =>
    run(async () => {
      const broken = new ConnClosed('write');
      const test = new TestPeer([
        makeProtocol(async (peer, rw) => {
          await rw.writeMsg(newMsg(0, none)).catch(() => undefined);
          await readAll(peer, rw);
        }),
      ]);
      test.line.brokenBy = broken;
      const end = await test.start().over();
      expect(end).toEqual({ error: broken, reason: 1, remoteRequested: false });
      expect(test.told).toEqual([]);
    }));

  it('sends every waiting writer away when the peer ends (k = 1)', async () => {
    const main = async (): Promise<{
      ends: unknown[];
      endedAt: number | undefined;
    }> => {
      const ends: unknown[] = [];
      const test = new TestPeer(
        ['a', 'b', 'c', 'd'].map((name) =>
          makeProtocol(notesWrites(1, ends), { name }),
        ),
        { capacity: 0, remoteReads: false },
      ).start();
      await sleep(5);
      await test.peer.disconnect(4);
      await test.over();
      return { ends, endedAt: test.endedAt };
    };
    await explore(1, main, (run) => {
      const { ends, endedAt } = finished(run);
      expect(ends.filter((end) => end instanceof ShuttingDown).length).toBe(3);
      expect(ends.filter((end) => end instanceof ConnClosed).length).toBe(1);
      expect(endedAt).toBe(5);
    });
  });

  it('refuses a code past the last one: PeerError, nothing sent, the token free', () =>
    run(async () => {
      const errors: unknown[] = [];
      const test = new TestPeer([
        makeProtocol(
          async (peer, rw) => {
            for (const code of [5, 6, 2 ** 31]) {
              errors.push(
                await rw.writeMsg(newMsg(code, none)).catch((error: unknown) => error),
              );
            }
            await rw.writeMsg(newMsg(4, none));
            await readAll(peer, rw);
          },
          { length: 5 },
        ),
      ]).start();
      await sleep(1);
      expect(test.told).toEqual([[20, 'c0']]);
      expect(errors).toEqual(
        Array(3).fill(new PeerError('invalid-msg-code', 'not handled')),
      );
      expect(runtime().now()).toBe(1);
      await test.peer.disconnect(0);
      await test.over();
    }));
});
