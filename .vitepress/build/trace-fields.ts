/**
 * The fields of the bytes that a step of a trace shows, by the tables beside the decoders
 * of impl/. Worked out here, so that the page needs neither decoders nor crypto.
 */
import { fromHex } from '../../impl/bytes.ts';
import type { Trace, TraceEvent } from '../../impl/csp/trace.ts';
import { ethFields } from '../../impl/eth/layout.ts';
import {
  baseProtocolLength,
  discMsg,
  handshakeMsg,
} from '../../impl/p2p/base-protocol.ts';
import {
  ackFields,
  authFields,
  disconnectFields,
  helloFields,
  type FieldSpan,
} from '../../impl/p2p/rlpx/layout.ts';

/** After the last byte of the field, and its name. Fields lie without gaps from byte 0. */
export type TraceField = readonly [end: number, name: string];

/** Fields of one message that are named; a list of headers has hundreds. */
const maxFields = 48;

export function traceFields(
  trace: Trace,
): Readonly<Record<number, readonly TraceField[]>> {
  const fields: Record<number, readonly TraceField[]> = {};
  for (const event of trace.events) {
    const hex = event.b === undefined ? undefined : trace.bytes[event.b];
    const spans = hex === undefined ? undefined : spansOf(event, fromHex(hex));
    if (spans === undefined) continue;
    fields[event.i] = spans.slice(0, maxFields).map(({ end, field }) => [end, field]);
  }
  return fields;
}

function spansOf(
  { e, v = '' }: TraceEvent,
  bytes: Uint8Array,
): readonly FieldSpan[] | undefined {
  const [, what = ''] = /^(?:in|out) ([\w ]+?),/.exec(v) ?? [];
  if (e === 'event') {
    if (what === 'auth') return authFields(bytes);
    return what === 'ack' ? ackFields(bytes) : undefined;
  }
  if (e !== 'msg') return undefined;
  // A transport that sends messages unencrypted names every one by its code.
  const code = Number(/^code (\d+)$/.exec(what)?.[1] ?? NaN);
  if (what === 'Hello' || code === handshakeMsg) return helloFields(bytes);
  if (what === 'Disconnect' || code === discMsg) return disconnectFields(bytes);
  // eth is the only protocol of our nodes, so its codes begin where the base's end.
  return code >= baseProtocolLength
    ? ethFields(code - baseProtocolLength, bytes)
    : undefined;
}
