import { describe, expect, it } from 'vitest';
import { runtime } from '../../impl/csp/runtime.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { ConnClosed, DeadlineExceeded } from '../../impl/net/net-conn.ts';
import { newMsg, type Msg } from '../../impl/p2p/message.ts';
import { Peer } from '../../impl/p2p/peer.ts';
import { DiscError, discNetworkError } from '../../impl/p2p/peer-error.ts';
import { PongBudget } from '../../impl/p2p/pong-budget.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { run } from '../helpers/explore.ts';
import { helloConn, makeProtocol, readAll, TestPeer } from '../helpers/peers.ts';
import { Line, linePair } from '../helpers/transports.ts';

const none = Uint8Array.of(0xc0);

describe('Peer.pingLoop', () => {
  it('sends a Ping every 15 s on a line where only pongs come', () =>
    run(async () => {
      const test = new TestPeer([makeProtocol(readAll)]).start();
      test.go('pongs', async () => {
        for (let i = 0; i < 6; i++) {
          await sleep(10_000);
          await test.send(3);
        }
      });
      await sleep(61_000);
      expect(test.heard).toEqual(
        [15_000, 30_000, 45_000, 60_000].map((at) => ({ code: 2, payload: 'c0', at })),
      );
      await test.peer.disconnect(0);
      await test.over();
    }));

  it('sends a Ping at 15 s to a remote that is silent, whose line then ends at 30 s (H-65)', () =>
    run(async () => {
      const test = new TestPeer([makeProtocol(readAll)]).start();
      const { error, reason } = await test.over();
      expect(error).toBeInstanceOf(DeadlineExceeded);
      expect([reason, test.endedAt]).toEqual([discNetworkError, 30_000]);
      const before = test.heard.filter(({ at }) => at < 30_000);
      expect(before.map(({ code, at }) => [code, at])).toEqual([[2, 15_000]]);
      expect(test.heard.filter(({ code }) => code === 1)).toEqual([]);
    }));

  it('counts the 15 s from when the last Ping was taken', () =>
    run(async () => {
      const [ours, theirs] = linePair(0);
      const wg = new WaitGroup();
      const peer = new Peer(helloConn(ours, []), []);
      wg.go('run', async () => {
        await peer.run();
      });
      const at: number[] = [];
      await sleep(15_000 + 4_000); // the Ping waits for a reader
      for (let i = 0; i < 2; i++) {
        await theirs.writeMsg(newMsg(3, none));
        await theirs.readMsg();
        at.push(runtime().now());
      }
      expect(at).toEqual([19_000, 34_000]);
      await theirs.close(undefined);
      await wg.wait();
    }));

  it('ends the peer with reason 16 when a Ping cannot be written', () =>
    run(async () => {
      const test = new TestPeer([makeProtocol(readAll)]).start();
      const broken = new ConnClosed('write');
      test.line.brokenBy = broken;
      expect(await test.over()).toEqual({
        error: broken,
        reason: 16,
        remoteRequested: false,
      });
      expect(test.endedAt).toBe(15_000);
    }));

  it('answers five Pings at once and then one a second', () =>
    run(async () => {
      const test = new TestPeer([makeProtocol(readAll)]).start();
      for (let i = 0; i < 9; i++) await test.send(2);
      await sleep(10_000);
      expect(test.heard.map(({ code, at }) => [code, at])).toEqual(
        [0, 0, 0, 0, 0, 1_000, 2_000, 3_000, 4_000].map((at) => [3, at]),
      );
      // By now the budget is full again.
      for (let i = 0; i < 6; i++) await test.send(2);
      await sleep(1_500);
      expect(test.heard.slice(9).map(({ at }) => at)).toEqual([
        10_000, 10_000, 10_000, 10_000, 10_000, 11_000,
      ]);
      await test.peer.disconnect(0);
      await test.over();
    }));

  it('answers every Ping of a remote that pings each second, or each 15 s (N-10)', () =>
    run(async () => {
      for (const [interval, count] of [
        [1_000, 40],
        [15_000, 4],
      ] as const) {
        const test = new TestPeer([makeProtocol(readAll)]).start();
        const began = runtime().now();
        for (let i = 0; i < count; i++) {
          await test.send(2);
          await sleep(interval);
        }
        const pongs = test.heard.filter(({ code }) => code === 3);
        expect(pongs.map(({ at }) => at - began)).toEqual(
          Array.from({ length: count }, (_, i) => i * interval),
        );
        await test.peer.disconnect(0);
        await test.over();
      }
    }));
});

/** A line with a flood of Pings behind it: each is there when it is asked for. */
class Flood extends Line {
  taken = 0;
  readonly #size: number;

  constructor(size: number, capacity: number) {
    super('flood', capacity);
    this.#size = size;
  }

  override async readMsg(): Promise<Msg> {
    if (this.taken === this.#size || this.closing.closed) return super.readMsg();
    await runtime().ready(undefined);
    this.taken++;
    return newMsg(2, none);
  }
}

interface FloodRun {
  readonly peer: Peer;
  readonly flood: Flood;
  readonly remote: Line;
  readonly tasks: WaitGroup;
}

function underFlood(capacity: number): FloodRun {
  const flood = new Flood(200_000, capacity);
  const remote = new Line('remote', capacity);
  flood.connect(remote);
  remote.connect(flood);
  const protocols = [makeProtocol(readAll)];
  const peer = new Peer(helloConn(flood, protocols), protocols);
  return { peer, flood, remote, tasks: new WaitGroup() };
}

describe('Peer under 200,000 Pings', () => {
  // H-61
  it('keeps at most 16 of them, reads no more than it may answer, and starts no task', () =>
    run(
      async () => {
        const { peer, flood, remote, tasks } = underFlood(64);
        const pongsAt: number[] = [];
        tasks.go('remote', async () => {
          try {
            for (;;)
              if ((await remote.readMsg()).code === 3) pongsAt.push(runtime().now());
          } catch {
            // the peer is over
          }
        });
        tasks.go('run', async () => {
          await peer.run();
        });
        let mostTasks = 0;
        let mostPending = 0;
        for (let second = 0; second < 100; second++) {
          await sleep(1_000);
          mostTasks = Math.max(mostTasks, peer.wg.names.length);
          mostPending = Math.max(mostPending, peer.pingRecv.length);
        }
        expect(peer.wg.names).toEqual(['readLoop', 'pingLoop', 'a/1']);
        expect([mostTasks, mostPending]).toEqual([3, 16]);
        expect(pongsAt.slice(0, 8)).toEqual([0, 0, 0, 0, 0, 1_000, 2_000, 3_000]);
        expect(pongsAt.length).toBeGreaterThanOrEqual(5 + 99);
        expect(pongsAt.length).toBeLessThanOrEqual(5 + 100);
        // Answered, waiting in the queue, and one in the hands of readLoop.
        expect(flood.taken).toBeLessThanOrEqual(pongsAt.length + 16 + 1);
        await peer.disconnect(2);
        await tasks.wait();
      },
      { maxSteps: 1_000_000 },
    ));

  // H-62
  it('ends at the 20 s write deadline if the remote reads nothing', () =>
    run(async () => {
      const { peer, flood, tasks } = underFlood(0);
      let endedAt = -1;
      let error: Error | undefined;
      tasks.go('run', async () => {
        ({ error } = await peer.run());
        endedAt = runtime().now();
      });
      await sleep(19_000);
      expect([flood.taken, peer.pingRecv.length]).toEqual([18, 16]);
      expect(peer.wg.names).toEqual(['readLoop', 'pingLoop', 'a/1']);
      await tasks.wait();
      expect(error).toBeInstanceOf(DeadlineExceeded);
      expect(endedAt).toBe(20_000);
      expect(flood.closedWith).toEqual([new DiscError(16)]);
    }));

  it('lets a message through that lies behind few Pings', () =>
    run(async () => {
      let gotAt = -1;
      const test = new TestPeer([
        makeProtocol(async (peer, rw) => {
          await rw.readMsg();
          gotAt = runtime().now();
          await readAll(peer, rw);
        }),
      ]).start();
      for (let i = 0; i < 20; i++) await test.send(2);
      await test.send(16);
      await sleep(1);
      expect(gotAt).toBe(0);
      await test.peer.disconnect(0);
      await test.over();
    }));
});

describe('PongBudget', () => {
  it('is spent after five, and earns one a second up to five', () =>
    run(async () => {
      const budget = new PongBudget();
      for (let i = 0; i < 5; i++) {
        expect(budget.isSpent).toBe(false);
        budget.spend();
      }
      expect(budget.isSpent).toBe(true);
      let earned = 0;
      for (let second = 0; second < 20; second++) {
        await sleep(1_000);
        if (budget.earned?.recvCase.isReady() !== true) continue;
        budget.earned.recvCase.perform();
        budget.refill();
        earned++;
      }
      expect(earned).toBe(5);
      budget.stop();
    }));
});
