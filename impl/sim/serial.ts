/**
 * The serial runtime: one task runs at a time, and who runs next is a choice that is
 * written down. With a virtual clock a run is a function of its seed and its schedule;
 * with the wall clock it serves real sockets, in order, for a trace.
 *
 * How one task at a time works over promises: a task that waits gives up `#current`
 * before its promise is made, and gets it back when its promise is resolved. Between
 * the two, only one task has a resolved promise, so only that one's code can run.
 */

import { tellFailure } from '../csp/failures.ts';
import { macrotask } from '../csp/macrotask.ts';
import {
  type RunningTimer,
  type Runtime,
  type SpawnOptions,
  type TraceFields,
  type Tracer,
  type WaitsOn,
  type Wake,
} from '../csp/seam.ts';
import type { TraceKind, TraceSink, TraceTask } from '../csp/trace.ts';
import { callerAt, lineAt, newWhere, standAt } from '../csp/where.ts';
import type { Clock } from './clock.ts';
import { misuse } from './misuse.ts';
import { Streams } from './prng.ts';
import type { Schedule } from './schedule.ts';
import { aTurn, type Runnable, type Task } from './task.ts';
import { Turns } from './turns.ts';

/** Why a run cannot go on. */
export type Halt =
  | { readonly kind: 'deadlock' }
  | { readonly kind: 'step-limit' }
  | { readonly kind: 'foreign-wait'; readonly task: string };

export interface SerialOptions {
  readonly clock: Clock;
  readonly schedule: Schedule;
  /** Keys and nonces are drawn from it; without it they are fresh. */
  readonly seed?: string;
  readonly sink?: TraceSink;
  readonly maxSteps?: number;
  /**
   * Nodes on the real runtime may live in this process meanwhile: this one is ambient
   * only while its own tasks run. Otherwise whoever starts it makes it ambient.
   */
  readonly isBesideOthers?: boolean;
  /** Who of several that can go on does, where somebody else than the schedule says. */
  readonly pick?: (tasks: readonly Task[]) => number;
  readonly onHalt: (halt: Halt) => void;
  readonly onTaskFailed?: (name: string, error: unknown) => void;
}

export class SerialRuntime implements Runtime {
  readonly tracer: Tracer | undefined;
  readonly tasks = new Set<Task>(); // BOUNDED by the tasks that are alive
  steps = 0;
  #ids = 0;
  readonly #options: SerialOptions;
  readonly #ready: Runnable[] = []; // BOUNDED by the tasks that are alive
  readonly #names = new Map<string, number>(); // BOUNDED by the task names of the code
  readonly #random: Streams | undefined;
  #current: Task | undefined;
  #externals = 0;
  /** Marks that no task leaves. */
  readonly #nowhere = newWhere();
  readonly #turns: Turns;
  #stepPending = false;
  #watching = false;
  #halted = false;

  constructor(options: SerialOptions) {
    this.#options = options;
    this.#turns = new Turns(this, options.isBesideOthers ?? false);
    const { seed, sink } = options;
    this.#random = seed === undefined ? undefined : new Streams(seed);
    this.tracer =
      sink === undefined
        ? undefined
        : {
            emit: (...event) => {
              this.#emit(sink, ...event);
            },
          };
  }

  now(): number {
    return this.#options.clock.now();
  }

  /** Under a seed each task draws from its own stream, whatever the order of tasks. */
  randomBytes(length: number): Uint8Array {
    if (this.#random === undefined) {
      return crypto.getRandomValues(new Uint8Array(length));
    }
    const { node = '', name = '' } = this.#current ?? {};
    return this.#random.bytes(`${node}/${name}`, length);
  }

  choose(count: number): number {
    return this.#options.schedule.choose(count);
  }

  spawn(name: string, task: () => Promise<void>, options: SpawnOptions = {}): void {
    const node = options.node ?? this.#current?.node ?? '';
    const count = (this.#names.get(`${node}/${name}`) ?? 0) + 1;
    this.#names.set(`${node}/${name}`, count);
    const unique = count === 1 ? name : `${name}#${count}`;
    const from = this.#current?.where ?? this.#nowhere;
    const started: Task = {
      name: unique,
      node,
      waitsOn: undefined,
      where: newWhere(),
      startedBy: this.tracer && this.#teller(),
      startedFrom: this.tracer && lineAt(from),
    };
    this.tasks.add(started);
    this.tracer?.emit('event', { v: `go ${unique}`, go: { node, task: unique } });
    const resume = (): void => {
      this.tracer?.emit('start', started.startedBy ? { by: started.startedBy } : {});
      task().then(
        () => {
          this.#end(started);
        },
        (error: unknown) => {
          this.taskFailed(unique, error);
          this.#end(started);
        },
      );
    };
    this.#enqueue({ task: started, resume });
  }

  newId(): number {
    return ++this.#ids;
  }

  suspend<T>(on: WaitsOn, register: (wake: Wake<T>) => void): Promise<T> {
    const task = this.#giveUp(on);
    this.tracer?.emit('block', { on: on.label, ...(on.waits && { waits: on.waits }) });
    this.#leaveTask();
    return new Promise((resolve) => {
      register((value, kind, fields) => {
        const event =
          kind === undefined ? {} : { event: { kind, fields: fields ?? {} } };
        const by = this.tracer && this.#teller();
        const resume = (): void => {
          resolve(value);
        };
        this.#enqueue({ task, resume, ...event, ...(by && { by }) });
      });
      this.#scheduleStep();
    });
  }

  ready<T>(value: T): Promise<T> {
    const task = this.#giveUp(aTurn);
    this.#leaveTask();
    return new Promise((resolve) => {
      const resume = (): void => {
        resolve(value);
      };
      this.#enqueue({ task, resume });
    });
  }

  pause(): Promise<void> {
    return this.ready(undefined);
  }

  /** Every wait is a turn of its own here. */
  spent(): void {
    return undefined;
  }

  startTimer(ms: number, fire: () => void): RunningTimer {
    return this.#options.clock.startTimer(ms, fire);
  }

  async external<T>(name: string, promise: Promise<T>): Promise<T> {
    this.#externals++;
    const settled = await this.suspend<PromiseSettledResult<T>>(
      { label: name },
      (wake) => {
        promise.then(
          (value) => {
            this.#externals--;
            wake({ status: 'fulfilled', value });
          },
          (reason: unknown) => {
            this.#externals--;
            wake({ status: 'rejected', reason });
          },
        );
      },
    );
    if (settled.status === 'rejected') throw settled.reason;
    return settled.value;
  }

  taskFailed(name: string, error: unknown): void {
    if (this.#options.onTaskFailed) this.#options.onTaskFailed(name, error);
    else tellFailure(name, error);
  }

  /** Nothing runs after this. */
  halt(): void {
    this.#halted = true;
    this.#options.clock.stop();
    this.#turns.end();
  }

  #giveUp(on: WaitsOn): Task {
    const task = this.#current;
    if (task === undefined) {
      throw misuse(on === aTurn ? undefined : on.label, this.#halted);
    }
    task.waitsOn = on;
    return task;
  }

  #end(task: Task): void {
    this.tracer?.emit('end', {});
    this.tasks.delete(task);
    this.#leaveTask();
    this.#scheduleStep();
  }

  /** The task that runs, as a trace names it. */
  #teller(): TraceTask | undefined {
    const task = this.#current;
    return task && { node: task.node, task: task.name };
  }

  #leaveTask(): void {
    this.#current = undefined;
    standAt(this.#nowhere);
  }

  #enqueue(runnable: Runnable): void {
    this.#ready.push(runnable);
    this.#scheduleStep();
  }

  #scheduleStep(): void {
    if (this.#stepPending || this.#current !== undefined) return;
    this.#stepPending = true;
    this.#turns.schedule(() => {
      this.#stepPending = false;
      if (this.#current === undefined && !this.#halted) this.#step();
    });
  }

  #step(): void {
    const { clock } = this.#options;
    const count = clock.due + this.#ready.length;
    if (count === 0) {
      this.#idle();
      return;
    }
    const next = this.#pick(count);
    //: Timers of one instant and the tasks that they wake may come in any order.
    if (next < clock.due) {
      clock.fireDue(next);
      this.#scheduleStep();
      return;
    }
    if (++this.steps > (this.#options.maxSteps ?? Infinity)) {
      this.#options.onHalt({ kind: 'step-limit' });
      return;
    }
    const [runnable] = this.#ready.splice(next - clock.due, 1);
    if (runnable === undefined) throw new RangeError('no such runnable task');
    this.#resume(runnable);
  }

  #pick(count: number): number {
    const { clock, pick } = this.#options;
    if (pick !== undefined && clock.due === 0)
      return pick(this.#ready.map(({ task }) => task));
    return count === 1 ? 0 : this.choose(count);
  }

  /** No task can run, and no timer of this instant is left. */
  #idle(): void {
    const { clock, onHalt } = this.#options;
    // Work outside takes no virtual time: the clock stands still until it is done.
    if (this.#externals > 0) this.#turns.pause();
    else if (clock.advance()) this.#scheduleStep();
    else if (clock.isVirtual) onHalt({ kind: 'deadlock' });
  }

  #resume({ task, resume, event, by }: Runnable): void {
    this.#current = task;
    standAt(task.where);
    if (task.waitsOn !== undefined && task.waitsOn !== aTurn) {
      this.tracer?.emit('wake', { on: task.waitsOn.label, ...(by && { by }) });
    }
    task.waitsOn = undefined;
    if (event !== undefined) {
      this.tracer?.emit(event.kind, { ...event.fields, ...(by && { by }) });
    }
    this.#watchForForeignWait();
    resume();
  }

  /**
   * After a macrotask, every microtask has run: a task that still holds `#current`
   * waits on something that this runtime did not make.
   */
  #watchForForeignWait(): void {
    if (this.#watching) return;
    this.#watching = true;
    macrotask(() => {
      this.#watching = false;
      if (this.#current === undefined || this.#halted) return;
      this.#options.onHalt({ kind: 'foreign-wait', task: this.#current.name });
    });
  }

  #emit(
    sink: TraceSink,
    kind: TraceKind,
    fields: TraceFields,
    bytes: Uint8Array | undefined,
  ): void {
    const task = this.#current;
    const source =
      kind === 'start' ? task?.startedFrom : lineAt(task?.where ?? this.#nowhere);
    const caller = callerAt(task?.where ?? this.#nowhere);
    sink.emit(
      {
        t: Math.round(this.now() * 1000) / 1000,
        n: task?.node ?? '',
        k: task?.name ?? 'outside',
        e: kind,
        ...fields,
        ...(source === undefined ? {} : { src: source }),
        ...(caller === undefined ? {} : { from: caller }),
      },
      bytes,
    );
  }
}
