import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import { ancestorAt, branch, Entry } from '../../impl/core/block-tree.ts';
import { childOf, testGenesis } from '../helpers/blocks.ts';

beforeAll(initCrypto);

/** A path of entries from a genesis on; all stand for one block, but for its number. */
function path(length: number, from?: Entry): Entry[] {
  const { block } = testGenesis();
  const header = childOf(block).header;
  const entries: Entry[] = [];
  let last = from;
  for (let i = 0; i < length; i++) {
    const number = BigInt(last === undefined ? 0 : last.number + 1);
    last = new Entry({ header: { ...header, number }, body: block.body }, 0n, last);
    entries.push(last);
  }
  return entries;
}

/** The same entry, which counts how many steps are taken from it on. */
function counting(entry: Entry, counted: { steps: number }): Entry {
  return new Proxy(entry, {
    get(of, name) {
      const value: unknown = Reflect.get(of, name);
      if (!(value instanceof Entry)) return value;
      counted.steps++;
      return counting(value, counted);
    },
  });
}

function lastOf(entries: readonly Entry[]): Entry {
  const last = entries.at(-1);
  if (last === undefined) throw new TypeError('a path has an entry');
  return last;
}

// Entries are compared by identity: to print one is to print all before it.
describe('ancestorAt', () => {
  it('finds each ancestor, in a few steps', () => {
    const entries = path(5_000);
    let most = 0;
    for (let number = 0; number < entries.length; number++) {
      const found = ancestorAt(lastOf(entries), number);
      expect(found === entries[number]).toBe(true);
      const counted = { steps: 0 };
      ancestorAt(counting(lastOf(entries), counted), number);
      most = Math.max(most, counted.steps);
    }
    // Each step looks at the jump, and takes it or the parent.
    expect(most).toBeLessThanOrEqual(2 * 3 * Math.log2(entries.length));
  });

  it('is the block itself if that is not higher', () => {
    const last = lastOf(path(10));
    expect(ancestorAt(last, 10) === last).toBe(true);
    expect(ancestorAt(last, 9) === last).toBe(true);
  });
});

describe('branch', () => {
  it('is one side of a fork, newest first', () => {
    const trunk = lastOf(path(10));
    const [left, right] = [path(7, trunk), path(3, trunk)];
    for (const [mine, theirs] of [
      [left, right],
      [right, left],
    ] as const) {
      const blocks = mine.map(({ block }) => block).reverse();
      expect([...branch(lastOf(mine), lastOf(theirs))]).toEqual(blocks);
    }
  });

  it('is nothing between a block and its descendant', () => {
    const entries = path(10);
    const [middle = lastOf(entries)] = entries.slice(5);
    const head = lastOf(entries);
    expect([...branch(middle, head)]).toEqual([]);
    expect([...branch(head, middle)]).toHaveLength(4);
    expect([...branch(head, head)]).toEqual([]);
  });
});
