/**
 * `[text](<step:A/readLoop msg in code 16>)` links to a step of the trace `meet` by what
 * happens in it: node, task, kind, and words of its channel, value or wait. The trace is
 * recorded anew for each build, so no page counts steps. A step that is not in the trace
 * fails the build.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type MarkdownIt from 'markdown-it';
import { readTrace, traceKinds, type TraceEvent } from '../../impl/csp/trace.ts';

export class StepError extends Error {
  override readonly name = 'StepError';

  constructor(query: string, what: string) {
    super(`step:${query}: ${what}`);
  }
}

export function stepLinks(md: MarkdownIt, repoDir: string): void {
  let events: readonly TraceEvent[] | undefined;
  const validate = md.validateLink.bind(md);
  md.validateLink = (url) => url.startsWith('step:') || validate(url);
  md.core.ruler.push('peerwalk-steps', (state) => {
    for (const token of state.tokens) {
      for (const child of token.children ?? []) {
        const href = child.attrGet('href');
        if (child.type !== 'link_open' || href?.startsWith('step:') !== true) continue;
        events ??= recorded(repoDir);
        const query = decodeURIComponent(href.slice('step:'.length));
        child.attrSet('href', `#t=${findStep(events, query)}`);
        child.attrSet('class', 'pw-step');
      }
    }
  });
}

/** @throws {StepError} the query is not one, or no step fits it */
export function findStep(events: readonly TraceEvent[], query: string): number {
  const kinds = traceKinds.join('|');
  const match = new RegExp(`^([A-Z])/(.+?) (${kinds})(?: (.+))?$`).exec(query);
  if (match === null) throw new StepError(query, 'expected NODE/TASK KIND WORDS');
  const [, node, task = '', kind, words = ''] = match;
  const step = events.find((event) => {
    const fits = event.n === node && event.e === kind && event.k.startsWith(task);
    const text = `${event.ch ?? ''} ${event.v ?? ''} ${event.on ?? ''}`;
    return fits && text.includes(words);
  });
  if (step === undefined) throw new StepError(query, 'no step of the trace fits');
  return step.i;
}

function recorded(repoDir: string): readonly TraceEvent[] {
  const file = join(repoDir, 'docs', 'traces', 'meet.jsonl');
  if (!existsSync(file))
    throw new StepError('', 'record the trace first: npm run record');
  return readTrace(readFileSync(file, 'utf8')).events;
}
