/**
 * The tests that Stryker runs for a folder of `impl/`: its own, and those that drive it
 * hard. `.ci/mutate.mjs` sets `PEERWALK_MUTATE`.
 */
import { defineConfig } from 'vitest/config';

const tests: Readonly<Record<string, readonly string[]>> = {
  csp: ['test/csp', 'test/sim'],
  p2p: ['test/p2p', 'test/sim/scenarios.test.ts'],
  eth: ['test/eth'],
};

const folder = process.env['PEERWALK_MUTATE'] ?? '';
const include = (tests[folder] ?? []).map((path) =>
  path.endsWith('.ts') ? path : `${path}/**/*.test.ts`,
);

export default defineConfig({ test: { include, testTimeout: 20_000 } });
