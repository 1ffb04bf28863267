import { it } from 'vitest';
import type { Trace, TraceEvent } from '#impl/csp/trace.ts';
import { discMsg, pingMsg } from '#impl/p2p/base-protocol.ts';
import { runScenario } from '#impl/sim/run-scenario.ts';
import { scenarios } from '#impl/sim/scenarios.ts';
import { answerTo, WrongAnswer } from '#kit/answers.ts';
import { opensAt } from '#kit/steps.ts';
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

interface Found {
  /** Id of the choice that is right. */
  readonly answer: string;
  /** The step that shows it. */
  readonly at: TraceEvent | undefined;
}

/** Which node comes to it at the earlier moment. */
function earlier({ events }: Trace, what: (node: string) => Fits): Found {
  const [a, b] = ['A', 'B'].map((node) => events.find(what(node)));
  if (a === undefined || b === undefined) throw new Error('one of them never does it');
  const at = a.i < b.i ? a : b;
  return { answer: a.t === b.t ? 'together' : at.n, at };
}

/** Where in the run each answer is. */
const look: Readonly<Record<Asked, (trace: Trace) => Found>> = {
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
    const struck = events.find(
      ({ n, k, t }) => n === 'B' && k === 'syncer' && t === tickMs,
    );
    if (first === undefined || asked === undefined) throw new Error('B says nothing');
    // What it says, it says when it is asked.
    if (first.i > asked.i) return { answer: 'nothing', at: struck };
    return { answer: sends('B', 19)(first) ? 'request' : 'blocks', at: first };
  },
  pings: ({ events }) => {
    const sent = ['A', 'B'].map((node) => events.filter(sends(node, pingMsg)));
    if (sent.every(({ length }) => length === 0)) {
      // It waits for its clock until the end.
      const at = events.findLast(({ k, e }) => k === 'pingLoop' && e === 'block');
      return { answer: 'none', at };
    }
    const isOne = sent.every(({ length }) => length === 1);
    return { answer: isOne ? 'one-each' : 'many', at: sent.flat().at(-1) };
  },
  farewell: ({ events }) => {
    const heard = events.find(({ n, msg, chan }) => {
      const isIn = n === 'B' && chan === undefined && msg?.dir === 'in';
      return isIn && msg.code === discMsg;
    });
    return { answer: heard ? 'disconnect' : 'nothing', at: heard };
  },
};

it.each(items.map((item) => [item.question, item] as const))('%s', async (_, item) => {
  answerTo(item, answers); // before the run: what is open costs nothing
  const mine = item.choices.find(({ id }) => id === answers[item.id]);
  const { answer, at } = look[item.id](await run());
  opensAt(({ events }) => events.findIndex(({ i }) => i === at?.i));
  if (mine?.id === answer) return;
  throw new WrongAnswer(
    `It is not so that ${mine?.belief ?? 'it is this one'}. The run shows otherwise.`,
  );
});
