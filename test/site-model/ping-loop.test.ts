/** What chapter 8 says of clocks, against its runs. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { ClockRun } from '../../.vitepress/data/clock-run.ts';
import { findClocks } from '../../.vitepress/data/clocks.ts';
import { clockScenarios, type ClockName } from '../../impl/sim/clock-scenarios.ts';
import { readScenario } from '../../impl/sim/scenario.ts';

/** Which clock strikes, what B hears, and when it is over. */
type Row = readonly [clock: string, heard: number | 'nothing', atMs: number] | 'stays';
const rows: Readonly<Record<Exclude<ClockName, 'clocks-quiet'>, Row>> = {
  'clocks-silence': ['read', 'nothing', 30_000],
  'clocks-pings-alone': 'stays',
  'clocks-pongs-alone': 'stays',
  'clocks-one-byte-each-20-s': ['read', 'nothing', 30_000],
  'clocks-one-ping-each-20-s': 'stays',
  'clocks-deaf': 'stays',
  'clocks-deaf-to-long-answers': ['write', 'nothing', 20_000],
  'clocks-busy-line': ['read', 'nothing', 44_000],
  'clocks-busy-protocol': 'stays',
  'clocks-nothing-at-all': ['handshake', 'nothing', 5_000],
  'clocks-no-status': ['status', 11, 5_000],
  'clocks-late-status': ['read', 'nothing', 34_000],
  'clocks-half-a-status': ['status', 11, 5_000],
  'clocks-deaf-and-silent': ['read', 'nothing', 30_000],
  'clocks-ping-to-a-busy-protocol': ['read', 'nothing', 30_000],
  'clocks-pings-for-a-status': ['status', 11, 5_000],
  'clocks-slow-handshake': ['handshake', 'nothing', 5_000],
  'clocks-half-a-message': ['read', 'nothing', 42_000],
  'clocks-pongs-for-40-s': ['read', 'nothing', 60_000],
  'clocks-deaf-talker': ['write', 'nothing', 20_000],
  'clocks-slow-protocol': ['read', 'nothing', 70_000],
  'clocks-farewell-to-the-deaf': ['farewell', 'nothing', 3_000],
};

let runs: readonly ClockRun[] = [];
beforeAll(async () => {
  runs = await findClocks();
}, 120_000);

function runOf(name: ClockName): ClockRun {
  const run = runs.find((one) => one.name === name);
  if (run === undefined) throw new Error(name);
  return run;
}

function endOf({ endings, struck }: ClockRun): Row {
  const [{ ending } = { ending: undefined }] = endings;
  if (ending?.endedAtMs === undefined) return 'stays';
  return [struck ?? 'none', ending.heard ?? 'nothing', ending.endedAtMs];
}

describe('the runs of the clocks', () => {
  it('end as chapter 8 and its exercise say, in five orders each', () => {
    const found = Object.fromEntries(runs.map((run) => [run.name, endOf(run)]));
    expect(found).toEqual(rows);
  });

  it('can all be written as JSON and read back', () => {
    for (const scenario of Object.values(clockScenarios)) {
      expect(readScenario(JSON.parse(JSON.stringify(scenario)))).toEqual(scenario);
    }
  });
});

/** `read 0–30!`: seconds, and whether it struck. */
function lane(run: ClockRun, clock: string): string[] {
  return run.spans
    .filter((span) => span.clock === clock)
    .map(({ fromMs, toMs, dueMs }) => {
      const struck = toMs === dueMs ? '!' : '';
      return `${fromMs / 1000}–${toMs / 1000}${struck}`;
    });
}

describe('the clock of Pings', () => {
  it.each([
    'clocks-pings-alone',
    'clocks-pongs-alone',
    'clocks-one-ping-each-20-s',
    'clocks-deaf',
    'clocks-busy-protocol',
  ] as const)('strikes each 15 s, whatever passes: %s', (name) => {
    const starts = [0, 15, 30, 45, 60, 75];
    expect(lane(runOf(name), 'ping')).toEqual([
      ...starts.map((at) => `${at}–${at + 15}!`),
      '90–100',
    ]);
  });

  it('strikes at 15 s though messages went both ways at 3, 9 and 14 s', () => {
    const { marks } = runOf('clocks-busy-line');
    const inWords = marks.map(({ by, what, atMs }) => `${by} ${what} ${atMs / 1000}`);
    expect(inWords.filter((words) => !words.endsWith(' 0'))).toEqual([
      ...[3, 9, 14].flatMap((at) => [`B message ${at}`, `A message ${at}`]),
      'A Ping 15',
      'A Ping 30',
    ]);
  });
});

describe('the clock of reading', () => {
  it('starts anew with each message, a Pong too', () => {
    expect(lane(runOf('clocks-pongs-alone'), 'read')).toEqual([
      ...['0–15', '15–30', '30–45', '45–60', '60–75', '75–90'],
      '90–100',
    ]);
  });

  it('does not start anew with a byte', () => {
    const run = runOf('clocks-one-byte-each-20-s');
    expect(run.marks.filter(({ what }) => what === 'byte')).toEqual([
      { atMs: 20_000, by: 'B', what: 'byte' },
    ]);
    expect(lane(run, 'read')).toEqual(['0–30!']);
  });

  it('does not run while a message waits for its protocol', () => {
    expect(lane(runOf('clocks-busy-protocol'), 'read')).toEqual([]);
    expect(lane(runOf('clocks-slow-protocol'), 'read')).toEqual(['0–5', '40–70!']);
  });
});
