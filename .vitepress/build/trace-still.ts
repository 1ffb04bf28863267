/** The messages of a recorded run, few enough to stand on a page before any script. */
import { existsSync, readFileSync } from 'node:fs';
import { readTrace, type Trace } from '../../impl/csp/trace.ts';
import { ladderOf, type Ladder } from '../lab/ladder.ts';
import { buildModel } from '../lab/model.ts';
import { sampleTrace } from '../lab/sample.ts';
import { repoDir } from './pages.ts';
import { traceFile } from './trace-file.ts';

export interface Still {
  readonly scenario: string;
  /** The file was not recorded; this is the sample. */
  readonly sample: boolean;
  readonly steps: number;
  readonly ladder: Ladder;
}

export function stillOf(given: Trace, sample = false): Still {
  const model = buildModel(given);
  const { head, events } = model.trace;
  const ladder = ladderOf(model);
  return { scenario: head.scenario, sample, steps: events.length, ladder };
}

/** Undefined for a file that is no trace: the player says what is wrong with it. */
export function loadStill(name: string): Still | undefined {
  const file = traceFile(repoDir, name);
  const recorded = existsSync(file);
  try {
    const text = recorded ? readFileSync(file, 'utf8') : sampleTrace();
    return stillOf(readTrace(text), !recorded);
  } catch {
    return undefined;
  }
}
