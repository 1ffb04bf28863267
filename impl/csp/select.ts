/**
 * `select`: wait for the first of several sends and receives. One case happens, the
 * others have not happened and never will.
 *
 * The result is a union told apart by `case`, so a `switch` over it can `break` and
 * `return` from the task, which callbacks could not.
 */

import { runtime } from './runtime.ts';
import type { Runtime, TraceFields, WaitsOn, Wake } from './seam.ts';
import type { TraceWait } from './trace.ts';

/** Who waits in the queue of a case. When the case happens it is out of the queue. */
export interface Waiter<T> {
  done(value: T): void;
}

/** One send or receive that a select may choose. Channels and timers make them. */
export interface Case<T> extends WaitsOn {
  /** The channel's: a select waits there, whatever other runtime works beside it. */
  readonly runtime: Runtime | undefined;
  isReady(): boolean;
  /** Does it now. Only when ready, in the same turn. */
  perform(): T;
  /** Queues until the other side comes, which calls `done`. */
  watch(waiter: Waiter<T>): void;
  /** Withdraws, if the waiter still waits. */
  leave(waiter: Waiter<T>): void;
  /** What a trace shows of it right after it has happened. */
  told?(value: T): TraceFields;
}

export interface Receivable<T> {
  readonly recvCase: Case<T>;
}

export interface Sendable<T> {
  sendCase(value: T): Case<void>;
}

/** Go's nil channel: a case that is never ready. */
const never: Case<never> = {
  label: 'never',
  runtime: undefined,
  isReady: () => false,
  perform: () => {
    throw new TypeError('a case that is never ready was performed');
  },
  watch: () => undefined,
  leave: () => undefined,
};

/** The case "a value comes out of `source`". Without a source it is never ready. */
export function recv<T>(source: Receivable<T> | undefined): Case<T> {
  return source?.recvCase ?? never;
}

/** The case "`target` takes `value`". Without a target it is never ready. */
export function send<T>(target: Sendable<T> | undefined, value: T): Case<void> {
  return target?.sendCase(value) ?? never;
}

export type Cases = Readonly<Record<string, Case<unknown>>>;

export type Chosen<C extends Cases> = {
  [Name in keyof C]: {
    readonly case: Name;
    readonly value: C[Name] extends Case<infer Value> ? Value : never;
  };
}[keyof C];

// #region select
/** Waits until one case can happen, and makes that one happen. */
export function select<C extends Cases>(cases: C): Promise<Chosen<C>> {
  const rt = runtimeOf(cases);
  const chosen = trySelect(cases);
  //: Ready at once is still a place where another task may run first.
  if (chosen !== undefined) return rt.ready(chosen);
  const selection = new Selection<C>(cases);
  return rt.suspend(selection, (wake) => {
    selection.begin(wake);
  });
}

/** A select that waits: it stands in the queue of each of its cases. */
class Selection<C extends Cases> implements WaitsOn {
  readonly #places: readonly Place[];
  #wake: Wake<Chosen<C>> | undefined;

  constructor(cases: C) {
    const places: Place[] = [];
    for (const name in cases) {
      const entry: Case<unknown> | undefined = cases[name];
      if (entry !== undefined && entry !== never) {
        places.push(new Place(name, entry, this));
      }
    }
    this.#places = places.slice(); // without the room to grow: it may be kept for hours
  }

  get label(): string {
    return this.#places.map(({ entry }) => entry.label).join(' | ') || 'nothing';
  }

  get waits(): readonly TraceWait[] {
    return this.#places.flatMap(({ entry }) => entry.waits ?? []);
  }

  begin(wake: Wake<Chosen<C>>): void {
    this.#wake = wake;
    for (const place of this.#places) place.entry.watch(place);
  }

  happened({ name, entry }: Place, value: unknown): void {
    //: The losers leave in the same turn. A loser that stayed would swallow
    //: the next value and lose it.
    for (const place of this.#places) place.entry.leave(place);
    const fields = entry.runtime?.tracer && told(name, entry, value);
    this.#wake?.({ case: name, value } as Chosen<C>, 'select', fields); // built from C
  }
}
// #endregion select

/** The place of a waiting select in the queue of one of its cases. */
class Place implements Waiter<unknown> {
  readonly name: string;
  readonly entry: Case<unknown>;
  readonly #selection: Pick<Selection<Cases>, 'happened'>;

  constructor(
    name: string,
    entry: Case<unknown>,
    selection: Pick<Selection<Cases>, 'happened'>,
  ) {
    this.name = name;
    this.entry = entry;
    this.#selection = selection;
  }

  done(value: unknown): void {
    this.#selection.happened(this, value);
  }
}

// #region try-select
/** As `select` with a `default`: undefined if no case is ready. */
export function trySelect<C extends Cases>(cases: C): Chosen<C> | undefined {
  let ready = 0;
  for (const name in cases) if (cases[name]?.isReady() === true) ready++;
  if (ready === 0) return undefined;
  const rt = runtimeOf(cases);
  //: Several ready: one at random, as in Go. First come would starve the others.
  let before = rt.choose(ready, 'case');
  for (const name in cases) {
    const entry = cases[name];
    if (entry?.isReady() !== true || before-- > 0) continue;
    const value = entry.perform();
    rt.tracer?.emit('select', told(name, entry, value));
    return { case: name, value } as Chosen<C>; // built from C
  }
  throw new RangeError('the runtime chose no ready case');
}
// #endregion try-select

/** In words, which case a select took; in fields, what that was of which channel. */
function told(name: string, entry: Case<unknown>, value: unknown): TraceFields {
  const { chan, msg } = entry.told?.(value) ?? {};
  return {
    ch: entry.label,
    v: name,
    ...(chan === undefined ? {} : { chan: { ...chan, case: name } }),
    ...(msg === undefined ? {} : { msg }),
  };
}

/** Where the cases belong; if all of them are `never`, the ambient runtime. */
function runtimeOf(cases: Cases): Runtime {
  for (const name in cases) {
    const rt = cases[name]?.runtime;
    if (rt !== undefined) return rt;
  }
  return runtime();
}
