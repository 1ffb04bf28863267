/**
 * What "run your code in a live connection" runs: a scenario of impl/sim, in which the
 * reader's function has taken the place of ours.
 */

import type { Trace } from '#impl/csp/trace.ts';
import { runScenario, type NodeOutcome } from '#impl/sim/run-scenario.ts';
import { scenarios } from '#impl/sim/scenarios.ts';
import type { BlockedTask } from '#impl/sim/simulate.ts';
import { kitStrings } from '../words/strings.ts';

const strings = kitStrings.live;

export interface LiveRun {
  /** In words, a line for each thing that came of it. */
  readonly outcome: string;
  readonly trace: Trace | undefined;
}

/** @throws {RangeError} there is no scenario of that name */
export async function runLive(name: string): Promise<LiveRun> {
  const scenario = Object.entries(scenarios).find(([known]) => known === name)?.[1];
  if (scenario === undefined) throw new RangeError(`there is no scenario ${name}`);
  const run = await runScenario(scenario, { seed: '1', record: true, scenario: name });
  const { outcome, failures, trace, duration } = run;
  const lines = failures.map(({ task, error }) => strings.threw(task, inWords(error)));
  switch (outcome.status) {
    case 'done': {
      const nodes = Object.entries(outcome.value.nodes);
      lines.unshift(...nodes.map(([node, lived]) => nodeInWords(node, lived)));
      lines.push(strings.duration((duration / 1000).toFixed(1)));
      break;
    }
    case 'threw':
      lines.unshift(strings.threw(strings.run, inWords(outcome.error)));
      break;
    case 'foreign-wait':
      lines.unshift(strings.foreignWait(outcome.task));
      break;
    case 'deadlock':
      lines.unshift(strings.blocked, ...outcome.blocked.map(waits));
      break;
    case 'step-limit':
      lines.unshift(strings.stepLimit, ...outcome.blocked.map(waits));
      break;
  }
  return { outcome: lines.join('\n'), trace };
}

function nodeInWords(
  name: string,
  { head, partings, dialErrors }: NodeOutcome,
): string {
  const parted = partings.map(({ peer, reason, error, atMs }) =>
    strings.parted(peer, (atMs / 1000).toFixed(1), String(reason), error),
  );
  const failed = dialErrors.map(strings.dialFailed);
  return strings.ends(name, String(head), [...parted, ...failed].join('; '));
}

function waits({ task, node, on }: BlockedTask): string {
  return strings.waits(task, node, on);
}

function inWords(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
