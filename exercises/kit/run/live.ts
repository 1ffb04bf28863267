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
  /** Of each thing that came of it, whether nothing of the kind comes of our answer. */
  readonly differs: readonly boolean[];
  readonly moments: readonly Moment[];
  readonly trace: Trace;
  /** The first step of the reader's code. */
  readonly at: number;
}

/** What the same scenario comes to without the reader. */
export interface Reference {
  /** With the node's own code (`endsOf`). */
  readonly own: readonly string[];
  /** With our answer, if that does better. */
  readonly better?: readonly string[];
}

/** A run that was recorded. */
interface Run extends Simulation<ScenarioOutcome> {
  readonly trace: Trace;
}

/**
 * @throws {RangeError} there is no scenario of that name
 */
export async function runLive(
  name: string,
  yours: Yours,
  reference: Reference,
): Promise<Lived> {
  const run = await play(name);
  const { trace } = run;
  const { events } = trace;
  const { files } = yours;
  const call = yours.call();
  const first = events.findIndex(({ src = '' }) =>
    files.some((file) => src.startsWith(`${file}:`)),
  );
  const { heard, over } = partingMoments(run);
  const crowds = crowdsIn(run);
  //: Where it is the point, a few are told of as well, beside what is compared.
  const others =
    aboutTasks.includes(name) && crowds.length === 0 ? crowdsIn(run, 0) : [];
  const ends = endsIn(run, [...heard, ...crowds]);
  const { own, better } = reference;
  const wanted = better ?? own;
  const against =
    better === undefined
      ? compared(ends, own, strings.beside.ours)
      : [
          ...compared(ends, better, strings.beside.wanted),
          ...compared(ends, own, strings.beside.nodes),
        ];
  const begins = strings.begins(call);
  const took = strings.duration((run.duration / 1000).toFixed(1));
  return {
    sentence: first < 0 ? strings.neverRuns(call) : firstSentence(call, events, first),
    outcome: [...ends, ...others.map(({ words }) => words), took, ...against],
    same: isSame(ends, wanted),
    differs: ends.map((line) => !wanted.includes(line)),
    moments: [
      ...(first < 0 ? [] : [{ step: first, words: begins }]),
      ...heard,
      ...crowds,
      ...others,
      ...over,
    ],
    trace,
    at: Math.max(0, first),
  };
}

/** What comes of the scenario, in words. */
export async function endsOf(name: string): Promise<readonly string[]> {
  const run = await play(name);
  return endsIn(run, [...partingMoments(run).heard, ...crowdsIn(run)]);
}

/** The lines of another run, as far as they are not among those of this one. */
function compared(
  ends: readonly string[],
  others: readonly string[],
  words: (typeof strings.beside)['ours'],
): string[] {
  if (isSame(ends, others)) return [words.same];
  const lacking = others.filter((line) => !ends.includes(line));
  return lacking.length === 0 ? [words.more] : [words.others, ...lacking];
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.join('\n') === others.join('\n');
}

async function play(name: string): Promise<Run> {
  const scenario = Object.entries(scenarios).find(([known]) => known === name)?.[1];
  if (scenario === undefined) throw new RangeError(`there is no scenario ${name}`);
  const options = { seed: '1', record: true, scenario: name };
  const run = await runScenario(scenario, options);
  const { trace } = run;
  if (trace === undefined) throw new RangeError('the run was not recorded');
  return { ...run, trace };
}

/** @param seen what only a trace tells */
function endsIn({ outcome, failures, trace }: Run, seen: readonly Moment[]): string[] {
  const threw = few(
    failures.map(({ task, error }) => strings.threw(task, inWords(error))),
  );
  switch (outcome.status) {
    case 'done': {
      const { nodes } = outcome.value;
      const names = namesIn(trace);
      const each = Object.entries(nodes).flatMap(([node, lived]) =>
        nodeInWords(node, lived, otherThan(node, names)),
      );
      return [...seen.map(({ words }) => words), ...each, ...threw];
    }
    case 'threw':
      return [strings.threw(strings.run, inWords(outcome.error)), ...threw];
    case 'foreign-wait':
      return [strings.foreignWait(outcome.task), ...threw];
    case 'deadlock':
      return [strings.blocked, ...few(outcome.blocked.map(waits)), ...threw];
    case 'step-limit':
      return [strings.stepLimit, ...few(outcome.blocked.map(waits)), ...threw];
  }
}

const mostLines = 8;

/** A crowd of tasks says the same again and again: that is said once, with how often. */
function few(lines: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  const said = [...counts].map(([line, count]) =>
    count === 1 ? line : strings.timesOver(line, count),
  );
  const more = said.length - mostLines;
  return more > 0 ? [...said.slice(0, mostLines), strings.andMore(more)] : said;
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
  other = shortOf(peer),
): string {
  const why = `${reason}, “${discReasonText(reason)}”`;
  return remoteRequested
    ? strings.letsGo(node, other, inSeconds(atMs), why)
    : strings.drops(node, other, inSeconds(atMs), why, error);
}

function shortOf(peer: string): string {
  return peer.slice(0, 8);
}

function inSeconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/** A script that comes back is another node in the trace: B#2. */
function namesIn({ events }: Trace): string[] {
  const names = events.map(({ n }) => n.replace(/#\d+$/, ''));
  return [...new Set(names)].filter((name) => name !== '');
}

/** Two nodes name each other; of more, each peer is told by the start of its id. */
function otherThan(name: string, names: readonly string[]): string | undefined {
  const others = names.filter((one) => one !== name);
  return others.length === 1 ? others[0] : undefined;
}

/** If a node has more tasks at one time, it is told how many. */
const aCrowd = 40;
/** Scenarios in which the number is what an exercise is about. */
const aboutTasks = ['ping-flood'];

/** Where a node of ours has the most tasks, if they are more than `from`. */
function crowdsIn({ outcome, trace }: Run, from = aCrowd): Moment[] {
  const { events } = trace;
  const nodes = outcome.status === 'done' ? Object.keys(outcome.value.nodes) : [];
  const alive = new Map<string, number>();
  const most = new Map<string, { readonly step: number; readonly count: number }>();
  for (const [step, { n, e }] of events.entries()) {
    const more = e === 'start' ? 1 : e === 'end' ? -1 : 0;
    const count = (alive.get(n) ?? 0) + more;
    alive.set(n, count);
    if (nodes.includes(n) && count > (most.get(n)?.count ?? from))
      most.set(n, { step, count });
  }
  return [...most].map(([node, { step, count }]) => ({
    step,
    words: strings.crowd(node, count),
  }));
}

/** A `Peer.run` goes on with the first of these, and with none after it. */
const causes = /^recv (?:writeErr|readErr|protoErr|disc)$/;

interface PartingMoments {
  /** Where a node hears that it is left, which may be long before that peer is over. */
  readonly heard: readonly Moment[];
  /** Where a node learns what ends its peer; of a peer that leaves, where its task is over. */
  readonly over: readonly Moment[];
}

function partingMoments({ outcome, trace }: Run): PartingMoments {
  if (outcome.status !== 'done') return { heard: [], over: [] };
  const { events } = trace;
  const { nodes } = outcome.value;
  const names = namesIn(trace);
  const heard: Moment[] = [];
  const over: Moment[] = [];
  for (const [node, { partings }] of Object.entries(nodes)) {
    const other = otherThan(node, names);
    for (const parting of partings) {
      const end = events.findIndex(
        ({ n, k, e, t }) =>
          n === node && k.startsWith('runPeer') && e === 'end' && t >= parting.atMs,
      );
      if (end < 0) continue;
      const learns = events.findLastIndex(
        ({ n, k, ch = '' }, at) =>
          at < end && n === node && k === events[end]?.k && causes.test(ch),
      );
      const isOurs = !parting.remoteRequested && learns >= 0;
      const words = partingInWords(node, parting, other);
      over.push({ step: isOurs ? learns : end, words });
      if (!parting.remoteRequested) continue;
      const step = events.findLastIndex(
        ({ n, msg }, at) =>
          n === node && at < end && msg?.dir === 'in' && msg.code === discMsg,
      );
      const at = events[step];
      if (at === undefined) continue;
      const peer = other ?? shortOf(parting.peer);
      heard.push({ step, words: strings.hearsLeaving(node, peer, inSeconds(at.t)) });
    }
  }
  return { heard, over };
}

function waits({ task, node, on }: BlockedTask): string {
  return strings.waits(task, node, on);
}

function inWords(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
