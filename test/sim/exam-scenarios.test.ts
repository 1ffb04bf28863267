/** An answer of E13 is one of the connection, not of the order in which its tasks ran. */
import { describe, expect, it } from 'vitest';
import { examScenarios } from '../../impl/sim/exam-scenarios.ts';
import { runScenario } from '../../impl/sim/run-scenario.ts';
import type { Scenario } from '../../impl/sim/scenario.ts';
import { scenarios } from '../../impl/sim/scenarios.ts';
import type { SimulateOptions } from '../../impl/sim/simulate.ts';

const orders: readonly SimulateOptions[] = [
  { schedule: '' },
  ...Array.from({ length: 25 }, (_, i) => ({ seed: `exam ${i}` })),
];

/** What B heard and A noted, each in words and once, over all orders. */
async function seenOf(scenario: Scenario): Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  for (const options of orders) {
    const { outcome } = await runScenario(scenario, options);
    if (outcome.status !== 'done') throw new Error(outcome.status);
    const { nodes, scripts } = outcome.value;
    const heard = Object.values(scripts).map((one) => [one.reason, one.endedAtMs]);
    const noted = nodes['A']?.partings.map(({ error, reason }) => [error, reason]);
    seen.add(JSON.stringify({ heard, noted }));
  }
  return seen;
}

describe.each(Object.entries(examScenarios))('%s', (_, scenario) => {
  it('lets B hear the same, and A note the same, in every order that is tried', async () => {
    const seen = await seenOf(scenario);
    expect(seen.size, [...seen].join(' or ')).toBe(1);
  });
});

describe('the orders that are tried', () => {
  it('are enough to see both ends of a peer that has two causes', async () => {
    expect((await seenOf(scenarios['two-causes'])).size).toBe(2);
  });
});
