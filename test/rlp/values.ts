/** Generators and a shape-agnostic schema for the tests of `impl/rlp`. */
import fc from 'fast-check';
import type { Schema } from '../../impl/rlp/schema.ts';
import { anyList, bytes } from '../../impl/rlp/schema.ts';

export type Tree = Uint8Array | Tree[];

/** Byte strings around the lengths where the encoding changes, and lists of them. */
export const trees: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree; leaf: Tree }>(
  (tie) => ({
    leaf: fc.oneof(
      fc.uint8Array({ maxLength: 3 }),
      fc.uint8Array({ minLength: 53, maxLength: 58 }),
      fc.uint8Array({ minLength: 254, maxLength: 258 }),
    ),
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      tie('leaf'),
      fc.array(tie('tree'), { maxLength: 6 }),
    ),
  }),
).tree;

/** A schema that lets every value through that its first byte announces. */
export function anythingFor(data: Uint8Array): Schema {
  const limit = Number.MAX_SAFE_INTEGER;
  return (data[0] ?? 0) < 0xc0 ? bytes(0, limit) : anyList(limit);
}
