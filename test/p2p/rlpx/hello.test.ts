import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { publicKey } from '#crypto';
import { concat, fromHex, toHex, utf8 } from '../../../impl/bytes.ts';
import { newMsg, type Msg } from '../../../impl/p2p/message.ts';
import { HandshakeError } from '../../../impl/p2p/rlpx/errors.ts';
import {
  decodeHello,
  encodeHello,
  readProtocolHandshake,
} from '../../../impl/p2p/rlpx/hello.ts';
import { encode, type RlpValue } from '../../../impl/rlp/encode.ts';
import { helloOf, keyA, needsVectors, vectorFile, vectors } from './helpers.ts';

const id = publicKey(keyA);
const fields: readonly RlpValue[] = [5, utf8('peer'), [[utf8('eth'), 63]], 0, id];

function reading(msg: Msg): Promise<unknown> {
  const reader = { readMsg: () => Promise.resolve(msg) };
  return readProtocolHandshake(reader).catch((error: unknown) => error);
}

describe('encodeHello', () => {
  it('writes what decodeHello reads', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 });
    const cap = fc.record({ name: text, version: fc.nat(100) });
    fc.assert(
      fc.property(
        text,
        fc.nat(10),
        fc.array(cap, { maxLength: 8 }),
        (name, version, caps) => {
          const hello = helloOf(keyA, { name, version, caps });
          expect(decodeHello(encodeHello(hello))).toEqual(hello);
        },
      ),
    );
  });
});

describe('decodeHello', () => {
  it('ignores fields and bytes that a later version may add', () => {
    const extra = encode([...fields, 1, [2, [3]], utf8('more')]);
    const hello = decodeHello(encode(fields));
    expect(hello.id).toEqual(id);
    expect(decodeHello(concat(extra, fromHex('ffff')))).toEqual(hello);
  });

  it('misses each field that was taken out, also with a later one behind', () => {
    for (const later of [[], [1]]) {
      for (const at of fields.keys()) {
        const rest = [...fields.toSpliced(at, 1), ...later];
        expect(() => decodeHello(encode(rest)), `without field ${at}`).toThrow(
          expect.objectContaining({ name: 'RlpError' }),
        );
      }
    }
  });

  it('accepts several versions of several protocols', () => {
    const caps = ['eth/61', 'eth/62', 'eth/63', 'eth/69', 'les/2', 'snap/1'].map(
      (text) => {
        const [name = '', version] = text.split('/');
        return { name, version: Number(version) };
      },
    );
    expect(decodeHello(encodeHello(helloOf(keyA, { caps }))).caps).toEqual(caps);
    expect(decodeHello(encodeHello(helloOf(keyA, { caps: [] }))).caps).toEqual([]);
  });

  it('accepts any name of the length that fits', () => {
    const bytes = concat(fromHex('0a1b5b324aff'), new Uint8Array(1900).fill(0x41));
    const { name } = decodeHello(encode(fields.with(1, bytes)));
    expect(name.startsWith('\n\u001b[2J\ufffdAAA')).toBe(true);
    expect(name).toHaveLength(1906);
  });

  it('keeps versions of 64 bits numbers', () => {
    const huge = fromHex('ffffffffffffffff');
    const hello = decodeHello(
      encode([huge, utf8('x'), [[utf8('eth'), huge]], huge, id]),
    );
    expect(hello.version).toBe(Number.MAX_SAFE_INTEGER);
    expect(hello.caps).toEqual([{ name: 'eth', version: Number.MAX_SAFE_INTEGER }]);
  });

  it.each([
    ['a byte string', encode(fromHex('010203'))],
    ['4 fields', encode(fields.slice(0, 4))],
    ['an id of 63 bytes', encode(fields.with(4, id.slice(1)))],
    ['an id of 65 bytes', encode(fields.with(4, new Uint8Array(65)))],
    ['a version of 9 bytes', encode(fields.with(0, new Uint8Array(9).fill(1)))],
    ['a version with a leading zero', encode(fields.with(0, fromHex('0005')))],
    ['capabilities that are no list', encode(fields.with(2, utf8('eth')))],
    ['a capability of three', encode(fields.with(2, [[utf8('eth'), 63, 1]]))],
    ['a capability without version', encode(fields.with(2, [[utf8('eth')]]))],
    [
      '683 capabilities',
      encode(
        fields.with(
          2,
          Array.from({ length: 683 }, () => []),
        ),
      ),
    ],
    ['a list as name', encode(fields.with(1, []))],
    ['nothing', new Uint8Array(0)],
  ])('refuses %s', (_what, payload) => {
    expect(() => decodeHello(payload)).toThrow(
      expect.objectContaining({ name: 'RlpError' }),
    );
  });
});

describe('readProtocolHandshake', () => {
  const payload = encodeHello(helloOf(keyA));

  it('returns the Hello', async () => {
    expect(await reading(newMsg(0, payload))).toEqual(helloOf(keyA));
  });

  it('does not check the version', async () => {
    for (const version of [0, 1, 4, 99]) {
      const hello = helloOf(keyA, { version });
      expect(await reading(newMsg(0, encodeHello(hello)))).toEqual(hello);
    }
  });

  it('accepts 2048 bytes and refuses 2049', async () => {
    const padded = (size: number): Uint8Array => {
      const room = size - encodeHello(helloOf(keyA, { name: '' })).length;
      const hello = encodeHello(helloOf(keyA, { name: 'n'.repeat(room - 4) }));
      return concat(hello, new Uint8Array(size - hello.length));
    };
    expect(padded(2048)).toHaveLength(2048);
    expect(await reading(newMsg(0, padded(2048)))).toMatchObject({ version: 5 });
    expect(await reading(newMsg(0, padded(2049)))).toMatchObject({
      name: 'HandshakeError',
      code: 'too-big',
    });
  });

  it('asks for the size before it touches the payload', async () => {
    const touchy: Msg = {
      code: 0,
      size: 2049,
      get payload(): Uint8Array {
        throw new Error('touched');
      },
    };
    expect(await reading(touchy)).toMatchObject({ code: 'too-big' });
  });

  it.each(['c108', '08', 'c180', 'c0', ''])(
    'takes a Disconnect %s for what it is',
    async (reason) => {
      expect(await reading(newMsg(1, fromHex(reason)))).toMatchObject({
        name: 'DiscError',
        reason: reason.endsWith('08') ? 8 : 0,
      });
    },
  );

  it('refuses another message', async () => {
    const error = await reading(newMsg(2, fromHex('c0')));
    expect(error).toBeInstanceOf(HandshakeError);
    expect(error).toMatchObject({ code: 'not-hello' });
  });

  it('refuses what is no Hello as an invalid message', async () => {
    expect(await reading(newMsg(0, fromHex('83010203')))).toMatchObject({
      name: 'PeerError',
      code: 'invalid-msg',
    });
  });

  it('answers an id of zeros with reason 7', async () => {
    const zero = encodeHello(helloOf(keyA, { id: new Uint8Array(64) }));
    expect(await reading(newMsg(0, zero))).toMatchObject({
      name: 'DiscError',
      reason: 7,
    });
  });

  it('passes on an error of reading', async () => {
    const reader = { readMsg: () => Promise.reject(new TypeError('read')) };
    await expect(readProtocolHandshake(reader)).rejects.toThrow(TypeError);
  });
});

interface HandshakeErrorVector {
  msgCode: number;
  payloadRlp?: string;
  expectedError: string;
  expectedErrorKind: string;
}

describe.skipIf(vectorFile === undefined)(
  `readProtocolHandshake, with geth's failures ${needsVectors}`,
  () => {
    it('fails in geth’s five ways', async () => {
      const list = vectors('protocolHandshakeErrors') as HandshakeErrorVector[];
      expect(list).toHaveLength(5);
      for (const vector of list) {
        // The one without payload is a string of 2050 zero bytes.
        const payload = fromHex(
          vector.payloadRlp ?? toHex(encode(new Uint8Array(2050))),
        );
        const error = await reading(newMsg(vector.msgCode, payload));
        const [, reason] = /^DiscReason (\d+)$/.exec(vector.expectedErrorKind) ?? [];
        if (reason !== undefined) {
          expect(error).toMatchObject({ name: 'DiscError', reason: Number(reason) });
          expect(error).toMatchObject({ message: vector.expectedError });
        } else if (vector.expectedErrorKind.startsWith('peer error')) {
          expect(error).toMatchObject({ name: 'PeerError', code: 'invalid-msg' });
        } else if (vector.expectedError === 'message too big') {
          expect(error).toMatchObject({ name: 'HandshakeError', code: 'too-big' });
        } else {
          expect(error).toMatchObject({
            name: 'HandshakeError',
            code: 'not-hello',
            message: vector.expectedError,
          });
        }
      }
    });
  },
);
