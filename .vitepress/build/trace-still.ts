/** The messages of a recorded run, few enough to stand on a page before any script. */
import { existsSync, readFileSync } from 'node:fs';
import { readTrace, type Trace } from '../../impl/csp/trace.ts';
import { buildModel, crossingOf } from '../lab/model.ts';
import { sampleTrace } from '../lab/sample.ts';
import { repoDir } from './pages.ts';
import { traceFile } from './trace-file.ts';

export interface StillMessage {
  readonly from: string;
  readonly to: string;
  readonly name: string;
  readonly size: string;
  /** Milliseconds since the run began, when it was sent. */
  readonly t: number;
}

export interface Still {
  readonly scenario: string;
  /** The file was not recorded; this is the sample. */
  readonly sample: boolean;
  readonly steps: number;
  readonly nodes: readonly string[];
  readonly messages: readonly StillMessage[];
  /** Messages that did not find room. */
  readonly more: number;
}

const room = 16;

export function stillOf(given: Trace, sample = false): Still {
  const { nodes, links, trace } = buildModel(given);
  const messages = links
    .filter(({ kind }) => kind === 'message')
    .map(({ from, to, label }): StillMessage => {
      const [sent, heard] = [trace.events[from], trace.events[to]];
      return {
        from: sent?.n ?? '',
        to: heard?.n ?? '',
        name: label,
        size: `${(sent && crossingOf(sent)?.size) ?? 0} bytes`,
        t: sent?.t ?? 0,
      };
    });
  const shown = messages.slice(0, room);
  const more = messages.length - shown.length;
  const { head, events } = trace;
  const steps = events.length;
  return { scenario: head.scenario, sample, steps, nodes, messages: shown, more };
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
