/**
 * A model of Go's channels, select, close and wait groups, written from Go's own
 * words and not from impl/csp: a state is data, a step is a function from a state to
 * all states that may follow, and the outcomes are found by walking all of them.
 */

export type Op =
  | { readonly op: 'send'; readonly ch: number; readonly value: number }
  | { readonly op: 'recv'; readonly ch: number }
  | { readonly op: 'close'; readonly done: number }
  | { readonly op: 'wait'; readonly done: number }
  /** Waits until every task of the group is over. */
  | { readonly op: 'join' }
  | {
      readonly op: 'select';
      readonly cases: readonly SelectCase[];
      readonly orElse: boolean;
    };

export type SelectCase =
  | { readonly op: 'send'; readonly ch: number; readonly value: number }
  | { readonly op: 'recv'; readonly ch: number }
  | { readonly op: 'wait'; readonly done: number };

export interface Program {
  /** Capacity of each channel. */
  readonly channels: readonly number[];
  /** How many stop signals there are. */
  readonly dones: number;
  readonly tasks: readonly (readonly Op[])[];
  /** The tasks that `join` waits for. */
  readonly group: readonly number[];
}

/** What can be seen when nothing moves any more. */
export interface Outcome {
  /** What each task saw, op by op: `recv 3`, `sent`, `case 1: 3`, `else`. */
  readonly logs: readonly (readonly string[])[];
  readonly ended: readonly boolean[];
  readonly buffers: readonly (readonly number[])[];
}

interface Waiter {
  readonly task: number;
  /** Index of the select case; undefined: an op of its own. */
  readonly nth: number | undefined;
  readonly value: number;
}

interface State {
  readonly pc: number[];
  readonly blocked: boolean[];
  readonly ended: boolean[];
  readonly logs: string[][];
  readonly buffers: number[][];
  readonly senders: Waiter[][];
  readonly receivers: Waiter[][];
  readonly closed: boolean[];
  readonly waiters: Waiter[][];
  joiners: number[];
}

function initial(program: Program): State {
  const perTask = <T>(value: () => T): T[] => program.tasks.map(value);
  const perChannel = <T>(value: () => T): T[] => program.channels.map(value);
  const perDone = <T>(value: () => T): T[] =>
    Array.from({ length: program.dones }, value);
  return {
    pc: perTask(() => 0),
    blocked: perTask(() => false),
    ended: perTask(() => false),
    logs: perTask(() => []),
    buffers: perChannel(() => []),
    senders: perChannel(() => []),
    receivers: perChannel(() => []),
    closed: perDone(() => false),
    waiters: perDone(() => []),
    joiners: [],
  };
}

/** Every outcome that Go's rules allow; undefined if there are more than `maxStates`. */
export function outcomes(
  program: Program,
  maxStates = 50_000,
): Set<string> | undefined {
  const seen = new Set<string>();
  const found = new Set<string>();
  const open: State[] = [initial(program)];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    const key = JSON.stringify(state);
    if (seen.has(key)) continue;
    if (seen.size >= maxStates) return undefined;
    seen.add(key);
    const following = steps(program, state);
    if (following.length === 0) found.add(describe(state));
    else open.push(...following);
  }
  return found;
}

export function describe({ logs, ended, buffers }: Outcome): string {
  return JSON.stringify({ logs, ended, buffers });
}

/** All states that one step of one task can lead to. */
function steps(program: Program, state: State): State[] {
  return program.tasks.flatMap((ops, task) => {
    if (state.ended[task] === true || state.blocked[task] === true) return [];
    const op = ops[state.pc[task] ?? 0];
    if (op === undefined) return [ending(program, state, task)];
    return op.op === 'select'
      ? selecting(program, state, task, op.cases, op.orElse)
      : [single(program, state, task, op)];
  });
}

function ending(program: Program, before: State, task: number): State {
  const state = structuredClone(before);
  state.ended[task] = true;
  if (program.group.every((member) => state.ended[member])) {
    for (const joiner of state.joiners) finish(state, joiner, 'joined');
    state.joiners = [];
  }
  return state;
}

function single(
  program: Program,
  before: State,
  task: number,
  op: Exclude<Op, { op: 'select' }>,
): State {
  const state = structuredClone(before);
  if (op.op === 'close') {
    if (state.closed[op.done] !== true) {
      state.closed[op.done] = true;
      for (const waiter of state.waiters[op.done]?.splice(0) ?? []) {
        complete(state, waiter, 'stopped');
      }
    }
    finish(state, task, 'closed');
  } else if (op.op === 'join') {
    if (program.group.every((member) => state.ended[member])) {
      finish(state, task, 'joined');
    } else {
      state.joiners.push(task);
      state.blocked[task] = true;
    }
  } else if (canHappen(program, state, op)) {
    happen(state, task, undefined, op);
  } else {
    enqueue(state, task, undefined, op);
    state.blocked[task] = true;
  }
  return state;
}

function selecting(
  program: Program,
  before: State,
  task: number,
  cases: readonly SelectCase[],
  orElse: boolean,
): State[] {
  const ready = cases.flatMap((entry, nth) =>
    canHappen(program, before, entry) ? [nth] : [],
  );
  if (ready.length > 0) {
    return ready.map((nth) => {
      const state = structuredClone(before);
      const entry = cases[nth];
      if (entry !== undefined) happen(state, task, nth, entry);
      return state;
    });
  }
  const state = structuredClone(before);
  if (orElse) {
    finish(state, task, 'else');
  } else {
    cases.forEach((entry, nth) => {
      enqueue(state, task, nth, entry);
    });
    state.blocked[task] = true;
  }
  return [state];
}

function canHappen(program: Program, state: State, entry: SelectCase): boolean {
  if (entry.op === 'wait') return state.closed[entry.done] === true;
  const buffered = state.buffers[entry.ch]?.length ?? 0;
  return entry.op === 'recv'
    ? buffered > 0 || (state.senders[entry.ch]?.length ?? 0) > 0
    : buffered < (program.channels[entry.ch] ?? 0) ||
        (state.receivers[entry.ch]?.length ?? 0) > 0;
}

/** Does what `canHappen` found possible. */
function happen(
  state: State,
  task: number,
  nth: number | undefined,
  entry: SelectCase,
): void {
  const me = { task, nth, value: 0 };
  if (entry.op === 'wait') {
    complete(state, me, 'stopped');
  } else if (entry.op === 'send') {
    const [receiver] = state.receivers[entry.ch] ?? [];
    if (receiver === undefined) state.buffers[entry.ch]?.push(entry.value);
    else complete(state, receiver, `got ${entry.value}`);
    complete(state, me, 'sent');
  } else {
    const [sender] = state.senders[entry.ch] ?? [];
    if (sender !== undefined) {
      state.buffers[entry.ch]?.push(sender.value);
      complete(state, sender, 'sent');
    }
    complete(state, me, `got ${state.buffers[entry.ch]?.shift() ?? NaN}`);
  }
}

function enqueue(
  state: State,
  task: number,
  nth: number | undefined,
  entry: SelectCase,
): void {
  const value = entry.op === 'send' ? entry.value : 0;
  const waiter: Waiter = { task, nth, value };
  if (entry.op === 'wait') state.waiters[entry.done]?.push(waiter);
  else if (entry.op === 'send') state.senders[entry.ch]?.push(waiter);
  else state.receivers[entry.ch]?.push(waiter);
}

/** The op of a task is over, and the task stands in no queue any more. */
function complete(state: State, { task, nth }: Waiter, what: string): void {
  for (const queues of [state.senders, state.receivers, state.waiters]) {
    queues.forEach((queue, index) => {
      queues[index] = queue.filter((waiter) => waiter.task !== task);
    });
  }
  finish(state, task, nth === undefined ? what : `case ${nth}: ${what}`);
}

function finish(state: State, task: number, what: string): void {
  state.logs[task]?.push(what);
  state.pc[task] = (state.pc[task] ?? 0) + 1;
  state.blocked[task] = false;
}
