/** What a player is given to play. */
import type { Trace } from '../../impl/csp/trace.ts';
import type { MessagePlaces } from './message-places.ts';

/** A line as HTML that the build made; or a note of the author's on the lines after it. */
export type CodeLine = string | LiftedLine | ReaderLine;

export interface LiftedLine {
  readonly kind: 'note' | 'goal';
  readonly html: string;
  /** Columns that the code around it is indented by. */
  readonly indent: number;
}

/** A line of the reader's own source: text, and never HTML. */
export interface ReaderLine {
  readonly kind: 'own';
  readonly text: string;
}

/** By file and line number. */
export type CodeByFile = Readonly<Record<string, Readonly<Record<number, CodeLine>>>>;

/** Fields of the bytes of a step, by step. */
export type FieldsByStep = Readonly<Record<number, readonly TraceField[]>>;

/** After the last byte of the field, and its name. Fields lie without gaps from byte 0. */
export type TraceField = readonly [end: number, name: string];

export interface PlayerData {
  /** The run, or the text of its file. */
  readonly run: Trace | string;
  /** The run is a sketch, because none was recorded. */
  readonly sample: boolean;
  readonly code: CodeByFile;
  readonly fields: FieldsByStep;
  /** Where messages are built and read. */
  readonly places?: MessagePlaces;
}

/** The reader's source, as the steps of the run name it. */
export interface OwnSource {
  /** As in the run's `src`: `exercises/14-handle/exercise.ts`. */
  readonly file: string;
  readonly text: string;
}

/** What to call nodes and tasks whose own names say little: `{ main: 'your test' }`. */
export interface PlayerNames {
  readonly nodes?: Readonly<Record<string, string>>;
  readonly tasks?: Readonly<Record<string, string>>;
}

/** `impl/p2p/peer.ts` and 120. */
export interface CodePlace {
  readonly file: string;
  readonly line: number;
}

export function placeOf(src: string | undefined): CodePlace | undefined {
  const [, file, line] = /^(.+):(\d+)$/.exec(src ?? '') ?? [];
  return file === undefined ? undefined : { file, line: Number(line) };
}

interface NumberedLine {
  readonly number: number;
  readonly kind: 'code' | 'own' | LiftedLine['kind'];
}

/** Lines are left out between the two. A note may have been written on several. */
export function isGap(before: NumberedLine | undefined, line: NumberedLine): boolean {
  if (before === undefined) return false;
  const isCode = before.kind === 'code' || before.kind === 'own';
  return isCode && line.number - before.number > 1;
}

/** The reader's lines, to be shown as they were typed. */
export function ownCode({ file, text }: OwnSource): CodeByFile {
  const lines = text
    .split('\n')
    .map((line, index): [number, ReaderLine] => [
      index + 1,
      { kind: 'own', text: line.replace(/\r$/, '') },
    ]);
  return { [file]: Object.fromEntries(lines) };
}

/** The run with its nodes and tasks called as `names` says. */
export function withNames(trace: Trace, names: PlayerNames | undefined): Trace {
  if (names === undefined) return trace;
  const node = (name: string): string => names.nodes?.[name] ?? name;
  const task = (name: string): string => names.tasks?.[name] ?? name;
  const events = trace.events.map((event) => ({
    ...event,
    n: node(event.n),
    k: task(event.k),
    ...(event.go && {
      go: { node: node(event.go.node), task: task(event.go.task) },
    }),
    ...(event.by && {
      by: { node: node(event.by.node), task: task(event.by.task) },
    }),
    ...(event.waits && {
      waits: event.waits.map((wait) =>
        wait.op === 'end' ? { ...wait, name: task(wait.name) } : wait,
      ),
    }),
  }));
  return { ...trace, events };
}
