/** `npm run bench`: runs, prints the table, and keeps the figures if asked. */

import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BadOption, parseOptions, usage, type BenchOptions } from './options.ts';
import { fullPlan, quickPlan } from './plan.ts';
import { commitOf, thisMachine, type BenchRecord } from './record.ts';
import { run } from './run.ts';
import { headText, tableText } from './table.ts';

const interruptedCode = 130; // as a shell says of Ctrl-C

async function bench({ only, quick, json }: BenchOptions): Promise<number> {
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      interrupt.abort();
    });
  }
  const machine = thisMachine(); // its load, before we add ours
  const { rows, failures } = await run({
    only,
    plan: quick ? quickPlan : fullPlan,
    interrupted: interrupt.signal,
    onSuite: (name) => process.stderr.write(`${name} …\n`),
  });
  const record: BenchRecord = {
    version: 1,
    date: new Date().toISOString().slice(0, 10),
    commit: commitOf(dirname(fileURLToPath(import.meta.url))),
    quick,
    machine,
    rows,
    failures,
  };
  process.stdout.write(`${headText(record)}\n\n${tableText(rows)}\n`);
  if (interrupt.signal.aborted) return interruptedCode;
  for (const failure of failures) process.stderr.write(`could not run ${failure}\n`);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(record, null, 2)}\n`);
  return failures.length > 0 ? 1 : 0;
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(usage);
  else process.exitCode = await bench(options);
} catch (error) {
  if (!(error instanceof BadOption)) throw error;
  process.stderr.write(`bench: ${error.message}\n`);
  process.exitCode = 2;
}
