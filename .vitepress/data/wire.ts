/** The byte strings that the wire pages show: cut from recorded runs, field by field. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { concat, fromHex, toHex } from '../../impl/bytes.ts';
import { readTrace, type Trace, type TraceEvent } from '../../impl/csp/trace.ts';
import { ethFields } from '../../impl/eth/layout.ts';
import {
  ackFields,
  authFields,
  disconnectFields,
  frameFields,
  helloFields,
  packetFields,
  type FieldSpan,
} from '../../impl/p2p/rlpx/layout.ts';
import { packPayload } from '../../impl/p2p/rlpx/payload.ts';
import { encode } from '../../impl/rlp/encode.ts';
import { readItem } from '../../impl/rlp/scan.ts';
import { fieldText, NotAField } from '../lab/field-text.ts';

export interface WireSample {
  readonly hex: string;
  readonly fields: readonly (FieldSpan & { readonly prose: string })[];
}

type Decode = (bytes: Uint8Array) => readonly FieldSpan[] | undefined;

type Wanted = (event: TraceEvent) => boolean;

/** Which event of the run holds the bytes: the first, or the first after another one. */
type Place = readonly [
  wanted: Wanted,
  decode: Decode,
  after?: Wanted | undefined,
  /** What was made of the bytes on their way. */
  become?: (payload: Uint8Array, event: TraceEvent) => Uint8Array,
  /** Which run; without it, `meet`. */
  run?: string,
];

const written: Wanted = ({ e }) => e === 'write';
const sent =
  (what: string | number): Wanted =>
  ({ msg }) =>
    msg?.dir === 'out' && (msg.name === what || msg.code === what);

/** By the recorded run that they are cut from. */
const samples: Readonly<Record<string, Readonly<Record<string, Place>>>> = {
  meet: {
    'auth-packet': [written, packetFields],
    auth: [sent('auth'), authFields],
    ack: [sent('ack'), ackFields],
    hello: [sent('Hello'), helloFields],
    frame: [written, frameFields, sent('Hello')],
    disconnect: [sent('Disconnect'), disconnectFields],
    'status-body': [sent(16), bodyFields, undefined, packedBodyOf],
    status: [sent(16), (bytes) => ethFields(0, bytes)],
    'get-headers': [sent(19), (bytes) => ethFields(3, bytes)],
    headers: [sent(20), (bytes) => ethFields(4, bytes)],
    'get-bodies': [sent(21), (bytes) => ethFields(5, bytes)],
  },
  'gate-thrice': {
    // Of the third connection, which is refused at checkpoint 1.
    'refusal-body': [
      (event) => event.k === 'setupConn#3' && sent('Disconnect')(event),
      plainDisconnectFields,
      undefined,
      plainBodyOf,
    ],
  },
  'sorts-five': {
    'ping-body': [sent('Ping'), bodyFields, undefined, packedBodyOf],
    'pong-body': [sent('Pong'), bodyFields, undefined, packedBodyOf],
    'disconnect-body': [sent('Disconnect'), bodyFields, undefined, packedBodyOf],
    'disconnect-4': [sent('Disconnect'), disconnectFields],
  },
};

export class UnexplainedByte extends Error {
  override readonly name = 'UnexplainedByte';
}

export function wireSamples(repoDir: string): Readonly<Record<string, WireSample>> {
  const found: Record<string, WireSample> = {};
  for (const [run, places] of Object.entries(samples)) {
    const file = join(repoDir, 'docs', 'traces', `${run}.jsonl`);
    const trace = readTrace(readFileSync(file, 'utf8'));
    for (const [name, [wanted, decode, after, become]] of Object.entries(places)) {
      const hex = findBytes(trace, wanted, after, become);
      // A run without bodies to ask for has no such message: the page asks for what is there.
      if (hex !== undefined) found[name] = explain(name, hex, decode);
    }
  }
  return found;
}

function findBytes(
  trace: Trace,
  wanted: Wanted,
  after: Wanted | undefined,
  become: Place[3],
): string | undefined {
  const from = after === undefined ? 0 : trace.events.findIndex(after);
  const event = trace.events
    .slice(Math.max(0, from))
    .find((one) => one.b !== undefined && wanted(one));
  const hex = event?.b === undefined ? undefined : trace.bytes[event.b];
  if (event === undefined || hex === undefined || become === undefined) return hex;
  return toHex(become(fromHex(hex), event));
}

/** What a frame holds before it is encrypted: the code, then the packed payload. */
function packedBodyOf(payload: Uint8Array, { msg }: TraceEvent): Uint8Array {
  return concat(encode(msg?.code ?? 0), packPayload(payload, true));
}

/** The same before Hello, where nobody packs. */
function plainBodyOf(payload: Uint8Array, { msg }: TraceEvent): Uint8Array {
  return concat(encode(msg?.code ?? 0), packPayload(payload, false));
}

function bodyFields(body: Uint8Array): readonly FieldSpan[] {
  const code = readItem(body, 0, body.length, 'body.code').end;
  return [
    { start: 0, end: code, field: 'body.code' },
    { start: code, end: body.length, field: 'body.payload' },
  ];
}

function plainDisconnectFields(body: Uint8Array): readonly FieldSpan[] {
  const code = readItem(body, 0, body.length, 'body.code').end;
  const payload = disconnectFields(body.subarray(code));
  return [
    { start: 0, end: code, field: 'body.code' },
    ...payload.map(({ start, end, field }) => {
      return { start: start + code, end: end + code, field };
    }),
  ];
}

function proseOf(span: FieldSpan, bytes: Uint8Array): string | undefined {
  try {
    return fieldText(span, bytes);
  } catch (error) {
    if (!(error instanceof NotAField)) throw error;
    throw new UnexplainedByte(error.message, { cause: error });
  }
}

/** @throws {UnexplainedByte} a byte belongs to no field, or a field has no text */
export function explain(name: string, hex: string, decode: Decode): WireSample {
  const bytes = fromHex(hex);
  let end = 0;
  const fields = (decode(bytes) ?? []).map((span) => {
    const prose = proseOf(span, bytes);
    if (prose === undefined)
      throw new UnexplainedByte(`${name}: no text for ${span.field}`);
    if (span.start !== end)
      throw new UnexplainedByte(`${name}: byte ${end} has no field`);
    end = span.end;
    return { ...span, prose };
  });
  if (end !== bytes.length)
    throw new UnexplainedByte(`${name}: byte ${end} has no field`);
  return { hex, fields };
}
