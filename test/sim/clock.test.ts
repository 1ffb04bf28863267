import { describe, expect, it } from 'vitest';
import { RealRuntime } from '../../impl/csp/real.ts';
import { VirtualClock, WallClock } from '../../impl/sim/clock.ts';

/** Moves on, and fires what is due in the order it was set. */
function pass(clock: VirtualClock): boolean {
  const moved = clock.advance();
  while (clock.due > 0) clock.fireDue(0);
  return moved;
}

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
    expect(pass(clock)).toBe(true);
    expect(fired).toEqual(['a 10']);
    expect(pass(clock)).toBe(true);
    expect(fired).toEqual(['a 10', 'b 20', 'c 20']);
    expect(pass(clock)).toBe(false);
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
    pass(clock);
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
    pass(clock);
    expect(fired).toEqual(['outer']);
    pass(clock);
    expect(fired).toEqual(['outer', 'inner']);
    expect(clock.now()).toBe(5);
  });

  it('forgets its timers when it stops', () => {
    const clock = new VirtualClock();
    clock.startTimer(5, () => undefined);
    clock.stop();
    expect(pass(clock)).toBe(false);
  });

  it('fires those of one instant in any order, and those that are left stay due', () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    for (const name of ['a', 'b', 'c']) clock.startTimer(5, () => fired.push(name));
    clock.startTimer(6, () => fired.push('later'));
    expect(clock.due).toBe(0);
    clock.advance();
    for (const index of [2, 0, 0]) clock.fireDue(index);
    expect(fired).toEqual(['c', 'a', 'b']);
    expect(clock.due).toBe(0);
    expect(() => {
      clock.fireDue(0);
    }).toThrow(RangeError);
  });
});

describe('WallClock', () => {
  it('begins at 0 and goes with the clock it reads', async () => {
    const clock = new WallClock(new RealRuntime());
    const begun = clock.now(); // a moment after 0, on a busy machine a long one
    expect(begun).toBeGreaterThanOrEqual(0);
    await new Promise<void>((resolve) => {
      clock.startTimer(20, resolve);
    });
    expect(clock.now() - begun).toBeGreaterThan(18);
    expect(clock.advance()).toBe(false);
  });
});
