/** Messages of many MiB: what runs between their slices, and what a close does there. */

import { describe, expect, it } from 'vitest';
import { createCtr, createFrameCrypto } from '#crypto';
import { toHex } from '../../../impl/bytes.ts';
import { sliceLength } from '../../../impl/crypto/provider.ts';
import { RealRuntime } from '../../../impl/csp/real.ts';
import { runtime } from '../../../impl/csp/runtime.ts';
import { WaitGroup } from '../../../impl/csp/wait-group.ts';
import { ConnClosed, EndOfStream } from '../../../impl/net/net-conn.ts';
import { pipe } from '../../../impl/net/pipe.ts';
import type { Transport } from '../../../impl/p2p/conn.ts';
import { newMsg, type Msg } from '../../../impl/p2p/message.ts';
import { DiscError } from '../../../impl/p2p/peer-error.ts';
import { FrameConn } from '../../../impl/p2p/rlpx/frame-conn.ts';
import { FrameRW } from '../../../impl/p2p/rlpx/frame.ts';
import { BudgetShare, ReadBudget } from '../../../impl/p2p/rlpx/read-budget.ts';
import { compress } from '../../../impl/p2p/rlpx/snappy-encoder.ts';
import {
  attempt,
  connected,
  failureOf,
  run,
  withHelloDone,
  type RawPeer,
} from './helpers.ts';

const MiB = 2 ** 20;
const fifo = { schedule: '' };
/** As much as a test sends: nothing waits for the other side. */
const roomy = { capacity: 64 * MiB };
const disconnect = '1:0204c108';

/** Bytes without repetition: a block of them is longer than they are. */
function noise(length: number): Uint8Array {
  return createCtr(new Uint8Array(32), new Uint8Array(16)).apply(
    new Uint8Array(length),
  );
}

/** How many turns another task gets while `work` runs. */
async function turnsDuring<T>(work: () => Promise<T>): Promise<[number, T]> {
  const others = new WaitGroup();
  let isOver = false;
  let turns = 0;
  others.go('another task', async () => {
    for (; !isOver; turns++) await runtime().pause();
  });
  await runtime().pause();
  const before = turns;
  const value = await work();
  const during = turns - before;
  isOver = true;
  await others.wait();
  return [during, value];
}

/** Closes after so many turns, and returns what became of the work and what was heard. */
async function cutAfter(
  turns: number,
  { ours, raw }: { ours: Transport; raw: RawPeer },
  work: () => Promise<unknown>,
): Promise<{ error: unknown; frames: string[]; at: number }> {
  const tasks = new WaitGroup();
  let error: unknown;
  let frames: string[] = [];
  tasks.go('work', async () => {
    const result = await attempt(work);
    if ('error' in result) ({ error } = result);
  });
  tasks.go('remote', async () => {
    frames = await heardBy(raw);
    await raw.fd.close();
  });
  for (let i = 0; i < turns; i++) await runtime().pause();
  await ours.close(new DiscError(8));
  await tasks.wait();
  return { error, frames, at: runtime().now() };
}

/** Every frame until the end: small ones with their data, of the others the length. */
async function heardBy(raw: RawPeer): Promise<string[]> {
  const frames: string[] = [];
  for (;;) {
    const next = await attempt(() => raw.receive());
    if ('error' in next) {
      expect(next.error).toBeInstanceOf(EndOfStream);
      return frames;
    }
    const { code, data } = next.value;
    frames.push(`${code}:${data.length < 100 ? toHex(data) : data.length}`);
  }
}

describe('FrameConn.inSlices', () => {
  it('does one slice in each turn of the loop, over all connections', async () => {
    expect(runtime()).toBeInstanceOf(RealRuntime);
    const key = new Uint8Array(32);
    const keys = { aes: key, mac: key, egress: key, ingress: key };
    let done = 0;
    function* work(): Generator<undefined, void> {
      for (let i = 0; i < 3; i++) {
        yield;
        done += 1;
      }
    }
    const works = Array.from({ length: 5 }, () => {
      const share = new BudgetShare(new ReadBudget());
      const conn = new FrameConn(
        pipe()[0],
        new FrameRW(createFrameCrypto(keys)),
        share,
      );
      return conn.inSlices(work());
    });
    const perTurn = new Set<number>();
    while (done < 15) {
      const before = done;
      await new Promise(setImmediate);
      perTurn.add(done - before);
    }
    await Promise.all(works);
    expect([...perTurn]).toEqual([1]);
  });
});

describe('RLPX with large messages', () => {
  it('lets others run while a message is written, read and unpacked', async () => {
    await run(async () => {
      const { a, b } = await connected(roomy);
      const [small] = await turnsDuring(() => a.writeMsg(newMsg(16, noise(100))));
      const payload = noise(3 * sliceLength);
      // Compressing takes 3 slices, and 2 more for the literal that comes of it. The frame
      // is a little longer than 3, and takes 4.
      const [writing] = await turnsDuring(() => a.writeMsg(newMsg(17, payload)));
      expect(writing - small).toBe(3 + 2 + 4);
      await a.writeMsg(newMsg(18, new Uint8Array(12 * sliceLength)));

      await b.readMsg();
      const [, first] = await turnsDuring(() => b.readMsg());
      expect(first.code).toBe(17);
      expect(Buffer.compare(first.payload, payload)).toBe(0);
      const second = await b.readMsg();
      const [unpacking] = await turnsDuring(async () => second.unpack?.());
      expect(unpacking).toBeGreaterThanOrEqual(12);
      expect(second.payload).toHaveLength(12 * sliceLength);
      await a.close(undefined);
      await b.close(undefined);
    }, fifo);
  });

  it('takes and sends a large one as it is, if the remote knows no compression', async () => {
    await run(async () => {
      const { ours, raw } = await withHelloDone({ version: 4 }, roomy);
      const payload = noise(2 * sliceLength);
      await raw.send(16, payload);
      const msg = await ours.readMsg();
      expect(msg.size).toBe(payload.length);
      expect(Buffer.compare(msg.payload, payload)).toBe(0);
      await ours.writeMsg(newMsg(17, payload));
      const { code, data } = await raw.receive();
      expect(code).toBe(17);
      expect(Buffer.compare(data, payload)).toBe(0);
      await ours.close(undefined);
      await raw.fd.close();
    }, fifo);
  });

  it('proves a block in as many slices as it has', async () => {
    await run(async () => {
      const { ours, raw } = await withHelloDone({}, roomy);
      // Literals of one byte, 2 bytes each; and one literal of as many.
      const many = new Uint8Array(4 + 4 * MiB);
      many.set([0x80, 0x80, 0x80, 0x01]);
      const one = new Uint8Array(4 + 4 * MiB);
      one.set([0xfc, 0xff, 0xff, 0x01, 0xf8, 0xfb, 0xff, 0x3f]);
      await raw.send(16, one);
      await raw.send(17, many);
      const [opening, first] = await turnsDuring(() => ours.readMsg());
      const [both, second] = await turnsDuring(() => ours.readMsg());
      expect([first.size, second.size]).toEqual([4 * MiB - 4, 2 * MiB]);
      // The other has one slice; behind the last whole one of these come 4 bytes.
      expect(both - opening).toBe((4 * MiB) / sliceLength);
      await ours.close(undefined);
      await raw.fd.close();
    }, fifo);
  });

  it('keeps the order of messages, whatever their sizes', async () => {
    for (let seed = 0; seed < 3; seed++) {
      await run(
        async () => {
          const { a, b } = await connected(roomy);
          const asked: number[] = [];
          const writers = new WaitGroup();
          const sizes = [2 * MiB, 10, 3 * MiB, 100, 70_000, MiB + 1];
          sizes.forEach((size, i) => {
            writers.go('writer', async () => {
              asked.push(16 + i);
              const payload = i % 2 === 0 ? noise(size) : new Uint8Array(size);
              await a.writeMsg(newMsg(16 + i, payload));
            });
          });
          const got: Msg[] = [];
          for (let i = 0; i < sizes.length; i++) got.push(await b.readMsg());
          await writers.wait();
          expect(got.map(({ code }) => code)).toEqual(asked);
          expect(got.map(({ code, size }) => sizes[code - 16] === size)).not.toContain(
            false,
          );
          await a.close(undefined);
          await b.close(undefined);
        },
        { seed: `order ${seed}` },
      );
    }
  });

  it('gives one payload to who looks early and to who waits', async () => {
    await run(async () => {
      const { ours, raw } = await withHelloDone({}, roomy);
      await raw.send(16, compress(new Uint8Array(3 * MiB).fill(7)));
      const msg = await ours.readMsg();
      const tasks = new WaitGroup();
      tasks.go('one', async () => msg.unpack?.());
      tasks.go('another', async () => msg.unpack?.());
      await runtime().pause();
      const early = msg.payload;
      expect(early.every((byte) => byte === 7)).toBe(true);
      await tasks.wait();
      expect(msg.payload === early).toBe(true);
      expect(msg.unpack?.()).toBe(undefined);
      await ours.close(undefined);
      await raw.fd.close();
    });
  });

  it('has nothing to wait for where a payload is small, or at hand', async () => {
    await run(async () => {
      const { ours, raw } = await withHelloDone({}, roomy);
      await raw.send(16, compress(new Uint8Array(sliceLength)));
      await raw.send(17, compress(new Uint8Array(sliceLength + 1)));
      expect((await ours.readMsg()).unpack?.()).toBe(undefined);
      const large = await ours.readMsg();
      await large.unpack?.();
      expect(large.payload).toHaveLength(sliceLength + 1);
      expect(large.unpack?.()).toBe(undefined);
      await ours.close(undefined);
      await raw.fd.close();
    });
  });
});

describe('RLPX.close, while a large message is', () => {
  it('written: the frame goes out whole or not at all, and then the reason', async () => {
    const ends = new Set<string>();
    for (let turns = 0; turns < 11; turns++) {
      await run(async () => {
        const line = await withHelloDone({}, roomy);
        const msg = newMsg(16, noise(2.5 * sliceLength));
        const { error, frames } = await cutAfter(turns, line, () =>
          line.ours.writeMsg(msg),
        );
        if (error !== undefined) expect(error).toBeInstanceOf(ConnClosed);
        expect(frames.at(-1)).toBe(disconnect);
        expect(frames).toHaveLength(error === undefined ? 2 : 1);
        ends.add(error === undefined ? 'written' : 'closed');
      }, fifo);
    }
    expect([...ends].toSorted()).toEqual(['closed', 'written']);
  });

  it('read: the reason goes out, and the read ends', async () => {
    const ends = new Map<string, number>();
    for (let turns = 0; turns < 50; turns += 2) {
      await run(async () => {
        const line = await withHelloDone({}, roomy);
        await line.raw.send(16, compress(noise(2.5 * sliceLength)));
        const { error, frames } = await cutAfter(turns, line, () =>
          line.ours.readMsg(),
        );
        if (error !== undefined) expect(error).toBeInstanceOf(ConnClosed);
        expect(frames).toEqual([disconnect]);
        const end = error === undefined ? 'read' : 'closed';
        ends.set(end, (ends.get(end) ?? 0) + 1);
      }, fifo);
    }
    expect(ends.get('closed')).toBeGreaterThan(10);
    expect(ends.get('read')).toBeGreaterThan(0);
  });

  it('unpacked: who waits for it hears of the end', async () => {
    await run(async () => {
      const line = await withHelloDone({}, roomy);
      await line.raw.send(16, compress(new Uint8Array(8 * MiB)));
      const msg = await line.ours.readMsg();
      const { error, frames } = await cutAfter(3, line, async () => msg.unpack?.());
      expect(error).toBeInstanceOf(ConnClosed);
      expect(frames).toEqual([disconnect]);
      expect(await failureOf(() => line.ours.readMsg())).toBeInstanceOf(Error);
    }, fifo);
  });
});
