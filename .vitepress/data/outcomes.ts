/**
 * How every scenario ends, found by running it: first in first out, and under a few
 * seeds. The table of chapter 6 and the gate over predictions are made from this.
 */
import { initCrypto } from '#crypto';
import type { Trace } from '../../impl/csp/trace.ts';
import { discMsg } from '../../impl/p2p/base-protocol.ts';
import { discReasonText } from '../../impl/p2p/peer-error.ts';
import { bankScenarios, type BankName } from '../../impl/sim/bank-scenarios.ts';
import { runScenario, type ScenarioOutcome } from '../../impl/sim/run-scenario.ts';
import type { Scenario } from '../../impl/sim/scenario.ts';
import { scenarios, type ScenarioName } from '../../impl/sim/scenarios.ts';
import { causes, type Cause } from './causes.ts';

/** What A and the remote lived through in one run. */
export interface Ending {
  /** Where A learned of it; undefined: the peer did not end. */
  readonly cause: Cause | undefined;
  /** A's own error, in its words. */
  readonly error: string | undefined;
  readonly remoteRequested: boolean | undefined;
  /** Reason of the Disconnect that the remote heard. */
  readonly heard: number | undefined;
  readonly heardText: string | undefined;
  /** Codes that the remote received, each once, without Disconnect. */
  readonly codes: readonly number[];
  /** When the remote saw the connection end; undefined: it stays. */
  readonly endedAtMs: number | undefined;
  /** When A struck the peer from its table; undefined: it is still in it. */
  readonly leftAtMs: number | undefined;
  /** How many milliseconds of the run were watched. */
  readonly watchedMs: number;
}

export interface Outcome<Name = ScenarioName> {
  readonly name: Name;
  /** Each different ending, and the first run that had it. */
  readonly endings: readonly { readonly ending: Ending; readonly run: Run }[];
  readonly quirks: readonly string[];
}

/** Seed and schedule, as `npm run lab` takes them; without a schedule the seed draws it. */
export interface Run {
  readonly seed: string;
  readonly schedule?: string;
}

const runs: readonly Run[] = [{ seed: '1', schedule: '' }, { seed: '2' }];
/** Where the order of tasks decides, seeds are tried until a second ending comes. */
const races: ReadonlySet<string> = new Set(['two-causes']);
const mostSeeds = 100;

/** How the situations end that the banks of chapters 1 and 11 ask about. */
export async function findBankOutcomes(): Promise<readonly Outcome<BankName>[]> {
  await initCrypto();
  const found: Outcome<BankName>[] = [];
  for (const [name, scenario] of Object.entries(bankScenarios))
    // The key is one of `bankScenarios`: it was listed from there.
    found.push(await outcomeOf(name as BankName, scenario));
  return found;
}

/** Every scenario in which a scripted remote meets A. */
export async function findOutcomes(): Promise<readonly Outcome[]> {
  await initCrypto();
  const found: Outcome[] = [];
  for (const [name, scenario] of Object.entries(scenarios)) {
    if (!('B' in scenario.nodes) || scenario.nodes['B']?.kind !== 'script') continue;
    // The key is one of `scenarios`: it was listed from there.
    found.push(await outcomeOf(name as ScenarioName, scenario));
  }
  return found;
}

async function outcomeOf<Name extends string>(
  name: Name,
  scenario: Scenario,
): Promise<Outcome<Name>> {
  const endings = new Map<string, { ending: Ending; run: Run }>();
  const play = async (run: Run): Promise<void> => {
    const { outcome, trace } = await runScenario(scenario, { ...run, record: true });
    if (outcome.status !== 'done') throw new Error(`${name}: ${outcome.status}`);
    const ending = endingOf(outcome.value, trace, scenario.stop.afterMs);
    const key = JSON.stringify(ending);
    if (!endings.has(key)) endings.set(key, { ending, run });
  };
  for (const run of runs) await play(run);
  for (let seed = 3; races.has(name) && endings.size < 2 && seed <= mostSeeds; seed++) {
    await play({ seed: String(seed) });
  }
  return { name, endings: [...endings.values()], quirks: scenario.quirks };
}

function endingOf(
  { nodes, scripts }: ScenarioOutcome,
  trace: Trace | undefined,
  watchedMs: number,
): Ending {
  const parting = nodes['A']?.partings[0];
  const remote = scripts['B'];
  const reason = remote?.reason;
  const codes = new Set(remote?.messages.map(({ code }) => code));
  return {
    cause: causeIn(trace),
    error: parting?.error,
    remoteRequested: parting?.remoteRequested,
    heard: reason,
    heardText: reason === undefined ? undefined : discReasonText(reason),
    codes: [...codes].filter((code) => code !== discMsg),
    endedAtMs: remote?.endedAtMs,
    leftAtMs: parting?.atMs,
    watchedMs,
  };
}

/** The case that `Peer.run` took last before it closed `closed`, while the run lasted. */
function causeIn(trace: Trace | undefined): Cause | undefined {
  let last: Cause | undefined;
  for (const event of trace?.events ?? []) {
    if (event.k === 'main' && event.go?.task === 'stop') return undefined;
    if (event.n !== 'A' || event.k !== 'runPeer') continue;
    const { chan } = event;
    if (chan?.op === 'close' && chan.name === 'closed') return last;
    last = causes.find((name) => name === chan?.case) ?? last;
  }
  return undefined;
}
