import { defineConfig } from 'vitest/config';
import { exerciseAnswers } from './exercises/kit/vitest-plugin.ts';

// `.ci/run` counts from a report; people read the default one.
const report = process.env['PEERWALK_TEST_REPORT'];

// Browsers, spawned nodes and sockets on a busy machine: there, and only in CI, a second
// try tells the machine's fault from ours, and the report says `retry x1`. What runs on
// the virtual clock gets one try: a race or a seed that fails once has failed.
const outside = ['test/site', 'test/node', 'test/kit', 'test/interop', 'test/soak'];
const retry = process.env['CI'] === undefined ? 0 : 1;

export default defineConfig({
  test: {
    ...(report === undefined
      ? {}
      : { reporters: ['default', 'json'], outputFile: { json: report } }),
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: outside.map((folder) => `${folder}/**`),
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'outside',
          include: outside.map((folder) => `${folder}/**/*.test.ts`),
          exclude: ['test/kit/fixtures/**'],
          testTimeout: 20_000,
          retry,
        },
      },
      {
        // The reader's own answers are judged by `npm run learn`; here, the solutions.
        plugins: [exerciseAnswers(() => 'solution.ts')],
        test: {
          name: 'solutions',
          include: ['exercises/*/exercise.test.ts'],
          testTimeout: 10_000, // a whole node runs in some of them
        },
      },
    ],
  },
});
