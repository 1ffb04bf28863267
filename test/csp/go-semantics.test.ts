import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { simulate } from '../../impl/sim/simulate.ts';
import { explore } from './explore.ts';
import { outcomes, type Program } from './model.ts';
import { prepare, programs, type Run } from './programs.ts';

/** The outcome of each schedule of `program`, with a schedule that leads to it. */
async function outcomesOfRuns(
  program: Program,
  limits: { k?: number; maxRuns?: number },
): Promise<{ found: Map<string, string>; complete: boolean }> {
  const found = new Map<string, string>();
  let run: Run | undefined;
  const { complete } = await explore(
    () => {
      run = prepare(program);
      return run.main();
    },
    ({ outcome, schedule, failures }) => {
      expect(['done', 'deadlock']).toContain(outcome.status);
      expect(failures).toEqual([]);
      found.set(run?.outcome() ?? '', schedule);
    },
    limits,
  );
  return { found, complete };
}

/** What the programs brought about: a property that tried nothing proves nothing. */
const seen = { equal: 0, several: 0, blocked: 0, selects: new Set<string>() };

function note(found: Iterable<string>): void {
  const list = [...found];
  if (list.length > 1) seen.several++;
  if (list.some((outcome) => outcome.includes('"ended":[false'))) seen.blocked++;
  for (const outcome of list) {
    for (const [word] of outcome.matchAll(/case \d: [a-z]+|else|joined|stopped/g)) {
      seen.selects.add(word);
    }
  }
}

describe('channels, select, Done and WaitGroup', () => {
  it('do in all schedules of a tiny program exactly what Go may do', async () => {
    await fc.assert(
      fc.asyncProperty(programs({ tasks: 3, ops: 2, channels: 2 }), async (program) => {
        const allowed = outcomes(program);
        const { found, complete } = await outcomesOfRuns(program, { maxRuns: 1_500 });
        note(found.keys());
        for (const outcome of found.keys()) expect(allowed).toContain(outcome);
        if (!complete) return;
        seen.equal++;
        expect(new Set(found.keys())).toEqual(allowed);
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  it('do in larger programs, two choices away from FIFO, nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(programs({ tasks: 4, ops: 4, channels: 2 }), async (program) => {
        const allowed = outcomes(program, 20_000);
        fc.pre(allowed !== undefined);
        const { found } = await outcomesOfRuns(program, { k: 2, maxRuns: 400 });
        note(found.keys());
        for (const outcome of found.keys()) expect(allowed).toContain(outcome);
      }),
      { numRuns: 60 },
    );
  });

  it('do under the real runtime only what Go may do', async () => {
    await fc.assert(
      fc.asyncProperty(programs({ tasks: 4, ops: 3, channels: 2 }), async (program) => {
        const allowed = outcomes(program, 20_000);
        fc.pre(allowed !== undefined);
        for (let round = 0; round < 5; round++) {
          const run = prepare(program);
          // A program that deadlocks never ends: what is left is left.
          const main = run.main();
          await new Promise(setImmediate);
          await new Promise(setImmediate);
          expect(allowed).toContain(run.outcome());
          expect(main).toBeInstanceOf(Promise);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('lose no value and hand none out twice, in any order of many tasks', async () => {
    await fc.assert(
      fc.asyncProperty(
        programs({ tasks: 6, ops: 6, channels: 3 }),
        fc.string(),
        async (program, seed) => {
          const run = prepareLater(program);
          await simulate({ seed }, run.main);
          const { logs, buffers } = JSON.parse(run.outcome()) as {
            logs: string[][];
            buffers: number[][];
          };
          const got = logs.flat().flatMap((line) => /got (\d+)/.exec(line)?.[1] ?? []);
          const all = [...got, ...buffers.flat().map(String)];
          expect(new Set(all).size).toBe(all.length);
          const sent = logs.flat().filter((line) => line.endsWith('sent'));
          expect(all.length).toBe(sent.length);
        },
      ),
      { numRuns: 500 },
    );
  });

  afterAll(() => {
    expect(seen.equal).toBeGreaterThan(30);
    expect(seen.several).toBeGreaterThan(30);
    expect(seen.blocked).toBeGreaterThan(20);
    for (const word of ['case 0: got', 'case 1: sent', 'case 1: stopped', 'else']) {
      expect(seen.selects).toContain(word);
    }
    expect(seen.selects).toContain('joined');
  });
});

/** As `prepare`, but laid out when `main` is called: objects take that runtime. */
function prepareLater(program: Program): Run {
  let run: Run | undefined;
  return {
    main: () => {
      run = prepare(program);
      return run.main();
    },
    outcome: () => run?.outcome() ?? '',
  };
}
