import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { publicKey } from '#crypto';
import { concat, fromHex, utf8 } from '../../../impl/bytes.ts';
import {
  ackFields,
  authFields,
  disconnectFields,
  frameFields,
  helloFields,
  packetFields,
  rlpSpans,
  type FieldSpan,
} from '../../../impl/p2p/rlpx/layout.ts';
import { encodeHello } from '../../../impl/p2p/rlpx/hello.ts';
import { encode } from '../../../impl/rlp/encode.ts';
import { helloOf, keyA } from './helpers.ts';

/** `name length`, for each span. */
function outline(spans: readonly FieldSpan[]): string[] {
  return spans.map(({ start, end, field }) => `${field} ${end - start}`);
}

const key = publicKey(keyA);
const nonce = new Uint8Array(32).fill(1);

describe('authFields', () => {
  it('names every byte of an auth packet’s plaintext', () => {
    const list = encode([new Uint8Array(65), key, nonce, 4, 1, [2, 3]]);
    expect(outline(authFields(concat(list, new Uint8Array(100))))).toEqual([
      'auth.list 2',
      'auth.signature.length 2',
      'auth.signature 65',
      'auth.initiator-key.length 2',
      'auth.initiator-key 64',
      'auth.nonce.length 1',
      'auth.nonce 32',
      'auth.version 1',
      'auth.extra 1',
      'auth.extra.length 1',
      'auth.extra 2',
      'auth.padding 100',
    ]);
  });
});

describe('ackFields', () => {
  it('names every byte of an ack packet’s plaintext', () => {
    const list = encode([key, nonce, 4]);
    expect(outline(ackFields(concat(list, new Uint8Array(100))))).toEqual([
      'ack.list 2',
      'ack.ephemeral-key.length 2',
      'ack.ephemeral-key 64',
      'ack.nonce.length 1',
      'ack.nonce 32',
      'ack.version 1',
      'ack.padding 100',
    ]);
  });
});

describe('packetFields', () => {
  it('names the parts of a packet on the wire', () => {
    expect(outline(packetFields(new Uint8Array(402)))).toEqual([
      'packet.size 2',
      'packet.point 65',
      'packet.iv 16',
      'packet.encrypted 287',
      'packet.tag 32',
    ]);
  });
});

describe('frameFields', () => {
  it('names the parts of a frame on the wire', () => {
    expect(outline(frameFields(new Uint8Array(80)))).toEqual([
      'frame.header 16',
      'frame.header-mac 16',
      'frame.body 32',
      'frame.mac 16',
    ]);
  });
});

describe('helloFields', () => {
  it('names every byte of a Hello', () => {
    const caps = [
      { name: 'eth', version: 62 },
      { name: 'eth', version: 63 },
    ];
    const hello = encodeHello(helloOf(keyA, { name: 'peer', caps }));
    const cap = ['hello.cap.list 1', 'hello.cap-name.length 1', 'hello.cap-name 3'];
    expect(outline(helloFields(concat(hello, fromHex('ff'))))).toEqual([
      'hello.list 2',
      'hello.version 1',
      'hello.name.length 1',
      'hello.name 4',
      'hello.caps.list 1',
      ...cap,
      'hello.cap-version 1',
      ...cap,
      'hello.cap-version 1',
      'hello.listen-port 1',
      'hello.id.length 2',
      'hello.id 64',
      'ignored 1',
    ]);
  });
});

describe('disconnectFields', () => {
  it.each([
    ['c104', ['disconnect.list 1', 'disconnect.reason 1']],
    ['c180', ['disconnect.list 1', 'disconnect.reason 1']],
    ['04', ['disconnect.reason 1']],
    ['c0', ['disconnect.list 1']],
    ['', []],
  ])('names every byte of %s', (payload, expected) => {
    expect(outline(disconnectFields(fromHex(payload)))).toEqual(expected);
  });
});

describe('rlpSpans', () => {
  it('says where malformed bytes begin', () => {
    const good = encode([utf8('eth'), 63]);
    const cut = concat(good.subarray(0, -1), fromHex('b8'));
    expect(outline(rlpSpans(cut, { list: 'cap', items: ['name', 'version'] }))).toEqual(
      ['cap.list 1', 'name.length 1', 'name 3', 'malformed 1'],
    );
  });

  it('covers any bytes without a gap, in order', () => {
    const readers = [
      authFields,
      ackFields,
      packetFields,
      frameFields,
      helloFields,
      disconnectFields,
    ];
    const noise = fc.uint8Array({ maxLength: 150 });
    const nearlyGood = fc
      .tuple(fc.nat(90), fc.nat(255))
      .map(([at, byte]) => encodeHello(helloOf(keyA)).with(at, byte));
    fc.assert(
      fc.property(fc.oneof(noise, nearlyGood), (bytes) => {
        for (const read of readers) {
          const ends = [0, ...read(bytes).map(({ end }) => end)];
          expect(read(bytes).map(({ start }) => start)).toEqual(ends.slice(0, -1));
          expect(ends).toEqual([...new Set(ends)]);
          expect(ends.at(-1)).toBe(bytes.length);
        }
      }),
      { numRuns: 500 },
    );
  });
});
