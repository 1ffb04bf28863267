/** Node A, and a scripted remote B that dials it: what most scenarios are made of. */

import {
  readScenario,
  type NodeSpec,
  type Scenario,
  type ScriptSpec,
  type Step,
} from './scenario.ts';

export interface RemoteDials {
  /** Default: a whole node with eight blocks. */
  readonly a?: Partial<Omit<NodeSpec, 'kind'>>;
  readonly b?: Partial<Omit<ScriptSpec, 'kind' | 'steps'>>;
  /** Somebody who has dialed A before B, and what it does. */
  readonly c?: readonly Step[];
  readonly transport?: 'rlpx';
  readonly latencyMs?: number;
  readonly quirks?: readonly string[];
  readonly afterMs?: number;
  /** False: watched to `afterMs`, though A may be done with B before. */
  readonly untilParted?: boolean;
}

/** B plays the steps; the run ends when A is done with it, or after three seconds. */
export function remoteDials(
  steps: readonly Step[],
  options: RemoteDials = {},
): Scenario {
  const { a, b, c, transport = 'plain', latencyMs, quirks = [] } = options;
  const { afterMs = 3_000, untilParted = true } = options;
  return readScenario({
    version: 1,
    nodes: {
      A: { kind: 'node', blocks: 8, ...a },
      ...(c && { C: { kind: 'script', steps: c } }),
      B: { kind: 'script', steps, ...b },
    },
    transport,
    latencyMs,
    quirks,
    stop: { afterMs, when: untilParted ? 'parted' : undefined },
  });
}
