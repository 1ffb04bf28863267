/** One run: a suite after the other, and what they found. */

import { bundle } from './bundle.ts';
import { catalogue, type SuiteName } from './catalogue.ts';
import { Children } from './children.ts';
import type { Plan } from './plan.ts';
import { Figures, rowRecords, type RowRecord } from './record.ts';
import { codec } from './suites/codec.ts';
import { delay } from './suites/delay.ts';
import { handshakes } from './suites/handshakes.ts';
import { memory } from './suites/memory.ts';
import { messages } from './suites/messages.ts';
import { sync } from './suites/sync.ts';

type Suite = (children: Children, plan: Plan, figures: Figures) => Promise<void>;

const suites: Readonly<Record<SuiteName, Suite>> = {
  handshakes,
  messages,
  codec,
  delay,
  memory,
  sync,
};

export interface RunResult {
  readonly rows: readonly RowRecord[];
  readonly failures: readonly string[];
}

export interface RunOptions {
  readonly only: readonly SuiteName[];
  readonly plan: Plan;
  /** Told before each suite. */
  readonly onSuite?: (name: SuiteName) => void;
  /** Ends all children; what was found so far is returned. */
  readonly interrupted?: AbortSignal;
}

/** A suite that cannot be run is a failure; the others are run all the same. */
export async function run(options: RunOptions): Promise<RunResult> {
  const { only, plan, onSuite, interrupted } = options;
  const { file, remove } = await bundle();
  const figures = new Figures();
  const failures: string[] = [];
  const children = new Children(file);
  const stop = (): void => {
    children.stop();
  };
  interrupted?.addEventListener('abort', stop);
  try {
    for (const name of only) {
      if (interrupted?.aborted === true) break;
      onSuite?.(name);
      try {
        await suites[name](children, plan, figures);
      } catch (error) {
        failures.push(`${name}: ${firstLine(error)}`);
      }
      children.endAll();
    }
  } finally {
    interrupted?.removeEventListener('abort', stop);
    children.endAll();
    remove();
  }
  return { rows: rowRecords(catalogue(plan), figures), failures };
}

/** Of an error that may carry the stack it had in its process. */
function firstLine(error: unknown): string {
  if (!(error instanceof Error)) return 'no Error was thrown';
  return error.message.split('\n')[0] ?? '';
}
