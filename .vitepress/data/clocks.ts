/**
 * The runs of chapter 8: how each ends, and every span of every clock of node A on its way
 * there. Clocks are no steps of a trace, so they are watched where they are set, while
 * the run lasts.
 */
import { initCrypto } from '#crypto';
import { runtime } from '../../impl/csp/runtime.ts';
import { Timer } from '../../impl/csp/timer.ts';
import type { Trace, TraceEvent } from '../../impl/csp/trace.ts';
import type { NetConn } from '../../impl/net/net-conn.ts';
import { pipe } from '../../impl/net/pipe.ts';
import { discMsg, pingMsg, pongMsg } from '../../impl/p2p/base-protocol.ts';
import { clockScenarios, type ClockName } from '../../impl/sim/clock-scenarios.ts';
import { runScenario, type ScenarioOutcome } from '../../impl/sim/run-scenario.ts';
import type { Scenario } from '../../impl/sim/scenario.ts';
import {
  clocks,
  type Clock,
  type ClockEnding,
  type ClockRun,
  type Mark,
  type Span,
} from './clock-run.ts';

export class ClockError extends Error {
  override readonly name = 'ClockError';
}

const orders = [
  { schedule: '' },
  ...Array.from({ length: 4 }, (_, n) => ({ seed: `clock ${n}` })),
];

/** @throws {ClockError} two orders of the tasks come to different ends */
export async function findClocks(): Promise<readonly ClockRun[]> {
  await initCrypto();
  const found: ClockRun[] = [];
  for (const [name, scenario] of Object.entries(clockScenarios)) {
    if (scenario.nodes['B']?.kind !== 'script') continue;
    const seen = new Map<string, readonly number[]>();
    let first: ClockRun | undefined;
    for (const order of orders) {
      // The key is one of `clockScenarios`: it was listed from there.
      const run = await watch(name as ClockName, scenario, order);
      first ??= run;
      for (const { ending } of run.endings) {
        // What a remote that did not read finds at the very end is chance.
        const { codes, ...rest } = ending;
        seen.set(JSON.stringify(rest), codes);
      }
    }
    if (first === undefined || seen.size !== 1)
      throw new ClockError(`${name}: ${[...seen.keys()].join(' or ')}`);
    found.push(first);
  }
  return found;
}

async function watch(
  name: ClockName,
  scenario: Scenario,
  order: { readonly schedule?: string; readonly seed?: string },
): Promise<ClockRun> {
  const unwatch = watchClocks();
  try {
    const { outcome, trace } = await runScenario(scenario, { ...order, record: true });
    if (outcome.status !== 'done' || trace === undefined)
      throw new ClockError(`${name}: ${outcome.status}`);
    const ending = endingOf(outcome.value);
    const endMs = ending.leftAtMs ?? ending.endedAtMs ?? scenario.stop.afterMs;
    const spans = spansIn(trace, endMs);
    return {
      name,
      endings: [{ ending }],
      spans,
      marks: marksIn(trace, endMs, ending.endedAtMs !== undefined),
      struck: spans.findLast(
        ({ clock, toMs, dueMs }) =>
          clock !== 'ping' && toMs === endMs && dueMs === endMs,
      )?.clock,
      watchedMs: scenario.stop.afterMs,
    };
  } finally {
    unwatch();
  }
}

function endingOf({ nodes, scripts }: ScenarioOutcome): ClockEnding {
  const parting = nodes['A']?.partings[0];
  const remote = scripts['B'];
  const codes = new Set(remote?.messages.map(({ code }) => code));
  return {
    heard: remote?.reason,
    codes: [...codes].filter((code) => code !== discMsg),
    // A remote that does not read learns of the end when it looks.
    endedAtMs: parting?.atMs ?? remote?.endedAtMs,
    leftAtMs: parting?.atMs,
    error: parting?.error,
  };
}

// What the watchers write into the trace, `clock read 35000`.

const timers: Readonly<Record<string, Clock>> = {
  'status timeout': 'status',
  'ping interval': 'ping',
  'disconnect write': 'farewell',
};

function tell(clock: string, due: number | undefined): void {
  runtime().tracer?.emit('event', { v: `clock ${clock} ${due ?? 'off'}` });
}

/** Lets every clock say when it is set and stopped, until the result is called. */
function watchClocks(): () => void {
  const timer = Timer.prototype;
  const conn = Object.getPrototypeOf(pipe()[0]) as NetConn; // both ends are of one class
  const { reset, stop } = timer;
  const { setReadDeadline, setWriteDeadline, write } = conn;
  timer.reset = function (ms) {
    const clock = timers[this.recvCase.label];
    reset.call(this, ms);
    if (clock !== undefined) tell(clock, runtime().now() + ms);
  };
  timer.stop = function () {
    const clock = timers[this.recvCase.label];
    stop.call(this);
    if (clock !== undefined) tell(clock, undefined);
  };
  conn.setReadDeadline = function (at) {
    setReadDeadline.call(this, at);
    tell('read', at);
  };
  conn.setWriteDeadline = function (at) {
    setWriteDeadline.call(this, at);
    tell('write', at);
  };
  conn.write = async function (bytes) {
    tell('bytes', bytes.length);
    try {
      await write.call(this, bytes);
    } finally {
      tell('write', undefined);
    }
  };
  return () => {
    Object.assign(timer, { reset, stop });
    Object.assign(conn, { setReadDeadline, setWriteDeadline, write });
  };
}

// What they wrote, read back.

function spansIn({ events }: Trace, endMs: number): Span[] {
  const spans: Span[] = [];
  const running = new Map<Clock, { fromMs: number; dueMs: number }>();
  const end = (clock: Clock, atMs: number): void => {
    const span = running.get(clock);
    running.delete(clock);
    if (span === undefined) return;
    const toMs = Math.min(atMs, span.dueMs, endMs);
    if (toMs > span.fromMs) spans.push({ clock, ...span, toMs });
  };
  for (const event of events) {
    if (event.n !== 'A' || event.t > endMs) continue;
    // Both handshakes are through: their clock is the deadline of either direction.
    if (event.k === 'runPeer' && event.e === 'start') end('handshake', event.t);
    if (event.k === 'readLoop' && event.msg?.dir === 'in') end('read', event.t);
    const set = settingIn(event);
    if (set === undefined) continue;
    end(set.clock, event.t);
    if (set.dueMs !== undefined)
      running.set(set.clock, { fromMs: event.t, dueMs: set.dueMs });
  }
  for (const clock of [...running.keys()]) end(clock, endMs);
  return spans.toSorted((a, b) => a.fromMs - b.fromMs);
}

function settingIn(
  event: TraceEvent,
): { readonly clock: Clock; readonly dueMs: number | undefined } | undefined {
  const [, name, due] = /^clock (\w+) (\w+)$/.exec(event.v ?? '') ?? [];
  const dueMs = due === 'off' ? undefined : Number(due);
  const isReady = !['accept', 'listen', 'setupConn'].includes(taskOf(event));
  if (name === 'read' && !isReady) return { clock: 'handshake', dueMs };
  if (name === 'write' && !isReady) return undefined;
  const clock = clocks.find((one) => one === name);
  return clock === undefined ? undefined : { clock, dueMs };
}

/** `setupConn 3` is a `setupConn`. */
function taskOf({ k }: TraceEvent): string {
  return k.split(' ')[0] ?? k;
}

function marksIn({ events }: Trace, endMs: number, isOver: boolean): Mark[] {
  const marks = new Map<string, Mark>();
  const add = (mark: Mark): unknown => marks.set(JSON.stringify(mark), mark);
  let isBegun = false;
  let before: TraceEvent | undefined;
  for (const event of events) {
    const { n, msg, t: atMs } = event;
    // At the end, what waited for the line fails too. Nobody hears it.
    if (atMs > endMs || (atMs === endMs && msg?.code !== discMsg)) continue;
    if (atMs === endMs && !isOver) continue; // the scenario is over, not the peer
    isBegun ||= n === 'A' && event.k === 'runPeer';
    if (n === 'A' && msg !== undefined && isBegun) {
      add({ atMs, by: msg.dir === 'in' ? 'B' : 'A', what: nameOf(msg.code) });
    }
    if (n === 'B' && event.v?.startsWith('clock bytes') === true) {
      if (before?.msg?.dir !== 'out' && event.k === 'script')
        add({ atMs, by: 'B', what: 'byte' });
    }
    if (n === 'B') before = event;
  }
  return [...marks.values()];
}

function nameOf(code: number | undefined): Mark['what'] {
  if (code === pingMsg) return 'Ping';
  if (code === pongMsg) return 'Pong';
  return code === discMsg ? 'Disconnect' : 'message';
}
