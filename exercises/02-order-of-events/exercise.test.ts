import { describe, expect, it } from 'vitest';
import type { TraceEvent } from '#impl/csp/trace.ts';
import { runScenario } from '#impl/sim/run-scenario.ts';
import { readScenario } from '#impl/sim/scenario.ts';
import { compileParsons } from '#kit/parsons.ts';
import { blanks, order } from './exercise.ts';
import { puzzle } from './lines.ts';

/**
 * Two nodes of ours, as on the page of chapter 1. A byte takes no time here, so that
 * what decides is who waits for whom, and not how long a line is.
 */
const meeting = readScenario({
  version: 1,
  nodes: {
    A: { kind: 'node', blocks: 0, dials: ['B'] },
    B: { kind: 'node', blocks: 1 },
  },
  transport: 'plain',
  quirks: [],
  stop: { afterMs: 11_000, when: 'synced' },
});

/**
 * Another order of the tasks in each. What came first in both of these came first in all
 * of 400 such runs. `E02-….ts` in `test/kit/fixtures/right` tell when that is no longer so.
 */
const firstRun = 'order of events 0';
const runs = [firstRun, 'order of events 113'];

/** The first run takes most of a test's second on a machine that is busy. */
const limitMs = 2500;

const hello = 0;
const status = 16;
const getBlockHeaders = 19;

/** Where in a run each event of the puzzle is. */
const isEvent: Readonly<Record<string, (event: TraceEvent) => boolean>> = {
  'check-1': (event) => moves(event, 'posthandshake'),
  'check-2': (event) => moves(event, 'addpeer'),
  'hello-out': (event) => crosses(event, 'out', hello),
  'hello-in': (event) => crosses(event, 'in', hello),
  peer: ({ e, k }) => e === 'start' && k === 'runPeer',
  offered: (event) => moves(event, 'newPeerCh'),
  'status-out': (event) => crosses(event, 'out', status),
  'status-in': (event) => crosses(event, 'in', status),
  headers: (event) => crosses(event, 'out', getBlockHeaders),
};

function moves({ chan }: TraceEvent, name: string): boolean {
  return chan?.name === name && chan.op !== undefined;
}

/** On the line: a hand-over inside the node carries the message too, and a channel. */
function crosses({ msg, chan }: TraceEvent, dir: 'in' | 'out', code: number): boolean {
  return chan === undefined && msg?.dir === dir && msg.code === code;
}

/** The events of A, as they came in one run. */
async function orderOf(seed: string): Promise<readonly string[]> {
  const { trace, outcome } = await runScenario(meeting, { seed, record: true });
  if (trace === undefined) throw new Error(outcome.status);
  const own = trace.events.filter(({ n }) => n === 'A');
  const placed = Object.entries(isEvent).map(([id, fits]): [string, number] => {
    const at = own.findIndex(fits);
    if (at === -1) throw new Error(`${id} is in no step of ${seed}`);
    return [id, at];
  });
  return placed.toSorted(([, a], [, b]) => a - b).map(([id]) => id);
}

const orders = new Map<string, Promise<readonly string[]>>(); // BOUNDED by the runs

/** Each run once, for all tests. */
function orderIn(seed: string): Promise<readonly string[]> {
  const known = orders.get(seed) ?? orderOf(seed);
  orders.set(seed, known);
  return known;
}

/** What the reader's lines do, one after the other. */
function happened(): readonly string[] {
  compileParsons(puzzle, { order, blanks }); // says so, where there is nothing yet
  return order;
}

/** Two events that the reader has the other way round in both runs; the nearest two. */
async function swapped(among: readonly string[]): Promise<readonly string[]> {
  const mine = happened().filter((id) => among.includes(id));
  const theirs = await Promise.all(runs.map(orderIn));
  for (const [at, first] of mine.entries()) {
    for (const second of mine.slice(at + 1)) {
      const inBoth = theirs.every((run) => run.indexOf(second) < run.indexOf(first));
      if (inBoth) return [second, first];
    }
  }
  return [];
}

function wordsOf(id: string): string {
  const code = puzzle.lines.find((line) => line.id === id)?.code ?? id;
  const [, task = id, does = ''] = /^A\.(\w+)\('(.*)'\);$/.exec(code) ?? [];
  return `\`${task}\` ${does}`;
}

function inWords(ids: readonly string[]): string {
  return ids.map(wordsOf).join('; ') || 'none';
}

/** Names two events of which the second cannot come first. */
async function expectPossible(among: readonly string[]): Promise<void> {
  const [earlier, later] = await swapped(among);
  if (earlier === undefined || later === undefined) return;
  const [first, second] = [wordsOf(earlier), wordsOf(later)];
  expect.fail(
    `In both runs, each with another order of the tasks, ${first} before ${second}. You have them the other way round`,
  );
}

const toAPeer = ['check-1', 'hello-out', 'hello-in', 'check-2', 'peer'];
const toBlocks = ['offered', 'status-out', 'status-in', 'headers'];

describe('nine events', () => {
  it(
    'happen once each',
    async () => {
      const mine = happened();
      const missing = puzzle.lines
        .map(({ id }) => id)
        .filter((id) => !mine.includes(id));
      expect(inWords(missing), 'events that are not in your order').toBe('none');
      const again = mine.filter((id, at) => mine.indexOf(id) !== at);
      expect(inWords(again), 'events that are in your order twice').toBe('none');
      await orderIn(firstRun); // loads what each run needs
    },
    limitMs,
  );

  it(
    'lead from the keys to a peer in an order in which they can happen',
    async () => {
      await expectPossible(toAPeer);
    },
    limitMs,
  );

  it(
    'lead from a peer to its blocks in an order in which they can happen',
    async () => {
      await expectPossible(toBlocks);
    },
    limitMs,
  );

  it(
    'begin with the handshakes, and eth comes after',
    async () => {
      await expectPossible([...toAPeer, ...toBlocks]);
    },
    limitMs,
  );
});
