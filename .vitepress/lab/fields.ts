/**
 * The fields of the bytes that a step of a trace shows, by the tables beside the decoders
 * of impl/. For a recorded run the build works them out; only a run that was made in the
 * page needs the tables there.
 */
import { fromHex } from '../../impl/bytes.ts';
import type { Trace, TraceEvent } from '../../impl/csp/trace.ts';
import { ethFields } from '../../impl/eth/layout.ts';
import {
  ackFields,
  authFields,
  disconnectFields,
  helloFields,
  type FieldSpan,
} from '../../impl/p2p/rlpx/layout.ts';
import { ethCodeOf, messageName } from './message-names.ts';
import type { FieldsByStep, TraceField } from './player-data.ts';
import { withFields } from './words.ts';

/** Fields of one message that are named; a list of headers has hundreds. */
const maxFields = 48;

export function traceFields(trace: Trace): FieldsByStep {
  const fields: Record<number, readonly TraceField[]> = {};
  for (const event of withFields(trace).events) {
    const hex = event.b === undefined ? undefined : trace.bytes[event.b];
    const spans = hex === undefined ? undefined : spansOf(event, fromHex(hex));
    if (spans === undefined) continue;
    fields[event.i] = spans.slice(0, maxFields).map(({ end, field }) => [end, field]);
  }
  return fields;
}

function spansOf(
  { e, msg }: TraceEvent,
  bytes: Uint8Array,
): readonly FieldSpan[] | undefined {
  if (e === 'event') {
    if (msg?.name === 'auth') return authFields(bytes);
    return msg?.name === 'ack' ? ackFields(bytes) : undefined;
  }
  if (e !== 'msg' || msg === undefined) return undefined;
  const name = messageName(msg);
  if (name === 'Hello') return helloFields(bytes);
  if (name === 'Disconnect') return disconnectFields(bytes);
  const code = ethCodeOf(name);
  return code === undefined ? undefined : ethFields(code, bytes);
}
