/**
 * Who waits for whom in the runs of chapter 9, at each moment at which something changes:
 * read off what the tasks of a trace wait on, and off the messages that have been sent and
 * not yet been read.
 */
import { initCrypto } from '#crypto';
import type { Trace, TraceEvent, TraceWait } from '../../impl/csp/trace.ts';
import { discMsg, pingMsg } from '../../impl/p2p/base-protocol.ts';
import { runScenario } from '../../impl/sim/run-scenario.ts';
import {
  chatOffset,
  ethOffset,
  waitingScenarios,
  type WaitingName,
} from '../../impl/sim/waiting-scenarios.ts';
import {
  parts,
  type Doing,
  type Moment,
  type Part,
  type WaitRun,
} from './waits-run.ts';

export class WaitsError extends Error {
  override readonly name = 'WaitsError';
}

const orders = [
  { schedule: '' },
  ...Array.from({ length: 3 }, (_, n) => ({ seed: `waits ${n}` })),
];

/** @throws {WaitsError} two orders of the tasks come to different moments */
export async function findWaits(
  names: readonly WaitingName[],
): Promise<readonly WaitRun[]> {
  await initCrypto();
  const runs: WaitRun[] = [];
  for (const name of names) {
    const seen = new Map<string, WaitRun>();
    for (const order of orders) {
      const scenario = waitingScenarios[name];
      const { trace } = await runScenario(scenario, { ...order, record: true });
      if (trace === undefined) throw new WaitsError(`${name}: not recorded`);
      const run = { name, moments: momentsIn(trace, scenario.stop.afterMs) };
      seen.set(JSON.stringify(run), run);
    }
    const [run, other] = [...seen.values()];
    if (run === undefined || other !== undefined)
      throw new WaitsError(`${name}: the orders differ`);
    runs.push(run);
  }
  return runs;
}

/** What is known of a run when its events up to one moment have been looked at. */
class Watch {
  readonly #last = new Map<Part, TraceEvent>();
  /** Codes that B has sent, and how many of them `readLoop` has read. */
  readonly #sent: number[] = [];
  #read = 0;
  readonly #taken = new Map<Part, number>();

  look(event: TraceEvent): void {
    const part = partOf(event);
    if (part === undefined) return;
    this.#last.set(part, event);
    const { msg, chan } = event;
    if (part === 'B' && msg?.dir === 'out') this.#sent.push(msg.code ?? 0);
    if (part === 'readLoop' && msg?.dir === 'in') this.#read++;
    if (chan?.op === 'recv' && msg?.code !== undefined) this.#taken.set(part, msg.code);
  }

  at(atMs: number): Moment {
    const doing = Object.fromEntries(
      parts.map((part) => [part, this.#doing(part)]),
    ) as Record<Part, Doing>; // one for each part
    const writes = doing.B.what === 'writes' ? 1 : 0;
    const line = this.#sent.slice(this.#read, this.#sent.length - writes);
    const held = heldUp(doing, line);
    // It waits for whoever has a cause first. If a Disconnect lies there, that is known.
    if (held.includes('runPeer') && doing.runPeer.what === 'idle')
      doing.runPeer = { what: 'idle', to: ['readLoop'] };
    return { atMs, doing, line: line.map(ownerOf), held };
  }

  #doing(part: Part): Doing {
    const last = this.#last.get(part);
    if (last === undefined || last.e === 'end') return { what: 'over' };
    const waits = last.waits ?? [];
    const doing = doingOf(part, waits);
    if (doing.what === 'hands') return { ...doing, msg: this.#msg(this.#read - 1) };
    if (doing.what === 'writes')
      return { ...doing, msg: this.#msg(this.#sent.length - 1) };
    if (doing.what === 'ends') {
      // The trace names those that were waited for when the wait began.
      const left = doing.to?.filter((one) => this.#last.get(one)?.e !== 'end') ?? [];
      return { ...doing, to: left };
    }
    if (doing.what !== 'works') return doing;
    const code = this.#taken.get(part);
    return code === undefined ? doing : { ...doing, msg: ownerOf(code) };
  }

  #msg(index: number): Moment['line'][number] {
    return ownerOf(this.#sent[index] ?? 0);
  }
}

function partOf({ n, k }: TraceEvent): Part | undefined {
  if (n === 'B') return k === 'script' ? 'B' : undefined;
  return n === 'A' ? parts.find((part) => part === k) : undefined;
}

/** Whose a message is, by its code on the wire. */
function ownerOf(code: number): Moment['line'][number] {
  if (code === discMsg) return { whose: 'runPeer', own: code };
  if (code === pingMsg) return { whose: 'pingLoop', own: code };
  return code < ethOffset
    ? { whose: 'chat/1', own: code - chatOffset }
    : { whose: 'eth/63', own: code - ethOffset };
}

/** Who is at the other end of what a task waits on. */
function doingOf(part: Part, waits: readonly TraceWait[]): Doing {
  const has = (test: (wait: TraceWait) => boolean): boolean => waits.some(test);
  const sends = waits.find(({ op }) => op === 'send')?.name;
  const taker = { 'eth.in': 'eth/63', 'chat.in': 'chat/1', pingRecv: 'pingLoop' }[
    String(sends)
  ];
  if (part === 'readLoop' && taker !== undefined) {
    return { what: 'hands', to: parts.filter((one) => one === taker) };
  }
  const ends = waits.filter(({ op }) => op === 'end').map(({ name }) => name);
  if (ends.length > 0) {
    return { what: 'ends', to: parts.filter((one) => ends.includes(one)) };
  }
  if (has(({ name }) => name === 'handler')) return { what: 'works' };
  if (has(({ name }) => name.startsWith('write '))) {
    return { what: 'writes', to: ['readLoop'] };
  }
  if (part === 'B') return { what: 'over' }; // between two steps of its script
  if (part === 'readLoop') return { what: 'reads', to: ['B'] };
  // `run` waits for the first of four causes, whoever has it.
  return part === 'runPeer' ? { what: 'idle' } : { what: 'idle', to: ['readLoop'] };
}

/** Who cannot go on although there is something for it to do. */
function heldUp(
  doing: Readonly<Record<Part, Doing>>,
  line: readonly number[],
): readonly Part[] {
  const behind = new Set(line.map((code) => ownerOf(code).whose));
  return parts.filter((part) => {
    const { what } = doing[part];
    if (what === 'hands' || what === 'writes' || what === 'ends') return true;
    return what === 'idle' && behind.has(part);
  });
}

function momentsIn({ events }: Trace, untilMs: number): Moment[] {
  const watch = new Watch();
  const moments: Moment[] = [];
  let isBegun = false;
  for (const [at, event] of events.entries()) {
    if (event.t >= untilMs) break;
    watch.look(event);
    isBegun ||= event.n === 'A' && event.k === 'runPeer';
    const next = events[at + 1];
    if (!isBegun || (next !== undefined && next.t === event.t)) continue;
    const moment = watch.at(event.t);
    const before = moments.at(-1);
    const isSame =
      before !== undefined &&
      JSON.stringify({ ...moment, atMs: 0 }) === JSON.stringify({ ...before, atMs: 0 });
    if (!isSame) moments.push(moment);
  }
  return moments;
}
