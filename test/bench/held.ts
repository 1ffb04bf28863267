/**
 * What a process holds, in bytes for each kind of thing, from a snapshot of its heap. Two
 * of them, before and after more peers have come, tell what a peer is made of.
 */

import { getHeapSnapshot } from 'node:v8';
import { text } from 'node:stream/consumers';

/** In the order of the table. The last takes what is none of the others. */
export const heldKinds = {
  frames: 'functions that wait: their variables',
  promises: 'promises, and what goes on when they are settled',
  channels: 'channels, timers, and places of selects',
  socket: "Node's socket",
  bytes: 'byte arrays: cipher and MAC states',
  texts: 'texts',
  other: 'the rest: objects, lists, maps',
} as const;
export type HeldKind = keyof typeof heldKinds;
export type Held = Readonly<Record<HeldKind, number>>;

/** Of V8's own names, and of classes that a bundle leaves their names. */
const kindsOf: Readonly<Record<string, HeldKind>> = {
  Generator: 'frames',
  AsyncGenerator: 'frames',
  'system / Context': 'frames',
  Promise: 'promises',
  'system / PromiseReaction': 'promises',
  Chan: 'channels',
  Done: 'channels',
  Signal: 'channels',
  Timer: 'channels',
  RealTimer: 'channels',
  Deadline: 'channels',
  Waiters: 'channels',
  Selection: 'channels',
  Place: 'channels',
  Socket: 'socket',
  TCP: 'socket',
  Timeout: 'socket',
  'Node / TCPSocketWrap': 'socket',
  ReadableState: 'socket',
  WritableState: 'socket',
  ArrayBuffer: 'bytes',
  Uint8Array: 'bytes',
  Buffer: 'bytes',
  FastBuffer: 'bytes',
  'system / JSArrayBufferData': 'bytes',
};

/** The part of V8's format that is read here. */
interface Snapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[];
      readonly node_types: readonly (readonly string[])[];
      readonly edge_fields: readonly string[];
    };
  };
  readonly nodes: readonly number[];
  readonly edges: readonly number[];
  readonly strings: readonly string[];
}

export async function heldNow(): Promise<Held> {
  // V8 writes it in this form.
  return heldIn(JSON.parse(await text(getHeapSnapshot())) as Snapshot);
}

function heldIn({ snapshot, nodes, edges, strings }: Snapshot): Held {
  const {
    node_fields: fields,
    node_types: types,
    edge_fields: edgeFields,
  } = snapshot.meta;
  const at = (field: string): number => fields.indexOf(field);
  const [type, name, size, count] = ['type', 'name', 'self_size', 'edge_count'].map(at);
  if (type === undefined || name === undefined || size === undefined) throw noForm();
  if (count === undefined) throw noForm();
  const value = (index: number): number => nodes[index] ?? 0;
  const textOf = (index: number): string => strings[index] ?? '';
  const registers = new Set<number>();
  let edge = 0;
  for (let node = 0; node < nodes.length; node += fields.length) {
    const end = edge + value(node + count) * edgeFields.length;
    for (; edge < end; edge += edgeFields.length) {
      if (textOf(edges[edge + 1] ?? 0) !== 'parameters_and_registers') continue;
      registers.add(edges[edge + 2] ?? 0);
    }
  }
  const held = { ...nothing };
  for (let node = 0; node < nodes.length; node += fields.length) {
    const kind = registers.has(node)
      ? 'frames'
      : kindOf(types[0]?.[value(node + type)] ?? '', textOf(value(node + name)));
    held[kind] += value(node + size);
  }
  return held;
}

const nothing: Record<HeldKind, number> = {
  frames: 0,
  promises: 0,
  channels: 0,
  socket: 0,
  bytes: 0,
  texts: 0,
  other: 0,
};

function kindOf(type: string, name: string): HeldKind {
  if (type.includes('string')) return 'texts';
  // Nearly all that a peer adds are the two of each `await`.
  if (type === 'closure') return 'promises';
  return kindsOf[name] ?? 'other';
}

function noForm(): Error {
  return new Error('this is no heap snapshot that we know');
}

/** What each of `count` more has added. */
export function addedBy(count: number, before: Held, after: Held): Held {
  const added = { ...nothing };
  for (const kind of Object.keys(nothing) as HeldKind[]) {
    // its own keys
    added[kind] = (after[kind] - before[kind]) / count;
  }
  return added;
}
