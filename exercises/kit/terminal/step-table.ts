/** A run in a terminal: a line for each step, and a mark at the one that is meant. */

import type { Trace, TraceEvent } from '#impl/csp/trace.ts';
import { visible } from '../words/visible.ts';
import { showStrings } from '../words/show-strings.ts';
import { paint, type Look } from './terminal.ts';

const strings = showStrings.steps;

const shownBefore = 24;
const shownAfter = 8;
/** So many lines are shown whole: most runs that a pass shows, opened at their first step. */
const shownWhole = 80;

/** What a row says beside what happens, when a narrow terminal leaves little for it. */
const leastWhat = 16;

/**
 * @param at the step that is meant
 * @param columns of the terminal; undefined: there is none
 */
export function stepTable(
  look: Look,
  { events, head }: Trace,
  at: number,
  columns = Infinity,
): string[] {
  const whole = events.length <= shownWhole;
  const from = whole ? 0 : Math.max(0, at - shownBefore);
  const to = whole ? events.length : Math.min(events.length, at + shownAfter + 1);
  const before = from + (head.leftOut?.before ?? 0);
  const after = events.length - to + (head.leftOut?.after ?? 0);
  const shown = events.slice(from, to);
  const rows = shown.map(cellsOf);
  const width = (column: number, most: number): number =>
    Math.min(most, Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  const beside = [width(0, 6), width(1, 10), width(2, 22)];
  // The mark, and a space between two columns.
  const taken = [1, ...beside, width(4, Infinity)].reduce(
    (sum, one) => sum + one + 1,
    0,
  );
  const left = Math.max(leastWhat, columns - taken);
  const widths = [...beside, width(3, Math.min(64, left))];
  const lines = rows.map((row, index) => {
    const isMeant = shown[index]?.i === at;
    const [step = '', ms = '', task = '', what = '', where = ''] = row;
    const line = [
      isMeant ? '>' : ' ',
      step.padStart(widths[0] ?? 0),
      ms.padStart(widths[1] ?? 0),
      fitted(task, widths[2] ?? 0),
      fitted(what, widths[3] ?? 0),
      where,
    ]
      .join(' ')
      .trimEnd();
    return isMeant ? paint(look, 'strong', line) : line;
  });
  return [
    ...(before > 0 ? [paint(look, 'quiet', `  ${strings.before(before)}`)] : []),
    ...lines,
    ...(after > 0 ? [paint(look, 'quiet', `  ${strings.after(after)}`)] : []),
  ];
}

function fitted(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}

function cellsOf(event: TraceEvent): string[] {
  const { i, t, n, k, src = '' } = event;
  const where = src.replace(/^exercises\/[^/]+\//, '');
  const task = n === '' ? k : `${n} ${k}`;
  return [
    String(i),
    strings.ms(t),
    visible(task),
    visible(whatOf(event)),
    visible(where),
  ];
}

function whatOf(event: TraceEvent): string {
  const { e, on = '', ch = '', v = '', chan, by } = event;
  switch (e) {
    case 'start':
      return by === undefined ? strings.begins : strings.begunBy(by.task);
    case 'end':
      return strings.ends;
    case 'block':
      return strings.waits(on);
    case 'wake':
      return strings.wakes;
    case 'send':
      return strings.puts(v, ch);
    case 'recv':
      return strings.takes(v, ch);
    case 'select':
      return strings.chooses(chan?.case ?? v, ch);
    case 'read':
      return strings.reads(v);
    case 'write':
      return strings.writes(v);
    case 'msg':
    case 'event':
      return v;
  }
}
