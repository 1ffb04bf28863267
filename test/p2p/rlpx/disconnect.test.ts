import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { fromHex, toHex } from '../../../impl/bytes.ts';
import { discReasonText } from '../../../impl/p2p/peer-error.ts';
import {
  decodeDisconnect,
  encodeDisconnect,
} from '../../../impl/p2p/rlpx/disconnect.ts';
import { unpackPayload } from '../../../impl/p2p/rlpx/payload.ts';
import { decompress } from '../../../impl/p2p/rlpx/snappy.ts';

describe('encodeDisconnect', () => {
  it('writes a list', () => {
    expect(toHex(encodeDisconnect(0))).toBe('c180');
    expect(toHex(encodeDisconnect(4))).toBe('c104');
    expect(toHex(encodeDisconnect(16))).toBe('c110');
    expect(toHex(encodeDisconnect(200))).toBe('c281c8');
  });

  it('writes what decodeDisconnect reads', () => {
    for (let reason = 0; reason < 300; reason++) {
      expect(decodeDisconnect(encodeDisconnect(reason))).toBe(reason);
    }
  });
});

describe('decodeDisconnect', () => {
  it.each([
    ['a list', 'c104', 4],
    ['a bare integer', '04', 4],
    ['reason 0 in a list', 'c180', 0],
    ['reason 0, bare', '80', 0],
    ['reason 0x80, bare', '8180', 128],
    ['17, which ends the process of geth v1.8.12', 'c111', 17],
    ['an empty list', 'c0', 0],
    ['nothing', '', 0],
    ['elements after the reason', 'c4048203e8', 4],
    ['bytes after the list', 'c104ffff', 4],
    ['an integer with a leading zero', 'c3820004', 0],
    ['a zero byte', '00', 0],
    ['a list in the list', 'c2c104', 0],
    ['a list that is cut off', 'c504', 0],
    ['text', '8568656c6c6f', 0x68656c6c6f],
    ['nine bytes', 'ca89010000000000000000', 0],
    ['garbage', 'ffffffffffffffffffff', 0],
  ])('reads %s: %s', (_what, payload, reason) => {
    expect(decodeDisconnect(fromHex(payload))).toBe(reason);
  });

  it('keeps 2^64 − 1 a number that can be written again', () => {
    const reason = decodeDisconnect(fromHex('c988ffffffffffffffff'));
    expect(reason).toBe(Number.MAX_SAFE_INTEGER);
    expect(decodeDisconnect(encodeDisconnect(reason))).toBe(reason);
    expect(discReasonText(reason)).toContain('unknown');
  });

  it('gives a safe number for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (payload) => {
        const reason = decodeDisconnect(payload);
        expect(Number.isSafeInteger(reason) && reason >= 0).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('unpackPayload of a Disconnect', () => {
  it.each(['04', 'c104', '010004', '0204c104'])('reads %s as reason 4', (data) => {
    for (const compressed of [true, false]) {
      const msg = unpackPayload({ code: 1, data: fromHex(data) }, compressed);
      expect(decodeDisconnect(msg.payload)).toBe(4);
    }
  });

  it('takes no plain encoding of a reason for a compressed one', () => {
    const reasons = fc.oneof(fc.nat(300), fc.maxSafeNat());
    fc.assert(
      fc.property(reasons, fc.boolean(), (reason, isBare) => {
        const list = encodeDisconnect(reason);
        const data = isBare ? list.subarray(1) : list;
        const msg = unpackPayload({ code: 1, data }, true);
        expect(decodeDisconnect(msg.payload)).toBe(reason);
      }),
      { numRuns: 5000 },
    );
  });

  it('refuses one above 2 KiB', () => {
    const frame = { code: 1, data: new Uint8Array(2049) };
    expect(() => unpackPayload(frame, true)).toThrow(
      expect.objectContaining({ code: 'too-big' }),
    );
  });

  it('does not unpack a block above 2 KiB, which is no reason anyway', () => {
    // 4096 zeros: one literal byte, 63 copies of 64 bytes and one of 63.
    const block = fromHex(`80200000${'fe0100'.repeat(63)}fa0100`);
    expect(decompress(block)).toEqual(new Uint8Array(4096));
    const msg = unpackPayload({ code: 1, data: block }, true);
    expect(msg.size).toBeLessThanOrEqual(2048);
    expect(decodeDisconnect(msg.payload)).toBe(0);
  });
});
