import { it } from 'vitest';
import type { Trace, TraceEvent } from '#impl/csp/trace.ts';
import { discMsg, pingMsg } from '#impl/p2p/base-protocol.ts';
import { runScenario } from '#impl/sim/run-scenario.ts';
import { scenarios } from '#impl/sim/scenarios.ts';
import { answerTo, WrongAnswer } from '#kit/answers.ts';
import { answers } from './exercise.ts';
import { items, type Asked } from './items.ts';

/** On the wire, where eth is the one protocol. */
const status = 16;
const tickMs = 10_000;

/** The run that the page plays. Once for each question, so that each can be looked at. */
async function run(): Promise<Trace> {
  const options = { schedule: '0', record: true };
  const { trace, outcome } = await runScenario(scenarios.meet, options);
  if (trace === undefined) throw new Error(outcome.status);
  return trace;
}

type Fits = (event: TraceEvent) => boolean;

/** Messages that a node puts on the line. */
function sends(node: string, code?: number): Fits {
  return ({ n, msg, chan }) => {
    const isOut = n === node && chan === undefined && msg?.dir === 'out';
    return isOut && (code === undefined || msg.code === code);
  };
}

/** Which node comes to it at the earlier moment. */
function earlier(trace: Trace, what: (node: string) => Fits): string {
  const [a, b] = ['A', 'B'].map((node) => trace.events.find(what(node))?.t);
  if (a === undefined || b === undefined) throw new Error('one of them never does it');
  if (a === b) return 'together';
  return a < b ? 'A' : 'B';
}

/** Where in the run each answer is. */
const look: Readonly<Record<Asked, (trace: Trace) => string>> = {
  'first-at-checkpoint-1': (trace) =>
    earlier(
      trace,
      (node) =>
        ({ n, chan }) =>
          n === node && chan?.name === 'posthandshake' && chan.op === 'send',
    ),
  'first-status': (trace) => earlier(trace, (node) => sends(node, status)),
  'tick-of-b': ({ events }) => {
    const first = events.find((event) => event.t >= tickMs && sends('B')(event));
    const asked = events.find(
      ({ n, t, msg }) => n === 'B' && t >= tickMs && msg?.dir === 'in',
    );
    if (first === undefined || asked === undefined) throw new Error('B says nothing');
    if (first.i > asked.i) return 'nothing'; // what it says, it says when it is asked
    return sends('B', 19)(first) ? 'request' : 'blocks';
  },
  pings: ({ events }) => {
    const count = ['A', 'B'].map((node) => events.filter(sends(node, pingMsg)).length);
    if (count.every((one) => one === 0)) return 'none';
    return count.every((one) => one === 1) ? 'one-each' : 'many';
  },
  farewell: ({ events }) => {
    const heard = events.some(({ n, msg, chan }) => {
      const isIn = n === 'B' && chan === undefined && msg?.dir === 'in';
      return isIn && msg.code === discMsg;
    });
    return heard ? 'disconnect' : 'nothing';
  },
};

it.each(items.map((item) => [item.question, item] as const))('%s', async (_, item) => {
  answerTo(item, answers); // before the run: what is open costs nothing
  const mine = item.choices.find(({ id }) => id === answers[item.id]);
  if (mine?.id === look[item.id](await run())) return;
  throw new WrongAnswer(
    `It is not so that ${mine?.belief ?? 'it is this one'}. The run shows otherwise.`,
  );
});
