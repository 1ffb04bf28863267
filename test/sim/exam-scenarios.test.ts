/** An answer of E13 is one of the connection, not of the order in which its tasks ran. */
import { describe, expect, it } from 'vitest';
import { examScenarios } from '../../impl/sim/exam-scenarios.ts';
import { runScenario } from '../../impl/sim/run-scenario.ts';
import type { SimulateOptions } from '../../impl/sim/simulate.ts';

const orders: readonly SimulateOptions[] = [
  { schedule: '' },
  ...Array.from({ length: 7 }, (_, i) => ({ seed: `exam ${i}` })),
];

describe.each(Object.entries(examScenarios))('%s', (_, scenario) => {
  it('lets B hear the same, and A note the same, in every order that is tried', async () => {
    const seen: string[] = [];
    for (const options of orders) {
      const { outcome } = await runScenario(scenario, options);
      if (outcome.status !== 'done') throw new Error(outcome.status);
      const { nodes, scripts } = outcome.value;
      const heard = Object.values(scripts).map((one) => [one.reason, one.endedAtMs]);
      const noted = nodes['A']?.partings.map(({ error, reason }) => [error, reason]);
      seen.push(JSON.stringify({ heard, noted }));
    }
    expect(new Set(seen).size, [...new Set(seen)].join(' or ')).toBe(1);
  });
});
