import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { concat, fromHex, toHex, utf8 } from '../../impl/bytes.ts';
import * as browser from '../../impl/crypto/browser.ts';
import * as node from '../../impl/crypto/node.ts';
import * as noble from '../../impl/crypto/noble.ts';
import * as primitives from '../../impl/crypto/noble-primitives.ts';
import type { CryptoErrorCode, CryptoProvider } from '../../impl/crypto/provider.ts';

const providers: CryptoProvider[] = [noble, node];

beforeAll(async () => {
  await node.initCrypto();
});

const refusal = (code: CryptoErrorCode): unknown =>
  expect.objectContaining({ name: 'CryptoError', code });

const generator =
  '79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798' +
  '483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8';
const order = 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141';
const fieldPrime = 'fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f';
const word = (value: bigint): string => value.toString(16).padStart(64, '0');
const one = fromHex(word(1n));
const two = fromHex(word(2n));
/** y of the curve's point with x = 1, and x of one with y = 1. */
const yOfOne = '4218f20ae6c646b363db68605822fb14264ca8d2587fdd6fbc750d587e76a7ee';
const xOfOne = '1fe1e5ef3fceb5c135ab7741333ce5a6e80d68167653f6b2b24bcbcfaaaff507';

const badPoints: [string, string][] = [
  ['zero', word(0n) + word(0n)],
  ['a point off the curve', word(1n) + word(1n)],
  ['a point of the twist', word(5n) + word(1n)],
  ['the generator with one bit changed', generator.slice(0, -1) + '9'],
  ['x ≥ p', word(BigInt(`0x${fieldPrime}`) + 1n) + yOfOne],
  ['y ≥ p', xOfOne + word(BigInt(`0x${fieldPrime}`) + 1n)],
  ['x = p', fieldPrime + yOfOne],
  ['all ones', 'ff'.repeat(64)],
  ['63 bytes', generator.slice(2)],
  ['no bytes', ''],
  ['65 bytes: uncompressed, with its 04', `04${generator}`],
  ['65 bytes: hybrid, even', `06${generator}`],
  ['65 bytes: hybrid, odd', `07${generator}`],
  ['33 bytes: compressed', `02${generator.slice(0, 64)}`],
];

describe.each(providers)('provider $providerName', (provider) => {
  describe('keccak256', () => {
    it.each([
      ['', 'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470'],
      ['abc', '4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45'],
    ])('hashes %j as Keccak, not as SHA3', (text, digest) => {
      expect(toHex(provider.keccak256(utf8(text)))).toBe(digest);
    });

    it('hashes parts as if they were one', () => {
      const parts = [utf8('a'), utf8(''), utf8('bc')];
      expect(toHex(provider.keccak256(...parts))).toBe(
        toHex(provider.keccak256(utf8('abc'))),
      );
      expect(toHex(provider.keccak256())).toBe(toHex(provider.keccak256(utf8(''))));
    });
  });

  describe('createKeccak', () => {
    it('hashes pieces of any length as if they were one, and others meanwhile', () => {
      const data = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) >> 3);
      const [a, b] = [provider.createKeccak(), provider.createKeccak()];
      expect(toHex(a.digest())).toBe(toHex(provider.keccak256()));
      for (let at = 0, length = 1; at < data.length; at += length, length *= 3) {
        a.update(data.subarray(at, at + length));
        b.update(data.subarray(at, at + 7));
        provider.keccak256(utf8('somebody else'));
        const soFar = provider.keccak256(data.subarray(0, at + length));
        expect(toHex(a.digest())).toBe(toHex(soFar));
        expect(toHex(a.digest())).toBe(toHex(soFar)); // and goes on
      }
      expect(toHex(a.digest())).toBe(toHex(provider.keccak256(data)));
      expect(toHex(b.digest())).not.toBe(toHex(a.digest()));
    });
  });

  describe('sha256', () => {
    it('hashes parts as if they were one', () => {
      const digest = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
      expect(toHex(provider.sha256(utf8('a'), utf8('bc')))).toBe(digest);
    });
  });

  describe('hmacSha256', () => {
    it('agrees with RFC 4231', () => {
      const mac = provider.hmacSha256(
        utf8('Jefe'),
        utf8('what do ya want '),
        utf8('for nothing?'),
      );
      expect(toHex(mac)).toBe(
        '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
      );
    });
  });

  describe('isPrivateKey', () => {
    it.each([
      ['1', word(1n), true],
      ['the order − 1', word(BigInt(`0x${order}`) - 1n), true],
      ['zero', word(0n), false],
      ['the order', order, false],
      ['all ones', 'ff'.repeat(32), false],
      ['31 bytes', word(1n).slice(2), false],
      ['33 bytes', `00${word(1n)}`, false],
      ['no bytes', '', false],
    ])('answers for %s', (_, hex, answer) => {
      expect(provider.isPrivateKey(fromHex(hex))).toBe(answer);
      if (answer) return;
      expect(() => provider.publicKey(fromHex(hex))).toThrow(refusal('bad-key'));
      expect(() => provider.ecdh(fromHex(hex), fromHex(generator))).toThrow(
        refusal('bad-key'),
      );
      expect(() => provider.sign(one, fromHex(hex))).toThrow(refusal('bad-key'));
    });
  });

  describe('publicKey', () => {
    it('multiplies the generator', () => {
      expect(toHex(provider.publicKey(one))).toBe(generator);
      expect(toHex(provider.publicKey(two))).toBe(
        'c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5' +
          '1ae168fea63dc339a3c58419466ceaeef7f632653266d0e1236431a950cfe52a',
      );
    });
  });

  describe('assertPublicKey', () => {
    it.each([generator, word(1n) + yOfOne, xOfOne + word(1n)])('accepts %s', (hex) => {
      expect(() => provider.assertPublicKey(fromHex(hex))).not.toThrow();
    });

    it.each(badPoints)('refuses %s', (_, hex) => {
      expect(() => provider.assertPublicKey(fromHex(hex))).toThrow(
        refusal('bad-point'),
      );
    });
  });

  describe('ecdh', () => {
    it('is the same from both sides and keeps leading zeros', () => {
      const [a, b] = [fromHex(word(123n)), fromHex(word(456n))];
      const shared = provider.ecdh(a, provider.publicKey(b));
      expect(toHex(shared)).toBe(toHex(provider.ecdh(b, provider.publicKey(a))));
      expect(shared).toHaveLength(32);
      expect(toHex(provider.ecdh(one, fromHex(word(1n) + yOfOne)))).toBe(word(1n));
    });

    it.each(badPoints)('refuses %s', (_, hex) => {
      expect(() => provider.ecdh(two, fromHex(hex))).toThrow(refusal('bad-point'));
    });
  });

  describe('sign', () => {
    it('takes its nonce from RFC 6979', () => {
      const signature = provider.sign(provider.sha256(utf8('Satoshi Nakamoto')), one);
      expect(toHex(signature.subarray(0, 64))).toBe(
        '934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8' +
          '2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5',
      );
    });

    it.each([0, 31, 33])('refuses a digest of %d bytes', (length) => {
      const digest = new Uint8Array(length);
      expect(() => provider.sign(digest, one)).toThrow(refusal('bad-length'));
      expect(() => provider.recover(digest, new Uint8Array(65))).toThrow(
        refusal('bad-length'),
      );
    });
  });

  describe('recover', () => {
    const digest = new Uint8Array(32).fill(0x5a);
    const r = generator.slice(0, 64); // x of a point, as r has to be
    const half = word(1n << 200n);

    it('finds the key that signed, also with s in the upper half', () => {
      const signature = provider.sign(digest, two);
      expect(toHex(provider.recover(digest, signature))).toBe(
        toHex(provider.publicKey(two)),
      );
      const s = BigInt(`0x${toHex(signature.subarray(32, 64))}`);
      const high = concat(
        signature.subarray(0, 32),
        fromHex(word(BigInt(`0x${order}`) - s)),
        Uint8Array.of(1 - (signature[64] ?? 0)),
      );
      expect(toHex(provider.recover(digest, high))).toBe(
        toHex(provider.publicKey(two)),
      );
    });

    it.each([
      // 2 + the order is the x of a point, so a library would find a key here.
      ['v = 2', `${word(2n)}${half}02`],
      ['v = 3', `${word(2n)}${half}03`],
      ['v = 4', `${r}${half}04`],
      ['v = 27', `${r}${half}1b`],
      ['v = 255', `${r}${half}ff`],
      ['r = 0', `${word(0n)}${half}00`],
      ['s = 0', `${r}${word(0n)}00`],
      ['r = the order', `${order}${half}00`],
      ['s = the order', `${r}${order}00`],
      ['r of all ones', `${'ff'.repeat(32)}${half}00`],
      ['s of all ones', `${r}${'ff'.repeat(32)}01`],
      ['an r that is no x of a point', `${word(5n)}${half}00`],
      ['64 bytes', `${r}${half}`],
      ['66 bytes', `${r}${half}0000`],
      ['no bytes', ''],
    ])('refuses %s', (_, hex) => {
      expect(() => provider.recover(digest, fromHex(hex))).toThrow(
        refusal('bad-signature'),
      );
    });

    it('refuses a signature whose key would be the point at infinity', () => {
      // With r = x(G), s = digest and v = the parity of G's y, the key is s·G − digest·G.
      const signature = fromHex(`${r}${toHex(digest)}00`);
      expect(() => provider.recover(digest, signature)).toThrow(
        refusal('bad-signature'),
      );
    });
  });

  describe('createCtr', () => {
    const key = fromHex(
      '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4',
    );
    const counter = fromHex('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff');

    it('agrees with NIST SP 800-38A for 256-bit keys', () => {
      const plain = fromHex(
        '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51',
      );
      expect(toHex(provider.createCtr(key, counter).apply(plain))).toBe(
        '601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5',
      );
    });

    it('agrees with NIST SP 800-38A for 128-bit keys', () => {
      const stream = provider.createCtr(
        fromHex('2b7e151628aed2a6abf7158809cf4f3c'),
        counter,
      );
      const plain = fromHex('6bc1bee22e409f96e93d7e117393172a');
      expect(toHex(stream.apply(plain))).toBe('874d6191b620e3261bef6864990db6ce');
    });

    it('goes on over uneven pieces, through a wrap of the counter', () => {
      const data = Uint8Array.from({ length: 500 }, (_, i) => i);
      const wrapping = fromHex('fffffffffffffffffffffffffffffffe');
      const whole = provider.createCtr(key, wrapping).apply(data);
      fc.assert(
        fc.property(fc.array(fc.nat(70), { maxLength: 30 }), (lengths) => {
          const stream = provider.createCtr(key, wrapping);
          const pieces: Uint8Array[] = [];
          let at = 0;
          for (const length of [...lengths, data.length]) {
            pieces.push(stream.apply(data.subarray(at, at + length)));
            at = Math.min(data.length, at + length);
          }
          expect(toHex(concat(...pieces))).toBe(toHex(whole));
        }),
      );
      // After the wrap the counter is zero.
      const zero = provider.createCtr(key, new Uint8Array(16));
      expect(toHex(zero.apply(data.subarray(32)))).toBe(toHex(whole.subarray(32)));
    });

    it('leaves its arguments alone', () => {
      const [k, iv, data] = [key.slice(), counter.slice(), new Uint8Array(40)];
      const stream = provider.createCtr(k, iv);
      const before = toHex(stream.apply(data));
      expect(toHex(concat(k, iv, data))).toBe(
        toHex(concat(key, counter, new Uint8Array(40))),
      );
      k.fill(0);
      iv.fill(0);
      const again = provider.createCtr(key, counter);
      again.apply(data);
      expect(toHex(stream.apply(data))).toBe(toHex(again.apply(data)));
      expect(before).toHaveLength(80);
    });

    it('refuses other lengths of key and counter', () => {
      const ctr = (k: number, iv: number) => () =>
        provider.createCtr(new Uint8Array(k), new Uint8Array(iv));
      for (const k of [0, 15, 31, 33])
        expect(ctr(k, 16)).toThrow(refusal('bad-length'));
      for (const iv of [0, 15, 17]) expect(ctr(32, iv)).toThrow(refusal('bad-length'));
    });
  });

  it('initialises as often as it is asked to', async () => {
    await provider.initCrypto();
    await provider.initCrypto();
    expect(provider.isPrivateKey(one)).toBe(true);
  });

  it('answers with plain byte strings, never with a Buffer', () => {
    const signature = provider.sign(one, two);
    const answers = [
      provider.keccak256(one),
      provider.sha256(one),
      provider.hmacSha256(one, one),
      provider.publicKey(two),
      provider.ecdh(two, fromHex(generator)),
      signature,
      provider.recover(one, signature),
      provider.createCtr(one, new Uint8Array(16)).apply(one),
    ];
    for (const answer of answers) expect(answer.constructor).toBe(Uint8Array);
  });

  it('reads views into larger buffers at any offset', () => {
    const shift = (bytes: Uint8Array): Uint8Array =>
      concat(Uint8Array.of(9, 9, 9), bytes, Uint8Array.of(9)).subarray(
        3,
        3 + bytes.length,
      );
    const block = new Uint8Array(16).fill(3);
    const signature = provider.sign(one, two);
    for (const view of [shift, (bytes: Uint8Array) => Buffer.from(bytes)]) {
      expect(toHex(provider.keccak256(view(one)))).toBe(toHex(provider.keccak256(one)));
      expect(toHex(provider.sign(view(one), view(two)))).toBe(toHex(signature));
      expect(toHex(provider.recover(view(one), view(signature)))).toBe(
        toHex(provider.publicKey(view(two))),
      );
      expect(toHex(provider.createCtr(view(one), view(block)).apply(view(one)))).toBe(
        toHex(provider.createCtr(one, block).apply(one)),
      );
    }
  });
});

describe('the primitives of the plain frame crypto', () => {
  describe('createKeccak', () => {
    it('gives a digest of all so far and goes on', () => {
      const running = primitives.createKeccak();
      expect(toHex(running.digest())).toBe(toHex(noble.keccak256()));
      running.update(utf8('ab'));
      const first = running.digest();
      expect(toHex(running.digest())).toBe(toHex(first));
      running.update(utf8('c'));
      expect(toHex(running.digest())).toBe(toHex(noble.keccak256(utf8('abc'))));
      expect(toHex(first)).toBe(toHex(noble.keccak256(utf8('ab'))));
    });

    it('keeps states apart that are fed in turns', () => {
      const pieces = [0, 1, 135, 136, 137, 272, 16_384, 16_385].map((length, i) =>
        new Uint8Array(length).fill(i + 1),
      );
      const [a, b] = [primitives.createKeccak(), primitives.createKeccak()];
      for (const [i, piece] of pieces.entries()) {
        a.update(piece);
        noble.keccak256(piece);
        b.update(Uint8Array.of(i));
        expect(toHex(a.digest())).toBe(
          toHex(noble.keccak256(...pieces.slice(0, i + 1))),
        );
      }
      expect(toHex(b.digest())).toBe(
        toHex(noble.keccak256(Uint8Array.from(pieces.keys()))),
      );
    });
  });

  describe('createBlockCipher', () => {
    const key = Uint8Array.from({ length: 32 }, (_, i) => i);
    const block = fromHex('00112233445566778899aabbccddeeff');

    it('agrees with FIPS 197, block after block', () => {
      const cipher = primitives.createBlockCipher(key);
      for (let i = 0; i < 3; i++) {
        expect(toHex(cipher.encrypt(block))).toBe('8ea2b7ca516745bfeafc49904b496089');
      }
      expect(toHex(block)).toBe('00112233445566778899aabbccddeeff');
    });

    it('refuses other lengths of key and block', () => {
      expect(() => primitives.createBlockCipher(new Uint8Array(20))).toThrow(
        refusal('bad-length'),
      );
      for (const length of [0, 15, 17, 32]) {
        expect(() =>
          primitives.createBlockCipher(key).encrypt(new Uint8Array(length)),
        ).toThrow(refusal('bad-length'));
      }
    });
  });
});

describe('the two providers', () => {
  const keys = fc
    .bigInt({ min: 1n, max: BigInt(`0x${order}`) - 1n })
    .map((k) => fromHex(word(k)));
  const digests = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const data = fc.uint8Array({ maxLength: 300 });
  const few = { numRuns: 15 };

  /** The answer in hex, or the code of the refusal. */
  function outcome(ask: () => Uint8Array): string {
    try {
      return toHex(ask());
    } catch (error) {
      return String((error as { code?: unknown }).code); // compared as it is
    }
  }

  it('agree on hashes', () => {
    fc.assert(
      fc.property(data, fc.array(data, { maxLength: 4 }), (key, parts) => {
        expect(toHex(node.keccak256(...parts))).toBe(toHex(noble.keccak256(...parts)));
        expect(toHex(node.sha256(...parts))).toBe(toHex(noble.sha256(...parts)));
        expect(toHex(node.hmacSha256(key, ...parts))).toBe(
          toHex(noble.hmacSha256(key, ...parts)),
        );
      }),
    );
  });

  it('agree on ciphers', () => {
    const key = fc
      .constantFrom(16, 24, 32)
      .chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));
    const block = fc.uint8Array({ minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(key, block, fc.array(data, { maxLength: 5 }), (k, iv, parts) => {
        const [a, b] = [noble.createCtr(k, iv), node.createCtr(k, iv)];
        for (const part of parts)
          expect(toHex(b.apply(part))).toBe(toHex(a.apply(part)));
      }),
    );
  });

  it('agree on keys, shared points and signatures', () => {
    fc.assert(
      fc.property(keys, keys, digests, (a, b, digest) => {
        const point = noble.publicKey(b);
        expect(toHex(node.publicKey(b))).toBe(toHex(point));
        expect(toHex(node.ecdh(a, point))).toBe(toHex(noble.ecdh(a, point)));
        const signature = noble.sign(digest, a);
        expect(toHex(node.sign(digest, a))).toBe(toHex(signature));
        expect(toHex(node.recover(digest, signature))).toBe(toHex(noble.publicKey(a)));
        expect(toHex(noble.recover(digest, signature))).toBe(toHex(noble.publicKey(a)));
      }),
      few,
    );
  });

  it.each([word(0n), word(BigInt(`0x${order}`) - 1n), order, 'ff'.repeat(32)])(
    'agree on signatures of the digest %s',
    (hex) => {
      const digest = fromHex(hex);
      const signature = noble.sign(digest, two);
      expect(toHex(node.sign(digest, two))).toBe(toHex(signature));
      expect(outcome(() => node.recover(digest, signature))).toBe(
        outcome(() => noble.recover(digest, signature)),
      );
    },
  );

  it('agree on arbitrary points and signatures, good or bad', () => {
    const seen = { recovered: 0, refused: 0 };
    const numbers = fc.oneof(
      { weight: 5, arbitrary: digests },
      { weight: 5, arbitrary: keys },
      { weight: 1, arbitrary: fc.constantFrom(fromHex(order), fromHex(fieldPrime)) },
    );
    fc.assert(
      fc.property(
        numbers,
        numbers,
        digests,
        fc.constantFrom(0, 1, 0, 1, 2),
        (x, y, digest, v) => {
          const point = concat(x, y);
          expect(outcome(() => node.ecdh(two, point))).toBe(
            outcome(() => noble.ecdh(two, point)),
          );
          const signature = concat(x, y, Uint8Array.of(v));
          const answer = outcome(() => noble.recover(digest, signature));
          seen[answer === 'bad-signature' ? 'refused' : 'recovered'] += 1;
          expect(outcome(() => node.recover(digest, signature))).toBe(answer);
        },
      ),
      { numRuns: 100 },
    );
    expect(Math.min(seen.recovered, seen.refused)).toBeGreaterThan(3);
  });

  it('export the same names', () => {
    expect(Object.keys(node).sort()).toEqual(Object.keys(noble).sort());
    expect(Object.keys(browser).sort()).toEqual(Object.keys(noble).sort());
  });
});
