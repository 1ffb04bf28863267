/** The log: one line each on standard error, as `key=value`. Events are another thing. */

import { errorText } from '../net/error-text.ts';
import type { LogLevel } from './options.ts';
import type { LeftOut } from './output.ts';
import { escaped, type NodeEvent } from './report.ts';

const ranks: Readonly<Record<LogLevel, number>> = {
  error: 0,
  warn: 1,
  info: 2,
  debug: 3,
};

/** A stranger writes parts of what is logged. */
const maxValueLength = 4_096;

export class Log {
  readonly #level: LogLevel;
  readonly #now: () => number;
  readonly #write: (line: string, isMinor: boolean) => void;

  /** @param write gets each line, and whether it is of those that come by the thousand */
  constructor(
    level: LogLevel,
    now: () => number,
    write: (line: string, isMinor: boolean) => void,
  ) {
    this.#level = level;
    this.#now = now;
    this.#write = write;
  }

  /** A fault of ours, with its stack. Every level has it. */
  fault(task: string, thrown: unknown): void {
    const stack = thrown instanceof Error ? thrown.stack : undefined;
    const error = errorText(thrown) || typeof thrown;
    this.line('error', 'a task failed', { task, error, ...(stack && { stack }) });
  }

  /** The same events as on standard output, with what went wrong above the rest. */
  event({ type, ...fields }: NodeEvent): void {
    this.line(levelOf(type), type, fields);
  }

  line(level: LogLevel, msg: string, fields: Readonly<Record<string, unknown>>): void {
    if (ranks[level] > ranks[this.#level]) return;
    this.#write(this.#text(level, msg, fields), level === 'debug');
  }

  /** What counts the lines that nobody read. It is for whoever reads at all: no level. */
  leftOut({ lines, minor }: LeftOut): string {
    return this.#text('warn', 'left-out', { lines, messages: minor });
  }

  #text(
    level: LogLevel,
    msg: string,
    fields: Readonly<Record<string, unknown>>,
  ): string {
    const all = { t: Math.round(this.#now()), level, msg, ...fields };
    const pairs = Object.entries(all).map(
      ([key, value]) => `${key}=${valueText(value)}`,
    );
    return `${pairs.join(' ')}\n`;
  }
}

function levelOf(type: NodeEvent['type']): LogLevel {
  if (type === 'msg-send' || type === 'msg-recv') return 'debug';
  if (type === 'accept-error') return 'warn'; // its owner has to do something
  return 'info';
}

/** In quotes if it holds more than one word; line breaks are written `\n`. */
function valueText(value: unknown): string {
  const text = Array.isArray(value) ? value.join(',') : String(value);
  const cut = text.length > maxValueLength ? `${text.slice(0, maxValueLength)}…` : text;
  return /^[^\s"=\\\p{C}]+$/u.test(cut) ? cut : escaped(JSON.stringify(cut));
}
