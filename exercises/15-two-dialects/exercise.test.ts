import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#impl/bytes.ts';
import { discReasonText } from '#impl/p2p/peer-error.ts';
import { decodeDisconnect, encodeDisconnect } from '#impl/p2p/rlpx/disconnect.ts';
import { encode, type RlpValue } from '#impl/rlp/encode.ts';
import { Prng } from '#impl/sim/prng.ts';
import { reasonIn } from './exercise.ts';

/** What comes out, in words; what is thrown too, so that a message can say it. */
function read(payload: Uint8Array): string {
  let found: unknown;
  try {
    found = reasonIn(payload);
  } catch (error) {
    return `it throws ${String(error)}`;
  }
  if (found === 'invalid') return invalid;
  return typeof found === 'number' ? reason(found) : `no reason: ${typeof found}`;
}

const invalid = 'invalid';
const reason = (number: number): string => `reason ${number}`;
const spaced = (payload: Uint8Array): string =>
  payload.length === 0 ? 'no bytes at all' : toHex(payload).replace(/..(?=.)/g, '$& ');
const bytes = (text: string): Uint8Array => fromHex(text.replaceAll(' ', ''));

/** Holds one payload against what it must give. */
function expectRead(payload: Uint8Array, wanted: string): void {
  const shown = payload.length > 24 ? `${payload.length} bytes` : spaced(payload);
  expect(read(payload), `the payload is ${shown}; it is read as`).toBe(wanted);
}

const safe = Number.MAX_SAFE_INTEGER;

function listInList(depth: number): RlpValue {
  return depth === 0 ? [] : [listInList(depth - 1)];
}

describe('reasonIn', () => {
  it('reads a reason in a list', () => {
    expectRead(bytes('c1 04'), reason(4));
    expectRead(bytes('c1 80'), reason(0));
    expectRead(bytes('c1 10'), reason(16));
  });

  it('reads a reason without a list', () => {
    expectRead(bytes('04'), reason(4));
    expectRead(bytes('10'), reason(16));
  });

  it('reads zero without a list', () => {
    expectRead(bytes('80'), reason(0));
  });

  it('reads a reason of more than one byte, in either dialect', () => {
    for (const number of [127, 128, 255, 256, 300, 65_536, 2 ** 32]) {
      expectRead(encode([number]), reason(number));
      expectRead(encode(number), reason(number));
    }
  });

  it('reads reasons that have no name', () => {
    for (const number of [13, 17, 18, 200]) {
      expectRead(encode([number]), reason(number));
      expectRead(encode(number), reason(number));
    }
  });

  it('reads every reason that a node sends', () => {
    const random = new Prng('E15 reasons');
    for (let round = 0; round < 200; round++) {
      const number = random.below(2 ** (1 + random.below(31)));
      expectRead(encodeDisconnect(number), reason(number));
      expectRead(encode(number), reason(number));
    }
  });

  it('makes the greatest exact number of a greater one, in a list', () => {
    for (const number of [2n ** 53n - 1n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]) {
      expectRead(encode([number]), reason(safe));
    }
  });

  it('makes the greatest exact number of a greater one, without a list', () => {
    expectRead(encode(2n ** 63n), reason(safe));
    expectRead(encode(2n ** 53n - 2n), reason(safe - 1));
  });

  it('gives a reason that can be sent back, and has a text', () => {
    const found = reasonIn(encode([2n ** 63n]));
    const number = typeof found === 'number' ? found : expect.fail('it is invalid');
    const exact = Number.isSafeInteger(number);
    expect(exact, `${number} is held exactly, and can be encoded`).toBe(true);
    expect(toHex(encodeDisconnect(number)), 'the goodbye').toBe('c8871fffffffffffff');
    expect(discReasonText(number)).toContain('unknown');
  });

  it('does not look at what comes after the reason', () => {
    expectRead(bytes('c2 04 05'), reason(4));
    expectRead(bytes('c3 04 c1 00'), reason(4));
    // So long a list has another header.
    expectRead(encode([4, new Uint8Array(60)]), reason(4));
    expectRead(encode([4, ...Array<number>(200).fill(1)]), reason(4));
    expectRead(encode([4, listInList(30)]), reason(4));
    expectRead(bytes('c1 04 ff ff'), reason(4));
    expectRead(bytes('04 ff ff'), reason(4));
  });

  it('calls an empty list invalid', () => {
    expectRead(bytes('c0'), invalid);
  });

  it('calls no bytes at all invalid', () => {
    expectRead(new Uint8Array(), invalid);
  });

  it.each([
    ['a list that ends too early', 'c1'],
    ['a list longer than what there is', 'c2 04'],
    ['a number that ends too early', '82 01'],
    ['a byte string of 9 bytes', '89 01 00 00 00 00 00 00 00 00'],
    ['9 bytes in a list', 'ca 89 01 00 00 00 00 00 00 00 00'],
    ['a zero in front', '82 00 04'],
    ['a zero in front, in a list', 'c3 82 00 04'],
    ['the byte 00, where zero is 80', '00'],
    ['the byte 00 in a list', 'c1 00'],
    ['a small number with a length that it does not need', '81 04'],
    ['a list in the place of the reason', 'c2 c1 04'],
    ['a tail that is cut off', 'c2 04 82'],
    ['bytes that begin nothing', 'ff ff ff'],
  ])('calls %s invalid', (_, payload) => {
    expectRead(bytes(payload), invalid);
  });

  it('calls lists in lists invalid, however deep', () => {
    for (const depth of [2, 20, 2_000]) {
      expectRead(new Uint8Array(depth).fill(0xc1), invalid);
      expectRead(new Uint8Array(depth).fill(0xf8), invalid);
    }
  });

  it('throws for nothing that a stranger can send', () => {
    const random = new Prng('E15 strangers');
    const seen = { invalid: 0, reason: 0 };
    for (let round = 0; round < 600; round++) {
      const payload = random.bytes(random.below(12));
      // Plain noise is invalid nearly always; this is often well formed.
      if (payload.length > 0 && round % 2 === 0) {
        payload[0] = 0xc0 + payload.length - 1 - random.below(2);
      }
      const found = read(payload);
      seen[found === invalid ? 'invalid' : 'reason']++;
      // Where there is none, the node of this site takes 0.
      const node = decodeDisconnect(payload);
      if (node !== 0 || found !== invalid) expectRead(payload, reason(node));
    }
    expect(Math.min(seen.invalid, seen.reason), 'noise of both kinds').toBeGreaterThan(
      20,
    );
  });

  it('reads a payload that lies among other bytes', () => {
    // As it comes from the line: a view of a buffer in which more stands.
    const around = bytes('10 c1 04 c1 05');
    const found = read(around.subarray(1, 3));
    const where =
      'the payload is c1 04, and its `buffer` has bytes before and behind it';
    expect(found, `${where}; it is read as`).toBe(reason(4));
    expect(
      read(around.subarray(1, 2)),
      'the payload is c1, and its `buffer` goes on with 04',
    ).toBe(invalid);
  });

  it('leaves the payload as it got it', () => {
    const payload = bytes('c2 04 05');
    reasonIn(payload);
    expect(spaced(payload)).toBe('c2 04 05');
  });
});
