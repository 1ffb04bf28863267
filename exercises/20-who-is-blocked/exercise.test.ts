import { it } from 'vitest';
import type { Trace, TraceEvent, TraceWait } from '#impl/csp/trace.ts';
import { runScenario } from '#impl/sim/run-scenario.ts';
import { waitingScenarios } from '#impl/sim/waiting-scenarios.ts';
import { answerTo, WrongAnswer, wordsOf } from '#kit/answers.ts';
import { opensAt } from '#kit/steps.ts';
import { answers } from './exercise.ts';
import { items, type Step, type Waiting } from './items.ts';

/** Once for each question, so that each can be looked at. */
async function record(): Promise<Trace> {
  const options = { schedule: '', record: true };
  const { trace } = await runScenario(waitingScenarios['waits-table'], options);
  if (trace === undefined) throw new Error('the run was not recorded');
  return trace;
}

/** What a task that waits for these waits for. */
function whatFor(waits: readonly TraceWait[]): Waiting {
  const sends = waits.find(({ op }) => op === 'send')?.name;
  if (sends === 'eth.in') return 'for-eth';
  if (sends === 'chat.in') return 'for-chat';
  if (sends === 'pingRecv') return 'for-pingLoop';
  const has = (name: string): boolean => waits.some((wait) => wait.name === name);
  if (has('eth.in') || has('chat.in') || has('pingRecv')) return 'for-readLoop';
  if (has('handler')) return 'for-handler';
  if (has('readErr') && has('protoErr') && has('disc')) return 'for-cause';
  if (waits.some(({ name }) => name.startsWith('read '))) return 'for-line';
  const ends = waits.filter(({ op }) => op === 'end').map(({ name }) => name);
  const [eth, chat] = ['eth/63', 'chat/1'].map((name) => ends.includes(name));
  if (eth && chat) return 'for-end-of-both';
  if (eth) return 'for-end-of-eth';
  if (chat) return 'for-end-of-chat';
  throw new Error(`the table has no words for ${waits.map(({ name }) => name).join()}`);
}

type Events = readonly TraceEvent[];

/** The last step of a task of A at a time. */
function lastOf(events: Events, task: string, atMs: number): number {
  return events.findLastIndex(({ n, k, t }) => n === 'A' && k === task && t <= atMs);
}

/** Since which step it waits for what it waits for: another task may have ended meanwhile. */
function sinceWhen(events: Events, { task, atMs }: Step): number {
  const last = lastOf(events, task, atMs);
  const ends = (events[last]?.waits ?? []).filter(({ op }) => op === 'end');
  const over = ends
    .map(({ name }) => lastOf(events, name, atMs))
    .filter((step) => events[step]?.e === 'end');
  return Math.max(last, ...over);
}

/** What the task of a step does at its time, as the run shows. */
async function whatHappens({ task, atMs }: Step): Promise<Waiting> {
  const { events } = await record();
  const lastStep = (name: string): TraceEvent | undefined =>
    events[lastOf(events, name, atMs)];
  const last = lastStep(task);
  if (last?.e === 'end') return 'over';
  if (last?.e === 'block' && last.waits !== undefined) {
    // Whoever has ended meanwhile is waited for no longer.
    return whatFor(last.waits.filter(({ name }) => lastStep(name)?.e !== 'end'));
  }
  throw new Error(`at ${atMs} ms, ${task} does not wait`);
}

it.each(items.map((item) => [item.question, item] as const))('%s', async (_, item) => {
  const answer = answerTo(item, answers); // before the run: what is open costs nothing
  opensAt(({ events }) => sinceWhen(events, item));
  if (answer === wordsOf(item, await whatHappens(item))) return;
  const belief = item.choices.find(({ id }) => id === answers[item.id])?.belief;
  const so = belief === undefined ? '' : `It is not so that ${belief}. `;
  throw new WrongAnswer(`${so}The run shows otherwise.`);
});
