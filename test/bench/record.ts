/** The figures of a run, as they are kept: in a file, and from there on a page. */

import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import type { Column, Entry, Values } from './catalogue.ts';
import { median, ratio, spread } from './statistics.ts';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly platform: string;
  /** Average of the minute before the run: above 0, others were at work too. */
  readonly load: number;
}

export interface FigureRecord {
  readonly median: number;
  /** Half the range over rounds, as a part of the median. */
  readonly spread: number;
  readonly values: readonly number[];
}

export interface RowRecord {
  readonly id: string;
  readonly suite: string;
  readonly label: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
  readonly figures: Readonly<Partial<Record<Column, FigureRecord>>>;
  /** Ours to devp2p's, median over rounds. */
  readonly ratio?: number;
  readonly goal?: string;
  readonly met?: boolean;
}

export interface BenchRecord {
  readonly version: 1;
  readonly date: string;
  readonly commit: string;
  readonly quick: boolean;
  readonly machine: Machine;
  readonly rows: readonly RowRecord[];
  /** What could not be measured, and why. */
  readonly failures: readonly string[];
}

/** Collects values while suites run. */
export class Figures {
  readonly #values = new Map<string, Partial<Record<Column, number[]>>>();

  add(id: string, column: Column, value: number): void {
    const row = this.#values.get(id) ?? {};
    this.#values.set(id, row);
    (row[column] ??= []).push(value);
  }

  of(id: string): Values | undefined {
    return this.#values.get(id);
  }
}

function figureRecord(values: readonly number[]): FigureRecord {
  return { median: median(values), spread: spread(values), values };
}

export function rowRecord(entry: Entry, values: Values): RowRecord {
  const { goal, ...head } = entry;
  const { ours, devp2p } = values;
  const met = goal?.isMet(values);
  return {
    ...head,
    figures: Object.fromEntries(
      Object.entries(values).map(([column, all]) => [column, figureRecord(all)]),
    ),
    ...(ours && devp2p && { ratio: ratio(ours, devp2p) }),
    ...(goal && { goal: goal.text }),
    ...(met !== undefined && { met }),
  };
}

export function rowRecords(
  entries: readonly Entry[],
  figures: Figures,
): readonly RowRecord[] {
  return entries.flatMap((entry) => {
    const values = figures.of(entry.id);
    return values === undefined ? [] : [rowRecord(entry, values)];
  });
}

export function thisMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    load: loadavg()[0] ?? 0,
  };
}

/** Short hash of the head, with a + if files differ from it. */
export function commitOf(folder: string): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    const isChanged = git('status', '--porcelain', '--untracked-files=no') !== '';
    return git('rev-parse', '--short', 'HEAD') + (isChanged ? '+' : '');
  } catch {
    return 'unknown'; // a copy without its history
  }
}
