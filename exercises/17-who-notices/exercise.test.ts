import { it } from 'vitest';
import type { TraceEvent } from '#impl/csp/trace.ts';
import { clockScenarios } from '#impl/sim/clock-scenarios.ts';
import { runScenario, type ScenarioOutcome } from '#impl/sim/run-scenario.ts';
import { answerTo, WrongAnswer } from '#kit/answers.ts';
import { opensAt } from '#kit/steps.ts';
import { answers } from './exercise.ts';
import { items, type Claim, type Clock, type Guess, type Prediction } from './items.ts';

/** Which clock it was, as what A says of the end tells. */
function clockOf({ nodes, scripts }: ScenarioOutcome): Clock | undefined {
  const parting = nodes['A']?.partings[0];
  if (parting === undefined) {
    const isOver = scripts['B']?.endedAtMs !== undefined;
    return isOver && scripts['B']?.greeted === false ? 'handshakes' : undefined;
  }
  if (parting.remoteRequested) return 'farewell'; // A had nothing else left to wait for
  switch (parting.error) {
    case 'read timeout':
      return 'Status';
    case 'read: i/o timeout':
      return 'read';
    case 'write: i/o timeout':
      return 'write';
    default:
      throw new Error(`no clock says “${parting.error}”`);
  }
}

/** What came of it, and when A was through with B. */
interface Seen extends Claim {
  readonly atMs: number | undefined;
  /** What A says of the end. */
  readonly error: string | undefined;
}

/** Lets B do to A what the question says. */
async function whatHappens({ id }: Prediction): Promise<Seen> {
  const { outcome } = await runScenario(clockScenarios[id], { schedule: '' });
  if (outcome.status !== 'done') throw new Error(`${id}: ${outcome.status}`);
  const { nodes, scripts } = outcome.value;
  const { reason, endedAtMs } = scripts['B'] ?? {};
  const atMs = nodes['A']?.partings[0]?.atMs ?? endedAtMs;
  return {
    clock: clockOf(outcome.value),
    atMs,
    error: nodes['A']?.partings[0]?.error,
    ...(atMs !== undefined && { atS: atMs / 1000 }),
    ...(reason !== undefined && { heard: reason }),
  };
}

function isSo(claim: Claim, seen: Claim): boolean {
  if (claim.clock === undefined) return seen.atS === undefined;
  const { clock, atS, heard } = claim;
  return clock === seen.clock && atS === seen.atS && heard === seen.heard;
}

/** The choice that the run has shown to be right. */
function rightChoice(item: Prediction, seen: Seen): Guess {
  const [right, ...others] = item.choices.filter(({ claim }) => isSo(claim, seen));
  if (right === undefined || others.length > 0) {
    throw new Error(`${item.id}: the run fits ${right ? 'two choices' : 'no choice'}`);
  }
  return right;
}

/** Where A tells of the error, or else the first step of the moment in which its clock strikes. */
function strikes(events: readonly TraceEvent[], { atMs, error }: Seen): number {
  const isThen = ({ n, t }: TraceEvent): boolean => n === 'A' && t === atMs;
  const told = events.findIndex(
    (event) => isThen(event) && error !== undefined && event.v?.includes(error),
  );
  return told < 0 ? events.findIndex(isThen) : told;
}

/** The belief behind a wrong choice, for the message. */
function beliefOf(item: Prediction): string {
  const belief = item.choices.find(({ id }) => id === answers[item.id])?.belief;
  return belief === undefined ? '' : `It is not so that ${belief}. `;
}

it.each(items.map((item) => [item.question, item] as const))('%s', async (_, item) => {
  const answer = answerTo(item, answers); // before the run: what is open costs nothing
  const seen = await whatHappens(item);
  const right = rightChoice(item, seen);
  opensAt(({ events }) => strikes(events, seen));
  if (answer === right.text) return;
  throw new WrongAnswer(`${beliefOf(item)}The run shows otherwise.`);
});
