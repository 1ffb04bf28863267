/**
 * `select`: wait for the first of several sends and receives. One case happens, the
 * others have not happened and never will.
 *
 * The result is a union told apart by `case`, so a `switch` over it can `break` and
 * `return` from the task, which callbacks could not.
 */

import { runtime } from './runtime.ts';

/** Withdraws a case from the queue it waits in. */
export type Leave = () => void;

/** One send or receive that a select may choose. Channels and timers make them. */
export interface Case<T> {
  /** In words, for traces and deadlock reports: `recv addpeer`. */
  readonly label: string;
  isReady(): boolean;
  /** Does it now. Only when ready, in the same turn. */
  perform(): T;
  /** Queues until the other side comes; then calls `done` and is out of the queue. */
  watch(done: (value: T) => void): Leave;
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
  isReady: () => false,
  perform: () => {
    throw new TypeError('a case that is never ready was performed');
  },
  watch: () => () => undefined,
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
  const rt = runtime();
  const chosen = trySelect(cases);
  //: Ready at once is still a place where another task may run first.
  if (chosen !== undefined) return rt.ready(chosen);

  const waiting = Object.entries(cases).filter(([, entry]) => entry !== never);
  const labels = waiting.map(([, entry]) => entry.label);
  return rt.suspend(labels.join(' | ') || 'nothing', (wake) => {
    const leaves: Leave[] = [];
    for (const [name, entry] of waiting) {
      const leave = entry.watch((value) => {
        //: The losers leave in the same turn. A loser that stayed would swallow
        //: the next value and lose it.
        for (const leaveOther of leaves) leaveOther();
        const fields = { ch: entry.label, v: name };
        wake({ case: name, value } as Chosen<C>, 'select', fields); // built from C
      });
      leaves.push(leave);
    }
  });
}
// #endregion select

// #region try-select
/** As `select` with a `default`: undefined if no case is ready. */
export function trySelect<C extends Cases>(cases: C): Chosen<C> | undefined {
  const ready = Object.entries(cases).filter(([, entry]) => entry.isReady());
  if (ready.length === 0) return undefined;
  //: Several ready: one at random, as in Go. First come would starve the others.
  const chosen = ready[runtime().choose(ready.length, 'case')];
  if (chosen === undefined) throw new RangeError('the runtime chose no ready case');
  const [name, entry] = chosen;
  const value = entry.perform();
  runtime().tracer?.emit('select', { ch: entry.label, v: name });
  return { case: name, value } as Chosen<C>; // built from C
}
// #endregion try-select
