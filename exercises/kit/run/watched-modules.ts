/** The places in the registry's modules where a run is watched or recorded. */

import type { Spoken } from '../steps.ts';
import type { Recording } from './recording.ts';
import type { Callable, Registry } from './registry.ts';

const simulateModule = 'impl/sim/simulate.ts';
const stepsModule = 'exercises/kit/steps.ts';

/** The runs of tasks that the tests make go through `recording`. */
export function watchRuns(registry: Registry, recording: Recording): void {
  if (!isLoaded(registry, simulateModule)) return;
  const { simulate } = registry.require(
    simulateModule,
  ) as typeof import('#impl/sim/simulate.ts');
  const around = recording.around(simulate) as Callable; // called as simulate is
  registry.plug({ file: simulateModule, symbol: 'simulate' }, around);
}

/** What the last assertion spoke of, where the test says so (`steps.ts`). */
export function spokenOf(registry: Registry): Spoken | undefined {
  if (!isLoaded(registry, stepsModule)) return undefined;
  return (registry.require(stepsModule) as typeof import('../steps.ts')).spokenOf();
}

function isLoaded(registry: Registry, wanted: string): boolean {
  return [...registry.loaded()].some(([id]) => id === wanted);
}
