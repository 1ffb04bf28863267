import { describe, expect, it } from 'vitest';
import { concatAll } from '../../impl/bytes.ts';
import { ConnClosed } from '../../impl/net/net-conn.ts';
import { OutBuffer, type ByteSocket } from '../../impl/net/out-buffer.ts';
import { pattern } from './grounds.ts';

/** A socket whose kernel takes everything at once, or nothing until `drain`. */
class FakeSocket implements ByteSocket {
  destroyed = false;
  errored: Error | null = null;
  writableLength = 0;
  isFull = false;
  readonly writes: Uint8Array[] = [];
  #settled: (() => void)[] = [];
  #corked = 0;

  /** Writes that left: those between cork and uncork leave as one. */
  leaves = 0;

  cork(): void {
    this.#corked++;
    this.leaves++;
  }

  uncork(): void {
    this.#corked--;
  }

  write(bytes: Uint8Array, settled: () => void): boolean {
    this.writes.push(bytes);
    if (this.#corked === 0) this.leaves++;
    if (this.isFull) {
      this.writableLength += bytes.length;
      this.#settled.push(settled);
    } else {
      process.nextTick(settled);
    }
    return true;
  }

  drain(): void {
    this.isFull = false;
    this.writableLength = 0;
    for (const settled of this.#settled.splice(0)) settled();
  }
}

/** Until the ticks of this turn are over. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function make(): { socket: FakeSocket; out: OutBuffer } {
  const socket = new FakeSocket();
  return { socket, out: new OutBuffer(socket, 'write') };
}

describe('OutBuffer', () => {
  it('collects the small writes of a turn into one', async () => {
    const { socket, out } = make();
    for (let i = 0; i < 10; i++) expect(out.begin(pattern(100, 100 * i))).toBe(true);
    await Promise.resolve(); // tasks that were woken still belong to the turn
    expect(out.begin(pattern(100, 1_000))).toBe(true);
    expect(socket.writes).toEqual([]);
    await turn();
    expect(socket.writes).toEqual([pattern(1_100)]);
    expect(out.begin(pattern(1))).toBe(true);
    await turn();
    expect(socket.writes).toHaveLength(2);
  });

  it('does not hold back more than 16 KiB of a long turn', () => {
    const { socket, out } = make();
    for (let i = 0; i < 1_000; i++) expect(out.begin(pattern(100, 100 * i))).toBe(true);
    expect(socket.writes).toHaveLength(6);
    const left = concatAll(socket.writes);
    expect(100_000 - left.length).toBeLessThanOrEqual(16_384);
    expect(Buffer.compare(left, pattern(left.length))).toBe(0);
  });

  it('copies small writes, and passes a large one as it is, behind them', () => {
    const { socket, out } = make();
    const small = pattern(10);
    const large = pattern(50_000);
    out.begin(small);
    small.fill(0);
    expect(out.begin(large)).toBe(true);
    expect(socket.writes).toEqual([pattern(10), large]);
    expect(socket.writes[1]).toBe(large);
    expect(socket.leaves).toBe(1);
  });

  it('takes 64 KiB while the kernel is full, then no more until it takes again', async () => {
    const { socket, out } = make();
    socket.isFull = true;
    let taken = 0;
    while (out.begin(pattern(1_000, 1_000 * taken))) taken++;
    expect(taken).toBe(65);
    await turn();
    expect(out.advance()).toBe(false);
    const given = socket.writes.length;
    expect(given).toBe(1);
    socket.drain();
    expect(out.changed.recvCase.isReady()).toBe(true);
    expect(out.advance()).toBe(true);
    await turn();
    expect(Buffer.compare(concatAll(socket.writes), pattern(66_000))).toBe(0);
  });

  it('is not done with a large write before the kernel has it', async () => {
    const { socket, out } = make();
    socket.isFull = true;
    expect(out.begin(pattern(100_000))).toBe(false);
    await turn();
    expect(out.advance()).toBe(false);
    expect(socket.writes).toHaveLength(1);
    socket.drain();
    expect(out.advance()).toBe(true);
    expect(socket.writes).toHaveLength(1);
  });

  it('does not take an earlier settled write for one that still waits', async () => {
    const { socket, out } = make();
    expect(out.begin(pattern(20_000))).toBe(true); // its callback comes a tick later
    socket.isFull = true;
    expect(out.begin(pattern(20_000))).toBe(false);
    await turn();
    expect(out.changed.recvCase.isReady()).toBe(false);
    expect(out.advance()).toBe(false);
  });

  it('gives the socket what was written in this turn when it closes', () => {
    const { socket, out } = make();
    out.begin(pattern(10));
    out.close();
    expect(socket.writes).toEqual([pattern(10)]);
    expect(out.failure()).toBeInstanceOf(ConnClosed);
  });

  it('says after a failure why nothing more goes out, and writes nothing', async () => {
    const { socket, out } = make();
    out.begin(pattern(10));
    socket.destroyed = true;
    socket.errored = new Error('reset');
    await turn();
    expect(socket.writes).toEqual([]);
    expect(out.failure()).toMatchObject({ name: 'ConnClosed', cause: socket.errored });
    out.fail(new Error('later'));
    expect(out.failure()).toMatchObject({ cause: socket.errored });
  });
});
