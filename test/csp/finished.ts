/** Runs a test body under the real runtime and under a hundred seeded orders. */

import { simulate } from '../../impl/sim/simulate.ts';

export async function finished(body: () => Promise<void>): Promise<void> {
  await body();
  for (let seed = 0; seed < 100; seed++) {
    const { outcome, failures } = await simulate({ seed: String(seed) }, body);
    if (outcome.status === 'threw') throw asError(outcome.error);
    if (failures[0] !== undefined) throw asError(failures[0].error);
    if (outcome.status !== 'done') throw new Error(JSON.stringify(outcome));
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('not an Error', { cause: error });
}
