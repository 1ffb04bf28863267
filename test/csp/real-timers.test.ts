import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RealTimers } from '../../impl/csp/real-timers.ts';
import type { RunningTimer } from '../../impl/csp/seam.ts';

/** A clock that moves only when the test says so, for the timers and for the platform. */
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

function newTimers(): RealTimers {
  return new RealTimers(() => performance.now());
}

const pending = (): number => vi.getTimerCount();

describe('RealTimers', () => {
  it('fires each that is not stopped once, at its time, the earliest first', () => {
    const step = fc.record({
      ms: fc.integer({ min: 0, max: 50 }),
      pause: fc.integer({ min: 0, max: 5 }),
      stops: fc.option(fc.nat(), { nil: undefined }),
    });
    let stopped = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const timers = newTimers();
        const begin = performance.now();
        const fired: [number, number][] = [];
        const due: number[] = [];
        const running: RunningTimer[] = [];
        steps.forEach(({ ms, pause, stops }, i) => {
          due.push(performance.now() - begin + ms);
          const fire = (): number => fired.push([i, performance.now() - begin]);
          running.push(timers.start(ms, fire));
          vi.advanceTimersByTime(pause);
          if (stops === undefined) return;
          const other = stops % running.length;
          running[other]?.stop();
          if (fired.some(([j]) => j === other)) return;
          due[other] = Infinity;
          stopped++;
        });
        vi.advanceTimersByTime(100);
        const expected = due.flatMap((at, i) => (at < Infinity ? [[i, at]] : []));
        expect(fired.toSorted(([a], [b]) => a - b)).toEqual(expected);
        const times = fired.map(([, at]) => at);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect(pending()).toBe(0);
      }),
    );
    expect(stopped).toBeGreaterThan(100);
  });

  it('has the platform run one timer for all of them, and none for none', () => {
    const timers = newTimers();
    const running = [30, 10, 20].map((ms) => timers.start(ms, () => undefined));
    expect(pending()).toBe(1);
    for (const timer of running) timer.stop();
    expect(pending()).toBe(0);
    timers.start(5, () => undefined);
    expect(pending()).toBe(1);
  });

  it('lets a timer that fires start and stop others', () => {
    const timers = newTimers();
    const fired: string[] = [];
    const other = timers.start(10, () => fired.push('stopped'));
    timers.start(10, () => fired.push('third'));
    timers.start(5, () => {
      other.stop();
      fired.push('first');
      timers.start(0, () => fired.push('second'));
    });
    vi.advanceTimersByTime(50);
    expect(fired).toEqual(['first', 'second', 'third']);
  });

  it('goes on after one that throws', () => {
    const timers = newTimers();
    const fired: string[] = [];
    timers.start(1, () => {
      throw new Error('broken');
    });
    timers.start(2, () => fired.push('next'));
    expect(() => vi.advanceTimersByTime(10)).toThrow('broken');
    vi.advanceTimersByTime(10);
    expect(fired).toEqual(['next']);
  });

  it('waits longer than the platform can', () => {
    const timers = newTimers();
    let fired = false;
    const days = 40 * 24 * 3_600_000;
    timers.start(days, () => {
      fired = true;
    });
    vi.advanceTimersByTime(days - 1);
    expect(fired).toBe(false);
    vi.advanceTimersByTime(1);
    expect(fired).toBe(true);
  });
});
