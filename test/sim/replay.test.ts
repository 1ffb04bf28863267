import { describe, expect, it } from 'vitest';
import { writeTrace } from '../../impl/csp/trace.ts';
import { simulate } from '../../impl/sim/simulate.ts';
import { explore } from '../csp/explore.ts';
import { teardown } from './teardown.ts';

describe('simulate, run again', () => {
  it('gives the same trace 1,000 times for the same seed', async () => {
    const first = await simulate({ seed: 'again', record: true }, teardown);
    expect(first.outcome.status).toBe('done');
    if (first.trace === undefined) throw new Error('no trace');
    const text = writeTrace(first.trace);
    for (let i = 0; i < 1_000; i++) {
      const run = await simulate({ seed: 'again', record: true }, teardown);
      if (run.trace === undefined || writeTrace(run.trace) !== text) {
        expect(run.trace).toEqual(first.trace);
      }
    }
  }, 60_000);

  it('goes another way for another seed', async () => {
    const orders = new Set<string>();
    for (let seed = 0; seed < 50; seed++) {
      const { schedule, outcome } = await simulate({ seed: String(seed) }, teardown);
      expect(outcome.status).toBe('done');
      orders.add(schedule);
    }
    expect(orders.size).toBeGreaterThan(40);
  });

  it('follows the schedule of a random run to the same trace', async () => {
    for (let n = 0; n < 100; n++) {
      const seed = String(n);
      const random = await simulate({ seed, record: true }, teardown);
      const { schedule } = random;
      const again = await simulate({ seed, schedule, record: true }, teardown);
      expect(again.schedule).toBe(schedule);
      expect(again.steps).toBe(random.steps);
      expect(again.trace).toEqual(random.trace);
    }
  });

  it('ends well in every order that is two choices away from FIFO', async () => {
    const ends = new Set<string>();
    const { runs, complete } = await explore(
      teardown,
      ({ outcome, left, failures, schedule }) => {
        if (outcome.status !== 'done') throw new Error(`schedule ${schedule}`);
        expect(left).toEqual([]);
        expect(failures).toEqual([]);
        ends.add(outcome.value.join());
      },
      { k: 2 },
    );
    expect(complete).toBe(true);
    expect(runs).toBeGreaterThan(100);
    expect(ends.size).toBeGreaterThan(5);
  });
});
