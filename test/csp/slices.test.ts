import { describe, expect, it, vi } from 'vitest';
import { Done } from '../../impl/csp/done.ts';
import { sliceUnits } from '../../impl/csp/seam.ts';
import { atOnce, inSlices, stopped, type Work } from '../../impl/csp/slices.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { simulate } from '../../impl/sim/simulate.ts';

/** Pieces of a quarter of a slice each; `done` tells how many were done. */
function* quarters(pieces: number, done: { pieces: number }): Work<string> {
  try {
    for (let i = 0; i < pieces; i++) {
      done.pieces++;
      yield sliceUnits / 4;
    }
    return 'all';
  } finally {
    done.pieces += 0.5; // seen by a test: the generator was closed
  }
}

async function simulated<T>(main: () => Promise<T>): Promise<T> {
  const { outcome } = await simulate({ schedule: '' }, main);
  if (outcome.status !== 'done') throw new Error(outcome.status);
  return outcome.value;
}

describe('inSlices', () => {
  it('returns what the work returns', async () => {
    const result = await simulated(() =>
      inSlices(quarters(9, { pieces: 0 }), undefined),
    );
    expect(result).toBe('all');
  });

  it('lets another task go first after each full slice, and not before', async () => {
    const seen = await simulated(async () => {
      const done = { pieces: 0 };
      const tasks = new WaitGroup();
      const seen: number[] = [];
      tasks.go('other', async () => {
        while (done.pieces < 12) {
          seen.push(done.pieces);
          await runtime().pause();
        }
      });
      tasks.go('work', async () => {
        await inSlices(quarters(12, done), undefined);
      });
      await tasks.wait();
      return seen;
    });
    expect(seen).toEqual([0, 4, 8]);
  });

  it('ends with the slice that has begun when the stop signal comes', async () => {
    const { result, pieces } = await simulated(async () => {
      const done = { pieces: 0 };
      const stop = new Done('stop');
      const tasks = new WaitGroup();
      let result: unknown;
      tasks.go('work', async () => {
        result = await inSlices(quarters(1_000, done), stop);
      });
      tasks.go('stops', () => {
        stop.close();
        return Promise.resolve();
      });
      await tasks.wait();
      return { result, pieces: done.pieces };
    });
    expect(result).toBe(stopped);
    expect(pieces).toBe(4.5);
  });

  it('does work that is smaller than a slice whole, whatever the stop signal says', async () => {
    const stop = new Done('stop');
    stop.close();
    expect(await inSlices(quarters(3, { pieces: 0 }), stop)).toBe('all');
  });

  it.each([
    ['to its end', undefined],
    ['until it throws', new RangeError('in the third piece')],
  ])(
    'tells the runtime its first slice, and what it has done since its last pause: %s',
    async (_, error) => {
      const spent = vi.spyOn(runtime(), 'spent');
      const done = { pieces: 0 };
      const work = function* (): Work<string> {
        const value = yield* quarters(11, done);
        if (error !== undefined) throw error;
        return value;
      };
      const result = await inSlices(work(), undefined).catch(
        (thrown: unknown) => thrown,
      );
      expect(result).toBe(error ?? 'all');
      expect(spent.mock.calls).toEqual([[sliceUnits], [(3 / 4) * sliceUnits]]);
      spent.mockRestore();
    },
  );

  it('throws what the work throws, also after a pause', async () => {
    const failing = function* (): Work<void> {
      yield sliceUnits;
      throw new RangeError('in the second slice');
    };
    await expect(inSlices(failing(), undefined)).rejects.toThrow(RangeError);
  });
});

describe('atOnce', () => {
  it('does the same work without a pause', () => {
    const done = { pieces: 0 };
    expect(atOnce(quarters(9, done))).toBe('all');
    expect(done.pieces).toBe(9.5);
  });
});
