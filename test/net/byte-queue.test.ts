import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteQueue } from '../../impl/net/byte-queue.ts';
import { pattern } from './grounds.ts';

describe('ByteQueue', () => {
  it('gives the bytes that went in, whatever is pushed, shown, dropped and taken', () => {
    let joins = 0;
    const step = fc.record({
      push: fc.integer({ min: 0, max: 9_000 }),
      show: fc.integer({ min: 0, max: 9_000 }),
      drop: fc.integer({ min: 0, max: 9_000 }),
      take: fc.integer({ min: 0, max: 9_000 }),
      compact: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const queue = new ByteQueue();
        let pushed = 0;
        let gone = 0;
        for (const { push, show, drop, take, compact } of steps) {
          queue.push(pattern(push, pushed));
          pushed += push;
          if (compact) queue.compact();
          const before = queue.front(1).length;
          const front = queue.front(show);
          if (front.length > before) joins++;
          expect(front.length).toBeGreaterThanOrEqual(Math.min(show, pushed - gone));
          const shown = pattern(front.length, gone);
          expect(Buffer.compare(front, shown)).toBe(0);
          const fits = drop <= front.length;
          expect(queue.drop(drop)).toBe(fits);
          if (fits) gone += drop;
          const taken = queue.take(Math.min(take, queue.length));
          expect(Buffer.compare(taken, pattern(taken.length, gone))).toBe(0);
          gone += taken.length;
          expect(queue.length).toBe(pushed - gone);
        }
      }),
      { numRuns: 200 },
    );
    expect(joins).toBeGreaterThan(10);
  });

  it('shows what lies in one piece without a copy', () => {
    const queue = new ByteQueue();
    const piece = pattern(10_000);
    queue.push(piece);
    queue.drop(100);
    queue.push(pattern(10_000));
    expect(queue.front(9_900).buffer).toBe(piece.buffer);
    expect(queue.take(9_900).buffer).toBe(piece.buffer);
  });

  it('joins no more than is asked for, and leaves the rest where it came', () => {
    const queue = new ByteQueue();
    const second = pattern(60_000);
    queue.push(pattern(5_000));
    queue.drop(4_990);
    queue.push(second);
    expect(queue.front(30)).toHaveLength(30);
    queue.drop(30);
    expect(queue.front(1).buffer).toBe(second.buffer);
    expect(queue.front(1)).toHaveLength(60_000 - 20);
  });

  it('does not change a view that it has given away', () => {
    const queue = new ByteQueue();
    queue.push(pattern(3));
    const first = queue.front(1);
    queue.push(pattern(3, 3));
    expect(queue.front(6)).toEqual(pattern(6));
    expect(first).toEqual(pattern(3));
  });

  it('joins bytes that come one by one, so that each costs little more than a byte', () => {
    const queue = new ByteQueue();
    for (let i = 0; i < 20_000; i++) queue.push(pattern(1, i));
    let pieces = 0;
    while (queue.length > 0) {
      const front = queue.front(1);
      expect(front.buffer.byteLength).toBe(front.length);
      queue.drop(front.length);
      pieces++;
    }
    expect(pieces).toBeLessThan(10);
  });

  it('compacts a small rest of a large piece, and nothing else', () => {
    const queue = new ByteQueue();
    queue.push(pattern(65_536));
    queue.drop(20_000);
    queue.compact();
    expect(queue.front(1).buffer.byteLength).toBe(65_536);
    queue.drop(45_526);
    queue.compact();
    expect(queue.front(1).buffer.byteLength).toBe(10);
    expect(queue.front(1)).toEqual(pattern(10, 65_526));
  });

  it('refuses to take what is not here', () => {
    const queue = new ByteQueue();
    queue.push(pattern(3));
    expect(() => queue.take(4)).toThrow(RangeError);
  });
});
