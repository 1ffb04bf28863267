import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../impl/bytes.ts';
import { summarize } from '../../../impl/csp/seam.ts';
import { maxFrameSize } from '../../../impl/p2p/rlpx/frame.ts';
import { packPayload, unpackPayload } from '../../../impl/p2p/rlpx/payload.ts';
import { compress } from '../../../impl/p2p/rlpx/snappy-encoder.ts';

function refusal(code: number, data: Uint8Array, compressed = true): unknown {
  try {
    unpackPayload({ code, data }, compressed);
  } catch (error) {
    return error;
  }
  throw new Error('it was accepted');
}

describe('packPayload', () => {
  it('leaves a payload as it is before Hello, and compresses it afterwards', () => {
    expect(toHex(packPayload(fromHex('c0'), false))).toBe('c0');
    expect(toHex(packPayload(fromHex('c0'), true))).toBe('0100c0');
    expect(toHex(packPayload(new Uint8Array(0), true))).toBe('00');
  });

  it('refuses more than 2^24 − 1 bytes, however well they compress', () => {
    expect(() => packPayload(new Uint8Array(maxFrameSize + 1), true)).toThrow(
      expect.objectContaining({ name: 'FrameError', code: 'too-big' }),
    );
    const largest = packPayload(new Uint8Array(maxFrameSize), true);
    expect(largest.length).toBeLessThan(2 ** 20);
  });
});

describe('unpackPayload', () => {
  it('decompresses when the payload is asked for, not before', () => {
    const data = fromHex('0100c0');
    const msg = unpackPayload({ code: 16, data }, true);
    data[2] = 0xc1;
    expect(toHex(msg.payload)).toBe('c1');
  });

  it('knows the size before it decompresses, and decompresses once', () => {
    const payload = new Uint8Array(5000).fill(7);
    const msg = unpackPayload({ code: 16, data: compress(payload) }, true);
    expect(msg.size).toBe(5000);
    expect(summarize(msg)).toBe('code 16, 5000 bytes');
    const first = msg.payload;
    expect(first).toEqual(payload);
    expect(msg.payload).toBe(first);
  });

  it('has no payload in a copy by spread: the getter belongs to the class', () => {
    const msg = unpackPayload({ code: 16, data: compress(fromHex('c1')) }, true);
    expect(Object.keys({ ...msg })).not.toContain('payload');
  });

  it('leaves a payload as it is where nobody compresses', () => {
    const msg = unpackPayload({ code: 16, data: fromHex('0100c0') }, false);
    expect(msg.size).toBe(3);
    expect(toHex(msg.payload)).toBe('0100c0');
  });

  it('takes an empty payload only as a block', () => {
    expect(unpackPayload({ code: 2, data: fromHex('00') }, true).size).toBe(0);
    expect(unpackPayload({ code: 2, data: fromHex('00') }, true).payload).toEqual(
      new Uint8Array(0),
    );
    expect(refusal(2, new Uint8Array(0))).toMatchObject({ name: 'SnappyError' });
  });

  it.each([
    ['bytes that are no length', 'ffffff', 'bad-length'],
    ['a length of 6 bytes', '808080808001', 'bad-length'],
    ['2^24 − 1 bytes with nothing behind', 'ffffff0700', 'truncated'],
    ['a payload that is not compressed', 'c0', 'bad-length'],
    ['a list that is not compressed', 'c104', 'too-little-output'],
    ['a copy from nowhere', '04fe0100', 'bad-offset'],
    ['more than it claims', '01046161', 'too-much-output'],
  ])('refuses %s: %s', (_what, data, code) => {
    expect(refusal(16, fromHex(data))).toMatchObject({ name: 'SnappyError', code });
  });

  it('refuses megabytes of copies behind a claim of 1 at the second element', () => {
    // Behind the claim and one literal byte, a million copies and then bad bytes: a
    // scan that went to the end would end with `truncated`.
    const block = fromHex(`010061${'fe0100'.repeat(10_000)}f4`);
    expect(refusal(16, block)).toMatchObject({ code: 'too-much-output', offset: 3 });
  });

  it.each([2, 3, 4, 15])('refuses a claim above 2 KiB on base code %i', (code) => {
    // The claim alone is looked at: the block behind it is nonsense.
    expect(refusal(code, fromHex('8110ffff'))).toMatchObject({
      name: 'FrameError',
      code: 'too-big',
    });
    const largest = compress(new Uint8Array(2048));
    expect(unpackPayload({ code, data: largest }, true).size).toBe(2048);
  });

  it('refuses more than 2 KiB on base codes where nobody compresses', () => {
    expect(refusal(2, new Uint8Array(2049), false)).toMatchObject({ code: 'too-big' });
  });

  it('refuses a claim above 2^24 − 1 on any code', () => {
    expect(refusal(16, fromHex('80808008'))).toMatchObject({
      name: 'FrameError',
      code: 'too-big',
    });
    const largest = compress(new Uint8Array(maxFrameSize));
    expect(unpackPayload({ code: 16, data: largest }, true).size).toBe(maxFrameSize);
  });
});
