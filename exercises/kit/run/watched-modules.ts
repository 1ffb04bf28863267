/** The places in the registry's modules where a run is watched or recorded. */

import type { Build } from '../build.ts';
import type { Recording } from './recording.ts';
import type { Callable, Registry } from './registry.ts';
import type { SeeingTools } from './seeing.ts';

const simulateModule = 'impl/sim/simulate.ts';
const whereModule = 'impl/csp/where.ts';
const buildModule = 'exercises/kit/build.ts';
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
export function spokenOf(registry: Registry): string | undefined {
  if (!isLoaded(registry, stepsModule)) return undefined;
  return (registry.require(stepsModule) as typeof import('../steps.ts')).spokenOf();
}

/**
 * Lines that a reader has put in order become code when a test asks for it: from now on
 * with marks, and under a name of their own.
 *
 * @param sources texts of the reader, by the names that traces have for them
 * @param assembled name for what is made of the lines
 * @returns the same, and later the text of what was assembled
 */
export function sourcesBuilt(
  registry: Registry,
  tools: SeeingTools,
  sources: Readonly<Record<string, string>>,
  assembled: string,
): Readonly<Record<string, string>> {
  const all: Record<string, string> = { ...sources };
  if (!registry.has(buildModule) || !registry.has(whereModule)) return all;
  const { buildLines } = registry.require(buildModule) as {
    readonly buildLines: Build;
  };
  const where = registry.require(whereModule) as typeof import('#impl/csp/where.ts');
  const marked = tools.markedBuild(buildLines, where, assembled, (text) => {
    all[assembled] = text;
  });
  registry.plug({ file: buildModule, symbol: 'buildLines' }, marked as Callable);
  return all;
}

function isLoaded(registry: Registry, wanted: string): boolean {
  return [...registry.loaded()].some(([id]) => id === wanted);
}
