/**
 * What the trace player draws, computed from a trace once: lanes, waits, hand-overs,
 * messages, and where a reader would stop. Pure: no Vue, no document, no clock.
 */
import type { Trace, TraceEvent } from '../../impl/csp/trace.ts';
import { messageName } from './message-names.ts';
import { withFields } from './words.ts';

export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Lane {
  readonly node: string;
  readonly task: string;
  /** Place on its side, 0 outermost. A lane that ended leaves its place to another. */
  readonly column: number;
  /** First and last step; the last step of the trace if the task never ends. */
  readonly from: number;
  readonly to: number;
  /** The task ended inside the trace. */
  readonly ended: boolean;
  readonly blocked: readonly Span[];
}

export interface Link {
  readonly kind: 'message' | 'bytes' | 'handover' | 'spawn';
  readonly from: number;
  readonly fromLane: number;
  readonly to: number;
  readonly toLane: number;
  readonly label: string;
}

export interface TraceModel {
  readonly trace: Trace;
  readonly nodes: readonly string[];
  readonly lanes: readonly Lane[];
  /** Lane of each step. */
  readonly laneOf: readonly number[];
  readonly links: readonly Link[];
  /** Steps that a table shows as rows of their own. */
  readonly main: readonly boolean[];
  /** Steps where a reader stops: messages, or bytes where no message is named. */
  readonly stops: readonly number[];
  /** Columns of the widest moment, per node. */
  readonly columns: readonly number[];
  /** The other end of a hand-over through a channel, by step. */
  readonly partner: ReadonlyMap<number, number>;
  /**
   * Sends that nobody took from the sender's hands, by step: how many values lie in the
   * channel then, or undefined if the run does not tell.
   */
  readonly lying: ReadonlyMap<number, number | undefined>;
  /** The message that the bytes of a read or a write are of, by step. */
  readonly carries: ReadonlyMap<number, Crossing>;
}

interface OpenLane {
  readonly node: string;
  readonly task: string;
  readonly column: number;
  readonly from: number;
  to: number;
  ended: boolean;
  blockedSince: number | undefined;
  readonly blocked: Span[];
}

export function buildModel(given: Trace): TraceModel {
  const trace = withFields(given);
  // What belongs to no node (the scenario itself) has a place in the middle, and no lane.
  // In a run without nodes, a test's for example, all tasks are of one that has no name.
  const named = [...new Set(trace.events.map((event) => event.n))]
    .filter(Boolean)
    .sort();
  const nodes = named.length === 0 ? [''] : named;
  const { lanes, laneOf, columns } = buildLanes(trace, nodes);
  const links = [
    ...spawns(trace, laneOf, lanes),
    ...handovers(trace, laneOf),
    ...crossings(trace, laneOf),
  ].sort((a, b) => a.from - b.from);
  return {
    trace,
    nodes,
    lanes,
    laneOf,
    links,
    main: mainSteps(trace),
    stops: stopsOf(trace),
    columns,
    partner: partners(links),
    lying: putIn(trace),
    carries: carriedMessages(trace),
  };
}

function buildLanes(
  trace: Trace,
  nodes: readonly string[],
): { lanes: Lane[]; laneOf: number[]; columns: number[] } {
  const lanes: OpenLane[] = [];
  const alive = new Map<string, number>(); // task by node and name to its lane
  const taken = nodes.map(() => new Set<number>());
  const columns = nodes.map(() => 0);
  const laneOf: number[] = [];
  const last = Math.max(0, trace.events.length - 1);

  for (const event of trace.events) {
    const side = nodes.indexOf(event.n);
    const key = `${event.n}/${event.k}`;
    let index = alive.get(key);
    if (index === undefined) {
      const column = firstFree(taken[side]);
      taken[side]?.add(column);
      columns[side] = Math.max(columns[side] ?? 0, column + 1);
      index = lanes.push({
        node: event.n,
        task: event.k,
        column,
        from: event.i,
        to: last,
        ended: false,
        blockedSince: undefined,
        blocked: [],
      });
      index -= 1;
      alive.set(key, index);
    }
    laneOf.push(index);
    const lane = lanes[index];
    if (lane === undefined) continue;
    if (lane.blockedSince !== undefined) {
      lane.blocked.push({ from: lane.blockedSince, to: event.i });
      lane.blockedSince = undefined;
    }
    if (event.e === 'block') lane.blockedSince = event.i;
    if (event.e === 'end') {
      lane.to = event.i;
      lane.ended = true;
      alive.delete(key);
      taken[side]?.delete(lane.column);
    }
  }
  for (const lane of lanes) {
    if (lane.blockedSince !== undefined && !lane.ended) {
      lane.blocked.push({ from: lane.blockedSince, to: last });
    }
  }
  return { lanes, laneOf, columns };
}

function firstFree(taken: ReadonlySet<number> | undefined): number {
  let column = 0;
  while (taken?.has(column) === true) column += 1;
  return column;
}

/** One task starts another: a thin line between the two lanes. */
function spawns(
  trace: Trace,
  laneOf: readonly number[],
  lanes: readonly Lane[],
): Link[] {
  const links: Link[] = [];
  const waiting = new Map<string, number>();
  for (const { i, e, n, k, go, by } of trace.events) {
    if (go !== undefined) waiting.set(`${go.node}/${go.task}`, i);
    if (e !== 'start') continue;
    const key = `${n}/${k}`;
    const from = waiting.get(key) ?? (by && lastStepOf(by, i, trace, lanes));
    if (from === undefined) continue;
    waiting.delete(key);
    links.push(link('spawn', from, i, laneOf, ''));
  }
  return links;
}

/** Where no step says that it starts a task, the line begins at the starter's last step. */
function lastStepOf(
  { node, task }: { readonly node: string; readonly task: string },
  before: number,
  trace: Trace,
  lanes: readonly Lane[],
): number | undefined {
  const lane = lanes.find(
    (one) =>
      one.node === node && one.task === task && one.from < before && one.to >= before,
  );
  if (lane === undefined) return undefined;
  for (let i = before - 1; i >= lane.from; i--) {
    const earlier = trace.events[i];
    if (earlier?.n === node && earlier.k === task) return i;
  }
  return undefined;
}

/** How far apart the two ends of a hand-over may be and still be worth a line. */
const maxHandover = 80;

/**
 * Pairs what went into a channel with what came out: the n-th with the n-th. A `select`
 * counts as the send or receive that it chose, unless that is an event of its own.
 */
function handovers(trace: Trace, laneOf: readonly number[]): Link[] {
  const [ins, outs] = movesOf(trace);
  const links: Link[] = [];
  for (const [key, from] of ins) {
    const to = outs.get(key);
    if (to === undefined || laneOf[from] === laneOf[to]) continue;
    if (Math.abs(to - from) > maxHandover) continue;
    links.push(
      link('handover', from, to, laneOf, trace.events[from]?.chan?.name ?? ''),
    );
  }
  return links;
}

/** By channel and number of the value: the step that put it in, and that took it out. */
function movesOf({ events }: Trace): [Map<string, number>, Map<string, number>] {
  const ins = new Map<string, number>();
  const outs = new Map<string, number>();
  for (const { i, chan } of events) {
    if (chan?.nth === undefined) continue;
    const ends = chan.op === 'send' ? ins : outs;
    const key = `${chan.id}/${chan.nth}`;
    if (!ends.has(key)) ends.set(key, i);
  }
  return [ins, outs];
}

function partners(links: readonly Link[]): Map<number, number> {
  const found = new Map<number, number>();
  for (const { kind, from, to } of links) {
    if (kind === 'handover') found.set(from, to).set(to, from);
  }
  return found;
}

/**
 * A channel with room takes a value that nobody waits for. Where the taker was woken for
 * it, or had it before the sender went on, the two have met.
 */
function putIn(trace: Trace): Map<number, number | undefined> {
  const { events, head } = trace;
  const [ins, outs] = movesOf(trace);
  const lying = new Map<number, number | undefined>();
  const left = new Map<number, number>(); // the last value that has left, by channel
  for (const event of events) {
    const { i, chan } = event;
    if (chan?.nth === undefined) continue;
    const { id, nth, op } = chan;
    const gone = left.get(id) ?? 0;
    const key = `${id}/${nth}`;
    if (op === 'recv') left.set(id, Math.max(gone, nth));
    if (op !== 'send' || ins.get(key) !== i) continue;
    const taker = events[outs.get(key) ?? -1];
    if (taker !== undefined && (taker.i < i || wasWokenFor(taker, trace)))
      left.set(id, Math.max(gone, nth));
    // What a cut run took out before its first step is not known.
    else lying.set(i, head.leftOut === undefined ? nth - gone : undefined);
  }
  return lying;
}

function wasWokenFor({ i, n, k, chan }: TraceEvent, { events }: Trace): boolean {
  const wake = events[i - 1];
  if (wake?.e !== 'wake' || wake.n !== n || wake.k !== k) return false;
  return wake.on?.split(' | ').includes(`recv ${chan?.name ?? ''}`) === true;
}

/**
 * A task names a message right before it writes its bytes, and right after it has read
 * them. Bytes with anything else between them and a message are of none.
 */
function carriedMessages(trace: Trace): Map<number, Crossing> {
  const found = new Map<number, Crossing>();
  const sent = new Map<string, Crossing>();
  const reads = new Map<string, number[]>();
  for (const event of trace.events) {
    const key = `${event.n}/${event.k}`;
    const crossing = crossingOf(event);
    if (crossing?.direction === 'out') {
      sent.set(key, crossing);
      continue;
    }
    if (crossing !== undefined) {
      for (const step of reads.get(key) ?? []) found.set(step, crossing);
    }
    const writes = sent.get(key);
    if (event.e === 'write' && writes !== undefined) found.set(event.i, writes);
    sent.delete(key);
    if (event.e === 'read') reads.set(key, [...(reads.get(key) ?? []), event.i]);
    else if (!isReadWait(event)) reads.delete(key);
  }
  return found;
}

function isReadWait(event: TraceEvent): boolean {
  return (
    event.e === 'wake' ||
    (event.e === 'block' && event.waits?.some(isRead) === true) ||
    (event.e === 'select' && event.chan !== undefined && isRead(event.chan))
  );
}

/** A connection names its signals: `read 10.0.0.1:30303`. */
function isRead({ name }: { readonly name: string }): boolean {
  return name.startsWith('read ') && !name.startsWith('read deadline ');
}

interface Written {
  readonly from: number;
  readonly label: string;
  /** Bytes of the stream up to and with this write. */
  readonly end: number;
}

/** What crossed between nodes: named messages where there are any, else bytes. */
function crossings(trace: Trace, laneOf: readonly number[]): Link[] {
  const named = messageLinks(trace, laneOf);
  return named.length > 0 ? named : byteLinks(trace, laneOf);
}

export interface Crossing {
  readonly direction: 'out' | 'in';
  readonly name: string;
  readonly size: number;
}

/** What a `msg` tells of, or an event of the handshake, which has messages of its own. */
export function crossingOf({ msg }: TraceEvent): Crossing | undefined {
  if (msg?.dir === undefined) return undefined;
  return { direction: msg.dir, name: messageName(msg), size: msg.size };
}

function messageLinks(trace: Trace, laneOf: readonly number[]): Link[] {
  const links: Link[] = [];
  const flying: { from: number; node: string; name: string; size: number }[] = [];
  for (const event of trace.events) {
    const crossing = crossingOf(event);
    if (crossing === undefined) continue;
    const { direction, name, size } = crossing;
    if (direction === 'out') {
      flying.push({ from: event.i, node: event.n, name, size });
      continue;
    }
    const position = flying.findIndex(
      (one) => one.node !== event.n && one.name === name && one.size === size,
    );
    const [found] = position < 0 ? [] : flying.splice(position, 1);
    if (found !== undefined)
      links.push(link('message', found.from, event.i, laneOf, name));
  }
  return links;
}

/** A connection is an ordered stream: a write has arrived when its last byte was read. */
function byteLinks(trace: Trace, laneOf: readonly number[]): Link[] {
  const links: Link[] = [];
  const streams = new Map<
    string,
    { written: number; read: number; writes: Written[] }
  >();
  const streamOf = (
    key: string,
  ): { written: number; read: number; writes: Written[] } => {
    const stream = streams.get(key) ?? { written: 0, read: 0, writes: [] };
    streams.set(key, stream);
    return stream;
  };
  for (const event of trace.events) {
    const length = byteLength(trace, event);
    if (length === 0) continue;
    if (event.e === 'write') {
      const stream = streamOf(event.n);
      stream.written += length;
      stream.writes.push({ from: event.i, label: event.v ?? '', end: stream.written });
    } else if (event.e === 'read') {
      const writer = trace.events.find(
        (other) => other.e === 'write' && other.n !== event.n,
      )?.n;
      if (writer === undefined) continue;
      const stream = streamOf(writer);
      stream.read += length;
      while (stream.writes[0] !== undefined && stream.writes[0].end <= stream.read) {
        const [arrived] = stream.writes.splice(0, 1);
        if (arrived === undefined) break;
        links.push(link('bytes', arrived.from, event.i, laneOf, arrived.label));
      }
    }
  }
  return links;
}

function link(
  kind: Link['kind'],
  from: number,
  to: number,
  laneOf: readonly number[],
  label: string,
): Link {
  return {
    kind,
    from,
    fromLane: laneOf[from] ?? 0,
    to,
    toLane: laneOf[to] ?? 0,
    label,
  };
}

export function byteLength(trace: Trace, event: TraceEvent): number {
  return event.b === undefined ? 0 : (trace.bytes[event.b]?.length ?? 0) / 2;
}

function mainSteps(trace: Trace): boolean[] {
  const named = trace.events.some((event) => crossingOf(event) !== undefined);
  return trace.events.map((event) => isMain(event, named));
}

function isMain(event: TraceEvent, messagesAreNamed: boolean): boolean {
  switch (event.e) {
    case 'start':
    case 'end':
    case 'msg':
      return true;
    case 'event':
      return event.go === undefined;
    case 'write':
      return !messagesAreNamed && event.b !== undefined;
    case 'block':
    case 'wake':
    case 'send':
    case 'recv':
    case 'select':
    case 'read':
      return false;
  }
}

function stopsOf(trace: Trace): number[] {
  const messages = trace.events.filter((event) => crossingOf(event) !== undefined);
  const stops =
    messages.length > 0
      ? messages
      : trace.events.filter((event) => event.e === 'write' && event.b !== undefined);
  return stops.map((event) => event.i);
}

export function nextStop(model: TraceModel, step: number): number {
  return (
    model.stops.find((stop) => stop > step) ??
    Math.max(0, model.trace.events.length - 1)
  );
}

export function previousStop(model: TraceModel, step: number): number {
  return model.stops.findLast((stop) => stop < step) ?? 0;
}

/** Where a reader's own code ran last before `step`; from its first step, the last of all. */
export function ownStepBefore(
  { trace }: TraceModel,
  step: number,
  ownFile: string | undefined,
): number | undefined {
  if (ownFile === undefined) return undefined;
  const own = trace.events.filter(
    ({ e, src, from }) =>
      e !== 'end' && [src, from].some((place) => place?.startsWith(`${ownFile}:`)),
  );
  return (own.findLast(({ i }) => i < step) ?? own.at(-1))?.i;
}

/** Where `focus` points: a step number, or the first step that names the word. */
export function focusStep(model: TraceModel, focus: string | undefined): number {
  const last = Math.max(0, model.trace.events.length - 1);
  if (focus === undefined || focus === '') return 0;
  if (/^\d+$/.test(focus)) return Math.min(Number(focus), last);
  const found = model.trace.events.find(
    (event) => event.k === focus || `${event.n}/${event.k}` === focus,
  );
  return (
    found?.i ??
    model.trace.events.find((event) => event.v?.includes(focus) === true)?.i ??
    0
  );
}

/** `#t=41` and the like. */
export function stepFromHash(
  hash: string,
  anchor: string,
  steps: number,
): number | undefined {
  const match = new RegExp(`^#${anchor}=(\\d{1,7})$`).exec(hash);
  if (match === null || steps === 0) return undefined;
  return Math.min(Number(match[1]), steps - 1);
}

/** Rows of the table: a main step, with the small steps that come before the next. */
export interface TableRow {
  readonly event: TraceEvent;
  readonly minor: readonly TraceEvent[];
}

export function tableRows(model: TraceModel): TableRow[] {
  const rows: { event: TraceEvent; minor: TraceEvent[] }[] = [];
  for (const event of model.trace.events) {
    const row = rows.at(-1);
    if (row === undefined || model.main[event.i] === true)
      rows.push({ event, minor: [] });
    else row.minor.push(event);
  }
  return rows;
}
