import { afterEach, describe, expect, it, vi } from 'vitest';
import { Done } from '../../impl/csp/done.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { RuntimeMisuse } from '../../impl/csp/seam.ts';
import { sleep } from '../../impl/csp/timer.ts';
import {
  ConnClosed,
  DeadlineExceeded,
  EndOfStream,
  type NetConn,
} from '../../impl/net/net-conn.ts';
import { failureOf, grounds, pattern, together } from './grounds.ts';

const far = 10_000;

/** Writes until a write fails; says how many bytes went out before that. */
async function writeUntilItFails(
  conn: NetConn,
  chunk: Uint8Array,
  limit = Infinity,
): Promise<{ bytes: number; error: unknown }> {
  for (let bytes = 0; bytes < limit; bytes += chunk.length) {
    const error = await failureOf(conn.write(chunk));
    if (error !== undefined) return { bytes, error };
  }
  return { bytes: limit, error: undefined };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(grounds)('NetConn over $name', ({ run, buffers, tooMuch: size }) => {
  const tooMuch = new Uint8Array(size);

  it('delivers the bytes in order, however they are cut', () =>
    run(async (a, b) => {
      const all = pattern(300_000);
      await together(
        async () => {
          for (let at = 0, size = 1; at < all.length; at += size, size *= 3) {
            await a.write(all.subarray(at, at + size));
          }
        },
        async () => {
          for (let at = 0, size = 1; at < all.length; at += size, size *= 2) {
            const wanted = all.subarray(at, at + size);
            expect(Buffer.compare(await b.readFull(wanted.length), wanted)).toBe(0);
          }
        },
      );
    }));

  it('carries both directions at once', () =>
    run(async (a, b) => {
      const size = 1 << 20;
      const talk = (conn: NetConn, from: number) => () =>
        together(
          () => conn.write(pattern(size, from)),
          async () => {
            const got = await conn.readFull(size);
            expect(Buffer.compare(got, pattern(size, 1 - from))).toBe(0);
          },
        );
      await together(talk(a, 0), talk(b, 1));
    }));

  it('gives bytes that keep their values, and lets the writer use its own again', () =>
    run(async (a, b) => {
      const buffer = Uint8Array.of(1, 2, 3);
      await a.write(buffer);
      buffer.fill(9);
      const first = await b.readFull(2);
      await a.write(buffer);
      expect([...(await b.readFull(4))]).toEqual([3, 9, 9, 9]);
      expect([...first]).toEqual([1, 2]);
      expect(first.constructor).toBe(Uint8Array);
      first.slice(0, 1).fill(7);
      expect(first[0]).toBe(1);
    }));

  it('reads and writes nothing at all without waiting for anything', () =>
    run(async (a, b) => {
      await a.write(new Uint8Array());
      expect(await b.readFull(0)).toHaveLength(0);
    }));

  it('names both ends', () =>
    run(async (a, b) => {
      expect(a.remoteAddr).toBe(b.localAddr);
      expect(a.localAddr).toBe(b.remoteAddr);
      expect(a.remoteAddr).toMatch(/^[\d.]+:\d+$/);
      await a.close();
    }));

  describe('the other side closes', () => {
    it('gives what is left, then EndOfStream', () =>
      run(async (a, b) => {
        await a.write(pattern(5));
        await together(
          () => a.close(500),
          async () => {
            expect(await b.readFull(4)).toEqual(pattern(4));
            expect(await failureOf(b.readFull(2))).toBeInstanceOf(EndOfStream);
            expect(await failureOf(b.readFull(1))).toBeInstanceOf(EndOfStream);
            await b.close();
          },
        );
      }));

    it('ends a read that waits', () =>
      run(async (a, b) => {
        await together(
          async () =>
            expect(await failureOf(b.readFull(1))).toBeInstanceOf(EndOfStream),
          () => a.close(),
        );
      }));

    it('fails writes with ConnClosed', () =>
      run(async (a, b) => {
        await b.close();
        const { error } = await writeUntilItFails(a, new Uint8Array(1000));
        expect(error).toBeInstanceOf(ConnClosed);
        expect(await failureOf(a.write(new Uint8Array(1)))).toBeInstanceOf(ConnClosed);
      }));

    it('ends a write that waits', () =>
      run(async (a, b) => {
        await together(
          async () =>
            expect(await failureOf(a.write(tooMuch))).toBeInstanceOf(ConnClosed),
          async () => {
            await b.readFull(1000);
            await b.close();
          },
        );
      }));
  });

  describe('close', () => {
    it('ends our own read and write that wait, and all that follow', () =>
      run(async (a) => {
        const outcomes: unknown[] = [];
        await together(
          async () => {
            outcomes.push(await failureOf(a.readFull(1)));
          },
          async () => {
            outcomes.push(await failureOf(a.write(tooMuch)));
          },
          async () => {
            await sleep(1);
            await a.close();
          },
        );
        outcomes.push(await failureOf(a.readFull(1)));
        outcomes.push(await failureOf(a.write(new Uint8Array(1))));
        expect(outcomes).toHaveLength(4);
        for (const error of outcomes) expect(error).toBeInstanceOf(ConnClosed);
      }));

    it('forgets bytes that came and were not asked for', () =>
      run(async (a, b) => {
        await b.write(pattern(10));
        await a.readFull(1);
        await a.close();
        expect(await failureOf(a.readFull(1))).toBeInstanceOf(ConnClosed);
      }));

    it('with a linger delivers the last write to a side that is still sending', () =>
      run(async (a, b) => {
        await together(
          async () => {
            await a.readFull(100_000);
            await a.write(pattern(50_000));
            await sleep(10); // until the buffers on this side are full
            await a.close(1000);
          },
          async () => {
            // `a` reads the first part of this and throws away the rest.
            await b.write(new Uint8Array(8 << 20));
            expect(await b.readFull(50_000)).toEqual(pattern(50_000));
            expect(await failureOf(b.readFull(1))).toBeInstanceOf(EndOfStream);
            await b.close();
          },
        );
      }));

    it(
      'with a linger is over as soon as the other side closes',
      () =>
        run(async (a, b) => {
          // The clock of the linger stands still: what ends it is the other side.
          const rt = runtime();
          const startTimer = rt.startTimer.bind(rt);
          const start = vi
            .spyOn(rt, 'startTimer')
            .mockImplementation((ms, fire) =>
              startTimer(ms, ms === 2000 ? () => undefined : fire),
            );
          await together(
            () => a.close(2000),
            async () => {
              await failureOf(b.readFull(1));
              await b.close();
            },
          );
          expect(start).toHaveBeenCalledWith(2000, expect.any(Function));
        }),
      20_000,
    );

    it('with a linger does not wait longer than that for a side that stays', () =>
      run(async (a, b) => {
        const began = runtime().now();
        await a.close(30);
        expect(runtime().now() - began).toBeGreaterThan(25);
        const { error } = await writeUntilItFails(b, new Uint8Array(1000));
        expect(error).toBeInstanceOf(ConnClosed);
      }));

    it('called again waits for the first call', () =>
      run(async (a) => {
        const began = runtime().now();
        await together(
          () => a.close(30),
          async () => {
            await sleep(1);
            await a.close();
            expect(runtime().now() - began).toBeGreaterThan(25);
          },
        );
        await a.close();
      }));
  });

  describe('deadlines', () => {
    it('end a read that waits, and every read until they are set again', () =>
      run(async (a, b) => {
        b.setReadDeadline(runtime().now() + 20);
        expect(await failureOf(b.readFull(1))).toBeInstanceOf(DeadlineExceeded);
        await a.write(pattern(1));
        expect(await failureOf(b.readFull(1))).toBeInstanceOf(DeadlineExceeded);
        b.setReadDeadline(undefined);
        expect(await b.readFull(1)).toEqual(pattern(1));
      }));

    it('are not moved by bytes that trickle in', () =>
      run(async (a, b) => {
        const stop = new Done('stop');
        const began = runtime().now();
        b.setReadDeadline(began + 60);
        await together(
          async () => {
            while (!stop.closed) {
              await a.write(pattern(1));
              await sleep(10);
            }
          },
          async () => {
            const error = await failureOf(b.readFull(1000));
            expect(error).toBeInstanceOf(DeadlineExceeded);
            expect(runtime().now() - began).toBeGreaterThan(55);
            stop.close();
          },
        );
      }));

    it('may be set and moved while a read waits', () =>
      run(async (_a, b) => {
        const began = runtime().now();
        await together(
          async () =>
            expect(await failureOf(b.readFull(1))).toBeInstanceOf(DeadlineExceeded),
          async () => {
            await sleep(1);
            b.setReadDeadline(runtime().now() + far);
            await sleep(1);
            b.setReadDeadline(runtime().now() + 10);
            await sleep(1);
            b.setReadDeadline(runtime().now() + 40);
          },
        );
        expect(runtime().now() - began).toBeGreaterThan(35);
      }));

    it('do not end a read whose bytes came in time', () =>
      run(async (a, b) => {
        b.setReadDeadline(runtime().now() + far);
        await together(
          async () => expect(await b.readFull(2)).toEqual(pattern(2)),
          () => a.write(pattern(2)),
        );
      }));

    it('end a write that waits; what would follow half a message is refused', () =>
      run(async (a, b) => {
        a.setWriteDeadline(runtime().now() + 40);
        const error = await failureOf(a.write(tooMuch));
        expect(error).toBeInstanceOf(DeadlineExceeded);
        a.setWriteDeadline(undefined);
        await together(
          async () => {
            await failureOf(b.readFull(1000));
          },
          async () =>
            expect(await failureOf(a.write(pattern(1)))).toBeInstanceOf(ConnClosed),
        );
      }));

    it('of one direction leave the other alone', () =>
      run(async (a, b) => {
        a.setReadDeadline(runtime().now() + 5);
        expect(await failureOf(a.readFull(1))).toBeInstanceOf(DeadlineExceeded);
        await a.write(pattern(3));
        expect(await b.readFull(3)).toEqual(pattern(3));
      }));
  });

  describe('peek, consume and fill', () => {
    it('show what has come and take it off, and wait for what has not', () =>
      run(async (a, b) => {
        expect(b.peek()).toHaveLength(0);
        await a.write(pattern(10));
        await b.fill(10);
        expect(b.peek()).toEqual(pattern(10));
        expect(b.peek().constructor).toBe(Uint8Array);
        b.consume(4);
        expect(b.peek()).toEqual(pattern(6, 4));
        b.consume(6);
        expect(b.peek()).toHaveLength(0);
        await together(
          async () => {
            await b.fill(3);
            expect(b.peek(3)).toEqual(pattern(3, 10));
          },
          async () => {
            await sleep(1);
            for (let i = 10; i < 13; i++) await a.write(pattern(1, i));
          },
        );
        expect(await b.readFull(2)).toEqual(pattern(2, 10));
        expect(b.peek()).toEqual(pattern(1, 12));
      }));

    it('give frames of any size, however they are cut on the way', () =>
      run(async (a, b) => {
        const sizes = [1, 40_000, 16, 3, 65_536, 100, 30_000, 30_001, 7, 131, 65_000];
        const frames = Array.from({ length: 44 }, (_, i) => sizes[i % 11] ?? 0);
        const all = pattern(frames.reduce((sum, size) => sum + size, 0));
        let gone = 0;
        let joined = 0;
        await together(
          async () => {
            for (let at = 0, size = 1; at < all.length; at += size) {
              size = 1 + ((size * 7_919 + at) % 50_000);
              await a.write(all.subarray(at, at + size));
            }
          },
          async () => {
            for (const size of frames) {
              const had = b.peek().length;
              while (b.peek(size).length < size) await b.fill(size);
              if (had > 0 && had < size) joined++;
              const frame = b.peek(size).subarray(0, size);
              expect(Buffer.compare(frame, all.subarray(gone, gone + size))).toBe(0);
              b.consume(size);
              gone += size;
            }
          },
        );
        expect(joined).toBeGreaterThan(5);
      }));

    it('take bytes that come one by one', () =>
      run(async (a, b) => {
        const size = 300;
        await together(
          async () => {
            for (let i = 0; i < 2 * size; i++) {
              await a.write(pattern(1, i));
              if (i % 50 === 0) await sleep(1);
            }
          },
          async () => {
            await b.fill(size);
            expect(b.peek(size).subarray(0, size)).toEqual(pattern(size));
            b.consume(size);
            expect(await b.readFull(size)).toEqual(pattern(size, size));
          },
        );
      }));

    it('leave on the sender what is only looked at', () =>
      run(async (a, b) => {
        a.setWriteDeadline(runtime().now() + 100);
        const done = new Done('writer done');
        const chunk = new Uint8Array(32_768);
        await together(
          async () => {
            const { bytes, error } = await writeUntilItFails(a, chunk, 40 << 20);
            expect(error).toBeInstanceOf(DeadlineExceeded);
            expect(bytes).toBeLessThanOrEqual(buffers);
            done.close();
          },
          async () => {
            while (!done.closed) {
              b.peek(65_536);
              await b.fill(1);
              await sleep(10);
            }
            expect(b.peek(1 << 24).length).toBeLessThanOrEqual(4 * 65_536);
          },
        );
      }));

    it('leave on the sender what a slow reader has not come to', () =>
      run(async (a, b) => {
        await together(
          async () => {
            const { error } = await writeUntilItFails(
              a,
              new Uint8Array(65_536),
              40 << 20,
            );
            expect(error).toBeInstanceOf(ConnClosed);
          },
          async () => {
            // Time for the sender to put a whole piece into each gap, if that were let in.
            for (let i = 0; i < 50; i++) {
              await b.fill(64);
              b.consume(64);
              await sleep(1);
            }
            const unread = b.peek(1 << 24).length;
            await b.close();
            expect(unread).toBeLessThanOrEqual(4 * 65_536);
          },
        );
      }));

    it('let the sender go on when what came is consumed', () =>
      run(async (a, b) => {
        const size = 1 << 20;
        await together(
          () => a.write(pattern(size)),
          async () => {
            await b.fill(1);
            await sleep(20); // until the sender is stopped, or its buffers are full
            for (let gone = 0; gone < size;) {
              const seen = b.peek().length;
              expect(Buffer.compare(b.peek(), pattern(seen, gone))).toBe(0);
              b.consume(seen);
              gone += seen;
              if (gone < size) await b.fill(1);
            }
          },
        );
      }));

    it('throw as readFull does', () =>
      run(async (a, b) => {
        await a.write(pattern(2));
        await b.fill(2);
        b.setReadDeadline(runtime().now() + 20);
        expect(await failureOf(b.fill(3))).toBeInstanceOf(DeadlineExceeded);
        expect(b.peek()).toEqual(pattern(2));
        expect(await failureOf(b.fill(2))).toBeInstanceOf(DeadlineExceeded);
        b.setReadDeadline(undefined);
        await together(
          async () => {
            expect(await failureOf(b.fill(3))).toBeInstanceOf(EndOfStream);
            await b.close();
          },
          () => a.close(500),
        );
        expect(b.peek()).toHaveLength(0);
        expect(await failureOf(b.fill(1))).toBeInstanceOf(ConnClosed);
      }));

    it('hold no more than the bytes while they wait for others', () =>
      run(async (a, b) => {
        const size = 65_000;
        await together(
          () => a.write(pattern(size)),
          async () => {
            await b.fill(size);
            b.peek(size);
            b.consume(size - 10);
          },
        );
        b.setReadDeadline(runtime().now() + 20);
        expect(await failureOf(b.fill(11))).toBeInstanceOf(DeadlineExceeded);
        expect(b.peek()).toEqual(pattern(10, size - 10));
        expect(b.peek().buffer.byteLength).toBeLessThan(100);
      }));

    it('refuse what cannot be', () =>
      run(async (a, b) => {
        expect(await failureOf(b.fill(65_537))).toBeInstanceOf(RangeError);
        await a.write(pattern(2));
        await b.fill(2);
        expect(() => {
          b.consume(3);
        }).toThrow(RuntimeMisuse);
        await together(
          () => b.fill(3),
          async () => {
            expect(await failureOf(b.fill(1))).toBeInstanceOf(RuntimeMisuse);
            expect(() => {
              b.consume(1);
            }).toThrow(RuntimeMisuse);
            await a.write(pattern(1, 2));
          },
        );
        expect(b.peek(3)).toEqual(pattern(3));
      }));

    it('show nothing any more once the connection is closed', () =>
      run(async (a, b) => {
        await a.write(pattern(5));
        await b.fill(5);
        await b.close();
        expect(b.peek()).toHaveLength(0);
      }));
  });

  it('fails a read that is closed in the turn in which its bytes come', () =>
    run(async (a, b) => {
      await together(
        async () => {
          const error = await failureOf(b.readFull(2));
          if (error !== undefined) expect(error).toBeInstanceOf(ConnClosed);
        },
        async () => {
          await sleep(1);
          await a.write(pattern(2));
          await b.close();
        },
      );
    }));

  it('sends what was written before a close, in the same turn', () =>
    run(async (a, b) => {
      const written = a.write(pattern(5));
      await written;
      await a.close();
      expect(await b.readFull(5)).toEqual(pattern(5));
    }));

  it('leaves on the sender what nobody reads', () =>
    run(async (a) => {
      a.setWriteDeadline(runtime().now() + 100);
      const chunk = new Uint8Array(32_768);
      const { bytes, error } = await writeUntilItFails(a, chunk, 40 << 20);
      expect(error).toBeInstanceOf(DeadlineExceeded);
      expect(bytes).toBeLessThanOrEqual(buffers);
    }));

  it('refuses a second read at the same time', () =>
    run(async (a, b) => {
      const errors: unknown[] = [];
      const read = async (): Promise<void> => {
        const error = await failureOf(b.readFull(1));
        errors.push(error);
        if (error !== undefined) await a.write(new Uint8Array(1));
      };
      await together(read, read);
      expect(errors).toEqual([expect.any(RuntimeMisuse), undefined]);
    }));

  it('refuses a second write at the same time', () =>
    run(async (a) => {
      const errors: unknown[] = [];
      const write = async (): Promise<void> => {
        errors.push(await failureOf(a.write(tooMuch)));
        if (errors.length === 1) await a.close();
      };
      await together(write, write);
      expect(errors).toEqual([expect.any(RuntimeMisuse), expect.any(ConnClosed)]);
    }));
});
