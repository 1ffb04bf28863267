/** Says in a sentence what a reader's function does when it first runs in a node. */

import type { TraceEvent, TraceMsg, TraceWait } from '#impl/csp/trace.ts';
import { messageName } from '#impl/eth/protocol.ts';
import {
  baseProtocolLength,
  discMsg,
  handshakeMsg,
  pingMsg,
  pongMsg,
} from '#impl/p2p/base-protocol.ts';
import { liveStrings } from '../words/seen-strings.ts';

const strings = liveStrings;

/** @param first index of its first step */
export function firstSentence(
  call: string,
  events: readonly TraceEvent[],
  first: number,
): string {
  const event = events[first];
  if (event === undefined) return strings.neverRuns(call);
  const { n, k, t } = event;
  const before = events.slice(0, first).findLast((one) => one.n === n && one.k === k);
  const held = before?.e === 'msg' && before.msg?.dir === 'in' ? before.msg : undefined;
  const told = [strings.gave(call, ''), strings.threwOne(call, '', '')];
  const { v = '' } = event;
  const what =
    event.e === 'event' && told.some((words) => v.startsWith(words))
      ? v.slice(call.length + 1)
      : doing(event, events, held);
  return strings.first(call, String(t), k, n, what);
}

function doing(
  event: TraceEvent,
  events: readonly TraceEvent[],
  held: TraceMsg | undefined,
): string {
  const { i, e, chan, msg = held, go, waits = [], v = '' } = event;
  if (go !== undefined) return strings.starts(go.task);
  const what = msg === undefined ? strings.aValue : nameOf(msg);
  const [offer] = waits.filter(({ op }) => op === 'send');
  if (e === 'block' && offer !== undefined) return gives(offer, events, i, what);
  if (e === 'block') {
    const [one = '', ...others] = waits.map(({ name }) => name);
    return strings.waitsFor(one, others);
  }
  if (chan?.op === 'send') return gives(chan, events, i, what);
  if (chan?.op === 'recv') return strings.takes(what, chan.name);
  if (chan?.op === 'close') return strings.closes(chan.name);
  if (e === 'msg')
    return msg?.dir === 'out' ? strings.sends(what) : strings.hears(what);
  return strings.does(v === '' ? e : v);
}

/** Who takes what is offered, if somebody does. */
function gives(
  { name, id }: Pick<TraceWait, 'name' | 'id'>,
  events: readonly TraceEvent[],
  from: number,
  what: string,
): string {
  const taker = events.find(
    ({ i, chan }) => i > from && chan?.id === id && chan?.op === 'recv',
  );
  return taker === undefined
    ? strings.offers(what, name)
    : strings.gives(what, taker.k, name);
}

const baseNames: Readonly<Record<number, string>> = {
  [handshakeMsg]: 'Hello',
  [discMsg]: 'Disconnect',
  [pingMsg]: 'Ping',
  [pongMsg]: 'Pong',
};

/** eth's codes begin behind the base protocol's: it is the only protocol here. */
function nameOf({ name, code }: TraceMsg): string {
  if (name !== undefined || code === undefined) return name ?? strings.aMessage;
  const eth = code - baseProtocolLength;
  return eth < 0 ? (baseNames[code] ?? `code ${code}`) : messageName(eth);
}
