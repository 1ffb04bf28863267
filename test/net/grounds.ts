/** The grounds on which the rules of NetConn are tried: what carries it, what runs it. */

import { runtime, useRuntime } from '../../impl/csp/runtime.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import type { NetConn } from '../../impl/net/net-conn.ts';
import { pipe, type PipeOptions } from '../../impl/net/pipe.ts';
import { dialTCP, listenTCP } from '../../impl/net/tcp.ts';
import { WallClock } from '../../impl/sim/clock.ts';
import { Schedule } from '../../impl/sim/schedule.ts';
import { SerialRuntime } from '../../impl/sim/serial.ts';
import { simulate } from '../../impl/sim/simulate.ts';

type Body = (a: NetConn, b: NetConn) => Promise<void>;

export interface Ground {
  readonly name: string;
  /** Bytes that no reader has asked for and that the ground may hold all the same. */
  readonly buffers: number;
  /** So many bytes surely do not fit: a write of them waits for a reader. */
  readonly tooMuch: number;
  /** Runs `body` with both ends of a connection, and closes them. */
  readonly run: (body: Body) => Promise<void>;
}

async function overPipe(body: Body, options: PipeOptions = {}): Promise<void> {
  const [a, b] = pipe(options);
  await body(a, b);
  await a.close();
  await b.close();
}

async function overTCP(body: Body): Promise<void> {
  const listener = await listenTCP('127.0.0.1', 0);
  const a = await dialTCP('127.0.0.1', listener.port);
  const b = await listener.accept();
  try {
    await body(a, b);
  } finally {
    await a.close();
    await b.close();
    await listener.close();
  }
}

async function inSimulation(body: () => Promise<void>): Promise<void> {
  const { outcome, failures } = await simulate({}, body);
  if (outcome.status === 'threw') rethrow(outcome.error);
  rethrow(failures[0]?.error);
  if (outcome.status !== 'done') throw new Error(JSON.stringify(outcome));
}

/** One task at a time over real time, as for a trace of real sockets. */
export async function serialOnTheWall(body: () => Promise<void>): Promise<void> {
  let settle: (outcome: unknown) => void = () => undefined;
  const ended = new Promise<unknown>((resolve) => {
    settle = resolve;
  });
  const serial = new SerialRuntime({
    clock: new WallClock(runtime()),
    schedule: new Schedule('', 'wall'),
    sink: { emit: () => undefined },
    onTaskFailed: (_name, error) => {
      settle(error);
    },
    onHalt: (halt) => {
      settle(new Error(JSON.stringify(halt)));
    },
  });
  const release = useRuntime(serial);
  serial.spawn('main', async () => {
    await body();
    settle(undefined);
  });
  const failure = await ended;
  serial.halt();
  release();
  rethrow(failure);
}

export const grounds: readonly Ground[] = [
  { name: 'a pipe', buffers: 65_536, tooMuch: 1 << 20, run: overPipe },
  {
    name: 'a pipe in a simulation',
    buffers: 65_536,
    tooMuch: 1 << 20,
    run: (body) => inSimulation(() => overPipe(body)),
  },
  {
    name: 'a pipe that takes 2 ms, in a simulation',
    buffers: 65_536,
    tooMuch: 1 << 20,
    run: (body) => inSimulation(() => overPipe(body, { latencyMs: 2 })),
  },
  // The kernel's own buffers: up to 4 MiB to send and 6 MiB received, on Linux.
  { name: 'TCP', buffers: 12 << 20, tooMuch: 40 << 20, run: overTCP },
  {
    name: 'TCP, one task at a time',
    buffers: 12 << 20,
    tooMuch: 40 << 20,
    run: (body) => serialOnTheWall(() => overTCP(body)),
  },
];

/** Runs tasks side by side to their ends; throws what the first of them threw. */
export async function together(...tasks: (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  const group = new WaitGroup((_name, error) => failures.push(error));
  tasks.forEach((task, index) => {
    group.go(`task ${index}`, task);
  });
  await group.wait();
  rethrow(failures[0]);
}

/** What a promise is rejected with, or undefined. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return error;
  }
}

/** `length` bytes that tell their place. */
export function pattern(length: number, from = 0): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = ((from + i) * 2_654_435_761) >>> 24;
  return bytes;
}

function rethrow(error: unknown): void {
  if (error instanceof Error) throw error;
  if (error !== undefined) throw new Error('not an Error was thrown', { cause: error });
}
