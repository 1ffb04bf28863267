/**
 * What "in a live connection" runs: a scenario of impl/sim, in which the reader's
 * function has taken the place of ours; and the same scenario with ours, to compare.
 */

import type { Trace } from '#impl/csp/trace.ts';
import { discMsg } from '#impl/p2p/base-protocol.ts';
import { discReasonText } from '#impl/p2p/peer-error.ts';
import {
  runScenario,
  type NodeOutcome,
  type Parting,
  type ScenarioOutcome,
} from '#impl/sim/run-scenario.ts';
import { scenarios } from '#impl/sim/scenarios.ts';
import type { BlockedTask, Simulation } from '#impl/sim/simulate.ts';
import { firstSentence } from './first-sentence.ts';
import type { Moment } from '../formats/schema-seen.ts';
import { liveStrings } from '../words/seen-strings.ts';

const strings = liveStrings;

/** What takes the place of ours. */
export interface Yours {
  /** The names that a trace has for the reader's files. */
  readonly files: readonly string[];
  /** Which of the reader's functions ran first, as the reader calls it: `handle`. */
  readonly call: () => string;
}

export interface Lived {
  readonly sentence: string;
  /** In words, a line for each thing that came of it. */
  readonly outcome: readonly string[];
  readonly same: boolean;
  /** Of each thing that came of it, whether nothing of the kind comes of our code. */
  readonly differs: readonly boolean[];
  readonly moments: readonly Moment[];
  readonly trace: Trace;
  /** The first step of the reader's code. */
  readonly at: number;
}

type Run = Simulation<ScenarioOutcome>;

/**
 * @param reference what the same scenario comes to with our code (`endsOf`)
 * @throws {RangeError} there is no scenario of that name
 */
export async function runLive(
  name: string,
  yours: Yours,
  reference: readonly string[],
): Promise<Lived> {
  const run = await play(name, true);
  const { trace } = run;
  if (trace === undefined) throw new RangeError('the run was not recorded');
  const { events } = trace;
  const { files } = yours;
  const call = yours.call();
  const first = events.findIndex(({ src = '' }) =>
    files.some((file) => src.startsWith(`${file}:`)),
  );
  const ends = endsIn(run);
  const same = ends.join('\n') === reference.join('\n');
  const others = reference.filter((line) => !ends.includes(line));
  const unlike = others.length === 0 ? strings.notOurs : strings.withOurs;
  const against = same ? [strings.same] : [unlike, ...others];
  const begins = strings.begins(call);
  return {
    sentence: first < 0 ? strings.neverRuns(call) : firstSentence(call, events, first),
    outcome: [...ends, ...against, strings.duration((run.duration / 1000).toFixed(1))],
    same,
    differs: ends.map((line) => !reference.includes(line)),
    moments: [
      ...(first < 0 ? [] : [{ step: first, words: begins }]),
      ...partingMoments(run, trace),
    ],
    trace,
    at: Math.max(0, first),
  };
}

/** What comes of the scenario, in words. */
export async function endsOf(name: string): Promise<readonly string[]> {
  return endsIn(await play(name, false));
}

async function play(name: string, record: boolean): Promise<Run> {
  const scenario = Object.entries(scenarios).find(([known]) => known === name)?.[1];
  if (scenario === undefined) throw new RangeError(`there is no scenario ${name}`);
  return await runScenario(scenario, { seed: '1', record, scenario: name });
}

function endsIn({ outcome, failures }: Run): string[] {
  const threw = failures.map(({ task, error }) => strings.threw(task, inWords(error)));
  switch (outcome.status) {
    case 'done': {
      const { nodes } = outcome.value;
      const names = namesIn(outcome.value);
      const each = Object.entries(nodes).flatMap(([node, lived]) =>
        nodeInWords(node, lived, otherThan(node, names)),
      );
      return [...each, ...threw];
    }
    case 'threw':
      return [strings.threw(strings.run, inWords(outcome.error)), ...threw];
    case 'foreign-wait':
      return [strings.foreignWait(outcome.task), ...threw];
    case 'deadlock':
      return [strings.blocked, ...outcome.blocked.map(waits), ...threw];
    case 'step-limit':
      return [strings.stepLimit, ...outcome.blocked.map(waits), ...threw];
  }
}

function nodeInWords(
  name: string,
  { head, partings, dialErrors }: NodeOutcome,
  other: string | undefined,
): string[] {
  return [
    ...partings.map((parting) => partingInWords(name, parting, other)),
    ...dialErrors.map((error) => strings.dialFailed(name, error)),
    strings.ends(name, String(head)),
  ];
}

function partingInWords(
  node: string,
  { peer, reason, error, atMs, remoteRequested }: Parting,
  other = peer.slice(0, 8),
): string {
  const seconds = (atMs / 1000).toFixed(3);
  const why = `${reason}, “${discReasonText(reason)}”`;
  return remoteRequested
    ? strings.wasLeft(node, other, seconds, why)
    : strings.drops(node, other, seconds, why, error);
}

function namesIn({ nodes, scripts }: ScenarioOutcome): string[] {
  return [...Object.keys(nodes), ...Object.keys(scripts)];
}

/** Two nodes name each other; of more, each peer is told by the start of its id. */
function otherThan(name: string, names: readonly string[]): string | undefined {
  const others = names.filter((one) => one !== name);
  return others.length === 1 ? others[0] : undefined;
}

/** Where a node lets its peer go: the last step of that peer's task. */
function partingMoments({ outcome }: Run, { events }: Trace): Moment[] {
  if (outcome.status !== 'done') return [];
  const { nodes } = outcome.value;
  const names = namesIn(outcome.value);
  return Object.entries(nodes).flatMap(([node, { partings }]) =>
    partings.flatMap((parting) => {
      const step = events.findIndex(
        ({ n, k, e, t }) =>
          n === node && k.startsWith('runPeer') && e === 'end' && t >= parting.atMs,
      );
      const words = partingInWords(node, parting, otherThan(node, names));
      if (step < 0) return [];
      //: Who is left hears of it before its own end.
      const heard = events.findLastIndex(
        ({ n, msg }, at) =>
          n === node && at < step && msg?.dir === 'in' && msg.code === discMsg,
      );
      return [{ step: parting.remoteRequested && heard >= 0 ? heard : step, words }];
    }),
  );
}

function waits({ task, node, on }: BlockedTask): string {
  return strings.waits(task, node, on);
}

function inWords(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
