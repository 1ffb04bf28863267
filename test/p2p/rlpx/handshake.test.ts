import { describe, expect, it, vi } from 'vitest';
import * as crypto from '#crypto';
import { ecdh, publicKey, sign } from '#crypto';
import { concat, fromHex, readUint, toHex, xor } from '../../../impl/bytes.ts';
import { eciesDecrypt, eciesEncrypt } from '../../../impl/crypto/ecies.ts';
import { EndOfStream } from '../../../impl/net/net-conn.ts';
import { pipe } from '../../../impl/net/pipe.ts';
import { nodeIDOf } from '../../../impl/p2p/enode.ts';
import { HandshakeError } from '../../../impl/p2p/rlpx/errors.ts';
import { initiate, receive } from '../../../impl/p2p/rlpx/handshake.ts';
import { ackKind, authKind, openPacket } from '../../../impl/p2p/rlpx/packet.ts';
import { deriveSecrets } from '../../../impl/p2p/rlpx/secrets.ts';
import { newRLPX } from '../../../impl/p2p/rlpx/transport.ts';
import { encode, type RlpValue } from '../../../impl/rlp/encode.ts';
import {
  attempt,
  failureOf,
  keyA,
  keyB,
  keyC,
  needsVectors,
  nodeOf,
  packet,
  run,
  segmentations,
  together,
  vectorFile,
  vectors,
} from './helpers.ts';

const nonce = new Uint8Array(32).fill(5);
const ephemeralKey = new Uint8Array(32).fill(6);
const nothing = new Uint8Array(0);

/** The list of a good auth packet from A to B. */
function authList(
  fields: { signature?: Uint8Array; key?: Uint8Array } = {},
): RlpValue[] {
  const token = ecdh(keyA, publicKey(keyB));
  const signature = fields.signature ?? sign(xor(token, nonce), ephemeralKey);
  return [signature, fields.key ?? publicKey(keyA), nonce, 4];
}

function goodAuth(extra: readonly RlpValue[] = [], padding = 100): Uint8Array {
  return packet(publicKey(keyB), [...authList(), ...extra], { padding });
}

/** Sends `bytes` to B, which listens. How does its handshake end, and what does it say? */
async function answerTo(
  pieces: readonly Uint8Array[],
  options: { allowPlain?: boolean } = {},
): Promise<{ error?: unknown; id?: string; answer: number; at: number }> {
  const { value } = await run(async () => {
    const [raw, fd] = pipe();
    const ours = newRLPX(fd, options);
    const [, result] = await together(
      async () => {
        for (const piece of pieces) await raw.write(piece);
      },
      async () => {
        const ended = await attempt(async () => {
          return (await ours.doEncHandshake(keyB, undefined)).id;
        });
        await ours.close('error' in ended ? ended.error : undefined);
        return ended;
      },
    );
    let answer = 0;
    for (;;) {
      const next = await attempt(() => raw.readFull(1));
      if ('error' in next) {
        expect(next.error).toBeInstanceOf(EndOfStream);
        break;
      }
      answer += 1;
    }
    await raw.close();
    return { result, answer };
  });
  const { result, answer } = value;
  return 'error' in result
    ? { error: result.error, answer, at: result.at }
    : { id: result.value, answer, at: result.at };
}

describe('initiate and receive', () => {
  it('tells both sides who the other is, and gives them the same secrets', async () => {
    await run(async () => {
      const [fdA, fdB] = pipe();
      const [a, b] = await together(
        () => initiate(fdA, keyA, publicKey(keyB)),
        () => receive(fdB, keyB),
      );
      expect(a.remoteKey).toEqual(publicKey(keyB));
      expect(b.remoteKey).toEqual(publicKey(keyA));
      const { aes, mac, egress, ingress } = a.secrets;
      expect(b.secrets).toEqual({ aes, mac, egress: ingress, ingress: egress });
    });
  });

  it('sends packets of the lengths that EIP-8 gives geth', async () => {
    const sizes = new Set<number>();
    for (let seed = 0; seed < 12; seed++) {
      const { value } = await run(
        async () => {
          const [raw, fd] = pipe();
          const [auth] = await together(
            async () => {
              const size = readUint(await raw.readFull(2), 0, 2);
              await raw.readFull(size);
              await raw.close();
              return size + 2;
            },
            () => failureOf(() => initiate(fd, keyA, publicKey(keyB))),
          );
          await fd.close();
          return auth;
        },
        { seed: `lengths ${seed}` },
      );
      expect(value).toBeGreaterThanOrEqual(384);
      expect(value).toBeLessThanOrEqual(583);
      sizes.add(value);
    }
    expect(sizes.size).toBeGreaterThan(6);
  });

  it('makes the other half of the key that calls once, however often it calls', async () => {
    const own = keyC.slice();
    const made = vi.spyOn(crypto, 'publicKey');
    for (let call = 0; call < 2; call++) {
      await run(async () => {
        const [fdA, fdB] = pipe();
        const [, { remoteKey }] = await together(
          () => initiate(fdA, own, publicKey(keyB)),
          () => receive(fdB, keyB),
        );
        expect(remoteKey).toEqual(publicKey(keyC));
      });
    }
    const keys = made.mock.calls.map(([key]) => key);
    made.mockRestore();
    expect(keys.filter((key) => key === own)).toHaveLength(1);
    // Each call makes two halves that are new: its own, and the one that hides its packet.
    expect(keys.length).toBeGreaterThan(4);
  });

  it('fails when the dialed id is no point of the curve, before a byte goes out', async () => {
    await run(async () => {
      const [raw, fd] = pipe();
      const id = nodeOf(keyB).id.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
      const bad = { ...nodeOf(keyB), id: nodeIDOf(id) };
      const error = await failureOf(() => newRLPX(fd).doEncHandshake(keyA, bad));
      expect(error).toMatchObject({ name: 'HandshakeError', code: 'bad-key' });
      await fd.close();
      expect(await failureOf(() => raw.readFull(1))).toBeInstanceOf(EndOfStream);
    });
  });
});

describe('receive', () => {
  it.each([
    ['as geth sends it', goodAuth],
    ['of version 56', () => packet(publicKey(keyB), [...authList().slice(0, 3), 56])],
    ['with more elements', () => goodAuth([1, 2, [4, 5]])],
    ['with 300 bytes of padding', () => goodAuth([], 300)],
    ['without padding', () => goodAuth([], 0)],
    ['of the greatest size', () => goodAuth([], 2048 - 113 - 169)],
  ])('accepts auth %s, however it is cut', async (_what, make) => {
    for (const pieces of segmentations(make())) {
      const { id, answer } = await answerTo(pieces);
      expect(id).toBe(nodeOf(keyA).id);
      expect(answer).toBeGreaterThanOrEqual(317);
      expect(answer).toBeLessThanOrEqual(516);
    }
  });

  it('answers the same auth twice with other nonces and keys', async () => {
    const auth = goodAuth();
    const acks: Uint8Array[] = [];
    for (const seed of ['one', 'two']) {
      await run(
        async () => {
          const [raw, fd] = pipe();
          await raw.write(auth);
          await receive(fd, keyB);
          const prefix = await raw.readFull(2);
          const rest = await raw.readFull(readUint(prefix, 0, 2));
          acks.push(concat(prefix, rest));
        },
        { seed },
      );
    }
    const [one, two] = acks.map((ack) => openPacket(ackKind, keyA, ack).message);
    expect(one?.nonce).not.toEqual(two?.nonce);
    expect(one?.ephemeralKey).not.toEqual(two?.ephemeralKey);
  });

  const offCurve = publicKey(keyA).with(63, (publicKey(keyA)[63] ?? 0) ^ 1);
  const flip = (bytes: Uint8Array, at: number): Uint8Array =>
    bytes.with(at, (bytes.at(at) ?? 0) ^ 1);
  const list = (fields: readonly RlpValue[]): Uint8Array =>
    packet(publicKey(keyB), fields);

  it.each([
    ['a point off the curve', 'cannot-decrypt', () => flip(goodAuth(), 66)],
    [
      'a point of zeros',
      'cannot-decrypt',
      () => {
        const auth = goodAuth();
        auth.fill(0, 3, 67);
        return auth;
      },
    ],
    ...[2, 3, 5, 6, 7].map(
      (byte) =>
        [
          `a point that begins with 0${byte}`,
          'cannot-decrypt',
          () => goodAuth().with(2, byte),
        ] as const,
    ),
    ['another tag', 'cannot-decrypt', () => flip(goodAuth(), -1)],
    ['another byte inside', 'cannot-decrypt', () => flip(goodAuth(), 200)],
    [
      'a size that the tag does not cover',
      'cannot-decrypt',
      () => concat(flip(goodAuth(), 1), Uint8Array.of(0)),
    ],
    [
      'a packet for somebody else',
      'cannot-decrypt',
      () => packet(publicKey(keyC), authList()),
    ],
    [
      'no list',
      'bad-packet',
      () => packet(publicKey(keyB), fromHex('83010203'), { isEncoded: true }),
    ],
    [
      'no plaintext at all',
      'bad-packet',
      () => packet(publicKey(keyB), nothing, { isEncoded: true, padding: 0 }),
    ],
    [
      'a plaintext of 15 bytes',
      'bad-packet',
      () => packet(publicKey(keyB), nothing, { isEncoded: true, padding: 15 }),
    ],
    ['3 fields', 'bad-packet', () => list(authList().slice(0, 3))],
    [
      'a signature of 64 bytes',
      'bad-packet',
      () => list(authList({ signature: new Uint8Array(64) })),
    ],
    [
      'a key of 63 bytes',
      'bad-packet',
      () => list(authList({ key: publicKey(keyA).slice(1) })),
    ],
    [
      'a key of 65 bytes',
      'bad-packet',
      () => list(authList({ key: concat(Uint8Array.of(4), publicKey(keyA)) })),
    ],
    [
      'a nonce of 31 bytes',
      'bad-packet',
      () => list(authList().with(2, new Uint8Array(31))),
    ],
    [
      'a nonce of 33 bytes',
      'bad-packet',
      () => list(authList().with(2, new Uint8Array(33))),
    ],
    ['a list as nonce', 'bad-packet', () => list(authList().with(2, [1, 2]))],
    ['a key off the curve', 'bad-key', () => list(authList({ key: offCurve }))],
    ['a key of zeros', 'bad-key', () => list(authList({ key: new Uint8Array(64) }))],
    [
      'a signature that nobody can have made',
      'bad-signature',
      () => list(authList({ signature: new Uint8Array(65) })),
    ],
    [
      'a signature with v = 4',
      'bad-signature',
      () => {
        const [signature] = authList();
        return list(authList({ signature: (signature as Uint8Array).with(64, 4) }));
      },
    ],
  ] as const)('refuses %s in silence: %s', async (_what, code, make) => {
    for (const pieces of segmentations(make())) {
      const { error, answer, at } = await answerTo(pieces);
      expect(error).toBeInstanceOf(HandshakeError);
      expect(error).toMatchObject({ code });
      expect(answer).toBe(0);
      expect(at).toBe(0);
    }
  });

  it.each([0, 97, 112, 2049, 3071, 65_535])(
    'refuses a size of %i when the two bytes are in',
    async (size) => {
      const { error, answer, at } = await answerTo([
        Uint8Array.of(size >> 8, size & 0xff),
      ]);
      expect(error).toMatchObject({ name: 'HandshakeError', code: 'bad-size' });
      expect(answer).toBe(0);
      expect(at).toBe(0);
    },
  );

  it('leaves a caller whose static key is not its own without a common key', async () => {
    // Whoever calls has this ephemeral key and this nonce, and knows both packets.
    const keysAfter = async (
      auth: Uint8Array,
    ): Promise<{ ack: Uint8Array; ours: string; theirs: string }> => {
      const { value } = await run(async () => {
        const [raw, fd] = pipe();
        await raw.write(auth);
        const { secrets } = await receive(fd, keyB);
        const prefix = await raw.readFull(2);
        const ack = concat(prefix, await raw.readFull(readUint(prefix, 0, 2)));
        const { message } = openPacket(ackKind, keyA, ack);
        const theirs = deriveSecrets('initiator', {
          ecdhe: ecdh(ephemeralKey, message.ephemeralKey),
          initiatorNonce: nonce,
          recipientNonce: message.nonce,
          ...{ auth, ack },
        });
        return { ack, ours: toHex(secrets.mac), theirs: toHex(theirs.mac) };
      });
      return value;
    };
    const owner = await keysAfter(goodAuth());
    expect(owner.theirs).toBe(owner.ours);
    // C signs with its own token, but names A's key.
    const token = ecdh(keyC, publicKey(keyB));
    const signature = sign(xor(token, nonce), ephemeralKey);
    const liar = await keysAfter(packet(publicKey(keyB), authList({ signature })));
    // The ack is A's to read. It would not help C: B has recovered another ephemeral key.
    expect(() => openPacket(ackKind, keyC, liar.ack)).toThrow(HandshakeError);
    expect(liar.theirs).not.toBe(liar.ours);
  });
});

/** The format before EIP-8. */
function plainAuth(): Uint8Array {
  const [signature, key] = authList() as [Uint8Array, Uint8Array]; // as built above
  const body = concat(signature, new Uint8Array(32), key, nonce, Uint8Array.of(0));
  const random = { ephemeralKey: new Uint8Array(32).fill(7), iv: new Uint8Array(16) };
  return eciesEncrypt(publicKey(keyB), body, random, nothing);
}

describe('EncHandshakeOptions.allowPlain', () => {
  it('answers auth of the format before EIP-8 in that format', async () => {
    for (const pieces of segmentations(plainAuth())) {
      const { id, answer } = await answerTo(pieces, { allowPlain: true });
      expect(id).toBe(nodeOf(keyA).id);
      expect(answer).toBe(210);
    }
  });

  it('says in that answer that no token of an earlier session is used', async () => {
    await run(async () => {
      const [raw, fd] = pipe();
      await raw.write(plainAuth());
      await receive(fd, keyB, { allowPlain: true });
      const body = eciesDecrypt(keyA, await raw.readFull(210), nothing);
      expect(body).toHaveLength(97);
      expect(body.at(-1)).toBe(0);
    });
  });

  it('is off where nobody asks for it', async () => {
    const { error, answer } = await answerTo([plainAuth(), new Uint8Array(2048)]);
    expect(error).toMatchObject({ name: 'HandshakeError', code: 'cannot-decrypt' });
    expect(answer).toBe(0);
  });

  it('still takes the format of EIP-8, whatever its size begins with', async () => {
    // 0x04xx looks like the first byte of a point.
    for (const auth of [goodAuth(), goodAuth([], 1100 - 169 - 113)]) {
      for (const pieces of segmentations(auth)) {
        const { id, answer } = await answerTo(pieces, { allowPlain: true });
        expect(id).toBe(nodeOf(keyA).id);
        expect(answer).toBeGreaterThan(210);
      }
    }
  });

  it('still refuses a bad size when the two bytes are in', async () => {
    const { error, at } = await answerTo([fromHex('0801')], { allowPlain: true });
    expect(error).toMatchObject({ name: 'HandshakeError', code: 'bad-size' });
    expect(at).toBe(0);
  });

  it('refuses what is neither, in silence', async () => {
    const bad = plainAuth();
    const { error, answer } = await answerTo(
      [bad.with(250, (bad[250] ?? 0) ^ 1), new Uint8Array(2048)],
      { allowPlain: true },
    );
    expect(error).toMatchObject({ name: 'HandshakeError', code: 'cannot-decrypt' });
    expect(answer).toBe(0);
  });

  it('lets an initiator read ack in that format', async () => {
    await run(async () => {
      const [raw, fd] = pipe();
      const body = concat(publicKey(ephemeralKey), nonce, Uint8Array.of(0));
      const random = { ephemeralKey: keyC, iv: new Uint8Array(16) };
      await raw.write(eciesEncrypt(publicKey(keyA), body, random, nothing));
      const options = { allowPlain: true };
      const { remoteKey } = await initiate(fd, keyA, publicKey(keyB), options);
      expect(remoteKey).toEqual(publicKey(keyB));
    });
  });
});

/** Answers A's auth with these bytes. How does A's handshake end? */
async function callEndsWith(ack: Uint8Array): Promise<unknown> {
  const { value } = await run(async () => {
    const [raw, fd] = pipe();
    const ours = newRLPX(fd);
    await raw.write(ack);
    const result = await attempt(async () => {
      return (await ours.doEncHandshake(keyA, nodeOf(keyB))).id;
    });
    await ours.close(undefined);
    await raw.close();
    return 'error' in result ? result.error : result.value;
  });
  return value;
}

describe('initiate', () => {
  const ackList = (): RlpValue[] => [publicKey(ephemeralKey), nonce, 4];

  it.each([
    ['as geth sends it', ackList()],
    ['of version 57', ackList().with(2, 57)],
    ['with more elements', [...ackList(), 6, [7, 8], 0xfa]],
  ])('accepts ack %s', async (_what, list) => {
    const ended = await callEndsWith(packet(publicKey(keyA), list));
    expect(ended).toBe(nodeOf(keyB).id);
  });

  it.each([
    [
      'another tag',
      'cannot-decrypt',
      () => packet(publicKey(keyA), ackList()).with(-1, 0),
    ],
    [
      'a packet for another',
      'cannot-decrypt',
      () => packet(publicKey(keyC), ackList()),
    ],
    ['a size of 2049', 'bad-size', () => fromHex('0801')],
    ['a size of 112', 'bad-size', () => fromHex('0070')],
    ['2 fields', 'bad-packet', () => packet(publicKey(keyA), ackList().slice(0, 2))],
    [
      'an ephemeral key of zeros',
      'bad-key',
      () => packet(publicKey(keyA), ackList().with(0, new Uint8Array(64))),
    ],
    [
      'a nonce of 31 bytes',
      'bad-packet',
      () => packet(publicKey(keyA), ackList().with(1, new Uint8Array(31))),
    ],
  ])('refuses ack with %s: %s', async (_what, code, make) => {
    const error = await callEndsWith(make());
    expect(error).toBeInstanceOf(HandshakeError);
    expect(error).toMatchObject({ code });
  });

  it('ends when the other side does', async () => {
    await run(async () => {
      const [raw, fd] = pipe();
      const [error] = await together(
        () => failureOf(() => newRLPX(fd).doEncHandshake(keyA, nodeOf(keyB))),
        async () => {
          await raw.readFull(300);
          await raw.write(packet(publicKey(keyA), ackList()).subarray(0, 100));
          await raw.close();
        },
      );
      expect(error).toBeInstanceOf(EndOfStream);
      await fd.close();
    });
  });
});

interface Eip8Vectors {
  staticPrivateKeyA: string;
  staticPrivateKeyB: string;
  authMessages: Vector[];
  ackMessages: Vector[];
}

interface Vector {
  name: string;
  format: 'plain' | 'eip8';
  packet: string;
  expectedNonce: string;
  expectedSignature?: string;
  expectedInitiatorPubkey?: string;
  expectedRecipientEphemeralPubkey?: string;
}

describe.skipIf(vectorFile === undefined)(
  `initiate and receive, with geth's packets ${needsVectors}`,
  () => {
    it('opens all EIP-8 packets, of any version and with extra elements', () => {
      const eip8 = vectors('eip8') as Eip8Vectors;
      const of = (list: Vector[]): Vector[] =>
        list.filter(({ format }) => format === 'eip8');
      expect([...of(eip8.authMessages), ...of(eip8.ackMessages)]).toHaveLength(4);
      for (const vector of of(eip8.authMessages)) {
        const key = fromHex(eip8.staticPrivateKeyB);
        const { message } = openPacket(authKind, key, fromHex(vector.packet));
        expect(toHex(message.signature)).toBe(vector.expectedSignature);
        expect(toHex(message.initiatorKey)).toBe(vector.expectedInitiatorPubkey);
        expect(toHex(message.nonce)).toBe(vector.expectedNonce);
      }
      for (const vector of of(eip8.ackMessages)) {
        const key = fromHex(eip8.staticPrivateKeyA);
        const { message } = openPacket(ackKind, key, fromHex(vector.packet));
        expect(toHex(message.ephemeralKey)).toBe(
          vector.expectedRecipientEphemeralPubkey,
        );
        expect(toHex(message.nonce)).toBe(vector.expectedNonce);
      }
    });

    it('answers each auth packet in the format that it came in', async () => {
      const eip8 = vectors('eip8') as Eip8Vectors;
      for (const vector of eip8.authMessages) {
        await run(async () => {
          const [raw, fd] = pipe();
          await raw.write(fromHex(vector.packet));
          const key = fromHex(eip8.staticPrivateKeyB);
          const { remoteKey } = await receive(fd, key, { allowPlain: true });
          await fd.close();
          expect(toHex(remoteKey)).toBe(vector.expectedInitiatorPubkey);
          const keyOfA = fromHex(eip8.staticPrivateKeyA);
          if (vector.format === 'eip8') {
            const prefix = await raw.readFull(2);
            const ack = concat(prefix, await raw.readFull(readUint(prefix, 0, 2)));
            expect(openPacket(ackKind, keyOfA, ack).message.nonce).toHaveLength(32);
          } else {
            const body = eciesDecrypt(keyOfA, await raw.readFull(210), nothing);
            expect(body).toHaveLength(97);
            expect(body[96]).toBe(0);
          }
          expect(await failureOf(() => raw.readFull(1))).toBeInstanceOf(EndOfStream);
        });
      }
    });

    it('reads ack in each format', async () => {
      const eip8 = vectors('eip8') as Eip8Vectors;
      for (const vector of eip8.ackMessages) {
        await run(async () => {
          const [raw, fd] = pipe();
          await raw.write(fromHex(vector.packet));
          const key = fromHex(eip8.staticPrivateKeyA);
          const remote = publicKey(fromHex(eip8.staticPrivateKeyB));
          const { remoteKey } = await initiate(fd, key, remote, { allowPlain: true });
          expect(remoteKey).toEqual(remote);
        });
      }
    });
  },
);

describe('openPacket', () => {
  it('takes what encode writes, and no other RLP', () => {
    const good = openPacket(authKind, keyB, goodAuth());
    expect(good.message.nonce).toEqual(nonce);
    const long = concat(fromHex('f900a7'), encode(authList()).subarray(2));
    const bad = packet(publicKey(keyB), long, { isEncoded: true });
    expect(() => openPacket(authKind, keyB, bad)).toThrow(
      expect.objectContaining({ code: 'bad-packet' }),
    );
  });
});
