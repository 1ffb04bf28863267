import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFrameCrypto, ecdh, keccak256 } from '#crypto';
import { concat, equalBytes, fromHex, toHex, utf8, xor } from '../../../impl/bytes.ts';
import { PlainFrameCrypto } from '../../../impl/crypto/frame-mac.ts';
import type { RunningKeccak } from '../../../impl/crypto/provider.ts';
import * as primitives from '../../../impl/crypto/noble-primitives.ts';
import { sliceLength } from '../../../impl/crypto/provider.ts';
import { FrameError } from '../../../impl/p2p/rlpx/errors.ts';
import { FrameRW, headerLength, maxFrameSize } from '../../../impl/p2p/rlpx/frame.ts';
import { deriveSecrets } from '../../../impl/p2p/rlpx/secrets.ts';
import { atOnce, pausesOf } from '../../helpers/at-once.ts';
import { needsVectors, vectorFile, vectors } from './helpers.ts';

const exchange = {
  ecdhe: new Uint8Array(32).fill(1),
  initiatorNonce: new Uint8Array(32).fill(2),
  recipientNonce: new Uint8Array(32).fill(3),
  auth: utf8('auth'),
  ack: utf8('ack'),
};

/** Both ends of a line: what one seals, the other opens. */
function ends(): [FrameRW, FrameRW] {
  return [
    new FrameRW(createFrameCrypto(deriveSecrets('initiator', exchange))),
    new FrameRW(createFrameCrypto(deriveSecrets('recipient', exchange))),
  ];
}

function seal(frames: FrameRW, code: number, data: Uint8Array): Uint8Array {
  return atOnce(frames.seal(code, data));
}

function open(
  frames: FrameRW,
  frame: Uint8Array,
  limit = maxFrameSize,
): { code: number; data: Uint8Array } {
  const body = frames.openHeader(frame.subarray(0, headerLength), limit);
  expect(frame).toHaveLength(headerLength + body.length);
  return atOnce(body.open(frame.subarray(headerLength)));
}

function codeOf(task: () => unknown): string {
  try {
    task();
  } catch (error) {
    expect(error).toBeInstanceOf(FrameError);
    if (error instanceof FrameError) return error.code;
  }
  throw new Error('it did not fail');
}

/** A hash that says the same whatever it is fed. */
const stubHash: RunningKeccak = {
  update: () => undefined,
  digest: () => new Uint8Array(32).fill(1),
};

/** Frame crypto with another hash in the place of Keccak. */
function withHash(createKeccak: () => RunningKeccak, key = keccak256()): FrameRW {
  const keys = { aes: key, mac: key, egress: key, ingress: key };
  return new FrameRW(new PlainFrameCrypto({ ...primitives, createKeccak }, keys));
}

/**
 * A frame with any header and any body, made by a second, plain reading of the rules:
 * the digests are taken where the specification says, not kept.
 */
function frameByHand(header: Uint8Array, body: Uint8Array): Uint8Array {
  const { aes, mac, egress } = deriveSecrets('initiator', exchange);
  const cipher = primitives.createCtr(aes, new Uint8Array(16));
  const block = primitives.createBlockCipher(mac);
  const egressMAC = primitives.createKeccak();
  egressMAC.update(egress);
  const step = (seed: Uint8Array): Uint8Array => {
    const mask = block.encrypt(egressMAC.digest().slice(0, 16));
    egressMAC.update(xor(mask, seed.slice(0, 16)));
    return egressMAC.digest().slice(0, 16);
  };
  const encryptedHeader = cipher.apply(header);
  const headerMAC = step(encryptedHeader);
  const encryptedBody = cipher.apply(body);
  egressMAC.update(encryptedBody);
  const bodyMAC = step(egressMAC.digest());
  return concat(encryptedHeader, headerMAC, encryptedBody, bodyMAC);
}

function header(size: number, data = 'c28080'): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set([size >> 16, (size >> 8) & 0xff, size & 0xff]);
  bytes.set(fromHex(data), 3);
  return bytes;
}

describe('FrameRW', () => {
  it('carries messages of growing size both ways', () => {
    const [a, b] = ends();
    for (let i = 0; i < 10; i++) {
      const data = new Uint8Array(i * i * 37).fill(i);
      expect(open(b, seal(a, i, data))).toEqual({ code: i, data });
      expect(open(a, seal(b, i + 100, data))).toEqual({ code: i + 100, data });
    }
  });

  it('pads to whole blocks, and only where it must', () => {
    const [a] = ends();
    expect(seal(a, 1, new Uint8Array(14))).toHaveLength(32 + 16 + 16);
    expect(seal(a, 1, new Uint8Array(15))).toHaveLength(32 + 16 + 16);
    expect(seal(a, 1, new Uint8Array(16))).toHaveLength(32 + 32 + 16);
  });

  it('seals what the specification says', () => {
    const [a] = ends();
    const data = utf8('hello');
    const body = concat(Uint8Array.of(0x10), data, new Uint8Array(10));
    expect(seal(a, 16, data)).toEqual(frameByHand(header(6), body));
  });

  it('fails for good: nothing is read or written afterwards', () => {
    const [a, b] = ends();
    const frame = seal(a, 1, utf8('x'));
    expect(codeOf(() => b.openHeader(new Uint8Array(32), maxFrameSize))).toBe(
      'bad-header-mac',
    );
    expect(codeOf(() => b.assertUsable())).toBe('poisoned');
    expect(codeOf(() => b.openHeader(frame.subarray(0, 32), maxFrameSize))).toBe(
      'poisoned',
    );
    expect(codeOf(() => seal(b, 1, utf8('x')))).toBe('poisoned');
  });

  it('keeps the first cause when it is poisoned from outside', () => {
    const [a] = ends();
    a.poison(new Error('first'));
    a.poison(new Error('second'));
    expect(() => seal(a, 1, utf8('x'))).toThrow(
      expect.objectContaining({ cause: new Error('first') }),
    );
  });

  it('opens no body twice, and no header in its place', () => {
    const [a, b] = ends();
    const frame = seal(a, 1, utf8('x'));
    const body = b.openHeader(frame.subarray(0, 32), maxFrameSize);
    atOnce(body.open(frame.subarray(32)));
    expect(codeOf(() => atOnce(body.open(frame.subarray(32))))).toBe('bad-frame-mac');
    const [, c] = ends();
    const pending = c.openHeader(frame.subarray(0, 32), maxFrameSize);
    expect(codeOf(() => c.openHeader(frame.subarray(32, 64), maxFrameSize))).toBe(
      'bad-header-mac',
    );
    expect(codeOf(() => atOnce(pending.open(frame.subarray(32))))).toBe('poisoned');
  });

  it('pauses before each slice of a frame that is longer than one', () => {
    for (const [length, expected] of [
      [0, 0],
      [sliceLength - 1, 0],
      [sliceLength, 2],
      [3 * sliceLength - 1, 3],
    ] as const) {
      const [a, b] = ends();
      const data = Uint8Array.from({ length }, (_, i) => (i >> 7) % 251);
      const [pauses, frame] = pausesOf(a.seal(1, data));
      expect(pauses).toBe(expected);
      const body = b.openHeader(frame.subarray(0, headerLength), maxFrameSize);
      const [between, opened] = pausesOf(body.open(frame.subarray(headerLength)));
      expect(between).toBe(expected);
      expect(equalBytes(opened.data, data)).toBe(true);
      // The same in the pieces that come from the network.
      const [, c] = ends();
      const cut = c.openHeader(frame.subarray(0, headerLength), maxFrameSize);
      const pieces: Uint8Array[] = [];
      for (let from = headerLength; from < frame.length; from += 65_536) {
        pieces.push(frame.subarray(from, from + 65_536));
      }
      const [pausesThere, fromPieces] = pausesOf(cut.open(...pieces));
      expect(pausesThere).toBe(expected);
      expect(equalBytes(fromPieces.data, data)).toBe(true);
    }
  });

  it('keeps no chunk of the network alive for a small frame', () => {
    const [a, b] = ends();
    const frame = seal(a, 1, new Uint8Array(100));
    const chunk = new Uint8Array(65_536);
    chunk.set(frame, 1000);
    const { data } = open(b, chunk.subarray(1000, 1000 + frame.length));
    expect(data).toHaveLength(100);
    expect(data.buffer.byteLength).toBeLessThanOrEqual(8192);
  });
});

describe('FrameRW.seal', () => {
  it('refuses a code above 2^31 and goes on', () => {
    const [a, b] = ends();
    expect(codeOf(() => seal(a, 2 ** 31 + 1, utf8('x')))).toBe('bad-code');
    expect(open(b, seal(a, 2 ** 31, utf8('x'))).code).toBe(2 ** 31);
  });

  it('refuses code and payload above 2^24 − 1 together and goes on', () => {
    const [a, b] = ends();
    expect(codeOf(() => seal(a, 1, new Uint8Array(maxFrameSize)))).toBe('too-big');
    const data = new Uint8Array(maxFrameSize - 1);
    expect(open(b, seal(a, 1, data)).data).toHaveLength(data.length);
  });

  it('takes three digests a frame', () => {
    let digests = 0;
    const counted = (): RunningKeccak => {
      const hash = primitives.createKeccak();
      return {
        update: (data) => {
          hash.update(data);
        },
        digest: () => {
          digests += 1;
          return hash.digest();
        },
      };
    };
    const frames = withHash(counted);
    digests = 0;
    seal(frames, 1, utf8('one'));
    seal(frames, 2, utf8('two'));
    expect(digests).toBe(6);
  });
});

describe('FrameRW.openHeader', () => {
  it('refuses a MAC of zeros', () => {
    const [a, b] = ends();
    const frame = seal(a, 1, utf8('x'));
    frame.fill(0, 16, 32);
    expect(codeOf(() => open(b, frame))).toBe('bad-header-mac');
  });

  it('refuses a size of 0', () => {
    const [, b] = ends();
    expect(codeOf(() => open(b, frameByHand(header(0), new Uint8Array(0))))).toBe(
      'empty',
    );
  });

  it('refuses a size above its limit when the header is in', () => {
    for (const size of [2050, 0xfffff0, 0xffffff]) {
      const [, b] = ends();
      const start = frameByHand(header(size), new Uint8Array(0)).subarray(0, 32);
      expect(codeOf(() => b.openHeader(start, 2049))).toBe('too-big');
    }
  });

  it('takes a size of exactly its limit', () => {
    const [, b] = ends();
    const start = frameByHand(header(2049), new Uint8Array(0)).subarray(0, 32);
    expect(b.openHeader(start, 2049)).toHaveLength(2064 + 16);
  });

  it('looks at the size alone: a chunked frame is one frame', () => {
    const [, b] = ends();
    const body = concat(fromHex('10c0'), new Uint8Array(14));
    const frame = frameByHand(header(2, 'c401050304ffff'), body);
    expect(open(b, frame)).toEqual({ code: 16, data: fromHex('c0') });
  });
});

describe('PendingBody.open', () => {
  it('refuses a frame with one flipped bit, wherever it is', () => {
    const frame = seal(ends()[0], 16, utf8('the quick brown fox jumps over it'));
    for (let at = 0; at < frame.length; at++) {
      const [, b] = ends();
      const bad = frame.with(at, (frame[at] ?? 0) ^ (1 << (at % 8)));
      const code = codeOf(() => open(b, bad));
      expect(code).toBe(at < headerLength ? 'bad-header-mac' : 'bad-frame-mac');
      expect(codeOf(() => b.assertUsable())).toBe('poisoned');
    }
  });

  it('refuses a frame that comes twice, or out of order', () => {
    const [a, b] = ends();
    const one = seal(a, 1, utf8('one'));
    const two = seal(a, 2, utf8('two'));
    open(b, one);
    expect(codeOf(() => open(b, one))).toBe('bad-header-mac');
    const [, c] = ends();
    expect(codeOf(() => open(c, two))).toBe('bad-header-mac');
  });

  it('refuses a frame that is its own echo', () => {
    const [a] = ends();
    const frame = seal(a, 1, utf8('one'));
    expect(codeOf(() => open(a, frame))).toBe('bad-header-mac');
  });

  it.each([
    ['80', 0],
    ['01', 1],
    ['7f', 127],
    ['8180', 128],
    ['81ff', 255],
    ['83989898', 10_000_536],
    ['8480000000', 2 ** 31],
  ])('reads the message code %s', (bytes, code) => {
    const [, b] = ends();
    const body = new Uint8Array(16);
    body.set(fromHex(bytes));
    const size = bytes.length / 2;
    expect(open(b, frameByHand(header(size), body))).toEqual({
      code,
      data: new Uint8Array(0),
    });
  });

  it.each([
    ['a zero byte', '00', 1],
    ['one byte in the long form', '8101', 2],
    ['a leading zero', '820080', 3],
    ['2^31 + 1', '8480000001', 5],
    ['five bytes', '850100000000', 6],
    ['a list', 'c0', 1],
    ['a length above 55', 'b838', 16],
    ['a code that ends after the frame', '8201', 2],
    ['a frame whose padding would complete it', '81', 1],
  ])('refuses %s as message code: %s', (_what, bytes, size) => {
    const [, b] = ends();
    const body = new Uint8Array(16);
    body.set(fromHex(bytes));
    expect(codeOf(() => open(b, frameByHand(header(size), body)))).toBe('bad-code');
    expect(codeOf(() => b.assertUsable())).toBe('poisoned');
  });

  it('opens any message that was sealed', () => {
    const [a, b] = ends();
    const code = fc.oneof(fc.nat(300), fc.nat(2 ** 31));
    fc.assert(
      fc.property(code, fc.uint8Array({ maxLength: 200 }), (code, data) => {
        expect(open(b, seal(a, code, data))).toEqual({ code, data });
      }),
    );
  });

  it('does not change a frame that it opens, or the data that it seals', () => {
    const [a, b] = ends();
    const data = utf8('data');
    const frame = seal(a, 1, data);
    const copy = frame.slice();
    open(b, frame);
    expect(frame).toEqual(copy);
    expect(data).toEqual(utf8('data'));
  });
});

interface FakeHash {
  aesKey: string;
  frame: string;
  msgCode: number;
  payloadRlp: string;
}

interface Generated {
  frames: {
    frame: string;
    from: 'initiator' | 'recipient';
    msgCode: number;
    payloadRlp: string;
    compressedPayload?: string;
    senderEgressMacDigestAfter: string;
  }[];
}

interface Eip8 {
  authMessages: { packet: string }[];
  ackMessages: { packet: string }[];
  ephemeralPrivateKeyA: string;
  derivedEphemeralPublicKeyB: string;
  initiatorNonceA: string;
  recipientNonceB: string;
}

describe.skipIf(vectorFile === undefined)(
  `FrameRW, with geth's frames ${needsVectors}`,
  () => {
    it('seals and opens the frame with the stub hash', () => {
      const fake = vectors('frameFakeHash') as FakeHash;
      const frames = withHash(() => stubHash, fromHex(fake.aesKey));
      const data = fromHex(fake.payloadRlp);
      expect(toHex(seal(frames, fake.msgCode, data))).toBe(fake.frame);
      expect(open(frames, fromHex(fake.frame))).toEqual({ code: fake.msgCode, data });
    });

    it('seals and opens nine frames in a row, with the sender’s MAC after each', () => {
      const { frames } = vectors('generatedFrames') as Generated;
      const eip8 = vectors('eip8') as Eip8;
      const facts = {
        ecdhe: ecdh(
          fromHex(eip8.ephemeralPrivateKeyA),
          fromHex(eip8.derivedEphemeralPublicKeyB),
        ),
        initiatorNonce: fromHex(eip8.initiatorNonceA),
        recipientNonce: fromHex(eip8.recipientNonceB),
        auth: fromHex(eip8.authMessages[1]?.packet ?? ''),
        ack: fromHex(eip8.ackMessages[1]?.packet ?? ''),
      };
      const secrets = {
        initiator: deriveSecrets('initiator', facts),
        recipient: deriveSecrets('recipient', facts),
      };
      const sides = {
        initiator: new FrameRW(createFrameCrypto(secrets.initiator)),
        recipient: new FrameRW(createFrameCrypto(secrets.recipient)),
      };
      expect(frames).toHaveLength(9);
      for (const vector of frames) {
        const { from, msgCode: code } = vector;
        const data = fromHex(vector.compressedPayload ?? vector.payloadRlp);
        expect(toHex(seal(sides[from], code, data))).toBe(vector.frame);
        // The MAC at its end is the first half of the sender's digest.
        expect(vector.frame.slice(-32)).toBe(
          vector.senderEgressMacDigestAfter.slice(0, 32),
        );
        const to = from === 'initiator' ? 'recipient' : 'initiator';
        expect(open(sides[to], fromHex(vector.frame))).toEqual({ code, data });
      }
    });
  },
);
