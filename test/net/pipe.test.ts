import { describe, expect, it } from 'vitest';
import { Chan } from '../../impl/csp/chan.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { sleep } from '../../impl/csp/timer.ts';
import {
  ConnClosed,
  DeadlineExceeded,
  EndOfStream,
  type NetConn,
} from '../../impl/net/net-conn.ts';
import { pipe, type PipeOptions } from '../../impl/net/pipe.ts';
import { simulate } from '../../impl/sim/simulate.ts';
import { failureOf, pattern, together } from './grounds.ts';

describe('pipe', () => {
  /** Bytes that single writes of one byte bring into a pipe that nobody reads. */
  async function room(options: PipeOptions): Promise<unknown> {
    const { outcome } = await simulate({}, async () => {
      const [a] = pipe(options);
      a.setWriteDeadline(1);
      let bytes = 0;
      for (;;) {
        const error = await failureOf(a.write(Uint8Array.of(0)));
        if (error instanceof DeadlineExceeded) return bytes;
        bytes++;
      }
    });
    return outcome.status === 'done' ? outcome.value : outcome;
  }

  it('holds exactly its capacity each way, 64 KiB if none is given', async () => {
    expect(await room({ capacity: 1 })).toBe(1);
    expect(await room({ capacity: 1000 })).toBe(1000);
    expect(await room({})).toBe(65_536);
  });

  it('takes addresses, and has some of its own', () => {
    const [a, b] = pipe({ addrs: ['10.1.1.1:1', '10.1.1.2:2'] });
    expect([a.localAddr, a.remoteAddr]).toEqual(['10.1.1.1:1', '10.1.1.2:2']);
    expect([b.localAddr, b.remoteAddr]).toEqual(['10.1.1.2:2', '10.1.1.1:1']);
    const [c, d] = pipe();
    expect(c.localAddr).toBe(d.remoteAddr);
    expect(c.localAddr).not.toBe(c.remoteAddr);
  });

  it('writes each write and each read to the trace, with its bytes', async () => {
    const { trace } = await simulate({ schedule: '', record: true }, async () => {
      const [a, b] = pipe({ names: ['to B', 'to A'] });
      await together(
        () => a.write(pattern(3)),
        async () => {
          await b.readFull(1);
          await b.readFull(2);
        },
      );
    });
    const moved = trace?.events.filter(({ e }) => e === 'read' || e === 'write');
    expect(
      moved?.map(({ k, e, ch, v, b }) => [k, e, ch, v, trace?.bytes[b ?? -1]]),
    ).toEqual([
      ['task 0', 'write', 'to B', '3 bytes', '009e3c'],
      ['task 1', 'read', 'to A', '1 bytes', '00'],
      ['task 1', 'read', 'to A', '2 bytes', '9e3c'],
    ]);
  });

  it('writes to the trace what is consumed, not what is looked at', async () => {
    const { trace } = await simulate({ schedule: '', record: true }, async () => {
      const [a, b] = pipe({ names: ['to B', 'to A'] });
      await a.write(pattern(3));
      await b.fill(3);
      b.peek();
      b.consume(1);
      b.peek();
      b.consume(2);
    });
    const reads = trace?.events.filter(({ e }) => e === 'read');
    expect(reads?.map(({ ch, v, b }) => [ch, v, trace?.bytes[b ?? -1]])).toEqual([
      ['to A', '1 bytes', '00'],
      ['to A', '2 bytes', '9e3c'],
    ]);
  });

  it('fills beyond its capacity, and no further than asked', async () => {
    const { outcome } = await simulate({}, async () => {
      const [a, b] = pipe({ capacity: 10 });
      a.setWriteDeadline(50);
      const sent: number[] = [];
      await together(
        async () => {
          for (let i = 0; i < 10; i++) {
            if ((await failureOf(a.write(pattern(10, 10 * i)))) !== undefined) return;
            sent.push(i);
          }
        },
        async () => {
          await b.fill(35);
          expect(b.peek(35).subarray(0, 35)).toEqual(pattern(35));
        },
      );
      return sent.length;
    });
    // 35 asked for and 10 of capacity: the fifth write has no room for its last 5 bytes.
    expect(outcome).toEqual({ status: 'done', value: 4 });
  });

  it('says in the trace who waits for whom', async () => {
    const { outcome } = await simulate({ schedule: '' }, async () => {
      const [, b] = pipe({ names: ['to B', 'to A'] });
      await b.readFull(1);
    });
    expect(outcome).toEqual({
      status: 'deadlock',
      blocked: [{ node: '', task: 'main', on: 'read to A | read deadline to A' }],
    });
  });

  describe('with a latency', () => {
    /** When each thing happened on the side that reads. */
    async function arrivals(
      options: PipeOptions,
      main: (a: NetConn, b: NetConn) => Promise<unknown>,
    ): Promise<unknown> {
      const { outcome } = await simulate({}, async () => {
        const [a, b] = pipe({ latencyMs: 25, ...options });
        return main(a, b);
      });
      return outcome.status === 'done' ? outcome.value : outcome;
    }
    const at = (): number => runtime().now();

    it('brings bytes after it, in order, and the end behind them', async () => {
      const story = arrivals({}, async (a, b) => {
        const heard: unknown[] = [];
        await together(
          async () => {
            await a.write(Uint8Array.of(1));
            heard.push(['written', at()]);
            await sleep(10);
            await a.write(Uint8Array.of(2, 3));
            await a.close();
            heard.push(['closed', at()]);
          },
          async () => {
            heard.push([...(await b.readFull(1)), at()]);
            heard.push([...(await b.readFull(2)), at()]);
            const end = await failureOf(b.readFull(1));
            heard.push([end instanceof EndOfStream, at()]);
          },
        );
        return heard;
      });
      expect(await story).toEqual([
        ['written', 0],
        ['closed', 10],
        [1, 25],
        [2, 3, 35],
        [true, 35],
      ]);
    });

    it('counts what is under way, and frees room when the reader has said so', async () => {
      const story = arrivals({ capacity: 10 }, async (a, b) => {
        const written: number[] = [];
        await together(
          async () => {
            for (let i = 0; i < 3; i++) {
              await a.write(pattern(10));
              written.push(at());
            }
          },
          async () => {
            expect(await b.readFull(30)).toHaveLength(30);
            written.push(at());
          },
        );
        return written;
      });
      expect(await story).toEqual([0, 50, 100, 125]);
    });

    it('tells a writer late that nobody reads any more', async () => {
      const story = arrivals({}, async (a, b) => {
        await b.close();
        await sleep(24);
        const before = await failureOf(a.write(pattern(1)));
        await sleep(1);
        return [before, await failureOf(a.write(pattern(1)))];
      });
      expect(await story).toEqual([undefined, expect.any(ConnClosed)]);
    });

    it('leaves no timer when both ends are closed', async () => {
      const { outcome, duration } = await simulate({}, async () => {
        const [a, b] = pipe({ latencyMs: 25 });
        await a.write(pattern(1));
        await b.write(pattern(1));
        await a.close();
        await b.close();
        await new Chan('nobody sends').recv();
      });
      expect([outcome.status, duration]).toEqual(['deadlock', 0]);
    });
  });

  it('lingers 2 s at most', async () => {
    const { outcome, duration } = await simulate({}, async () => {
      const [a] = pipe();
      await a.close(60_000);
      return runtime().now();
    });
    expect(outcome).toEqual({ status: 'done', value: 2_000 });
    expect(duration).toBe(2_000);
  });

  it('stops its timers when it closes', async () => {
    const { outcome, duration } = await simulate({}, async () => {
      const [a, b] = pipe();
      a.setReadDeadline(5_000);
      a.setWriteDeadline(5_000);
      await a.close();
      a.setReadDeadline(6_000); // too late to mean anything
      b.setReadDeadline(7_000);
      await b.close(1_000);
      // A timer that still ran would move the clock before the deadlock is seen.
      await new Chan('nobody sends').recv();
    });
    expect(outcome.status).toBe('deadlock');
    expect(duration).toBe(0);
  });
});
