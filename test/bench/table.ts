/** A run as text: a line for each figure, in columns. */

import { columns, type Column } from './catalogue.ts';
import type { BenchRecord, FigureRecord, RowRecord } from './record.ts';

const titles: Readonly<Record<Column, string>> = {
  ours: 'ours',
  transport: 'our transport',
  devp2p: 'devp2p',
  raw: 'raw TCP',
  parts: 'from parts',
};

/** Three digits that count, and separators for thousands. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return '?';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}

/** `150 ±7%`; `150` of a single value, which says nothing of its spread. */
export function figureText({ median, spread, values }: FigureRecord): string {
  const text = numberText(median);
  return values.length > 1 ? `${text} ±${Math.round(100 * spread)}%` : text;
}

function cellsOf(row: RowRecord, shown: readonly Column[]): string[] {
  const verdict = row.met === undefined ? '' : row.met ? 'met' : 'not met';
  return [
    row.label,
    row.unit,
    ...shown.map((column) => {
      const figure = row.figures[column];
      return figure === undefined ? '' : figureText(figure);
    }),
    row.ratio === undefined ? '' : `${numberText(row.ratio)} ×`,
    row.goal ?? '',
    verdict,
  ];
}

/** Columns without a figure are left out. */
export function tableText(rows: readonly RowRecord[]): string {
  const shown = columns.filter((column) => rows.some(({ figures }) => figures[column]));
  const titlesShown = shown.map((column) => titles[column]);
  const head = ['figure', 'unit', ...titlesShown, 'ours / devp2p', 'goal', ''];
  const lines = [head, ...rows.map((row) => cellsOf(row, shown))];
  const widths = head.map((_, i) =>
    Math.max(...lines.map((cells) => cells[i]?.length ?? 0)),
  );
  const isText = (i: number): boolean => i < 2 || i >= head.length - 2;
  const align = (cell: string, i: number): string => {
    const width = widths[i] ?? 0;
    return isText(i) ? cell.padEnd(width) : cell.padStart(width);
  };
  return lines.map((cells) => cells.map(align).join('  ').trimEnd()).join('\n');
}

export function headText({ date, commit, quick, machine }: BenchRecord): string {
  const { cpu, cores, memoryGiB, node, platform, load } = machine;
  return [
    `peerwalk ${commit}, ${date}${quick ? ', --quick' : ''}`,
    `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${platform}, Node ${node}`,
    `load average of the minute before: ${load.toFixed(1)}`,
    'median ± half the range over rounds; ratios of neighbouring rounds',
  ].join('\n');
}
