/** What ECIES does, whichever provider stands behind `#crypto`. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { ecdh, hmacSha256, initCrypto, publicKey, sha256 } from '#crypto';
import { concat, fromHex, toHex, utf8, writeUint } from '../../impl/bytes.ts';
import { eciesDecrypt, eciesEncrypt, eciesOverhead } from '../../impl/crypto/ecies.ts';

const key = new Uint8Array(32).fill(0x11);
const random = {
  ephemeralKey: new Uint8Array(32).fill(0x22),
  iv: Uint8Array.from({ length: 16 }, (_, i) => i),
};
const size = fromHex('0076');
const plaintext = utf8('hello');

const encrypt = (data: Uint8Array): Uint8Array =>
  eciesEncrypt(publicKey(key), data, random, size);

const refusal = expect.objectContaining({
  name: 'EciesError',
  message: 'ecies: the packet cannot be decrypted',
}) as unknown;

export const x1 = '00'.repeat(31) + '01';
const yOfOne = '4218f20ae6c646b363db68605822fb14264ca8d2587fdd6fbc750d587e76a7ee';
const onePlusP = 'fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc30';

/** Points that are none, as the first 65 bytes of a packet. */
export const badPoints: [string, string][] = [
  ['zero', `04${'00'.repeat(64)}`],
  ['a point off the curve', `04${x1}${x1}`],
  ['a coordinate above p', `04${onePlusP}${yOfOne}`],
];

export function testEcies(): void {
  beforeAll(async () => {
    await initCrypto();
  });

  describe('eciesEncrypt', () => {
    it('writes 04, the ephemeral point, the IV, the ciphertext and the tag', () => {
      const packet = encrypt(plaintext);
      expect(packet).toHaveLength(eciesOverhead + 5);
      expect(packet[0]).toBe(0x04);
      expect(toHex(packet.subarray(1, 65))).toBe(toHex(publicKey(random.ephemeralKey)));
      expect(toHex(packet.subarray(65, 81))).toBe(toHex(random.iv));
      expect(toHex(packet)).toBe(toHex(encrypt(plaintext)));
    });

    it('refuses a recipient that is no point and a key that is none', () => {
      const recipient = publicKey(key);
      expect(() => eciesEncrypt(new Uint8Array(64), plaintext, random, size)).toThrow(
        expect.objectContaining({ name: 'CryptoError', code: 'bad-point' }),
      );
      const zeroKey = { ...random, ephemeralKey: new Uint8Array(32) };
      expect(() => eciesEncrypt(recipient, plaintext, zeroKey, size)).toThrow(
        expect.objectContaining({ name: 'CryptoError', code: 'bad-key' }),
      );
      const shortIv = { ...random, iv: new Uint8Array(15) };
      expect(() => eciesEncrypt(recipient, plaintext, shortIv, size)).toThrow(
        expect.objectContaining({ name: 'CryptoError', code: 'bad-length' }),
      );
    });
  });

  describe('eciesDecrypt', () => {
    it('reads what eciesEncrypt writes', () => {
      fc.assert(
        fc.property(
          fc.uint8Array({ maxLength: 300 }),
          fc.uint8Array({ maxLength: 4 }),
          (data, macData) => {
            const packet = eciesEncrypt(publicKey(key), data, random, macData);
            expect(toHex(eciesDecrypt(key, packet, macData))).toBe(toHex(data));
          },
        ),
        { numRuns: 10 },
      );
    });

    it('reads ciphertexts below one block, and none at all', () => {
      for (const length of [0, 1, 15, 16, 17]) {
        const packet = encrypt(new Uint8Array(length).fill(7));
        expect(packet).toHaveLength(eciesOverhead + length);
        expect(eciesDecrypt(key, packet, size)).toHaveLength(length);
      }
    });

    it('refuses a packet with any one byte changed', () => {
      const packet = encrypt(plaintext);
      for (let at = 0; at < packet.length; at++) {
        const changed = packet.slice();
        changed[at] = (changed[at] ?? 0) ^ 0x01;
        expect(() => eciesDecrypt(key, changed, size)).toThrow(refusal);
      }
    });

    it.each([0, 1, 65, 81, 97, 112])('refuses %d bytes', (length) => {
      const packet = encrypt(new Uint8Array(0)).subarray(0, length);
      expect(() => eciesDecrypt(key, packet, size)).toThrow(refusal);
    });

    it('refuses 112 bytes, though the tag is right for what they hold', () => {
      // One byte is missing, so the tag begins in the last byte of the IV. Whoever makes
      // the packet tries IVs until that byte is the first one of the tag.
      const ephemeral = publicKey(random.ephemeralKey);
      const derived = sha256(fromHex('00000001'), ecdh(key, ephemeral));
      const macKey = sha256(derived.subarray(16));
      for (let attempt = 0; ; attempt++) {
        const iv = concat(
          writeUint(attempt >> 8, 6),
          new Uint8Array(9),
          writeUint(attempt % 256, 1),
        );
        const tag = hmacSha256(macKey, iv, size);
        if (tag[0] !== iv[15]) continue;
        const packet = concat(Uint8Array.of(4), ephemeral, iv.subarray(0, 15), tag);
        expect(packet).toHaveLength(112);
        expect(() => eciesDecrypt(key, packet, size)).toThrow(refusal);
        break;
      }
    });

    it('refuses a packet that is cut off or longer', () => {
      const packet = encrypt(plaintext);
      const cut = packet.subarray(0, -1);
      expect(() => eciesDecrypt(key, cut, size)).toThrow(refusal);
      const longer = concat(packet, Uint8Array.of(0));
      expect(() => eciesDecrypt(key, longer, size)).toThrow(refusal);
    });

    it('refuses another size, another key', () => {
      const packet = encrypt(plaintext);
      expect(() => eciesDecrypt(key, packet, fromHex('0077'))).toThrow(refusal);
      expect(() => eciesDecrypt(key, packet, new Uint8Array(0))).toThrow(refusal);
      expect(() => eciesDecrypt(random.ephemeralKey, packet, size)).toThrow(refusal);
    });

    it.each([0x00, 0x02, 0x03, 0x05, 0x06, 0x07])(
      'refuses a point that begins with %d, though its tag is right',
      (first) => {
        const packet = encrypt(plaintext);
        packet[0] = first;
        expect(() => eciesDecrypt(key, packet, size)).toThrow(refusal);
      },
    );

    it.each(badPoints)('refuses %s', (_, hex) => {
      const packet = encrypt(plaintext);
      packet.set(fromHex(hex));
      expect(() => eciesDecrypt(key, packet, size)).toThrow(refusal);
    });

    it('reports a private key of ours that is none as such', () => {
      const packet = encrypt(plaintext);
      expect(() => eciesDecrypt(new Uint8Array(32), packet, size)).toThrow(
        expect.objectContaining({ name: 'CryptoError', code: 'bad-key' }),
      );
    });
  });

  testVectors();
}

interface Packet {
  name: string;
  format: 'plain' | 'eip8';
  packet: string;
  decryptWith: 'staticPrivateKeyA' | 'staticPrivateKeyB';
  derivedPlaintext: string;
}

interface Vectors {
  eip8: {
    authMessages: Packet[];
    ackMessages: Packet[];
    staticPrivateKeyA: string;
    staticPrivateKeyB: string;
  };
}

function testVectors(): void {
  const file = process.env['PEERWALK_VECTORS'];
  const title =
    "eciesDecrypt, with geth's packets (skipped unless PEERWALK_VECTORS names the file)";
  describe.skipIf(file === undefined)(title, () => {
    it('reads the three auth and the three ack packets', () => {
      // The shape of the file is stated above; a missing key fails the test.
      const { eip8 } = JSON.parse(readFileSync(file ?? '', 'utf8')) as Vectors;
      const packets = [...eip8.authMessages, ...eip8.ackMessages];
      expect(packets).toHaveLength(6);
      for (const { format, packet, decryptWith, derivedPlaintext } of packets) {
        const bytes = fromHex(packet);
        const prefix = format === 'eip8' ? 2 : 0;
        const decrypted = eciesDecrypt(
          fromHex(eip8[decryptWith]),
          bytes.subarray(prefix),
          bytes.subarray(0, prefix),
        );
        expect(toHex(decrypted)).toBe(derivedPlaintext);
      }
    });
  });
}
