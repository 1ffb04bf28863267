/** What chapter 10 says of the write token, against its runs and its bench. */
import { beforeAll, describe, expect, it } from 'vitest';
import { findTokenMoments } from '../../.vitepress/data/token.ts';
import {
  goalNames,
  goals,
  isReached,
  readGraph,
  wayTo,
  written,
  type Graph,
  type Situation,
} from '../../.vitepress/theme/components/token-bench.ts';
import { runScenario, type ScenarioOutcome } from '../../impl/sim/run-scenario.ts';
import { readScenario } from '../../impl/sim/scenario.ts';
import { tokenScenarios, type TokenName } from '../../impl/sim/token-scenarios.ts';

const orders = [{ schedule: '' }, { seed: '2' }, { seed: '3' }] as const;

async function play(name: TokenName, order: object = {}): Promise<ScenarioOutcome> {
  const { outcome } = await runScenario(tokenScenarios[name], order);
  if (outcome.status !== 'done') throw new Error(`${name}: ${outcome.status}`);
  return outcome.value;
}

/** A's error and reason, when it parted, what B heard and under which codes. */
interface Seen {
  readonly parted?: readonly [error: string, reason: number, atMs: number];
  readonly heard?: number;
  readonly codes: readonly number[];
}
const ping = 2;
const chat = 16;
const eth = 20;
const disconnect = 1;
const runs: Readonly<Record<TokenName, Seen>> = {
  'token-past-its-codes': {
    parted: ['invalid message code: not handled', 2, 0],
    heard: 2,
    codes: [disconnect],
  },
  'token-past-its-codes-shrugged': { codes: [eth] },
  'token-past-its-codes-full-line': {
    parted: ['invalid message code: not handled', 2, 2_000],
    codes: [],
  },
  'token-past-its-codes-full-line-shrugged': { codes: [eth] },
  'token-too-large': { parted: ['rlpx: message length >= 16MB', 1, 0], codes: [] },
  'token-ping-overtakes': { codes: [eth, ping, eth, chat, eth] },
  'token-waits-at-the-end': {
    parted: ['too many peers', 4, 2_500],
    heard: 4,
    codes: [eth, disconnect],
  },
  'token-reading-stands-still': { codes: [chat] },
  'token-line-breaks': { parted: ['write: i/o timeout', 1, 20_000], codes: [] },
};

/** Codes in the order in which they came, each row of equal ones once. */
function codesIn({ scripts }: ScenarioOutcome): number[] {
  const codes = scripts['B']?.messages.map(({ code }) => code) ?? [];
  return codes.filter((code, at) => code !== codes[at - 1]);
}

describe('the runs of chapter 10', () => {
  it.each(Object.keys(runs) as TokenName[])(
    '%s ends as the chapter says, in three orders of the tasks',
    async (name) => {
      for (const order of orders) {
        const outcome = await play(name, order);
        const parting = outcome.nodes['A']?.partings[0];
        const heard = outcome.scripts['B']?.reason;
        const seen = {
          ...(parting && { parted: [parting.error, parting.reason, parting.atMs] }),
          ...(heard !== undefined && { heard }),
          codes: codesIn(outcome),
        };
        const { codes, ...ends } = runs[name];
        expect(seen).toMatchObject(ends);
        if (name === 'token-ping-overtakes') {
          const [first, second] = [ping, chat].map((code) => seen.codes.indexOf(code));
          expect(first).toBeGreaterThan(0);
          expect(second).toBeGreaterThan(first ?? 0);
        } else {
          // B's Hello-time messages aside, nothing else came.
          expect(seen.codes).toEqual(codes);
        }
      }
    },
  );

  it('lets whoever waits for the token leave when the peer is over, and finishes what was begun', async () => {
    const { trace } = await runScenario(tokenScenarios['token-waits-at-the-end'], {
      schedule: '',
      record: true,
    });
    const events = trace?.events.filter(({ n }) => n === 'A') ?? [];
    const end = (task: string): number | undefined =>
      events.find(({ k, e }) => k === task && e === 'end')?.t;
    expect(end('chat/1')).toBe(2_000);
    expect(end('eth/63')).toBe(2_500);
    const reports = events.filter(
      ({ t, chan }) => t === 2_500 && chan?.name === 'writeErr',
    );
    expect(reports.map(({ k, chan }) => `${k} ${chan?.op}`)).toEqual(['eth/63 send']);
  });

  it('can all be written as JSON and read back', () => {
    for (const scenario of Object.values(tokenScenarios)) {
      expect(readScenario(JSON.parse(JSON.stringify(scenario)))).toEqual(scenario);
    }
  });
});

describe('the token bench', () => {
  let graphs: Readonly<Record<Situation, Graph>>;
  beforeAll(async () => {
    const { well, leave } = await findTokenMoments();
    graphs = { well: readGraph(well), leave: readGraph(leave) };
  }, 120_000);

  it('has an order for four of its goals, and none for three', () => {
    const found = Object.fromEntries(
      goalNames.map((name) => {
        const way = wayTo(goals[name], graphs[goals[name].situation]);
        return [name, way?.join(' ') ?? 'never'];
      }),
    );
    expect(found).toEqual({
      overtakes: 'chat eth line chat pingLoop line',
      nobody: 'chat eth line chat',
      twice: 'never',
      both: 'never',
      farewell: 'server run chat line',
      late: 'chat server run line',
      back: 'never',
    });
  });

  it('sees a goal reached on the way that it shows, and on no shorter one', () => {
    for (const name of goalNames) {
      const goal = goals[name];
      const graph = graphs[goal.situation];
      const way = wayTo(goal, graph);
      if (way === undefined) continue;
      const moments = [graph[0]];
      for (const actor of way) moments.push(graph[moments.at(-1)?.next[actor] ?? -1]);
      const seen = moments.filter((moment) => moment !== undefined);
      expect(isReached(goal, seen)).toBe(true);
      expect(isReached(goal, seen.slice(0, -1))).toBe(false);
    }
  });

  it('brings every message to B once, in each order that keeps chat’s own', () => {
    const ends = graphs.well.filter(({ next }) => Object.keys(next).length === 0);
    const wires = new Set(ends.map(({ wire }) => wire.join(' ')));
    expect(wires.size).toBe(12); // 4! / 2
    for (const { wire, token } of ends) {
      expect(wire.toSorted()).toEqual(['Pong', 'chat 1', 'chat 2', 'eth']);
      expect(wire.indexOf('chat 1')).toBeLessThan(wire.indexOf('chat 2'));
      expect(token).toBe('free');
    }
  });

  it('has at most one protocol past the token, and one message on the line', () => {
    for (const { stands, token } of [...graphs.well, ...graphs.leave]) {
      const isWriting = (['chat', 'eth'] as const).filter((name) =>
        ['lock', 'sending'].includes(stands[name]?.doing ?? ''),
      );
      expect(isWriting.length).toBeLessThanOrEqual(1);
      if (isWriting[0] !== undefined && token !== 'gone')
        expect(token).toBe(isWriting[0]);
    }
  });

  it('ends every peer that is asked to leave, with its Disconnect the last that B gets', () => {
    const ends = graphs.leave.filter(({ next }) => Object.keys(next).length === 0);
    const over = ends.filter(({ closed }) => closed);
    expect(over).toEqual(ends);
    for (const { wire, stands } of over) {
      expect(wire.at(-1)).toBe('Disconnect');
      expect(Object.values(stands).every(({ doing }) => doing === 'over')).toBe(true);
    }
  });

  it('is read back as it was written', () => {
    for (const graph of Object.values(graphs)) {
      expect(readGraph(written(graph))).toEqual(graph);
    }
  });
});
