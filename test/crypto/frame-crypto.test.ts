import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import * as node from '../../impl/crypto/node.ts';
import * as noble from '../../impl/crypto/noble.ts';
import { sliceLength } from '../../impl/crypto/provider.ts';
import type { FrameCrypto, FrameKeys } from '../../impl/crypto/provider.ts';
import { buildWasm, resultFile } from '../../impl/crypto/build-wasm.ts';

beforeAll(async () => {
  await node.initCrypto();
});

const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });

const keysOf: fc.Arbitrary<FrameKeys> = fc.record({
  aes: bytes(32),
  mac: bytes(32),
  egress: fc.uint8Array({ maxLength: 600 }),
  ingress: fc.uint8Array({ maxLength: 600 }),
});

/** The keys of the other end. */
function mirrored({ aes, mac, egress, ingress }: FrameKeys): FrameKeys {
  return { aes, mac, egress: ingress, ingress: egress };
}

/** Whole blocks: none, one, around the rate of Keccak and where the platform's AES begins. */
const blocks = fc.oneof(
  fc.constantFrom(0, 1, 8, 9, 17, 31, 32, 33, 64),
  fc.nat({ max: 80 }),
);

/** A frame: 16 bytes of header, and a body in parts. */
interface Plain {
  readonly header: Uint8Array;
  readonly parts: readonly Uint8Array[];
}

const frames: fc.Arbitrary<Plain> = fc
  .array(blocks, { maxLength: 3 })
  .chain((lengths) =>
    fc.record({
      header: bytes(16),
      parts: fc.tuple(...lengths.map((length) => bytes(16 * length))),
    }),
  );

interface Sealed {
  readonly header: Uint8Array;
  readonly parts: readonly Uint8Array[];
  readonly mac: Uint8Array;
}

function seal(crypto: FrameCrypto, plain: Plain): Sealed {
  const header = new Uint8Array(32);
  header.set(plain.header);
  crypto.sealHeader(header);
  const parts = plain.parts.map((part) => part.slice());
  for (const part of parts) crypto.sealBody(part);
  const mac = new Uint8Array(16);
  crypto.sealMAC(mac);
  return { header, parts, mac };
}

/** The frame in hex, or where it was refused. */
function open(crypto: FrameCrypto, sealed: Sealed): string {
  const header = sealed.header.slice();
  if (!crypto.openHeader(header)) return 'bad header';
  const parts = sealed.parts.map((part) => {
    const into = new Uint8Array(part.length);
    crypto.openBody(part, into);
    return into;
  });
  if (!crypto.openMAC(sealed.mac)) return 'bad body';
  return hexOf({ header: header.slice(0, 16), parts });
}

function hexOf({ header, parts }: Plain): string {
  return [header, ...parts].map((part) => Buffer.from(part).toString('hex')).join(' ');
}

describe('createFrameCrypto', () => {
  it('gives the same frames in both providers, any number of connections at once', () => {
    const turns = fc.array(
      fc.record({ of: fc.nat(2), answers: fc.boolean(), frame: frames }),
      { maxLength: 12 },
    );
    const seen = { frames: 0, empty: 0, large: 0 };
    fc.assert(
      fc.property(fc.tuple(keysOf, keysOf, keysOf), turns, (keys, all) => {
        const ends = keys.map((of) => ({
          plain: [noble.createFrameCrypto(of), noble.createFrameCrypto(mirrored(of))],
          fast: [node.createFrameCrypto(of), node.createFrameCrypto(mirrored(of))],
        }));
        for (const { of, answers, frame } of all) {
          const [from, to] = answers ? [1, 0] : [0, 1];
          const { plain, fast } = ends[of] ?? fail();
          const sealed = seal(plain[from] ?? fail(), frame);
          expect(seal(fast[from] ?? fail(), frame)).toEqual(sealed);
          expect(open(plain[to] ?? fail(), sealed)).toBe(hexOf(frame));
          expect(open(fast[to] ?? fail(), sealed)).toBe(hexOf(frame));
          const length = frame.parts.reduce((sum, part) => sum + part.length, 0);
          seen.frames += 1;
          if (length === 0) seen.empty += 1;
          if (frame.parts.some((part) => part.length >= 512)) seen.large += 1;
        }
      }),
      { numRuns: 30 },
    );
    expect(Math.min(seen.empty, seen.large)).toBeGreaterThan(0);
    expect(seen.large).toBeLessThan(seen.frames);
  });

  it('mixes the parts of two directions and of many connections', () => {
    const order = fc.array(fc.nat(5), { minLength: 18, maxLength: 18 });
    fc.assert(
      fc.property(
        keysOf,
        fc.array(frames, { minLength: 6, maxLength: 6 }),
        order,
        (keys, all, turns) => {
          // Six jobs, a step at a time in any order: each seals at its own connection and
          // opens, with the other direction, what that connection's remote has sealed.
          const jobs = all.map((frame, i) => {
            const own = { ...keys, aes: keys.aes.map((byte) => byte ^ i) };
            const sealed = seal(noble.createFrameCrypto(mirrored(own)), frame);
            return {
              frame,
              steps: bothWays(node.createFrameCrypto(own), frame, sealed),
              expected: seal(noble.createFrameCrypto(own), frame),
            };
          });
          for (const turn of turns) jobs[turn]?.steps.next();
          for (const { frame, steps, expected } of jobs) {
            let step = steps.next();
            while (step.done !== true) step = steps.next();
            if (step.value === undefined) continue; // it was done before
            expect(step.value.sealed).toEqual(expected);
            expect(step.value.opened).toBe(hexOf(frame));
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('agrees over slices', () => {
    const keys = {
      aes: new Uint8Array(32).fill(1),
      mac: new Uint8Array(32).fill(2),
      egress: new Uint8Array(401).fill(3),
      ingress: new Uint8Array(333).fill(4),
    };
    const part = Uint8Array.from({ length: sliceLength }, (_, i) => (i * 7919) >> 5);
    const parts = [part, part.subarray(0, 65_552), part.subarray(0, 16)];
    const frame = { header: new Uint8Array(16).fill(5), parts };
    const sealed = seal(node.createFrameCrypto(keys), frame);
    const plain = noble.createFrameCrypto(mirrored(keys));
    expect(open(plain, sealed) === hexOf(frame)).toBe(true);
    const fast = node.createFrameCrypto(mirrored(keys));
    expect(open(fast, sealed) === hexOf(frame)).toBe(true);
  });

  it('refuses a frame with any one bit changed, in both providers', () => {
    const at = fc.record({ frame: frames, place: fc.nat(), bit: fc.nat(7) });
    const seen = new Set<string>();
    fc.assert(
      fc.property(keysOf, at, (keys, { frame, place, bit }) => {
        const sealed = seal(noble.createFrameCrypto(keys), frame);
        const fields = [sealed.header, ...sealed.parts, sealed.mac];
        let left = place % fields.reduce((sum, field) => sum + field.length, 0);
        for (const field of fields) {
          if (left < field.length) {
            field[left] = (field[left] ?? 0) ^ (1 << bit);
            break;
          }
          left -= field.length;
        }
        const verdict = open(noble.createFrameCrypto(mirrored(keys)), sealed);
        expect(verdict).toMatch(/^bad/);
        expect(open(node.createFrameCrypto(mirrored(keys)), sealed)).toBe(verdict);
        seen.add(verdict);
      }),
    );
    expect([...seen].sort()).toEqual(['bad body', 'bad header']);
  });

  it('opens into the same bytes, and leaves them alone where it opens into others', () => {
    for (const length of [16, 96, 4096]) {
      const keys = { aes: key, mac: key, egress: key, ingress: key };
      for (const provider of [noble, node]) {
        const frame = { header: new Uint8Array(16), parts: [new Uint8Array(length)] };
        const [part] = seal(provider.createFrameCrypto(keys), frame).parts;
        const sealed = part ?? fail();
        const before = sealed.slice();
        const apart = provider.createFrameCrypto(keys);
        const inPlace = provider.createFrameCrypto(keys);
        const header = seal(provider.createFrameCrypto(keys), frame).header;
        expect(apart.openHeader(header.slice())).toBe(true);
        expect(inPlace.openHeader(header.slice())).toBe(true);
        const into = new Uint8Array(length).fill(1);
        apart.openBody(sealed, into);
        expect(sealed).toEqual(before);
        expect(into).toEqual(new Uint8Array(length));
        inPlace.openBody(sealed, sealed);
        expect(sealed).toEqual(new Uint8Array(length));
      }
    }
  });

  it('wants keys of 32 bytes', () => {
    const keys = { aes: key, mac: key, egress: key, ingress: key };
    for (const name of ['aes', 'mac'] as const) {
      for (const provider of [noble, node]) {
        const bad = { ...keys, [name]: key.subarray(1) };
        expect(() => provider.createFrameCrypto(bad)).toThrow(
          expect.objectContaining({ name: 'CryptoError', code: 'bad-length' }),
        );
      }
    }
  });
});

const key = new Uint8Array(32).fill(7);

/** Seals and opens, a step each in turn. */
function* bothWays(
  crypto: FrameCrypto,
  frame: Plain,
  theirs: Sealed,
): Generator<undefined, { sealed: Sealed; opened: string } | undefined> {
  const header = new Uint8Array(32);
  header.set(frame.header);
  crypto.sealHeader(header);
  yield;
  const theirHeader = theirs.header.slice();
  const isRight = crypto.openHeader(theirHeader);
  yield;
  const parts: Uint8Array[] = [];
  const opened: Uint8Array[] = [];
  for (const [i, part] of frame.parts.entries()) {
    const own = part.slice();
    crypto.sealBody(own);
    parts.push(own);
    yield;
    const their = theirs.parts[i]?.slice() ?? fail();
    crypto.openBody(their, their);
    opened.push(their);
    yield;
  }
  const mac = new Uint8Array(16);
  crypto.sealMAC(mac);
  const plain = { header: theirHeader.slice(0, 16), parts: opened };
  return {
    sealed: { header, parts, mac },
    opened: isRight && crypto.openMAC(theirs.mac) ? hexOf(plain) : 'refused',
  };
}

function fail(): never {
  throw new Error('not there');
}

describe('wasmBase64', () => {
  it('is what the sources build to, byte for byte', () => {
    const committed = readFileSync(
      new URL(`../../${resultFile}`, import.meta.url),
      'utf8',
    );
    expect(buildWasm()).toBe(committed);
  }, 60_000);
});
