/** The byte strings that the wire pages show: cut from the recorded run, field by field. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromHex } from '../../impl/bytes.ts';
import { readTrace, type Trace } from '../../impl/csp/trace.ts';
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
import { readItem } from '../../impl/rlp/scan.ts';
import { fieldProse } from '../../docs/reference/fields.en.ts';

export interface WireSample {
  readonly hex: string;
  readonly fields: readonly (FieldSpan & { readonly prose: string })[];
}

type Decode = (bytes: Uint8Array) => readonly FieldSpan[] | undefined;

/** Which event of the run holds the bytes: the first, or the first after another one. */
type Place = readonly [kind: string, text: RegExp, decode: Decode, after?: RegExp];

const samples: Readonly<Record<string, Place>> = {
  'auth-packet': ['write', /^\d+ bytes/, packetFields],
  auth: ['event', /^out auth/, authFields],
  ack: ['event', /^out ack/, ackFields],
  hello: ['msg', /^out Hello/, helloFields],
  frame: ['write', /^\d+ bytes/, frameFields, /^out Hello/],
  disconnect: ['msg', /^out Disconnect/, disconnectFields],
  status: ['msg', /^out code 16/, (bytes) => ethFields(0, bytes)],
  'get-headers': ['msg', /^out code 19/, (bytes) => ethFields(3, bytes)],
  headers: ['msg', /^out code 20/, (bytes) => ethFields(4, bytes)],
  'get-bodies': ['msg', /^out code 21/, (bytes) => ethFields(5, bytes)],
};

export class UnexplainedByte extends Error {
  override readonly name = 'UnexplainedByte';
}

export function wireSamples(repoDir: string): Readonly<Record<string, WireSample>> {
  const file = join(repoDir, 'docs', 'traces', 'meet.jsonl');
  const trace = readTrace(readFileSync(file, 'utf8'));
  const found: Record<string, WireSample> = {};
  for (const [name, [kind, text, decode, after]] of Object.entries(samples)) {
    const hex = findBytes(trace, kind, text, after);
    // A run without bodies to ask for has no such message: the page asks for what is there.
    if (hex !== undefined) found[name] = explain(name, hex, decode);
  }
  return found;
}

function findBytes(
  trace: Trace,
  kind: string,
  text: RegExp,
  after: RegExp | undefined,
): string | undefined {
  const from =
    after === undefined ? 0 : trace.events.findIndex(({ v }) => after.test(v ?? ''));
  const event = trace.events
    .slice(Math.max(0, from))
    .find(({ e, v, b }) => e === kind && b !== undefined && text.test(v ?? ''));
  return event?.b === undefined ? undefined : trace.bytes[event.b];
}

/** The bytes in front of a value say what kind it is and how long. */
function proseOf(
  { field, start, end }: FieldSpan,
  bytes: Uint8Array,
): string | undefined {
  const [, name = '', part] = /^(.*?)(\.(?:list|length))?$/.exec(field) ?? [];
  const whole = fieldProse[name];
  if (part === undefined || whole === undefined) return whole;
  const item = readItem(bytes, start, bytes.length, field);
  if (item.start !== end || item.isList !== (part === '.list'))
    throw new UnexplainedByte(`${field} is not what stands there`);
  const size = item.end - item.start;
  const count = size === 1 ? '1 byte' : `${size} bytes`;
  return item.isList
    ? `RLP: a list begins, ${count} long. ${whole}`
    : `RLP: a string of ${count} follows.`;
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
