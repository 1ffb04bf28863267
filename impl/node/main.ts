/** The command line of the node. */

import { existsSync } from 'node:fs';
import { initCrypto } from '#crypto';
import { tellFailuresTo } from '../csp/failures.ts';
import { runtime } from '../csp/runtime.ts';
import { writeTrace } from '../csp/trace.ts';
import { hasMarks } from '../csp/where.ts';
import { traced } from '../sim/traced.ts';
import { writeWhole } from './files.ts';
import { Log } from './log.ts';
import { parseOptions, usage, type NodeOptions } from './options.ts';
import { Output } from './output.ts';
import { Progress } from './progress.ts';
import { clean, lineOf, reporter } from './report.ts';
import { Session } from './session.ts';
import { StopRequest } from './stop-request.ts';
import { Unfinished, UsageError } from './usage-error.ts';

const out = new Output('standard output', process.stdout);
const err = new Output('standard error', process.stderr);

async function main(): Promise<number> {
  const request = new StopRequest(out, err);
  request.listen();
  await initCrypto();
  const code = await run(request);
  await request.lastWords();
  return code === 0 && request.hasFailed ? 1 : code;
}

async function run(request: StopRequest): Promise<number> {
  try {
    const options = parseOptions(process.argv.slice(2));
    if (options === undefined) {
      out.write(usage);
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
    if (!(error instanceof UsageError) && !(error instanceof Unfinished)) throw error;
    // The message may quote an option or a file: one line, whatever is in them.
    err.write(`peerwalk: ${clean(error.message, 500)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function runSession(options: NodeOptions, request: StopRequest): Promise<void> {
  const start = runtime().now();
  const now = (): number => runtime().now() - start;
  const report = reporter(options.events, now, (line, isMinor) => {
    out.write(line, isMinor);
  });
  out.tellLeftOut = ({ lines, minor }) => {
    return lineOf(options.events, now(), { type: 'left-out', lines, messages: minor });
  };
  const log = new Log(options.log, now, (line, isMinor) => {
    err.write(line, isMinor);
  });
  err.tellLeftOut = (leftOut) => log.leftOut(leftOut);
  tellFailuresTo((task, error) => {
    log.fault(task, error);
  });
  const session = new Session(options, {
    report: (event) => {
      report(event);
      log.event(event);
    },
    progress: (what) => (process.stderr.isTTY ? new Progress(what, err) : undefined),
    nodeEnded: () => {
      request.nodeEnded();
    },
  });
  request.onRequest(
    () => {
      session.stop.close();
    },
    () => {
      session.giveUp.close();
    },
  );
  await session.run();
}

/**
 * A trace says where in the source its tasks stand, if the code leaves marks: then the
 * same files are started once more, with marks in them. The installed package has no
 * tools for that, and its traces no lines.
 */
async function startedWithMarks(): Promise<boolean> {
  const asked = process.argv.some((arg) => /^--trace(?:=|$)/.test(arg));
  const tool = new URL('../../exercises/kit/trace/recorded.js', import.meta.url);
  if (!asked || hasMarks() || !existsSync(tool)) return false;
  const { runRecorded } = (await import(tool.href)) as {
    runRecorded: (entry: string) => Promise<boolean>; // plain JavaScript
  };
  return runRecorded('impl/node/main.ts');
}

if (!(await startedWithMarks())) process.exitCode = await main();
