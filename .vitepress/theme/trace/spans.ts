/**
 * Which bytes belong to which field. A decoder of a protocol may know better and is asked
 * first (`decoders`); otherwise bytes that are one RLP item are cut along its structure,
 * with the names that the message is known to have.
 */
import type { TraceEvent } from '../../../impl/csp/trace.ts';
import { crossingOf } from './model.ts';

export interface FieldSpan {
  readonly from: number;
  readonly to: number;
  /** Name of the field; a key of `strings.trace.fields`, or a name of the protocol. */
  readonly name: string;
}

export type SpanDecoder = (
  event: TraceEvent,
  bytes: Uint8Array,
) => readonly FieldSpan[] | undefined;

/** Protocol names are the same in every language, so they are not in the strings. */
const fieldNames: Readonly<Record<string, readonly string[]>> = {
  Hello: ['version', 'name', 'caps', 'listenPort', 'id'],
  Disconnect: ['reason'],
  Status: ['protocolVersion', 'networkId', 'td', 'head', 'genesis'],
  GetBlockHeaders: ['origin', 'amount', 'skip', 'reverse'],
};

export const decoders: SpanDecoder[] = [];

export function spansOf(event: TraceEvent, bytes: Uint8Array): readonly FieldSpan[] {
  for (const decode of decoders) {
    const spans = decode(event, bytes);
    if (spans !== undefined) return spans;
  }
  if (event.e !== 'msg') return [];
  return rlpSpans(bytes, fieldNames[crossingOf(event)?.name ?? ''] ?? []) ?? [];
}

interface Prefix {
  readonly headerLength: number;
  readonly length: number;
  readonly isList: boolean;
}

function prefixAt(bytes: Uint8Array, at: number): Prefix | undefined {
  const first = bytes[at];
  if (first === undefined) return undefined;
  if (first < 0x80) return { headerLength: 0, length: 1, isList: false };
  const isList = first >= 0xc0;
  const short = first - (isList ? 0xc0 : 0x80);
  if (short <= 55) return { headerLength: 1, length: short, isList };
  const lengthOfLength = short - 55;
  if (lengthOfLength > 4) return undefined;
  let length = 0;
  for (const byte of bytes.subarray(at + 1, at + 1 + lengthOfLength))
    length = length * 256 + byte;
  return { headerLength: 1 + lengthOfLength, length, isList };
}

const maxFields = 64;

/** The top list's header, then each element; nothing if the bytes are not one RLP list. */
export function rlpSpans(
  bytes: Uint8Array,
  names: readonly string[],
): FieldSpan[] | undefined {
  const top = prefixAt(bytes, 0);
  if (top?.isList !== true || top.headerLength + top.length !== bytes.length)
    return undefined;
  const spans: FieldSpan[] = [{ from: 0, to: top.headerLength, name: 'listHeader' }];
  let at = top.headerLength;
  for (let field = 0; at < bytes.length; field++) {
    const item = prefixAt(bytes, at);
    if (item === undefined) return undefined;
    const end = at + item.headerLength + item.length;
    if (end > bytes.length) return undefined;
    if (field >= maxFields) {
      spans.push({ from: at, to: bytes.length, name: 'rest' });
      break;
    }
    spans.push({ from: at, to: end, name: names[field] ?? `[${field}]` });
    at = end;
  }
  return spans;
}
