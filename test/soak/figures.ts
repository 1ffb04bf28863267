/** What the soak measures, and the bounds that it holds the node to. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const mib = 2 ** 20;

/** After a collection; bytes that the heap and what hangs on it hold. */
export function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void; // there since the line above
  gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

export interface Delay {
  readonly p99Ms: number;
  readonly maxMs: number;
}

const lookEveryMs = 10;

/**
 * How late the event loop of this thread is. Of what a timer is late, as much is ours as
 * the process has worked meanwhile; the rest of it somebody else had the processor.
 */
export class Lateness {
  readonly #ours: number[] = []; // BOUNDED by the time that is measured
  readonly #others: number[] = [];
  #timer: NodeJS.Timeout | undefined;

  start(): void {
    let due = performance.now() + lookEveryMs;
    let { user, system } = process.cpuUsage();
    const look = (): void => {
      const now = performance.now();
      const usage = process.cpuUsage();
      const workedMs = (usage.user - user + usage.system - system) / 1_000;
      const lateMs = Math.max(0, now - due);
      this.#ours.push(Math.min(lateMs, workedMs));
      this.#others.push(Math.max(0, lateMs - workedMs));
      ({ user, system } = usage);
      due = now + lookEveryMs;
      this.#timer = setTimeout(look, lookEveryMs);
    };
    this.#timer = setTimeout(look, lookEveryMs);
  }

  stop(): { readonly ours: Delay; readonly others: Delay } {
    clearTimeout(this.#timer);
    return { ours: delayOf(this.#ours), others: delayOf(this.#others) };
  }
}

function delayOf(values: readonly number[]): Delay {
  return { p99Ms: percentile(values, 0.99), maxMs: Math.max(...values) };
}

/** The slope of a line through the values, in units a step. */
export function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let [over, under] = [0, 0];
  for (const [i, value] of values.entries()) {
    over += (i - middle) * (value - mean);
    under += (i - middle) ** 2;
  }
  return under === 0 ? 0 : over / under;
}

export class Verdict {
  readonly #lines: string[] = [];
  isGood = true;

  /** @param most the figure may be so large */
  atMost(what: string, value: number, most: number, unit: string): void {
    this.#note(
      what,
      value <= most,
      `${rounded(value)} ${unit}, at most ${rounded(most)}`,
    );
  }

  atLeast(what: string, value: number, least: number, unit: string): void {
    this.#note(
      what,
      value >= least,
      `${rounded(value)} ${unit}, at least ${rounded(least)}`,
    );
  }

  none(what: string, found: readonly string[]): void {
    this.#note(
      what,
      found.length === 0,
      found.length === 0 ? 'none' : found.join('; '),
    );
  }

  /** A figure without a bound. */
  figure(what: string, text: string): void {
    this.#lines.push(`     ${what}: ${text}`);
  }

  toString(): string {
    return this.#lines.join('\n');
  }

  #note(what: string, holds: boolean, text: string): void {
    if (!holds) this.isGood = false;
    this.#lines.push(`${holds ? 'ok  ' : 'FAIL'} ${what}: ${text}`);
  }
}

function rounded(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2);
}

export const inMiB = (bytes: number): number => bytes / mib;
