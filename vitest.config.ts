import { defineConfig } from 'vitest/config';
import { exerciseAnswers } from './exercises/kit/vitest-plugin.ts';
import { SecondTries } from './test/helpers/second-tries.ts';

// `.ci/run` counts from a report; people read the default one.
const report = process.env['PEERWALK_TEST_REPORT'];

// Where two cores carry browsers and spawned nodes at once, a second try tells a busy
// machine from a fault. Only in CI, and `SecondTries` names each test that needed one.
const retry = process.env['CI'] === undefined ? 0 : 1;

export default defineConfig({
  test: {
    ...(report === undefined
      ? {}
      : {
          reporters: ['default', 'json', new SecondTries(`${report}.second-tries`)],
          outputFile: { json: report },
        }),
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
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
          retry,
        },
      },
    ],
  },
});
