/**
 * `[text](<step:A/readLoop msg in code 16>)` links to a step of the trace that the page
 * plays first, by what happens in it: node, task, kind, and words of its channel, value
 * or wait; a last word `#2` takes the second step that fits. The trace is recorded anew
 * for each build, so no page counts steps. A step that is not in it fails the build.
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
  const traces = new Map<string, readonly TraceEvent[]>();
  const validate = md.validateLink.bind(md);
  md.validateLink = (url) => url.startsWith('step:') || validate(url);
  md.core.ruler.push('peerwalk-steps', (state) => {
    const name = /<TracePlayer\s[^>]*src="([\w-]+)"/.exec(state.src)?.[1] ?? 'meet';
    for (const token of state.tokens) {
      for (const child of token.children ?? []) {
        const href = child.attrGet('href');
        if (child.type !== 'link_open' || href?.startsWith('step:') !== true) continue;
        const events = traces.get(name) ?? recorded(repoDir, name);
        traces.set(name, events);
        const query = decodeURIComponent(href.slice('step:'.length));
        // As HTML: VitePress would make a heading's slug, `#t-41`, of a link's fragment.
        child.type = 'html_inline';
        child.content = `<a href="#t=${findStep(events, query)}" class="pw-step">`;
      }
    }
  });
}

/** @throws {StepError} the query is not one, or no step fits it */
export function findStep(events: readonly TraceEvent[], query: string): number {
  const kinds = traceKinds.join('|');
  const match = new RegExp(`^([A-Z])/(.+?) (${kinds})(?: (.+?))??(?: #(\\d+))?$`).exec(
    query,
  );
  if (match === null) throw new StepError(query, 'expected NODE/TASK KIND WORDS');
  const [, node, task = '', kind, words = '', nth = '1'] = match;
  const steps = events.filter((event) => {
    const fits = event.n === node && event.e === kind && event.k.startsWith(task);
    const text = `${event.ch ?? ''} ${event.v ?? ''} ${event.on ?? ''}`;
    return fits && text.includes(words);
  });
  const step = steps[Number(nth) - 1];
  if (step === undefined) throw new StepError(query, 'no step of the trace fits');
  return step.i;
}

function recorded(repoDir: string, name: string): readonly TraceEvent[] {
  const file = join(repoDir, 'docs', 'traces', `${name}.jsonl`);
  if (!existsSync(file))
    throw new StepError('', 'record the trace first: npm run record');
  return readTrace(readFileSync(file, 'utf8')).events;
}
