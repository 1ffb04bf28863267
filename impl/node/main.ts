/** The command line of the node. */

import { initCrypto } from '#crypto';
import { runtime } from '../csp/runtime.ts';
import { writeTrace } from '../csp/trace.ts';
import { traced } from '../sim/traced.ts';
import { parseOptions, usage, UsageError, type NodeOptions } from './options.ts';
import { reporter } from './report.ts';
import { Session, writeWhole } from './session.ts';

/** After a signal the node has this long; then it is ended the hard way. */
const stopLimitMs = 6_000;

async function main(): Promise<number> {
  await initCrypto();
  try {
    const options = parseOptions(process.argv.slice(2));
    if (options === undefined) {
      process.stdout.write(usage);
      return 0;
    }
    const { traceFile } = options;
    if (traceFile === undefined) {
      await runSession(options);
      return 0;
    }
    const trace = await traced('node', () => runSession(options));
    writeWhole('--trace', traceFile, writeTrace(trace));
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`peerwalk: ${error.message}\n`);
    return 2;
  }
}

async function runSession(options: NodeOptions): Promise<void> {
  const start = runtime().now();
  const report = reporter(
    options.events,
    () => runtime().now() - start,
    (line) => process.stdout.write(line),
  );
  const session = new Session(options, report);
  const onSignal = (): void => {
    session.stop.close();
    // Should a task hang, the promise of the manual is kept all the same.
    setTimeout(() => process.exit(0), stopLimitMs).unref();
  };
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  try {
    await session.run();
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

process.exitCode = await main();
