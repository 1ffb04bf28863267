import { it } from 'vitest';
import { examScenarios, type ExamName } from '#impl/sim/exam-scenarios.ts';
import { runScenario } from '#impl/sim/run-scenario.ts';
import { answerTo, WrongAnswer } from '#kit/answers.ts';
import { opensAt, whereLeft } from '#kit/steps.ts';
import { answers } from './exercise.ts';
import { items, type Claim, type Guess, type Prediction } from './items.ts';

/** What B heard and saw, and what A says of it. */
interface Seen {
  readonly reason: number | undefined;
  readonly endedAtMs: number | undefined;
  readonly error: string | undefined;
}

/** Lets B play its script to A. */
async function whatHappens(name: ExamName): Promise<Seen> {
  const { outcome } = await runScenario(examScenarios[name], { schedule: '' });
  if (outcome.status !== 'done') throw new Error(`${name}: ${outcome.status}`);
  const { nodes, scripts } = outcome.value;
  const { reason, endedAtMs } = scripts['B#2'] ?? scripts['B'] ?? {}; // its last connection
  return { reason, endedAtMs, error: nodes['A']?.partings[0]?.error };
}

function isSo({ heard, afterMs, error }: Claim, seen: Seen): boolean {
  if (heard === 'stays') return seen.endedAtMs === undefined;
  if (seen.endedAtMs === undefined) return false;
  if (seen.reason !== (heard === 'nothing' ? undefined : heard)) return false;
  if (afterMs !== undefined && seen.endedAtMs !== afterMs) return false;
  return error === undefined || seen.error?.startsWith(error) === true;
}

/** The choice that the run has shown to be right. */
async function rightChoice(item: Prediction): Promise<Guess> {
  const seen = await whatHappens(item.id);
  const [right, ...others] = item.choices.filter(({ claim }) => isSo(claim, seen));
  if (right === undefined || others.length > 0) {
    throw new Error(`${item.id}: the run fits ${right ? 'two choices' : 'no choice'}`);
  }
  return right;
}

/** The belief behind a wrong choice, for the message. */
function beliefOf(item: Prediction): string {
  const belief = item.choices.find(({ id }) => id === answers[item.id])?.belief;
  return belief === undefined ? '' : `It is not so that ${belief}. `;
}

it.each(items.map((item) => [item.question, item] as const))('%s', async (_, item) => {
  const answer = answerTo(item, answers); // before the run: what is open costs nothing
  const right = await rightChoice(item);
  opensAt(whereLeft('B'));
  if (answer === right.text) return;
  throw new WrongAnswer(`${beliefOf(item)}The run shows otherwise.`);
});
