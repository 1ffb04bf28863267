/**
 * What comes of a connection at the two checkpoints, found by running each scenario of
 * chapter 2 in several orders. Its predictions and its table are held by this.
 */
import { discReasonText } from '../../impl/p2p/peer-error.ts';
import { gateScenarios, type GateName } from '../../impl/sim/gate-scenarios.ts';
import { runScenario, type ScenarioOutcome } from '../../impl/sim/run-scenario.ts';
import type { SimulateOptions } from '../../impl/sim/simulate.ts';
import type { Judged } from './claims.ts';

/** Where a connection was refused: at a checkpoint, or by eth when it was a peer. */
export type RefusedAt = 1 | 2 | 'eth';

export interface GateEnding extends Judged {
  readonly at: RefusedAt | undefined;
  /** Peers that A has at the end. */
  readonly peers: number;
}

export interface GateOutcome {
  readonly name: GateName;
  /** One for each connection that was refused; one that passed if none was. */
  readonly endings: readonly { readonly ending: GateEnding }[];
}

export class OrderMatters extends Error {
  override readonly name = 'OrderMatters';
}

const orders: readonly SimulateOptions[] = [
  { schedule: '' },
  ...Array.from({ length: 9 }, (_, n) => ({ seed: `gate ${n}` })),
];

/** @throws {OrderMatters} two orders of the tasks come to different ends */
export async function findGates(): Promise<readonly GateOutcome[]> {
  const found: GateOutcome[] = [];
  for (const [name, scenario] of Object.entries(gateScenarios)) {
    const seen = new Map<string, readonly GateEnding[]>();
    for (const order of orders) {
      const { outcome } = await runScenario(scenario, order);
      if (outcome.status !== 'done') throw new Error(`${name}: ${outcome.status}`);
      const endings = endingsOf(outcome.value);
      seen.set(JSON.stringify(endings), endings);
    }
    const [first, second] = seen.values();
    if (first === undefined || second !== undefined)
      throw new OrderMatters(`${name}: ${[...seen.keys()].join(' or ')}`);
    // The key is one of `gateScenarios`: it was listed from there.
    const endings = first.map((ending) => ({ ending }));
    found.push({ name: name as GateName, endings });
  }
  return found;
}

function endingsOf({ nodes, scripts }: ScenarioOutcome): readonly GateEnding[] {
  const peers = nodes['A']?.peers ?? 0;
  const passed = { codes: [], leftAtMs: undefined, peers };
  const refused: GateEnding[] = [];
  for (const { reason, greeted, endedAtMs } of Object.values(scripts)) {
    if (endedAtMs === undefined) continue;
    refused.push({ ...passed, heard: reason, endedAtMs, at: greeted ? 2 : 1 });
  }
  for (const { partings } of Object.values(nodes)) {
    for (const { reason, remoteRequested, atMs } of partings) {
      if (!remoteRequested) continue; // the other end of the same parting
      refused.push({ ...passed, heard: reason, endedAtMs: atMs, at: 'eth' });
    }
  }
  if (refused.length > 0) return refused;
  return [{ ...passed, heard: undefined, endedAtMs: undefined, at: undefined }];
}

/** As a choice of a prediction, or a row of a table, says it. */
export function heardOf({ heard, endedAtMs }: GateEnding): string {
  if (endedAtMs === undefined) return 'it passes';
  return heard === undefined ? 'nothing' : `${heard}, ${discReasonText(heard)}`;
}
