import { createMPT } from '@ethereumjs/mpt';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto, keccak256 } from '#crypto';
import { toHex, utf8 } from '../../impl/bytes.ts';
import { atOnce } from '../../impl/csp/slices.ts';
import { deriveSha } from '../../impl/core/roots.ts';
import { emptyRoot, type TrieEntry, trieRoot } from '../../impl/core/trie.ts';
import { encode } from '../../impl/rlp/encode.ts';

beforeAll(initCrypto);

async function referenceRoot(entries: readonly TrieEntry[]): Promise<string> {
  const trie = await createMPT();
  for (const { key, value } of entries) await trie.put(key, value);
  return toHex(trie.root());
}

const value = fc.uint8Array({ minLength: 1, maxLength: 70 });

/** Distinct keys; few different bytes make long shared paths and keys inside keys likely. */
function distinctEntries(key: fc.Arbitrary<Uint8Array>): fc.Arbitrary<TrieEntry[]> {
  return fc.uniqueArray(fc.record({ key, value }), {
    selector: ({ key }) => toHex(key),
    maxLength: 40,
  });
}

describe('trieRoot', () => {
  it('is the hash of the empty string for no entries', () => {
    expect(trieRoot([])).toBe(emptyRoot);
    expect(emptyRoot).toBe(toHex(keccak256(encode(new Uint8Array()))));
  });

  it('agrees with @ethereumjs/mpt for keys of 32 random bytes', async () => {
    const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
    await fc.assert(
      fc.asyncProperty(distinctEntries(key), async (entries) => {
        expect(trieRoot(entries)).toBe(await referenceRoot(entries));
      }),
      { numRuns: 60 },
    );
  });

  it('agrees with @ethereumjs/mpt where keys share paths and end inside each other', async () => {
    const byte = fc.constantFrom(0x00, 0x01, 0x10, 0x11);
    const key = fc
      .array(byte, { minLength: 1, maxLength: 4 })
      .map((bytes) => Uint8Array.from(bytes));
    const seen = { inside: 0 };
    await fc.assert(
      fc.asyncProperty(distinctEntries(key), async (entries) => {
        const keys = entries.map(({ key }) => toHex(key));
        if (keys.some((a) => keys.some((b) => a !== b && b.startsWith(a))))
          seen.inside++;
        expect(trieRoot(entries)).toBe(await referenceRoot(entries));
      }),
      { numRuns: 150 },
    );
    expect(seen.inside, 'no key ended inside another').toBeGreaterThan(0);
  });

  it('does not depend on the order of the entries', () => {
    const entries = ['do', 'dog', 'doge', 'horse'].map((text) => ({
      key: utf8(text),
      value: utf8(`${text}!`),
    }));
    expect(trieRoot(entries.toReversed())).toBe(trieRoot(entries));
  });

  it('refuses an empty value and a key that occurs twice', () => {
    const entry = { key: utf8('a'), value: utf8('b') };
    expect(() => trieRoot([{ ...entry, value: new Uint8Array() }])).toThrow(RangeError);
    expect(() =>
      trieRoot([entry, { key: utf8('c'), value: utf8('d') }, entry]),
    ).toThrow(RangeError);
  });
});

describe('deriveSha', () => {
  // 127 → 128 is where the key RLP(index) grows by a byte; 0 has a key of its own, 0x80.
  it.each([0, 1, 2, 16, 17, 127, 128, 129, 257])(
    'agrees with @ethereumjs/mpt for %i items',
    async (count) => {
      const items = Array.from({ length: count }, (_, i) => utf8(`item ${i}`));
      const entries = items.map((value, i) => ({ key: encode(i), value }));
      expect(atOnce(deriveSha(items))).toBe(await referenceRoot(entries));
    },
  );
});
