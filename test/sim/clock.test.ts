import { describe, expect, it } from 'vitest';
import { RealRuntime } from '../../impl/csp/real.ts';
import { VirtualClock, WallClock } from '../../impl/sim/clock.ts';

describe('VirtualClock', () => {
  it('jumps from moment to moment, in the order of time, then of setting', () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    for (const [name, ms] of [
      ['b', 20],
      ['a', 10],
      ['c', 20],
    ] as const) {
      clock.startTimer(ms, () => fired.push(`${name} ${clock.now()}`));
    }
    expect(clock.advance()).toBe(true);
    expect(fired).toEqual(['a 10']);
    expect(clock.advance()).toBe(true);
    expect(fired).toEqual(['a 10', 'b 20', 'c 20']);
    expect(clock.advance()).toBe(false);
    expect(clock.now()).toBe(20);
  });

  it('fires nothing that was stopped, not even by a timer of the same moment', () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    clock.startTimer(5, () => {
      fired.push('first');
      second.stop();
    });
    const second = clock.startTimer(5, () => fired.push('second'));
    clock.startTimer(3, () => fired.push('never')).stop();
    clock.advance();
    expect(fired).toEqual(['first']);
    expect(clock.now()).toBe(5);
  });

  it('leaves a timer that is set for now by another to the next moment', () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    clock.startTimer(5, () => {
      clock.startTimer(0, () => fired.push('inner'));
      fired.push('outer');
    });
    clock.advance();
    expect(fired).toEqual(['outer']);
    clock.advance();
    expect(fired).toEqual(['outer', 'inner']);
    expect(clock.now()).toBe(5);
  });

  it('forgets its timers when it stops', () => {
    const clock = new VirtualClock();
    clock.startTimer(5, () => undefined);
    clock.stop();
    expect(clock.advance()).toBe(false);
  });
});

describe('WallClock', () => {
  it('begins at 0 and goes with the clock it reads', async () => {
    const clock = new WallClock(new RealRuntime());
    expect(clock.now()).toBeLessThan(50);
    await new Promise<void>((resolve) => {
      clock.startTimer(20, resolve);
    });
    expect(clock.now()).toBeGreaterThan(18);
    expect(clock.advance()).toBe(false);
  });
});
