import { describe, expect, it, vi } from 'vitest';
import { ecdh, hmacSha256, providerName, publicKey } from '#crypto';
import { fromHex } from '../../impl/bytes.ts';
import { EciesError, eciesDecrypt, eciesEncrypt } from '../../impl/crypto/ecies.ts';
import { badPoints, testEcies } from './ecies-suite.ts';

vi.mock('#crypto', async () => {
  const browser = await import('../../impl/crypto/browser.ts');
  const { ecdh, hmacSha256 } = browser;
  return { ...browser, ecdh: vi.fn(ecdh), hmacSha256: vi.fn(hmacSha256) };
});

testEcies();

describe('eciesDecrypt', () => {
  it('runs on the provider of a page here', () => {
    expect(providerName).toBe('noble');
  });

  /** How many points were multiplied and how many tags worked out before the refusal. */
  function work(packet: Uint8Array): { multiplied: number; tags: number } {
    vi.mocked(ecdh).mockClear();
    vi.mocked(hmacSha256).mockClear();
    expect(() => eciesDecrypt(key, packet, size)).toThrow('cannot be decrypted');
    const results = vi.mocked(ecdh).mock.results;
    return {
      multiplied: results.filter(({ type }) => type === 'return').length,
      tags: vi.mocked(hmacSha256).mock.calls.length,
    };
  }

  const key = new Uint8Array(32).fill(0x11);
  const size = fromHex('0076');
  const random = { ephemeralKey: new Uint8Array(32).fill(3), iv: new Uint8Array(16) };

  /** A wrong tag, a wrong first byte, and points that are none. */
  function badPackets(): Uint8Array[] {
    const good = eciesEncrypt(publicKey(key), fromHex('c0'), random, size);
    const badTag = good.slice();
    badTag[badTag.length - 1] = (badTag[badTag.length - 1] ?? 0) ^ 1;
    const hybrid = good.slice();
    hybrid[0] = 0x06;
    const offCurve = badPoints.map(([, hex]) => {
      const packet = good.slice();
      packet.set(fromHex(hex));
      return packet;
    });
    return [badTag, hybrid, ...offCurve];
  }

  it('does the same work for a bad point as for a bad tag', () => {
    for (const packet of badPackets()) {
      expect(work(packet)).toEqual({ multiplied: 1, tags: 1 });
    }
  });

  it('says the same of all that it refuses, one that is too short among them', () => {
    const said = [...badPackets(), new Uint8Array(9)].map((packet) => {
      try {
        return eciesDecrypt(key, packet, size);
      } catch (error) {
        if (!(error instanceof EciesError)) throw error;
        return [String(error), error.cause, Object.entries(error)];
      }
    });
    expect(said).toEqual(said.map(() => said[0]));
    expect(String(said[0])).toContain('cannot be decrypted');
  });

  it('does not take a fault of the provider for a bad packet', () => {
    const packet = eciesEncrypt(publicKey(key), fromHex('c0'), random, size);
    vi.mocked(ecdh).mockImplementationOnce(() => {
      throw new RangeError('out of memory');
    });
    expect(() => eciesDecrypt(key, packet, size)).toThrow(RangeError);
  });
});
