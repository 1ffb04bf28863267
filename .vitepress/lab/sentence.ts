/**
 * One sentence for a step: who does what with which thing. It says what the trace holds
 * and no more; the nouns are in the strings file, by the names of channels.
 */
import type {
  TraceChan,
  TraceEvent,
  TraceMsg,
  TraceWait,
} from '../../impl/csp/trace.ts';
import type { PartStrings } from '../theme/strings/parts.en.ts';
import { messageName } from './message-names.ts';
import { byteLength, crossingOf, type Crossing, type TraceModel } from './model.ts';

type Say = PartStrings['sentence'];

interface Telling {
  readonly say: Say;
  readonly strings: PartStrings;
  readonly model: TraceModel;
  /** Who acts, as a sentence begins with it. */
  readonly task: string;
}

export function sentence(
  event: TraceEvent,
  model: TraceModel,
  strings: PartStrings,
): string {
  const say = strings.sentence;
  const task = subject(event, model, strings);
  const telling: Telling = { say, strings, model, task };
  const value = event.v ?? '';
  const crossing = crossingOf(event);
  if (crossing !== undefined) return tellCrossing(event, crossing, telling);
  switch (event.e) {
    case 'start':
      // Its starter has said so, unless the trace has no step for that.
      return value === ''
        ? say.start(task)
        : say.startBy(task, event.by?.task ?? value);
    case 'end':
      return value === '' ? say.end(task) : say.endWith(task, value);
    case 'block': {
      const ms = sleepOf(event);
      if (ms !== undefined) return say.sleep(task, ms);
      const on = waits(event.waits ?? unnamed(event.on), telling);
      return on.length === 0 ? say.blockPlain(task) : say.block(task, on);
    }
    case 'wake':
      return tellWake(event, telling);
    case 'send':
      return tellSend(event, event.chan?.name ?? event.ch ?? '', telling);
    case 'recv':
      return tellRecv(event, event.chan?.name ?? event.ch ?? '', telling);
    case 'select':
      return tellSelect(event, telling);
    case 'read':
    case 'write':
      return tellBytes(event, telling);
    case 'msg':
      return say.report(task, value);
    case 'event':
      return tellEvent(event, telling);
  }
}

/** Who acts: most sentences begin with it. */
export function subject(
  { n, k }: TraceEvent,
  { nodes }: TraceModel,
  strings: PartStrings,
): string {
  return nodes.includes(n) ? k : strings.sentence.scenarioTask(k);
}

function tellCrossing(event: TraceEvent, crossing: Crossing, telling: Telling): string {
  const { say, task, model } = telling;
  const others = model.nodes.filter((node) => node !== event.n);
  const other = others.length === 1 ? (others[0] ?? '') : '';
  const reason = reasonIn(event, model);
  const named =
    reason === undefined ? crossing.name : say.leaving(crossing.name, reason);
  const what = messageText({ ...crossing, name: named }, telling);
  return crossing.direction === 'out'
    ? say.out(task, what, other)
    : say.in(task, what, other);
}

/** What a Disconnect gives as its reason, if it is the list that it should be. */
function reasonIn({ msg, b }: TraceEvent, { trace }: TraceModel): number | undefined {
  if (msg?.code !== 1 || b === undefined) return undefined;
  const [, reason] = /^c1(80|[0-7][\da-f])$/.exec(trace.bytes[b] ?? '') ?? [];
  return reason === undefined ? undefined : Number.parseInt(reason, 16) % 0x80;
}

function messageText(
  { name, size }: Pick<Crossing, 'name' | 'size'>,
  { say, strings }: Telling,
): string {
  return say.message(name, strings.byteCount(size));
}

function carriedText(
  channel: string,
  { v = '', msg }: { readonly v?: string; readonly msg?: TraceMsg },
  telling: Telling,
): string {
  if (msg === undefined) return telling.say.carried(channel, v);
  return messageText({ name: messageName(msg), size: msg.size }, telling);
}

/** What an event shows of the value that moved. A select's words are its case's name. */
function shown({ e, v, msg }: TraceEvent): { v?: string; msg?: TraceMsg } {
  return {
    ...(e === 'select' || v === undefined ? {} : { v }),
    ...(msg === undefined ? {} : { msg }),
  };
}

function tellSend(event: TraceEvent, channel: string, telling: Telling): string {
  const { say, task, model } = telling;
  if (channel === say.lock) return say.lockTaken(task);
  // A select says which case it took, so the value stands at the other end alone.
  const taker = partnerOf(event, model);
  const what = carriedText(
    channel,
    shown(event.e === 'send' ? event : (taker ?? event)),
    telling,
  );
  return taker === undefined || model.lying.has(event.i)
    ? say.putInto(task, what, say.channel(channel), model.lying.get(event.i) ?? 0)
    : say.handTo(task, what, taker.k, channel);
}

function tellRecv(event: TraceEvent, channel: string, telling: Telling): string {
  const { say, task, model } = telling;
  if (channel === say.lock) return say.lockGiven(task);
  const giver = partnerOf(event, model);
  const what = carriedText(
    channel,
    shown(event.e === 'recv' ? event : (giver ?? event)),
    telling,
  );
  return giver === undefined
    ? say.takeOut(task, what, say.channel(channel))
    : say.takeFrom(task, what, giver.k, channel);
}

function partnerOf(event: TraceEvent, model: TraceModel): TraceEvent | undefined {
  return model.trace.events[model.partner.get(event.i) ?? -1];
}

/** A select tells of its send or receive, unless the step before told of it already. */
function tellSelect(event: TraceEvent, telling: Telling): string {
  const { say, task, model } = telling;
  const { chan } = event;
  if (chan?.op !== 'send' && chan?.op !== 'recv') {
    return tellReady(chan?.name ?? event.ch ?? event.v ?? '', telling);
  }
  const channel = chan.name;
  const before = model.trace.events[event.i - 1];
  const told = before?.e === chan.op && isSameMove(chan, before.chan);
  if (chan.op === 'send') {
    if (!told) return tellSend(event, channel, telling);
    if (channel === say.lock) return say.hasLock(task);
    const what = carriedText(channel, shown(before), telling);
    return say.taken(task, what, say.channel(channel));
  }
  if (!told) return tellRecv(event, channel, telling);
  return say.got(
    task,
    carriedText(channel, shown(before), telling),
    say.channel(channel),
  );
}

function isSameMove(one: TraceChan, other: TraceChan | undefined): boolean {
  return one.id === other?.id && one.nth === other.nth;
}

/** A case without a value: a connection, a timer, a signal. */
function tellReady(label: string, { say, task }: Telling): string {
  if (label.startsWith('read ')) return say.canRead(task);
  if (label.startsWith('write ')) return say.canWrite(task);
  const timer = say.timer(label);
  if (timer !== undefined) return say.late(task, timer);
  const signal = say.signal(label);
  if (signal !== undefined) return say.signalled(task, label, signal);
  if (isListener(label)) return say.ready(task, say.listenerClosed);
  return say.ready(task, isConnection(label) ? say.connectionClosed : label);
}

/** Milliseconds, of a step that begins or ends a sleep. */
function sleepOf({ on }: TraceEvent): number | undefined {
  const [, ms] = /^sleep ([\d.]+) ms$/.exec(on ?? '') ?? [];
  return ms === undefined ? undefined : Number(ms);
}

function tellWake(event: TraceEvent, telling: Telling): string {
  const { say, task, model } = telling;
  const { events } = model.trace;
  const ms = sleepOf(event);
  if (ms !== undefined) return say.slept(task, ms);
  const same = (other: TraceEvent): boolean =>
    other.n === event.n && other.k === event.k;
  const next = events.slice(event.i + 1).find(same);
  const { chan } = next ?? {};
  const chosen =
    next?.e === 'select' && chan !== undefined ? [asWait(chan)] : undefined;
  const on = waits(chosen ?? lastWait(events, event)?.waits ?? [], telling);
  // Without a select to say which of several it was, no claim is made.
  return on.length === 1 ? say.wakeFor(task, on[0] ?? '') : say.wake(task);
}

function lastWait(
  events: readonly TraceEvent[],
  { i, n, k }: TraceEvent,
): TraceEvent | undefined {
  for (let at = i - 1; at >= 0; at--) {
    const event = events[at];
    if (event?.e === 'block' && event.n === n && event.k === k) return event;
  }
  return undefined;
}

function tellBytes(event: TraceEvent, telling: Telling): string {
  const { say, task, model, strings } = telling;
  const size = byteLength(model.trace, event);
  const plain = event.v === undefined || event.v === '' ? say.bytes : event.v;
  const bytes = size > 0 ? strings.byteCount(size) : plain;
  const crossing = model.carries.get(event.i);
  if (crossing === undefined)
    return event.e === 'read' ? say.read(task, bytes) : say.write(task, bytes);
  const message = messageText(crossing, telling);
  return event.e === 'read'
    ? say.readOf(task, bytes, message)
    : say.writeOf(task, bytes, message);
}

function tellEvent(event: TraceEvent, { say, task }: Telling): string {
  if (event.go !== undefined) {
    // The first task of all has no task that starts it.
    const started = event.go.task;
    if (event.n === '' && event.k === 'outside') return say.startOutside(started);
    return say.startBy(started, task);
  }
  if (event.chan?.op !== 'close')
    return say.report(task, (event.v ?? '').replaceAll('`', ''));
  const closed = event.chan.name;
  const signal = say.signal(closed);
  if (signal !== undefined) return say.give(task, closed, signal);
  if (isListener(closed)) return say.closeListener(task);
  if (isConnection(closed)) return say.closeConnection(task);
  return say.giveUnknown(task, closed);
}

const address = '[\\d.]+:\\d+|\\[[\\da-f:.]+\\]:\\d+';
const listenerText = new RegExp(`^listener (?:${address}) closed$`);
const connectionText = new RegExp(`^(?:${address}) closed$`);

function isListener(label: string): boolean {
  return listenerText.test(label);
}
function isConnection(label: string): boolean {
  return connectionText.test(label);
}

/** A wait of which the trace has words only. */
function unnamed(on = ''): TraceWait[] {
  return on === '' ? [] : [{ name: on }];
}

function asWait({ name, id, op }: TraceChan): TraceWait {
  return op === 'send' || op === 'recv' ? { name, id, op } : { name, id };
}

/** What a task waits for, in words: receives together, where the first of them stands. */
function waits(on: readonly TraceWait[], { say, model }: Telling): string[] {
  const receives = on.filter(({ op }) => op === 'recv');
  const tasks = on.filter(({ op }) => op === 'end');
  return on.flatMap((one) => {
    if (one.op === 'recv') {
      const channels = receives.map(({ name }) => say.channel(name));
      return one === receives[0] ? [say.waitRecv(channels)] : [];
    }
    if (one.op !== 'end') return [wait(one, say, model)];
    return one === tasks[0] ? [say.waitTasks(tasks.map(({ name }) => name))] : [];
  });
}

function wait({ name, id, op }: TraceWait, say: Say, { trace }: TraceModel): string {
  if (op === 'send') {
    return name === say.lock ? say.waitLock : say.waitSend(say.carried(name, ''), name);
  }
  const timer = say.timer(name);
  if (timer !== undefined) return timer;
  if (name.startsWith('read deadline ')) return say.waitReadDeadline;
  if (name.startsWith('write deadline ')) return say.waitWriteDeadline;
  const [verb] = name.split(' ');
  if (verb === 'linger') return say.waitLinger;
  if (verb === 'read') return say.waitRead;
  if (verb === 'write') return say.waitWrite;
  if (isListener(name)) return say.waitListener;
  if (isConnection(name)) return say.waitConnection;
  const isGiven = ({ chan }: TraceEvent): boolean =>
    chan?.op === 'close' && chan.id === id;
  const isSignal = say.signal(name) !== undefined || trace.events.some(isGiven);
  return isSignal ? say.waitSignal(name) : say.waitUnknown(name);
}
