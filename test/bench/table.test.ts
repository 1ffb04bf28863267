import { describe, expect, it } from 'vitest';
import { catalogue, type Values } from './catalogue.ts';
import { fullPlan } from './plan.ts';
import { Figures, rowRecord, rowRecords, type RowRecord } from './record.ts';
import { numberText, tableText } from './table.ts';

const entries = catalogue(fullPlan);

function rowOf(id: string, values: Values): RowRecord {
  const entry = entries.find((known) => known.id === id);
  if (entry === undefined) throw new TypeError(id);
  return rowRecord(entry, values);
}

describe('catalogue', () => {
  it('names each figure once', () => {
    const ids = entries.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each<[string, Values, boolean | undefined]>([
    ['one-way/100', { ours: [80, 80], devp2p: [10, 10] }, true],
    ['one-way/100', { ours: [79, 79], devp2p: [10, 10] }, false],
    ['one-way/100', { ours: [79] }, undefined],
    ['handshakes/50', { ours: [600], devp2p: [30] }, true],
    ['handshakes/50', { ours: [600], devp2p: [31] }, false],
    ['handshakes/50', { ours: [499], devp2p: [1] }, false],
    ['handshakes/50', { ours: [600] }, undefined],
    ['round-trip/p50', { ours: [150], devp2p: [1] }, true],
    ['round-trip/p50', { ours: [151], devp2p: [900] }, false],
    ['memory/peer', { ours: [45], devp2p: [44] }, false],
    ['memory/peer', { ours: [44], devp2p: [44] }, true],
    ['sync/20000', { ours: [1999] }, false],
    ['sync/20000', { ours: [2000] }, true],
    ['sync/linear', { ours: [0.79] }, false],
    ['loop-delay/receiver/10485760', { ours: [21] }, false],
  ])('judges %s of %j: %s', (id, values, met) => {
    expect(rowOf(id, values).met).toBe(met);
  });
});

describe('rowRecords', () => {
  it('has a row for what was measured, in the order of the catalogue', () => {
    const figures = new Figures();
    figures.add('one-way/100', 'raw', 3);
    figures.add('handshakes/1', 'ours', 1);
    figures.add('handshakes/1', 'ours', 3);
    const rows = rowRecords(entries, figures);
    expect(rows.map(({ id }) => id)).toEqual(['handshakes/1', 'one-way/100']);
    expect(rows[0]?.figures).toEqual({
      ours: { median: 2, spread: 0.5, values: [1, 3] },
    });
  });
});

describe('tableText', () => {
  it('sets figures, ratio and verdict in columns, without the empty ones', () => {
    const rows = [
      rowOf('round-trip/p50', { ours: [140, 150, 160], devp2p: [560, 600, 640] }),
      rowOf('one-way/1024', { ours: [20_000], devp2p: [4_000] }),
    ];
    expect(tableText(rows).split('\n')).toEqual([
      'figure                    unit     ours   devp2p  ours / devp2p  goal',
      'round trip of 100 B, p50  µs    150 ±7%  600 ±7%         0.25 ×  ≤ 150 µs                  met',
      'one way, 1 KiB            /s     20,000    4,000            5 ×  ≥ 8 × devp2p; aim 25,000  not met',
    ]);
  });
});

describe('numberText', () => {
  it.each([
    [12_345.6, '12,346'],
    [99.94, '99.9'],
    [0.012_34, '0.0123'],
    [NaN, '?'],
  ])('writes %d as %s', (value, text) => {
    expect(numberText(value)).toBe(text);
  });
});
