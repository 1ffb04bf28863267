/** The command line of the node. */

import { initCrypto } from '#crypto';
import { runtime } from '../csp/runtime.ts';
import { writeTrace } from '../csp/trace.ts';
import { traced } from '../sim/traced.ts';
import { writeWhole } from './files.ts';
import { parseOptions, usage, type NodeOptions } from './options.ts';
import { clean, reporter } from './report.ts';
import { Session } from './session.ts';
import { StopRequest } from './stop-request.ts';
import { UsageError } from './usage-error.ts';

async function main(): Promise<number> {
  const request = new StopRequest();
  request.listen();
  await initCrypto();
  try {
    const options = parseOptions(process.argv.slice(2));
    if (options === undefined) {
      process.stdout.write(usage);
      return 0;
    }
    const { traceFile } = options;
    if (traceFile === undefined) {
      await runSession(options, request);
      return 0;
    }
    const trace = await traced('node', () => runSession(options, request));
    writeWhole('--trace', traceFile, writeTrace(trace));
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    // The message may quote an option or a file: one line, whatever is in them.
    process.stderr.write(`peerwalk: ${clean(error.message, 500)}\n`);
    return 2;
  }
}

async function runSession(options: NodeOptions, request: StopRequest): Promise<void> {
  const start = runtime().now();
  const report = reporter(
    options.events,
    () => runtime().now() - start,
    (line) => process.stdout.write(line),
  );
  const session = new Session(options, report);
  request.onRequest(() => {
    session.stop.close();
  });
  await session.run();
}

process.exitCode = await main();
