/** What the soak measures, and the bounds that it holds the node to. */

const mib = 2 ** 20;

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

export interface Delay {
  /** Of all looks: a long stall is one of them. */
  readonly p99Ms: number;
  readonly maxMs: number;
  /** What comes at any moment of the time waits no longer, but for 1 %. */
  readonly feltMs: number;
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
    return this.look();
  }

  look(): { readonly ours: Delay; readonly others: Delay } {
    return { ours: delayOf(this.#ours), others: delayOf(this.#others) };
  }
}

function delayOf(values: readonly number[]): Delay {
  const maxMs = values.reduce((most, value) => Math.max(most, value), 0);
  return { p99Ms: percentile(values, 0.99) || 0, maxMs, feltMs: felt(values, 0.99) };
}

/**
 * Of the moments in which somebody may come, `share` wait at most so many milliseconds: a
 * stall of 500 ms is met by fifty times as many as one of 10 ms.
 *
 * @param lateMs how late each look was, of those that are `lookEveryMs` apart
 */
export function felt(lateMs: readonly number[], share: number): number {
  const allMs = lateMs.reduce((sum, late) => sum + late + lookEveryMs, 0);
  let leftMs = allMs * (1 - share);
  const longest = lateMs.toSorted((a, b) => b - a);
  // From the longest down: with each the others that reach so far wait a little less.
  for (const [i, late] of longest.entries()) {
    const next = longest[i + 1] ?? 0;
    const between = (late - next) * (i + 1);
    if (between >= leftMs) return late - leftMs / (i + 1);
    leftMs -= between;
  }
  return 0;
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
