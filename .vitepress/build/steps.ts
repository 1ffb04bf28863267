/**
 * `[text](<step:A/readLoop in Status>)` links to a step of the trace that the page plays
 * first, by what happens in it. After the node and the task comes what the step is:
 *
 * | words | the step in which the task |
 * |---|---|
 * | `out Status`, `in Status` | sends, or hears, that message |
 * | `send eth.in`, `recv eth.in` | puts a value into the channel, or takes one out |
 * | `send eth.in Status` | the same, and the value is that message |
 * | `wait eth.in` | begins to wait at the channel, or for the signal or the timer |
 * | `ready sync tick` | goes on, because of that signal or timer |
 * | `go readLoop` | starts that task |
 * | `close closed` | gives that signal |
 * | `start`, `end` | begins, or is over |
 *
 * `… #2` takes the second step that fits; `… after recv writeErr` the first that fits
 * after such a step of the same task. The trace is recorded anew for each build, so no
 * page counts its steps. A link without a step fails the build.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type MarkdownIt from 'markdown-it';
import { readTrace, type Trace, type TraceEvent } from '../../impl/csp/trace.ts';
import { messageName } from '../lab/message-names.ts';
import { crossingOf } from '../lab/model.ts';
import { withFields } from '../lab/words.ts';

export class StepError extends Error {
  override readonly name = 'StepError';

  constructor(query: string, what: string) {
    super(`step:${query}: ${what}`);
  }
}

export function stepLinks(md: MarkdownIt, repoDir: string): void {
  const traces = new Map<string, Trace>();
  const validate = md.validateLink.bind(md);
  md.validateLink = (url) => url.startsWith('step:') || validate(url);
  md.core.ruler.push('peerwalk-steps', (state) => {
    const name = playedBy(state.src) ?? 'meet';
    for (const token of state.tokens) {
      for (const child of token.children ?? []) {
        const href = child.attrGet('href');
        if (child.type !== 'link_open' || href?.startsWith('step:') !== true) continue;
        const trace = traces.get(name) ?? recorded(repoDir, name);
        traces.set(name, trace);
        const query = decodeURIComponent(href.slice('step:'.length));
        // As HTML: VitePress would make a heading's slug, `#t-41`, of a link's fragment.
        child.type = 'html_inline';
        child.content = `<a href="#t=${findStep(trace, query)}" class="pw-step">`;
      }
    }
  });
}

/** The trace that a page's links speak of: the first that it plays. */
export function playedBy(page: string): string | undefined {
  return /<TracePlayer\s[^>]*src="([\w-]+)"/.exec(page)?.[1];
}

const verbs = {
  out: (event, what) => crosses(event, 'out', what),
  in: (event, what) => crosses(event, 'in', what),
  send: (event, what) => moves(event, 'send', what),
  recv: (event, what) => moves(event, 'recv', what),
  wait: ({ e, waits }, what) =>
    e === 'block' && waits?.some(({ name }) => name === what) === true,
  ready: ({ e, chan }, what) =>
    e === 'select' && chan?.op === undefined && chan?.name === what,
  go: ({ go }, what) => go !== undefined && isTask(go.task, what),
  close: ({ chan }, what) => chan?.op === 'close' && chan.name === what,
  start: ({ e }) => e === 'start',
  end: ({ e }) => e === 'end',
} satisfies Record<string, (event: TraceEvent, what: string) => boolean>;

function crosses(event: TraceEvent, direction: 'in' | 'out', what: string): boolean {
  const crossing = crossingOf(event);
  return crossing?.direction === direction && crossing.name === what;
}

function moves({ chan, msg }: TraceEvent, op: 'send' | 'recv', what: string): boolean {
  if (chan?.op !== op) return false;
  if (chan.name === what) return true;
  return msg !== undefined && `${chan.name} ${messageName(msg)}` === what;
}

/** `dial` is also `dial 5104dbeb`: who is dialed changes with the keys. */
function isTask(task: string, wanted: string): boolean {
  return task === wanted || task.startsWith(`${wanted} `);
}

const verbText = Object.keys(verbs).join('|');
const queryText = new RegExp(
  `^([A-Z])/(.+?) ((?:${verbText})(?: .+?)??)(?: #(\\d+))?(?: after (.+))?$`,
);

type Fits = (event: TraceEvent) => boolean;

function happening(words: string): Fits | undefined {
  const [verb = '', ...rest] = words.split(' ');
  const known = Object.entries(verbs).find(([name]) => name === verb)?.[1];
  return known === undefined ? undefined : (event) => known(event, rest.join(' '));
}

/** @throws {StepError} the query is not one, or no step fits it */
export function findStep(trace: Trace, query: string): number {
  const match = queryText.exec(query);
  const [, node, task = '', words = '', nth = '1', after] = match ?? [];
  const fits = happening(words);
  const comesAfter = after === undefined ? undefined : happening(after);
  if (fits === undefined || (after !== undefined && comesAfter === undefined))
    throw new StepError(
      query,
      'expected NODE/TASK and what happens, as steps.ts lists',
    );
  const { events } = withFields(trace);
  const own = events.filter(({ n, k }) => n === node && isTask(k, task));
  const begin = comesAfter === undefined ? 0 : own.findIndex(comesAfter) + 1;
  if (comesAfter !== undefined && begin === 0)
    throw new StepError(query, `nothing fits “${after ?? ''}”`);
  const step = tellingSteps(own.slice(begin).filter(fits))[Number(nth) - 1];
  if (step === undefined) throw new StepError(query, 'no step of the trace fits');
  return step.i;
}

/** A select that repeats the send or receive before it is not a second one. */
function tellingSteps(steps: readonly TraceEvent[]): TraceEvent[] {
  return steps.filter(({ chan }, at) => {
    const before = steps[at - 1]?.chan;
    return chan?.nth === undefined || before?.id !== chan.id || before.nth !== chan.nth;
  });
}

function recorded(repoDir: string, name: string): Trace {
  const file = join(repoDir, 'docs', 'traces', `${name}.jsonl`);
  if (!existsSync(file))
    throw new StepError('', 'record the trace first: npm run record');
  return readTrace(readFileSync(file, 'utf8'));
}
