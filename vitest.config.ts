import { availableParallelism } from 'node:os';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { defineConfig } from 'vitest/config';
import { exerciseAnswers, sourceLines } from './exercises/kit/vitest/plugin.ts';
import { SecondTries } from './test/helpers/second-tries.ts';

// `.ci/run` counts from a report; people read the default one.
const report = process.env['PEERWALK_TEST_REPORT'];

// Where two cores carry browsers and spawned nodes at once, a second try tells a busy
// machine from a fault. Only in CI, and `SecondTries` names each test that needed one.
const retry = process.env['CI'] === undefined ? 0 : 1;

/** Files that can share what they have loaded. */
const together = [
  'test/{core,csp,eth,p2p,rlp,sim}/**/*.test.ts',
  'test/crypto/!(init|ecies-browser).test.ts',
  'test/net/!(memory).test.ts',
  'test/hostile/!(bounded-work|faults-tcp).test.ts',
  'test/fuzz/*.test.ts',
  'test/{repo,site-model}/*.test.ts',
  'test/kit/!(exercises|terminal).test.ts',
  'test/bench/{profile,statistics,table}.test.ts',
  'test/node/{chain-files,files,log,options,output,report,session,stop-request}.test.ts',
  'test/soak/figures.test.ts',
  'test/*.test.ts',
];

/**
 * One visit: a chapter, and an exercise from the first key to a pass. The rest of the
 * browser tests take longer than all others together, and are a step of `.ci/run`.
 */
const visit = ['test/site/{chapter,exercise-run}.test.ts'];

/** The built site in one Chromium that all files share, and what drives it. */
const inBrowser = {
  isolate: false,
  globalSetup: ['test/site/setup.ts'],
  testTimeout: 20_000,
  retry,
};

/** Files that take longest, longest first: what begins last must not be one of them. */
const longest = [
  'test/site/pages.test.ts',
  'test/kit/exercises.test.ts',
  'test/site/exercise-bench.test.ts',
  'test/site/exercise-run.test.ts',
  'test/site/exercise-kept.test.ts',
  'test/kit/terminal.test.ts',
  'test/kit/seen.test.ts',
  'test/site/exercise-sandbox.test.ts',
  'test/p2p/stop-phases.test.ts',
  'test/site/',
  'test/soak/',
  'test/node/',
  'test/sim/scenarios.test.ts',
  'test/kit/',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = longest.findIndex((part) => moduleId.includes(`/${part}`));
      return at === -1 ? longest.length : at;
    };
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    // Of two cores vitest would use one; the browser and spawned nodes leave room for two.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    sequence: { sequencer: LongestFirst },
    ...(report === undefined
      ? {}
      : {
          reporters: ['default', 'json', new SecondTries(`${report}.second-tries`)],
          outputFile: { json: report },
        }),
    projects: [
      {
        // The files share what they import: to load it anew for each takes as long again
        // as all these tests.
        test: {
          name: 'unit',
          include: together,
          isolate: false,
          testTimeout: 180_000, // some try thousands of schedules
          retry,
        },
      },
      {
        // Files that start processes, look at memory, replace modules, or load them late.
        test: {
          name: 'apart',
          include: ['test/**/*.test.ts'],
          exclude: [
            ...together,
            'test/kit/fixtures/**',
            'test/site/**',
            'test/firefox/**',
            'test/recorded/**',
          ],
          testTimeout: 60_000,
          retry,
        },
      },
      { test: { name: 'visit', include: visit, ...inBrowser } },
      {
        test: {
          name: 'site',
          include: ['test/site/**/*.test.ts'],
          exclude: visit,
          ...inBrowser,
        },
      },
      // The same build in a second engine, for `.ci/run` and whoever asks for it.
      ...(process.env['PEERWALK_FIREFOX'] === undefined
        ? []
        : [
            {
              test: {
                name: 'firefox',
                include: ['test/firefox/**/*.test.ts'],
                testTimeout: 60_000,
                retry,
              },
            },
          ]),
      {
        // Traces that say where in the source tasks stand.
        plugins: [sourceLines()],
        test: {
          name: 'recorded',
          include: ['test/recorded/**/*.test.ts'],
          testTimeout: 20_000,
          retry,
        },
      },
      {
        // The reader's own answers are judged by `npm run learn`; here, the solutions.
        plugins: [exerciseAnswers(() => 'solution.ts'), sourceLines()],
        test: {
          name: 'solutions',
          isolate: false, // as in the kit's own configuration
          include: ['exercises/*/exercise.test.ts'],
          testTimeout: 10_000, // a whole node runs in some of them
          retry,
        },
      },
    ],
  },
});
