/**
 * `npm run fuzz`: each target in turn, for as long as it is asked to. What fails is made
 * as small as it can be, kept in `test/hostile/found/` and printed with how to replay it.
 */

import { Worker } from 'node:worker_threads';
import { parseArgs } from 'node:util';
import { initCrypto } from '#crypto';
import { toHex } from '../../impl/bytes.ts';
import { fromCommandLine, wholeNumber } from '../helpers/command-line.ts';
import { fuzz, judge, keep, readFound, type Target } from './engine.ts';
import { targets } from './targets.ts';

const help = `Usage: npm run fuzz -- [options]

  --seconds N    how long, over all targets; default 60
  --only NAME    one target, or those whose names begin so
  --seed N       default: drawn, and printed
  --replay FILE  one input of test/hostile/found/, by its name there
  --list         the names of the targets
`;

/** An input that keeps the event loop so long hangs. */
const hangMs = 30_000;
/** Longer inputs are not kept when they hang. */
const maxKept = 1 << 16;

const { values, seconds, seed, chosen } = fromCommandLine('fuzz', () => {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      only: { type: 'string', default: '' },
      seed: { type: 'string' },
      replay: { type: 'string' },
      list: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  const drawn = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  const chosen = targets.filter(({ name }) => name.startsWith(values.only));
  if (chosen.length === 0) throw new RangeError(`--only: no target ${values.only}`);
  return {
    values,
    seconds: wholeNumber('--seconds', values.seconds, 1),
    seed: wholeNumber('--seed', values.seed ?? `${drawn}`, 0),
    chosen,
  };
});

/**
 * Another thread that looks whether inputs go by. In this one nothing can be looked at
 * while a loop has no end.
 */
class Watchdog {
  readonly #shared = new SharedArrayBuffer(8 + maxKept);
  readonly #numbers = new Int32Array(this.#shared, 0, 2);
  readonly #bytes = new Uint8Array(this.#shared, 8);
  readonly #worker = new Worker(
    `const { workerData: { shared, hangMs } } = require('node:worker_threads');
     const { writeSync } = require('node:fs');
     const numbers = new Int32Array(shared, 0, 2);
     let last = 0, since = Date.now();
     setInterval(() => {
       const count = Atomics.load(numbers, 0);
       if (count !== last) { last = count; since = Date.now(); return; }
       if (count === 0 || Date.now() - since < hangMs) return;
       const input = Buffer.from(new Uint8Array(shared, 8, numbers[1])).toString('hex');
       writeSync(1, 'HANGS: ' + hangMs + ' ms with the input\\n' + input + '\\n');
       process.kill(process.pid, 'SIGKILL');
     }, 500);`,
    { eval: true, workerData: { shared: this.#shared, hangMs } },
  );

  begin(input: Uint8Array): void {
    const length = Math.min(input.length, maxKept);
    this.#bytes.set(input.subarray(0, length));
    this.#numbers[1] = length;
    Atomics.add(this.#numbers, 0, 1);
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function replay(file: string): Promise<boolean> {
  const found = readFound(file.split('/').at(-1) ?? file);
  const target = targets.find(({ name }) => name === found.target);
  if (target === undefined) throw new RangeError(`no target ${found.target}`);
  try {
    await judge(target, found.input);
    say(`${found.target}: holds`);
    return true;
  } catch (error) {
    say(
      `${found.target}: ${error instanceof Error ? (error.stack ?? '') : String(error)}`,
    );
    return false;
  }
}

/** Batches with one seed after the other, so that a batch can be found again by its own. */
async function forAsLong(
  target: Target,
  firstSeed: number,
  ms: number,
  watchdog: Watchdog,
): Promise<boolean> {
  const until = performance.now() + ms;
  const outcomes = new Map<string, number>();
  const noted: Target = {
    ...target,
    run: async (input) => {
      let how = 'value';
      try {
        return await target.run(input);
      } catch (error) {
        how = error instanceof Error ? error.name : typeof error;
        throw error;
      } finally {
        outcomes.set(how, (outcomes.get(how) ?? 0) + 1);
      }
    },
  };
  const batch = target.shortRuns ?? 100;
  for (let seed = firstSeed; performance.now() < until; seed++) {
    const failed = await fuzz(noted, seed, batch, (input) => {
      watchdog.begin(input);
    });
    if (failed === undefined) continue;
    const file = keep(target.name, failed.input);
    say(`FAILED ${target.name}, seed ${seed}: ${failed.error.message}`);
    say(`  input ${toHex(failed.input).slice(0, 400)}`);
    say(`  npm run fuzz -- --replay ${file}`);
    return false;
  }
  const counts = [...outcomes].toSorted(([, a], [, b]) => b - a);
  const runs = counts.reduce((sum, [, count]) => sum + count, 0);
  say(
    `${target.name}: ${runs} runs; ${counts.map(([how, n]) => `${how} ${n}`).join(', ')}`,
  );
  return true;
}

async function main(): Promise<boolean> {
  if (values.help === true) {
    say(help);
    return true;
  }
  if (values.list === true) {
    for (const { name } of chosen) say(name);
    return true;
  }
  await initCrypto();
  if (values.replay !== undefined) return replay(values.replay);
  say(`seed ${seed}, ${seconds} s for ${chosen.length} targets`);
  const watchdog = new Watchdog();
  let isGood = true;
  for (const target of chosen) {
    const ms = (1000 * seconds) / chosen.length;
    if (!(await forAsLong(target, seed, ms, watchdog))) isGood = false;
  }
  await watchdog.stop();
  return isGood;
}

process.exitCode = (await main()) ? 0 : 1;
