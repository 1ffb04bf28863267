/** The fields of a trace's events, and their check: a trace may come from anywhere. */

/** A task, told apart by both: two nodes have a `readLoop` each. */
export interface TraceTask {
  readonly node: string;
  readonly task: string;
}

/** A channel, a stop signal or a timer, and what was done with it. */
export interface TraceChan {
  readonly name: string;
  /** Names repeat: two peers have a `disc` each. */
  readonly id: number;
  /** None for a timer that fired and for a signal that was seen. */
  readonly op?: 'send' | 'recv' | 'close';
  /** The n-th value of the channel: what its sender and its receiver have in common. */
  readonly nth?: number;
  /** The case that a select took. */
  readonly case?: string;
}

/** One of the things that a blocked task waits on. */
export interface TraceWait {
  /** Of the channel, the signal or the timer; `end`: of the task. */
  readonly name: string;
  readonly id?: number;
  readonly op?: 'send' | 'recv' | 'end';
}

/** A message that crosses a layer, or lies in a channel. */
export interface TraceMsg {
  /** None while it is between tasks of one node. */
  readonly dir?: 'in' | 'out';
  /** None for the packets of the encryption handshake. */
  readonly code?: number;
  /** Where the layer that tells of it knows one. */
  readonly name?: string;
  /** Bytes of the payload; of the packet, in the encryption handshake. */
  readonly size: number;
}

/** What an event says in fields. */
export interface EventFields {
  /** The channel, signal or timer of a send, a receive, a select or a close. */
  readonly chan?: TraceChan;
  /** What a blocked task waits on, one by one. */
  readonly waits?: readonly TraceWait[];
  readonly msg?: TraceMsg;
  /** The task that is started here. */
  readonly go?: TraceTask;
  /** Of a start: who started it. Of a wake and what it was for: the task at the other end. */
  readonly by?: TraceTask;
}

/** A text that is not a trace, with the line that shows it. */
export class TraceFormatError extends Error {
  override readonly name = 'TraceFormatError';
  readonly line: number;

  constructor(line: number, what: string) {
    super(`not a trace: line ${line}: ${what}`);
    this.line = line;
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function text(object: JsonObject, key: string, line: number): string {
  const value = object[key];
  if (typeof value !== 'string')
    throw new TraceFormatError(line, `${key} is not a text`);
  return value;
}

type Check<T> = (value: unknown, key: string, line: number) => T;

const isText: Check<string> = (value, key, line) => text({ [key]: value }, key, line);

const isCount: Check<number> = (value, key, line) => {
  if (Number.isSafeInteger(value) && Number(value) >= 0) return Number(value);
  throw new TraceFormatError(line, `${key} is not a number from 0`);
};

function isOneOf<const T extends string>(...known: readonly T[]): Check<T> {
  return (value, key, line) => {
    const found = known.find((one) => one === value);
    if (found === undefined) throw new TraceFormatError(line, `${key} is not known`);
    return found;
  };
}

type Checks = Readonly<Record<string, Check<unknown>>>;

/** An object of the members that are known; `optional` ones may be left out. */
function isObject(required: Checks, optional: Checks = {}): Check<object> {
  return (value, key, line) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new TraceFormatError(line, `${key} is not an object`);
    }
    const given = value as JsonObject; // checked
    const checked: Record<string, unknown> = {};
    for (const [name, check] of Object.entries({ ...required, ...optional })) {
      if (given[name] === undefined && name in optional) continue;
      checked[name] = check(given[name], `${key}.${name}`, line);
    }
    return checked;
  };
}

function isList(check: Check<unknown>): Check<readonly unknown[]> {
  return (value, key, line) => {
    if (!Array.isArray(value)) throw new TraceFormatError(line, `${key} is not a list`);
    return value.map((one: unknown) => check(one, key, line));
  };
}

const isTask = isObject({ node: isText, task: isText });

const fields: Checks = {
  chan: isObject(
    { name: isText, id: isCount },
    { op: isOneOf('send', 'recv', 'close'), nth: isCount, case: isText },
  ),
  waits: isList(
    isObject({ name: isText }, { id: isCount, op: isOneOf('send', 'recv', 'end') }),
  ),
  msg: isObject(
    { size: isCount },
    { dir: isOneOf('in', 'out'), code: isCount, name: isText },
  ),
  go: isTask,
  by: isTask,
};

/** @throws {TraceFormatError} a field is not what the schema says */
export function checkFields(event: JsonObject, line: number): EventFields {
  const checked: Record<string, unknown> = {};
  for (const [key, check] of Object.entries(fields)) {
    if (event[key] !== undefined) checked[key] = check(event[key], key, line);
  }
  return checked; // each by its own check
}
