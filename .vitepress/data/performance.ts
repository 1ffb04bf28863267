/** What the performance page shows: texts and derived numbers, all from the recorded run. */
import { pingIntervalMs } from '../../impl/p2p/base-protocol.ts';
import type { Column } from '../../test/bench/catalogue.ts';
import type { BenchRecord, RowRecord } from '../../test/bench/record.ts';
import { figureText, numberText } from '../../test/bench/table.ts';

export interface PerformanceRow {
  readonly id: string;
  readonly suite: string;
  readonly label: string;
  readonly unit: string;
  /** `150 ±7%`, for each column that has a figure; of a single value, `150`. */
  readonly cells: Readonly<Partial<Record<Column, string>>>;
  /** The range of geth's own runs. */
  readonly geth?: string;
  readonly ratio?: string;
  readonly goal?: string;
  readonly met?: boolean;
}

export interface PerformanceData {
  readonly date: string;
  readonly commit: string;
  readonly quick: boolean;
  readonly machine: Omit<BenchRecord['machine'], 'load'> & { readonly load: string };
  readonly rows: readonly PerformanceRow[];
  readonly geth: { readonly version: string; readonly recorded: string };
  readonly failures: readonly string[];
  /** Numbers in the text, by name; a dash where the run has no such figure. */
  readonly scale: Readonly<Record<string, string>>;
}

interface GethRecord {
  readonly version: string;
  readonly recorded: string;
  readonly figures: Readonly<Record<string, readonly [number, number]>>;
}

export function performanceData(record: string, geth: string): PerformanceData {
  // Both files are ours and committed; a wrong shape shows on the page.
  const run = JSON.parse(record) as BenchRecord;
  const their = JSON.parse(geth) as GethRecord;
  const { date, commit, quick, machine, failures } = run;
  return {
    date,
    commit,
    quick,
    failures,
    machine: { ...machine, load: numberText(machine.load) },
    rows: run.rows.map((row) => pageRow(row, their.figures[row.id])),
    geth: { version: their.version, recorded: their.recorded },
    scale: scaleNumbers(run.rows),
  };
}

function pageRow(
  row: RowRecord,
  geth: readonly [number, number] | undefined,
): PerformanceRow {
  const { id, suite, label, unit, figures, goal, met } = row;
  const cells = Object.entries(figures).map(([column, figure]) => [
    column,
    figureText(figure),
  ]);
  return {
    id,
    suite,
    label,
    unit,
    cells: Object.fromEntries(cells) as PerformanceRow['cells'], // columns stay columns
    ...(geth && { geth: geth.map(numberText).join('–') }),
    ...(row.ratio !== undefined && { ratio: `${numberText(row.ratio)} ×` }),
    ...(goal !== undefined && { goal }),
    ...(met !== undefined && { met }),
  };
}

const peers = 2_000;
const mebibyte = 1_048_576;

function scaleNumbers(rows: readonly RowRecord[]): PerformanceData['scale'] {
  const of = (id: string, column: Column = 'ours'): number =>
    rows.find((row) => row.id === id)?.figures[column]?.median ?? NaN;
  const text = (value: number): string =>
    Number.isFinite(value) ? numberText(value) : '–';
  const listener = of('handshake-cpu/listener/50');
  const perMiB = (id: string, column: Column): number => 1e6 / of(id, column);
  return {
    curveShare: text(of('handshake-share/curve')),
    socketShare: text(of('handshake-share/sockets')),
    macShare: text(of('message-share/mac')),
    aesShare: text(of('message-share/aes')),
    snappyShare: text(of('message-share/snappy')),
    messageSocketShare: text(of('message-share/sockets')),
    messageGcShare: text(of('message-share/memory')),
    peers: text(peers),
    peerKiB: text(of('memory/peer')),
    peersMiB: text((peers * of('memory/peer')) / 1024),
    busyRatio: text(of('memory/busy-ratio')),
    handshakeMs: text(listener),
    handshakesPerCore: text(1000 / listener),
    handshakeStorm: text((peers * listener) / 1000),
    receiverUs: text(of('one-way-cpu/receiver/100')),
    messagesPerCore: text(1e6 / of('one-way-cpu/receiver/100')),
    openCeiling: text(perMiB(`codec/open/${mebibyte}`, 'parts')),
    openOurs: text(perMiB(`one-way-cpu/receiver/${mebibyte}`, 'ours')),
    delayMs: text(of(`loop-delay/receiver/${mebibyte}`)),
    pingsPerSecond: text((peers * 1000) / pingIntervalMs),
  };
}
