/**
 * `npm run lab`: runs a scenario under the deterministic runtime and prints what came
 * of it. The site's traces are recorded with it.
 */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeTrace } from '../csp/trace.ts';
import { discReasonText } from '../p2p/peer-error.ts';
import { bankScenarios } from '../sim/bank-scenarios.ts';
import { clockScenarios } from '../sim/clock-scenarios.ts';
import { examScenarios } from '../sim/exam-scenarios.ts';
import { gateScenarios } from '../sim/gate-scenarios.ts';
import { runScenario, type ScenarioOutcome } from '../sim/run-scenario.ts';
import { ScenarioError } from '../sim/scenario-fields.ts';
import { readScenario, type Scenario } from '../sim/scenario.ts';
import { scenarios } from '../sim/scenarios.ts';
import { ScheduleError } from '../sim/schedule.ts';
import type { Simulation } from '../sim/simulate.ts';
import { traceHash } from '../sim/trace-hash.ts';
import { checkTarget, makeFolderFor, readBytes, writeWhole } from './files.ts';
import { endWithOutput } from './output.ts';
import { UsageError } from './usage-error.ts';

const allScenarios = {
  ...scenarios,
  ...gateScenarios,
  ...clockScenarios,
  ...examScenarios,
  ...bankScenarios,
};

const usage = `Usage: npm run -s lab -- SCENARIO [options]
       npm run -s lab -- SCENARIO … --traces FOLDER [options]

SCENARIO is a file of scenario JSON or one of
  ${Object.keys(allScenarios).join('\n  ')}

  --seed TEXT        keys, nonces and, without --schedule, the order of tasks; default 1
  --schedule DIGITS  the choices to make, base 36; after them, first in first out
  --trace FILE       every step, as JSON Lines
  --traces FOLDER    the same of several scenarios: FOLDER/SCENARIO.jsonl
  --json             the outcome as one JSON object
  --quiet            print nothing
  --help             this text
`;

async function main(args: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = readArgs(args);
    const [first, ...rest] = positionals;
    if (values.help === true || first === undefined) {
      process.stdout.write(usage);
      return values.help === true ? 0 : 2;
    }
    if (rest.length > 0 && values.traces === undefined)
      throw new UsageError(`without --traces one scenario, not also ${rest.join(' ')}`);
    const hash = codeHash();
    let code = 0;
    for (const job of jobsOf(positionals, values))
      code = Math.max(code, await play(job, hash, values));
    return code;
  } catch (error) {
    const isUsers =
      error instanceof UsageError ||
      error instanceof ScenarioError ||
      error instanceof ScheduleError;
    if (!isUsers) throw error;
    process.stderr.write(`lab: ${error.message}\n`);
    return 2;
  }
}

interface Job {
  readonly name: string;
  readonly scenario: Scenario;
  /** Where its trace goes: the option and the file. */
  readonly to?: readonly [option: string, file: string];
}

/** All that is asked for, before the first is run: a mistake costs no work. */
function jobsOf(names: readonly string[], values: Values): Job[] {
  const { trace, traces } = values;
  if (trace !== undefined && traces !== undefined)
    throw new UsageError('--trace and --traces: one of the two');
  const jobs = names.map((name): Job => {
    const scenario = findScenario(name);
    if (trace !== undefined) return { name, scenario, to: ['--trace', trace] };
    if (traces === undefined) return { name, scenario };
    const file = join(traces, `${basename(name, '.json')}.jsonl`);
    return { name, scenario, to: ['--traces', file] };
  });
  const twice = jobs.find(
    ({ to }, i) => jobs.findIndex((job) => job.to?.[1] === to?.[1]) < i,
  );
  if (twice !== undefined)
    throw new UsageError(`two traces would be written to ${twice.to?.[1]}`);
  for (const { to } of jobs) {
    if (to === undefined) continue;
    makeFolderFor(...to);
    checkTarget(...to);
  }
  return jobs;
}

/** @returns the exit code */
async function play(
  { name, scenario, to }: Job,
  code: string,
  values: Values,
): Promise<number> {
  const run = await runScenario(scenario, {
    scenario: name,
    code,
    record: true,
    ...(values.seed === undefined ? {} : { seed: values.seed }),
    ...(values.schedule === undefined ? {} : { schedule: values.schedule }),
  });
  if (values.quiet !== true) {
    process.stdout.write(values.json === true ? asJson(run) : asText(run));
  }
  if (to !== undefined && run.trace !== undefined)
    writeWhole(...to, writeTrace(run.trace));
  return run.outcome.status === 'done' ? 0 : 1;
}

const options = {
  seed: { type: 'string' },
  schedule: { type: 'string' },
  trace: { type: 'string' },
  traces: { type: 'string' },
  json: { type: 'boolean' },
  quiet: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

type Args = ReturnType<
  typeof parseArgs<{ args: string[]; options: typeof options; allowPositionals: true }>
>;
type Values = Args['values'];

function readArgs(args: readonly string[]): Args {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function findScenario(name: string): Scenario {
  const known = Object.entries(allScenarios).find(([key]) => key === name);
  if (known !== undefined) return known[1];
  if (!name.endsWith('.json')) {
    throw new UsageError(`no scenario "${name}"; --help lists them`);
  }
  const text = new TextDecoder().decode(readBytes('SCENARIO', name));
  try {
    return readScenario(JSON.parse(text));
  } catch (error) {
    if (error instanceof ScenarioError) throw error;
    throw new UsageError(
      `${name}: ${error instanceof Error ? error.message : 'not JSON'}`,
    );
  }
}

/** Hash over every file of impl/: a trace says which code it shows. */
function codeHash(): string {
  const root = join(dirname(fileURLToPath(import.meta.url)), '..');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
  const hash = createHash('sha256');
  for (const file of files.filter((path) => path.endsWith('.ts')).toSorted()) {
    hash.update(
      `${file.replaceAll('\\', '/')}\n${readFileSync(join(root, file), 'utf8')}`,
    );
  }
  return hash.digest('hex').slice(0, 16);
}

function asJson(run: Simulation<ScenarioOutcome>): string {
  const { outcome, left, schedule, steps, duration, trace } = run;
  const hash = trace === undefined ? undefined : traceHash(trace);
  return `${JSON.stringify({ outcome, left, schedule, steps, duration, hash })}\n`;
}

function asText(run: Simulation<ScenarioOutcome>): string {
  const lines = [`outcome    ${run.outcome.status}`];
  if (run.outcome.status === 'done') lines.push(...outcomeLines(run.outcome.value));
  if ('blocked' in run.outcome) {
    lines.push(
      ...run.outcome.blocked.map(
        ({ node, task, on }) => `blocked    ${node} ${task}: ${on}`,
      ),
    );
  }
  lines.push(`steps      ${run.steps} in ${run.duration} ms of virtual time`);
  lines.push(
    `schedule   ${run.schedule === '' ? '(first in, first out)' : run.schedule}`,
  );
  if (run.trace !== undefined) {
    lines.push(
      `trace      ${run.trace.events.length} events, hash ${traceHash(run.trace)}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function outcomeLines({ nodes, scripts }: ScenarioOutcome): string[] {
  const lines: string[] = [];
  for (const [name, { head, peers, partings, dialErrors }] of Object.entries(nodes)) {
    lines.push(`node ${name}     head ${head}, ${peers} peers at the end`);
    for (const { error, reason, remoteRequested, atMs } of partings) {
      const who = remoteRequested ? 'the remote said' : 'it said';
      lines.push(
        `           lost a peer at ${atMs} ms: ${error} (${who} ${discReasonText(reason)})`,
      );
    }
    lines.push(...dialErrors.map((error) => `           a dial failed: ${error}`));
  }
  for (const [name, { messages, reason, endedAtMs }] of Object.entries(scripts)) {
    const heard =
      reason === undefined
        ? 'no Disconnect'
        : `Disconnect ${reason}, ${discReasonText(reason)}`;
    const end =
      endedAtMs === undefined ? 'still connected' : `closed at ${endedAtMs} ms`;
    lines.push(`remote ${name}   heard ${messages.length} messages, ${heard}, ${end}`);
  }
  return lines;
}

endWithOutput('lab');
process.exitCode = await main(process.argv.slice(2));
