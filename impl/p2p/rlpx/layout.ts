/**
 * What each byte of a handshake packet, a frame or a base message is. For everyone who
 * shows bytes: every function takes what a decoder of this folder takes, and gives spans
 * that lie in order and leave no byte out. Malformed bytes end in a span that says so.
 * What a field means is written in `docs/`, by its id.
 */

import { RlpError } from '../../rlp/errors.ts';
import { readItem, type Item } from '../../rlp/scan.ts';

export interface FieldSpan {
  readonly start: number;
  /** After the last byte. */
  readonly end: number;
  /** For example `auth.signature`. */
  readonly field: string;
}

/** How the elements of a list are called: a name each, or what to do with a list. */
export type Layout = string | ListLayout;

export interface ListLayout {
  readonly list: string;
  /** The elements in their order. */
  readonly items?: readonly Layout[];
  /** What every element after `items` is; without it `….extra`. */
  readonly each?: Layout;
}

const malformed = 'malformed';

/**
 * Spans of one RLP value and, behind it, of bytes that no decoder looks at.
 *
 * @param rest what those bytes are
 */
export function rlpSpans(
  bytes: Uint8Array,
  layout: Layout,
  rest = 'ignored',
): readonly FieldSpan[] {
  const spans: FieldSpan[] = [];
  try {
    const top = readItem(bytes, 0, bytes.length, 'value');
    addItem(spans, bytes, top, layout);
    addSpan(spans, top.end, bytes.length, rest);
  } catch (error) {
    if (!(error instanceof RlpError)) throw error;
    addSpan(spans, spans.at(-1)?.end ?? 0, bytes.length, malformed);
  }
  return spans;
}

function addItem(
  spans: FieldSpan[],
  bytes: Uint8Array,
  item: Item,
  layout: Layout,
): void {
  const name = typeof layout === 'string' ? layout : layout.list;
  if (!item.isList || typeof layout === 'string') {
    // An empty value is its header: 80, c0.
    const isEmpty = item.start === item.end;
    addSpan(spans, item.at, item.start, isEmpty ? name : `${name}.length`);
    addSpan(spans, item.start, item.end, name);
    return;
  }
  addSpan(spans, item.at, item.start, `${name}.list`);
  const { items = [], each = `${name}.extra` } = layout;
  let at = item.start;
  for (let index = 0; at < item.end; index++) {
    const inner = readItem(bytes, at, item.end, 'value');
    addItem(spans, bytes, inner, items[index] ?? each);
    at = inner.end;
  }
}

function addSpan(spans: FieldSpan[], start: number, end: number, field: string): void {
  if (start < end) spans.push({ start, end, field });
}

/** Spans of the given lengths; what is left over is `rest`. */
function fixedSpans(
  total: number,
  rest: string,
  ...parts: readonly (readonly [length: number, field: string])[]
): readonly FieldSpan[] {
  const spans: FieldSpan[] = [];
  let at = 0;
  for (const [length, field] of parts) {
    addSpan(spans, at, Math.min(at + length, total), field);
    at = Math.min(at + length, total);
  }
  addSpan(spans, at, total, rest);
  return spans;
}

// #region handshake-fields
/** A whole auth or ack packet, as it is on the wire. */
export function packetFields(packet: Uint8Array): readonly FieldSpan[] {
  const encrypted = Math.max(0, packet.length - (2 + 65 + 16 + 32));
  return fixedSpans(
    packet.length,
    malformed,
    [2, 'packet.size'],
    [65, 'packet.point'],
    [16, 'packet.iv'],
    [encrypted, 'packet.encrypted'],
    [32, 'packet.tag'],
  );
}

/** The plaintext of an auth packet. */
export function authFields(plaintext: Uint8Array): readonly FieldSpan[] {
  const items = ['auth.signature', 'auth.initiator-key', 'auth.nonce', 'auth.version'];
  return rlpSpans(plaintext, { list: 'auth', items }, 'auth.padding');
}

/** The plaintext of an ack packet. */
export function ackFields(plaintext: Uint8Array): readonly FieldSpan[] {
  const items = ['ack.ephemeral-key', 'ack.nonce', 'ack.version'];
  return rlpSpans(plaintext, { list: 'ack', items }, 'ack.padding');
}
// #endregion handshake-fields

// #region frame-fields
/** A whole frame, as it is on the wire. */
export function frameFields(frame: Uint8Array): readonly FieldSpan[] {
  const body = Math.max(0, frame.length - 48);
  return fixedSpans(
    frame.length,
    malformed,
    [16, 'frame.header'],
    [16, 'frame.header-mac'],
    [body, 'frame.body'],
    [16, 'frame.mac'],
  );
}
// #endregion frame-fields

// #region base-fields
export function helloFields(payload: Uint8Array): readonly FieldSpan[] {
  const cap = { list: 'hello.cap', items: ['hello.cap-name', 'hello.cap-version'] };
  return rlpSpans(payload, {
    list: 'hello',
    items: [
      'hello.version',
      'hello.name',
      { list: 'hello.caps', each: cap },
      'hello.listen-port',
      'hello.id',
    ],
  });
}

/** A Disconnect's payload: a list, or the reason alone. */
export function disconnectFields(payload: Uint8Array): readonly FieldSpan[] {
  const isList = (payload[0] ?? 0) >= 0xc0;
  const reason = 'disconnect.reason';
  return rlpSpans(payload, isList ? { list: 'disconnect', items: [reason] } : reason);
}
// #endregion base-fields
