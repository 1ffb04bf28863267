import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import { atOnce } from '../../impl/csp/slices.ts';
import { fromHex, toHex } from '../../impl/bytes.ts';
import { encodeBlock, encodeBody, readBlock } from '../../impl/core/block.ts';
import { hashOf, keccakHash, zeroHash } from '../../impl/core/hash.ts';
import { encodeHeader, hashHeader } from '../../impl/core/header.ts';
import {
  blockBodiesCodec,
  blockHeadersCodec,
  type Codec,
  firstOf,
  getBlockHeadersCodec,
  hashesCodec,
  newBlockCodec,
  newBlockHashesCodec,
  readMsg,
  transactionsCodec,
} from '../../impl/eth/codecs.ts';
import { EthError } from '../../impl/eth/errors.ts';
import { ethFields } from '../../impl/eth/layout.ts';
import {
  blockBodiesMsg,
  blockHeadersMsg,
  decodeGetBlockHeaders,
  decodeStatus,
  encodeGetBlockHeaders,
  encodeHashes,
  encodeStatus,
  type GetBlockHeadersData,
  getBlockBodiesMsg,
  getBlockHeadersMsg,
  messageName,
  newBlockHashesMsg,
  newBlockMsg,
  protocolLength,
  protocolVersions,
  statusMsg,
  transactionsMsg,
} from '../../impl/eth/protocol.ts';
import { type Msg, newMsg } from '../../impl/p2p/message.ts';
import type { RlpError } from '../../impl/rlp/errors.ts';
import { encode, encodeList, type RlpValue } from '../../impl/rlp/encode.ts';
import { childOf, childrenOf, signedTx, testGenesis } from '../helpers/blocks.ts';
import { ethVectors } from './harness.ts';

beforeAll(initCrypto);

const hash = hashOf(Uint8Array.from({ length: 32 }, (_, i) => i));

const uint64 = fc.bigInt(0n, (1n << 64n) - 1n);
const hashes = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .filter((bytes) => bytes.some((byte) => byte !== 0))
  .map(hashOf);

function thrown(run: () => unknown): unknown {
  try {
    return { returned: run() };
  } catch (error) {
    return error;
  }
}

const msg = (code: number, value: RlpValue): Msg => newMsg(code, encode(value));

/** Reads a message at once. */
function read<T>(from: Msg, codec: Codec<T>, asked?: number): T {
  return atOnce(readMsg(from, codec, asked));
}

/** Every decoder, with the code of its message. */
const decoders: readonly (readonly [number, (msg: Msg) => unknown])[] = [
  [statusMsg, decodeStatus],
  [newBlockHashesMsg, (m) => [...read(m, newBlockHashesCodec)]],
  [transactionsMsg, (m) => [...read(m, transactionsCodec)]],
  [getBlockHeadersMsg, (m) => read(m, getBlockHeadersCodec)],
  [blockHeadersMsg, (m) => read(m, blockHeadersCodec, 192)],
  [getBlockBodiesMsg, (m) => [...firstOf(read(m, hashesCodec), 256)]],
  [blockBodiesMsg, (m) => read(m, blockBodiesCodec, 128)],
  [newBlockMsg, (m) => read(m, newBlockCodec)],
];

describe('protocolLength', () => {
  it('is 17 codes for eth/63 and 8 for eth/62', () => {
    expect(protocolVersions.map(protocolLength)).toEqual([17, 8]);
  });
});

describe('decodeStatus', () => {
  it('reads what encodeStatus writes', () => {
    const statuses = fc.record({
      protocolVersion: fc.nat(2 ** 32 - 1),
      networkId: uint64,
      td: fc.bigInt(0n, (1n << 100n) - 1n),
      head: hashes,
      genesis: hashes,
    });
    const property = fc.property(statuses, (status) => {
      expect(decodeStatus(newMsg(statusMsg, encodeStatus(status)))).toEqual(status);
    });
    fc.assert(property);
  });
});

describe('decodeGetBlockHeaders', () => {
  it('reads what encodeGetBlockHeaders writes', () => {
    const queries: fc.Arbitrary<GetBlockHeadersData> = fc.record({
      origin: fc.oneof(
        fc.record({ kind: fc.constant('hash' as const), hash: hashes }),
        fc.record({ kind: fc.constant('number' as const), number: uint64 }),
      ),
      amount: uint64,
      skip: uint64,
      reverse: fc.boolean(),
    });
    const property = fc.property(queries, (query) => {
      const payload = encodeGetBlockHeaders(query);
      expect(decodeGetBlockHeaders(newMsg(getBlockHeadersMsg, payload))).toEqual(query);
    });
    fc.assert(property);
  });

  it('takes the zero hash for number 0, on the way out and on the way in (H-77)', () => {
    const query = { amount: 2n, skip: 0n, reverse: false } as const;
    const zero = { kind: 'hash', hash: zeroHash } as const;
    expect(toHex(encodeGetBlockHeaders({ origin: zero, ...query }))).toBe('c480028080');
    const origin = new Uint8Array(32);
    expect(decodeGetBlockHeaders(msg(getBlockHeadersMsg, [origin, 2, 0, 0]))).toEqual({
      origin: { kind: 'number', number: 0n },
      ...query,
    });
  });

  it.each([9, 20, 31])('refuses an origin of %i bytes', (length) => {
    const origin = new Uint8Array(length).fill(1);
    const error = thrown(() =>
      decodeGetBlockHeaders(msg(getBlockHeadersMsg, [origin, 1, 0, 0])),
    );
    expect(error).toBeInstanceOf(EthError);
    expect(error).toMatchObject({
      code: 'decode',
      message: `Invalid message - invalid input size ${length} for origin`,
    });
  });

  it.each([
    ['a number with a leading zero', [Uint8Array.of(0, 5), 1, 0, 0]],
    ['an amount of 65 bits', [1, 1n << 64n, 0, 0]],
    ['a reverse of 2', [1, 1, 0, 2]],
    ['three fields', [1, 1, 0]],
    ['five fields', [1, 1, 0, 0, 0]],
  ])('refuses %s', (_, value) => {
    expect(
      thrown(() => decodeGetBlockHeaders(msg(getBlockHeadersMsg, value))),
    ).toMatchObject({ code: 'decode' });
  });
});

describe('blockHeadersCodec', () => {
  it('reads as many headers as were asked for, and not one more (H-86)', () => {
    const headers = childrenOf(testGenesis().block, 4).map(({ header }) => header);
    const answer = newMsg(blockHeadersMsg, encodeList(headers.map(encodeHeader)));
    expect(read(answer, blockHeadersCodec, 4).map(hashHeader)).toEqual(
      headers.map(hashHeader),
    );
    expect(thrown(() => read(answer, blockHeadersCodec, 3))).toMatchObject({
      code: 'decode',
    });
  });
});

describe('blockBodiesCodec', () => {
  const bodies = (): Uint8Array[] =>
    [[signedTx()], [], [signedTx({ nonce: 1n }), signedTx({ nonce: 2n })]].map((txs) =>
      encodeBody(childOf(testGenesis().block, { txs }).body),
    );

  it('splits an answer into the bytes of its bodies', () => {
    const answer = newMsg(blockBodiesMsg, encodeList(bodies()));
    expect(read(answer, blockBodiesCodec, 3).map(toHex)).toEqual(bodies().map(toHex));
  });

  it('refuses one body more than was asked for, and what is no body', () => {
    const answer = newMsg(blockBodiesMsg, encodeList(bodies()));
    expect(thrown(() => read(answer, blockBodiesCodec, 2))).toMatchObject({
      code: 'decode',
    });
    const noBody = msg(blockBodiesMsg, [[[], [], []]]);
    expect(thrown(() => read(noBody, blockBodiesCodec, 3))).toMatchObject({
      code: 'decode',
    });
  });
});

describe('hashesCodec', () => {
  it('yields the hashes that encodeHashes wrote, up to the limit', () => {
    const request = newMsg(getBlockBodiesMsg, encodeHashes([hash, zeroHash, hash]));
    expect([...firstOf(read(request, hashesCodec), 9)]).toEqual([hash, zeroHash, hash]);
    expect([...firstOf(read(request, hashesCodec), 2)]).toEqual([hash, zeroHash]);
  });

  it('does not look at what comes after the limit', () => {
    const request = msg(getBlockBodiesMsg, [new Uint8Array(32), new Uint8Array(5)]);
    expect([...firstOf(read(request, hashesCodec), 1)]).toEqual([zeroHash]);
    expect(thrown(() => [...firstOf(read(request, hashesCodec), 2)])).toMatchObject({
      code: 'decode',
    });
  });
});

describe('newBlockHashesCodec', () => {
  it('checks them all, the last as well as the first', () => {
    const good = [hash, zeroHash].map((h, i) => [fromHex(h), i]);
    read(msg(newBlockHashesMsg, good), newBlockHashesCodec);
    const bad = msg(newBlockHashesMsg, [...good, [fromHex(hash), 1n << 64n]]);
    expect(thrown(() => read(bad, newBlockHashesCodec))).toMatchObject({
      code: 'decode',
    });
  });
});

describe('newBlockCodec', () => {
  const block = (): ReturnType<typeof childOf> =>
    childOf(testGenesis().block, { txs: [signedTx()] });

  it('reads block and td', () => {
    const payload = encodeList([encodeBlock(block()), encode(5n)]);
    const { data, td } = read(newMsg(newBlockMsg, payload), newBlockCodec);
    const got = readBlock(data);
    expect(td).toBe(5n);
    expect(got).toEqual(block());
    expect(hashHeader(got.header)).toBe(hashHeader(block().header));
  });

  it.each([
    ['a td of 101 bits', {}, 1n << 100n],
    ['a td of 2 MiB', {}, new Uint8Array(1 << 21).fill(1)],
    ['a number of 2^1000', { number: 1n << 1000n }, 1n],
    ['a difficulty of 81 bits', { difficulty: 1n << 80n }, 1n],
    ['33 bytes of extra', { extra: new Uint8Array(33) }, 1n],
  ])('refuses %s (H-89)', (_, header, td) => {
    const bad = encodeBlock(childOf(testGenesis().block, { header }));
    const error = thrown(() =>
      read(newMsg(newBlockMsg, encodeList([bad, encode(td)])), newBlockCodec),
    );
    expect(error).toMatchObject({ code: 'decode' });
  });

  it('refuses a block whose body is none, although it does not build it', () => {
    const parts = [encodeHeader(block().header), encode([[1]]), encode([])];
    const payload = encodeList([encodeList(parts), encode(1)]);
    expect(
      thrown(() => read(newMsg(newBlockMsg, payload), newBlockCodec)),
    ).toMatchObject({
      code: 'decode',
    });
  });
});

describe('every decoder', () => {
  // 10 MiB of one-byte items, or of the smallest lists: 480 KiB on the wire.
  it.each([
    ['one-byte items', 0x01],
    ['empty strings', 0x80],
    ['empty lists', 0xc0],
  ])('refuses 10 MiB of %s at once (H-87)', (_, byte) => {
    const size = 10 * 1024 * 1024 - 4;
    const payload = new Uint8Array(size + 4).fill(byte);
    payload.set([0xfa, size >> 16, (size >> 8) & 0xff, size & 0xff]);
    for (const [code, decoder] of decoders) {
      const error = thrown(() => decoder(newMsg(code, payload)));
      expect(error, messageName(code)).toMatchObject({ code: 'decode' });
      // Where it stopped to look, of 10,485,760 bytes.
      const { offset } = (error as EthError).cause as RlpError;
      expect(offset, messageName(code)).toBeLessThanOrEqual(16);
    }
  });

  it('throws nothing but EthError, whatever the bytes are', () => {
    const seeds = [
      encodeStatus(
        decodeStatus(
          newMsg(
            statusMsg,
            encodeStatus({
              protocolVersion: 63,
              networkId: 1n,
              td: 1n,
              head: hash,
              genesis: hash,
            }),
          ),
        ),
      ),
      encodeList([
        encodeBlock(childOf(testGenesis().block, { txs: [signedTx()] })),
        encode(1),
      ]),
      encodeList([encodeHeader(testGenesis().block.header)]),
    ];
    const mutated = fc
      .tuple(fc.constantFrom(...seeds), fc.nat(), fc.nat(255), fc.nat())
      .map(([seed, at, byte, cut]) => {
        const bytes = seed.slice(0, cut % 3 === 0 ? cut % seed.length : seed.length);
        bytes[at % Math.max(1, bytes.length)] = byte;
        return bytes;
      });
    const property = fc.property(fc.oneof(mutated, fc.uint8Array()), (payload) => {
      for (const [code, decoder] of decoders) {
        const result = thrown(() => decoder(newMsg(code, payload)));
        expect(
          result instanceof EthError || Object.hasOwn(result as object, 'returned'),
        ).toBe(true);
      }
    });
    fc.assert(property, { numRuns: 500 });
  });
});

describe('ethFields', () => {
  it('names every byte of a Status', () => {
    const payload = encodeStatus({
      protocolVersion: 63,
      networkId: 1n,
      td: 0x20000n,
      head: hash,
      genesis: hash,
    });
    expect(ethFields(statusMsg, payload)?.map(({ field }) => field)).toEqual([
      'status.list',
      'status.version',
      'status.network-id',
      'status.td.length',
      'status.td',
      'status.head.length',
      'status.head',
      'status.genesis.length',
      'status.genesis',
    ]);
  });

  it('names the origin of a query whether hash or number', () => {
    const fields = ethFields(getBlockHeadersMsg, fromHex('c480018080')) ?? [];
    expect(fields.map(({ start, field }) => [start, field])).toEqual([
      [0, 'get-headers.list'],
      [1, 'get-headers.origin'],
      [2, 'get-headers.amount'],
      [3, 'get-headers.skip'],
      [4, 'get-headers.reverse'],
    ]);
  });

  it('names the 15 fields of each header', () => {
    const header = encodeHeader(testGenesis().block.header);
    const fields = ethFields(blockHeadersMsg, encodeList([header, header])) ?? [];
    const names = new Set(fields.map(({ field }) => field.replace(/\.length$/, '')));
    expect([...names].filter((name) => name.startsWith('header.'))).toHaveLength(16);
    expect(fields.filter(({ field }) => field === 'header.nonce')).toHaveLength(2);
  });

  it('covers every byte once, in order, malformed ones too', () => {
    const property = fc.property(fc.nat(16), fc.uint8Array(), (code, payload) => {
      const spans = ethFields(code, payload);
      if (spans === undefined) return;
      let at = 0;
      for (const { start, end } of spans) {
        expect(start).toBe(at);
        expect(end).toBeGreaterThan(start);
        at = end;
      }
      expect(at).toBe(payload.length);
    });
    fc.assert(property);
  });
});

const vectors = ethVectors();

describe.skipIf(vectors === undefined)(
  "geth's encodings (skipped unless PEERWALK_VECTORS names the file)",
  () => {
    it.each(vectors?.generated.messages ?? [])(
      'reads $name',
      ({ code, payloadRlp }) => {
        const decoder = decoders.find(([own]) => own === code)?.[1];
        if (decoder === undefined) return; // state and receipts: nobody here decodes them
        const message = newMsg(code, fromHex(payloadRlp));
        expect(thrown(() => decoder(message))).toHaveProperty('returned');
      },
    );

    it('writes the queries of TestGetBlockHeadersDataEncodeDecode as geth does', () => {
      let written = 0;
      for (const vector of vectors?.getBlockHeadersEncoding ?? []) {
        if (vector['mustFailToEncode'] === true) continue; // cannot be expressed here
        const { originHash, originNumber } = vector;
        const query: GetBlockHeadersData = {
          origin:
            typeof originHash === 'string'
              ? { kind: 'hash', hash: hashOf(fromHex(originHash)) }
              : { kind: 'number', number: BigInt(Number(originNumber)) },
          amount: BigInt(Number(vector['amount'])),
          skip: BigInt(Number(vector['skip'])),
          reverse: vector['reverse'] === true,
        };
        expect(toHex(encodeGetBlockHeaders(query))).toBe(vector['encodedRlp']);
        written++;
      }
      expect(written).toBe(4);
    });

    it('reads the bodies and transactions of these messages back to the same bytes', () => {
      const message = vectors?.generated.messages.find(({ code }) => code === 6);
      const [body] = read(
        newMsg(6, fromHex(message?.payloadRlp ?? '')),
        blockBodiesCodec,
        1,
      );
      expect(body).toBeDefined();
      const tx = vectors?.recvTransactions;
      const [first] = read(
        newMsg(transactionsMsg, fromHex(tx?.messagePayloadRlp ?? '')),
        transactionsCodec,
      );
      expect(first && keccakHash(first)).toBe(tx?.transactionHash);
    });
  },
);
