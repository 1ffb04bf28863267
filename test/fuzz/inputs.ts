/**
 * What a target is fed: bytes at random, and valid inputs that were changed. Bytes are
 * set, cut, copied and repeated; in RLP, lists are nested, items swapped, doubled and
 * turned into the other kind, and lengths lie.
 */

import fc from 'fast-check';
import { concatAll, utf8 } from '../../impl/bytes.ts';

/** Where borders lie: of RLP's headers, of integers, of text. */
const borders = [
  0, 1, 0x7f, 0x80, 0x81, 0xb7, 0xb8, 0xbf, 0xc0, 0xc1, 0xf7, 0xf8, 0xff,
];

type Change = (bytes: Uint8Array) => Uint8Array;

const place = fc.nat(0xffff);
const at = (bytes: Uint8Array, where: number): number => where % (bytes.length + 1);

function spliced(
  bytes: Uint8Array,
  from: number,
  removed: number,
  inserted: Uint8Array,
): Uint8Array {
  const start = at(bytes, from);
  return concatAll([
    bytes.subarray(0, start),
    inserted,
    bytes.subarray(Math.min(bytes.length, start + removed)),
  ]);
}

const byteChange: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(place, fc.constantFrom(...borders)).map(
    ([where, byte]): Change =>
      (bytes) =>
        spliced(bytes, where, 1, Uint8Array.of(byte)),
  ),
  fc.tuple(place, fc.nat(255)).map(
    ([where, byte]): Change =>
      (bytes) =>
        spliced(bytes, where, 1, Uint8Array.of(byte)),
  ),
  fc.tuple(place, fc.uint8Array({ maxLength: 16 })).map(
    ([where, more]): Change =>
      (bytes) =>
        spliced(bytes, where, 0, more),
  ),
  fc.tuple(place, fc.nat(40)).map(
    ([where, length]): Change =>
      (bytes) =>
        spliced(bytes, where, length, none),
  ),
  place.map(
    (where): Change =>
      (bytes) =>
        bytes.subarray(0, at(bytes, where)),
  ),
  fc.tuple(place, place, fc.nat(64)).map(
    ([from, to, length]): Change =>
      (bytes) =>
        spliced(
          bytes,
          to,
          0,
          bytes.subarray(at(bytes, from), at(bytes, from) + length),
        ),
  ),
  fc
    .tuple(place, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 2, max: 400 }))
    .map(([from, length, times]): Change => (bytes) => {
      const piece = bytes.subarray(at(bytes, from), at(bytes, from) + length);
      return spliced(
        bytes,
        from,
        0,
        concatAll(Array.from({ length: times }, () => piece)),
      );
    }),
);

const none = new Uint8Array();

// -- RLP -----------------------------------------------------------------------------------

type Tree = readonly Tree[] | Uint8Array;

/** Of a valid input; what is not RLP is one byte string. */
function treeOf(bytes: Uint8Array): Tree {
  const read = (from: number): [Tree, number] => {
    const prefix = bytes[from] ?? 0x80;
    if (prefix < 0x80) return [bytes.subarray(from, from + 1), from + 1];
    const isList = prefix >= 0xc0;
    const short = prefix - (isList ? 0xc0 : 0x80);
    let start = from + 1;
    let length = short;
    if (short > 55) {
      length = 0;
      for (let i = 0; i < short - 55; i++)
        length = length * 256 + (bytes[start++] ?? 0);
    }
    const end = Math.min(bytes.length, start + length);
    if (!isList) return [bytes.subarray(start, end), end];
    const items: Tree[] = [];
    for (let next = start; next < end;) {
      const [item, after] = read(next);
      items.push(item);
      next = after;
    }
    return [items, end];
  };
  return read(0)[0];
}

interface TreeChange {
  readonly path: readonly number[];
  readonly kind: (typeof treeChanges)[number];
  readonly value: Uint8Array;
  readonly count: number;
}

const treeChanges = [
  'value',
  'list of value',
  'nest',
  'double',
  'delete',
  'swap',
  'other kind',
  'leading zeros',
  'long',
] as const;

const treeChange: fc.Arbitrary<TreeChange> = fc.record({
  path: fc.array(fc.nat(20), { maxLength: 5 }),
  kind: fc.constantFrom(...treeChanges),
  value: fc.uint8Array({ maxLength: 40 }),
  count: fc.integer({ min: 1, max: 300 }),
});

function changed(tree: Tree, change: TreeChange, depth = 0): Tree {
  const step = change.path[depth];
  if (step !== undefined && !(tree instanceof Uint8Array) && tree.length > 0) {
    const index = step % tree.length;
    return tree.map((item, i) =>
      i === index ? changed(item, change, depth + 1) : item,
    );
  }
  const { value, count } = change;
  switch (change.kind) {
    case 'value':
      return value;
    case 'list of value':
      return Array.from({ length: count }, () => value);
    case 'nest': {
      let nested: Tree = tree;
      for (let i = 0; i < count; i++) nested = [nested];
      return nested;
    }
    case 'double':
      if (tree instanceof Uint8Array) return concatAll([tree, tree]);
      return Array.from({ length: 1 + (count % 30) }, () => tree).flat();
    case 'delete':
      return tree instanceof Uint8Array ? none : tree.slice(1);
    case 'swap':
      return tree instanceof Uint8Array ? tree.toReversed() : tree.toReversed();
    case 'other kind':
      return tree instanceof Uint8Array
        ? [...tree].slice(0, 100).map((b) => Uint8Array.of(b))
        : encoded(tree);
    case 'leading zeros':
      return tree instanceof Uint8Array
        ? concatAll([new Uint8Array(count % 9), tree])
        : [none, ...tree];
    case 'long':
      return new Uint8Array(count * 50).fill(value[0] ?? 1);
  }
}

function encoded(tree: Tree): Uint8Array {
  if (tree instanceof Uint8Array) {
    if (tree.length === 1 && (tree[0] ?? 0) < 0x80) return tree;
    return concatAll([header(0x80, tree.length), tree]);
  }
  const content = concatAll(tree.map(encoded));
  return concatAll([header(0xc0, content.length), content]);
}

function header(base: number, length: number): Uint8Array {
  if (length < 56) return Uint8Array.of(base + length);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256))
    bytes.unshift(rest % 256);
  return Uint8Array.of(base + 55 + bytes.length, ...bytes);
}

// -- text ----------------------------------------------------------------------------------

/** Words of the inputs that are text, and what text may hold. */
const words = [
  ...[
    '{',
    '}',
    '[',
    ']',
    '"',
    ':',
    ',',
    '\\',
    '\\u0000',
    '\\"',
    'null',
    'true',
    '-',
    '+',
  ],
  ...[
    '0x',
    '0X',
    '1e999',
    '9'.repeat(90),
    '0'.repeat(40),
    '"alloc":{}',
    '"config"',
    '\u0000',
  ],
  ...[
    'enode://',
    '@',
    '[::1]',
    '%25',
    '?discport=',
    '/',
    '\u202e',
    '\ud800',
    '\u017f',
    ' ',
    '\n',
  ],
  ...[
    '--',
    '--peer',
    '--key',
    '=',
    '--listen',
    ':0',
    ':65536',
    '--help',
    '--eth',
    '--tx',
  ],
].map((word) => utf8(word));

const textChange: fc.Arbitrary<Change> = fc
  .tuple(place, fc.constantFrom(...words), fc.nat(6))
  .map(
    ([where, word, removed]): Change =>
      (bytes) =>
        spliced(bytes, where, removed, word),
  );

// -- inputs --------------------------------------------------------------------------------

export type Shape = 'bytes' | 'rlp' | 'text';

/** @param head so many bytes of a seed are no RLP: they say what the rest is for */
export function inputs(
  shape: Shape,
  seeds: readonly Uint8Array[],
  head = 0,
): fc.Arbitrary<Uint8Array> {
  const seed = seeds.length === 0 ? fc.constant(none) : fc.constantFrom(...seeds);
  const change =
    shape === 'text' ? fc.oneof(byteChange, textChange, textChange) : byteChange;
  const byBytes = fc
    .tuple(seed, fc.array(change, { minLength: 1, maxLength: 5 }))
    .map(([bytes, changes]) => changes.reduce((now, one) => one(now), bytes));
  const random = fc.oneof(
    fc.uint8Array({ maxLength: 64 }),
    fc.uint8Array({ maxLength: 2_000, size: 'max' }),
  );
  if (shape !== 'rlp') return fc.oneof({ weight: 4, arbitrary: byBytes }, random);
  const byTree = fc
    .tuple(
      seed,
      fc.array(treeChange, { minLength: 1, maxLength: 4 }),
      fc.array(byteChange, { maxLength: 1 }),
    )
    .map(([bytes, changes, last]) => {
      const tree = changes.reduce<Tree>(
        (now, one) => changed(now, one),
        treeOf(bytes.subarray(head)),
      );
      const whole = concatAll([bytes.subarray(0, head), encoded(tree)]);
      return last.reduce((now, one) => one(now), whole);
    });
  return fc.oneof(
    { weight: 3, arbitrary: byBytes },
    { weight: 6, arbitrary: byTree },
    random,
  );
}
