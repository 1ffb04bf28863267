/**
 * The tests that Stryker runs for a folder of `impl/`: its own, and those that drive it
 * hard. `.ci/mutate.mjs` sets `PEERWALK_MUTATE`.
 */
import { defineConfig } from 'vitest/config';

const tests: Readonly<Record<string, readonly string[]>> = {
  // Not the scenarios: whole connections for each change of a channel take too long.
  csp: [
    'test/csp',
    ...['clock', 'schedule', 'simulate'].map((of) => `test/sim/${of}.test.ts`),
  ],
  p2p: ['test/p2p', 'test/sim/scenarios.test.ts'],
  'p2p/rlpx/snappy.ts': ['test/p2p/rlpx/snappy.test.ts'],
  'p2p/rlpx/snappy-encoder.ts': ['test/p2p/rlpx/snappy.test.ts'],
  eth: ['test/eth'],
};

const folder = process.env['PEERWALK_MUTATE'] ?? '';
const include = (tests[folder] ?? []).map((path) =>
  path.endsWith('.ts') ? path : `${path}/**/*.test.ts`,
);

// A change that makes a task wait for ever fails in its test. If Stryker had to end it,
// each would cost a new process. The files of one run share what they load: each change
// has a worker of its own all the same, and takes half as long.
export default defineConfig({
  test: {
    include,
    testTimeout: folder.includes('/') ? 120_000 : 10_000,
    isolate: false,
  },
});
