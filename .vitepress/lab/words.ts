/**
 * Fields for a trace from before there were any: read off the words of its events, once,
 * so that no view has to. A trace that has fields keeps them. Messages get their names.
 */
import type {
  Trace,
  TraceChan,
  TraceEvent,
  TraceMsg,
  TraceTask,
  TraceWait,
} from '../../impl/csp/trace.ts';
import { withNames } from './message-names.ts';

export function withFields(trace: Trace): Trace {
  const hasFields = trace.events.some(
    ({ chan, waits, msg, go, by }) => chan ?? waits ?? msg ?? go ?? by,
  );
  if (hasFields) return withNames(trace);
  const reader = new WordReader(trace.events);
  return withNames({
    ...trace,
    events: trace.events.map((event) => reader.read(event)),
  });
}

interface Channel {
  readonly id: number;
  sent: number;
  received: number;
}

class WordReader {
  readonly #events: readonly TraceEvent[];
  /** By node and name: what tells two channels of one name apart was not written down. */
  readonly #channels = new Map<string, Channel>();
  /** Who starts a task, by its name, until it begins. */
  readonly #starters = new Map<string, TraceTask>();

  constructor(events: readonly TraceEvent[]) {
    this.#events = events;
  }

  read(event: TraceEvent): TraceEvent {
    switch (event.e) {
      case 'msg':
        return { ...event, ...messageIn(event.v) };
      case 'event':
        return { ...event, ...this.#happened(event) };
      case 'start':
        return { ...event, ...this.#starter(event) };
      case 'block':
        return { ...event, waits: waitsIn(event.on) };
      case 'send':
      case 'recv':
        return {
          ...event,
          chan: this.#moved(event, event.e, event.ch ?? ''),
          ...messageOf(event.v),
        };
      case 'select':
        return { ...event, chan: this.#chosen(event) };
      case 'wake':
      case 'end':
      case 'read':
      case 'write':
        return event;
    }
  }

  #happened(event: TraceEvent): Partial<TraceEvent> {
    const task = /^go (.+)$/.exec(event.v ?? '')?.[1];
    if (task !== undefined) {
      this.#starters.set(task, { node: event.n, task: event.k });
      // It begins on another node if its starter belongs to none.
      const begins = this.#events.find(
        (one) => one.i > event.i && one.e === 'start' && one.k === task,
      );
      return { go: { node: begins?.n ?? event.n, task } };
    }
    const name = /^close (.+)$/.exec(event.v ?? '')?.[1];
    if (name === undefined) return messageIn(event.v);
    return { chan: { name, id: this.#channel(event, name).id, op: 'close' } };
  }

  #starter({ n, k, v }: TraceEvent): Partial<TraceEvent> {
    const by =
      this.#starters.get(k) ?? (v === undefined ? undefined : { node: n, task: v });
    this.#starters.delete(k);
    return by === undefined ? {} : { by };
  }

  #moved(event: TraceEvent, op: 'send' | 'recv', name: string): TraceChan {
    const channel = this.#channel(event, name);
    const nth = op === 'send' ? ++channel.sent : ++channel.received;
    return { name, id: channel.id, op, nth };
  }

  /** A select counts as the send or receive that it chose, unless that came before it. */
  #chosen(event: TraceEvent): TraceChan {
    const [, verb, name = ''] = /^(send|recv) (.+)$/.exec(event.ch ?? '') ?? [];
    const taken = event.v === undefined ? {} : { case: event.v };
    if (verb === undefined) {
      const label = event.ch ?? event.v ?? '';
      return { name: label, id: this.#channel(event, label).id, ...taken };
    }
    const op = verb === 'send' ? 'send' : 'recv';
    const before = this.#events[event.i - 1];
    const isTold =
      before?.e === op &&
      before.ch === name &&
      before.n === event.n &&
      before.k === event.k;
    if (!isTold) return { ...this.#moved(event, op, name), ...taken };
    const { id, sent, received } = this.#channel(event, name);
    return { name, id, op, nth: op === 'send' ? sent : received, ...taken };
  }

  #channel({ n }: TraceEvent, name: string): Channel {
    const key = `${n}/${name}`;
    const known = this.#channels.get(key);
    if (known !== undefined) return known;
    const made = { id: this.#channels.size, sent: 0, received: 0 };
    this.#channels.set(key, made);
    return made;
  }
}

function messageIn(words = ''): { msg?: TraceMsg } {
  const [, way, what, size] = /^(out|in) ([^,]+), (\d+) bytes$/.exec(words) ?? [];
  if (what === undefined) return {};
  return {
    msg: { dir: way === 'out' ? 'out' : 'in', ...named(what), size: Number(size) },
  };
}

/** A message as a value in a channel, `code 16, 76 bytes`. */
function messageOf(words = ''): { msg?: TraceMsg } {
  const [, what, size] = /^(code \d+), (\d+) bytes$/.exec(words) ?? [];
  return what === undefined ? {} : { msg: { ...named(what), size: Number(size) } };
}

function named(what: string): Pick<TraceMsg, 'code' | 'name'> {
  const code = /^code (\d+)$/.exec(what)?.[1];
  return code === undefined ? { name: what } : { code: Number(code) };
}

function waitsIn(on = ''): TraceWait[] {
  return on === '' ? [] : on.split(' | ').flatMap(waitIn);
}

function waitIn(label: string): TraceWait[] {
  const [, verb, name = ''] = /^(send|recv|wait for) (.+)$/.exec(label) ?? [];
  if (verb === 'wait for') {
    return name.split(', ').map((one) => ({ name: one, op: 'end' }));
  }
  if (verb === undefined) return [{ name: label }];
  return [{ name, op: verb === 'send' ? 'send' : 'recv' }];
}
