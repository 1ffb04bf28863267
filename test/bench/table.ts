/** A run as text: a line for each figure, in columns. */

import { columns, type Column } from './catalogue.ts';
import type { BenchRecord, RowRecord } from './record.ts';

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

function figureText({ figures }: RowRecord, column: Column): string {
  const figure = figures[column];
  if (figure === undefined) return '';
  const percent = Math.round(100 * figure.spread);
  return `${numberText(figure.median)} ±${percent}%`;
}

function cellsOf(row: RowRecord): string[] {
  const verdict = row.met === undefined ? '' : row.met ? 'met' : 'not met';
  return [
    row.label,
    row.unit,
    ...columns.map((column) => figureText(row, column)),
    row.ratio === undefined ? '' : `${numberText(row.ratio)} ×`,
    row.goal ?? '',
    verdict,
  ];
}

const head = [
  'figure',
  'unit',
  ...columns.map((column) => titles[column]),
  'ours / devp2p',
  'goal',
  '',
];

export function tableText(rows: readonly RowRecord[]): string {
  const lines = [head, ...rows.map(cellsOf)];
  const widths = head.map((_, i) =>
    Math.max(...lines.map((cells) => cells[i]?.length ?? 0)),
  );
  const textColumns = [0, 1, head.length - 2, head.length - 1];
  return lines
    .map((cells) =>
      cells
        .map((cell, i) =>
          textColumns.includes(i)
            ? cell.padEnd(widths[i] ?? 0)
            : cell.padStart(widths[i] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function headText({ date, commit, quick, machine }: BenchRecord): string {
  const { cpu, cores, memoryGiB, node, platform } = machine;
  return [
    `peerwalk ${commit}, ${date}${quick ? ', --quick' : ''}`,
    `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${platform}, Node ${node}`,
    'median ± half the range over rounds; ratios of neighbouring rounds',
  ].join('\n');
}
