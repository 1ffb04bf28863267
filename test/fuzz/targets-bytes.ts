/** Targets that take bytes at once: Snappy, RLP, and the messages that are one value. */

import { publicKey } from '#crypto';
import { utf8 } from '../../impl/bytes.ts';
import {
  type Block,
  blockSchema,
  bodySchema,
  encodeBlock,
  encodeBody,
  readBlock,
} from '../../impl/core/block.ts';
import type { Hash } from '../../impl/core/hash.ts';
import { headerSchema, encodeHeader } from '../../impl/core/header.ts';
import {
  decodeTransaction,
  encodeTransaction,
  transactionSchema,
} from '../../impl/core/transaction.ts';
import { decodeStatus, encodeStatus, statusMsg } from '../../impl/eth/protocol.ts';
import { newMsg } from '../../impl/p2p/message.ts';
import { decodeDisconnect, encodeDisconnect } from '../../impl/p2p/rlpx/disconnect.ts';
import { encodeHello, helloIn } from '../../impl/p2p/rlpx/hello.ts';
import {
  disconnectFields,
  frameFields,
  helloFields,
  packetFields,
} from '../../impl/p2p/rlpx/layout.ts';
import { compress } from '../../impl/p2p/rlpx/snappy-encoder.ts';
import {
  declaredLength,
  decompress,
  SnappyError,
  validate,
} from '../../impl/p2p/rlpx/snappy.ts';
import { decode } from '../../impl/rlp/decode.ts';
import { encode } from '../../impl/rlp/encode.ts';
import { scanWork } from '../../impl/rlp/scan.ts';
import {
  anyList,
  bytes,
  list,
  listOf,
  listWithTail,
  raw,
  uint,
} from '../../impl/rlp/schema.ts';
import type { Work } from '../../impl/csp/slices.ts';
import { childrenOf, signedTx, testGenesis, testKey } from '../helpers/blocks.ts';
import { Violation, type Target } from './engine.ts';

/** Does the work to its end and counts it. */
export function counted(work: Work<unknown>): number {
  let units = 0;
  for (let step = work.next(); step.done !== true; step = work.next())
    units += step.value;
  return units;
}

const key = testKey(7);

const hello = (): Uint8Array =>
  encodeHello({
    version: 5,
    name: 'Geth/v1.8.12-stable',
    caps: [
      { name: 'eth', version: 62 },
      { name: 'eth', version: 63 },
    ],
    listenPort: 30_303,
    id: publicKey(key),
  });

const hashOfAll = (byte: string): Hash => `0x${byte.repeat(32)}` as Hash; // of that shape

const status = (): Uint8Array =>
  encodeStatus({
    protocolVersion: 63,
    networkId: 1337n,
    td: 2n ** 70n,
    head: hashOfAll('ab'),
    genesis: hashOfAll('cd'),
  });

function snappy(block: Uint8Array): number {
  let length: number | undefined;
  try {
    length = declaredLength(block);
    // What the layer above refuses before it looks further.
    if (length > 2 ** 24) return 0;
    validate(block);
  } catch (error) {
    if (!(error instanceof SnappyError)) throw error;
    let out: Uint8Array | undefined;
    try {
      if ((length ?? 0) <= 2 ** 24) out = decompress(block);
    } catch {
      throw error;
    }
    if (out !== undefined) throw new Violation('refused, and put out all the same');
    throw error;
  }
  const out = decompress(block);
  if (out.length !== length)
    throw new Violation(`${out.length} bytes, claimed ${length}`);
  return out.length;
}

const schemas = () =>
  [
    headerSchema,
    transactionSchema,
    blockSchema,
    bodySchema,
    listOf(uint(8), 1000),
    anyList(500),
    list(bytes(0, 10), listWithTail(uint(4)), raw(100)),
    listOf(listOf(bytes(32), 100), 100_000),
  ] as const;

const blocks = (): Block[] => childrenOf(testGenesis().block, 2, { txs: [signedTx()] });

export const byteTargets: readonly Target[] = [
  {
    name: 'snappy',
    shape: 'bytes',
    seeds: () => [
      compress(utf8('no repetition')),
      compress(new Uint8Array(5_000)),
      compress(Uint8Array.from({ length: 700 }, (_, i) => (i * i) % 251)),
      compress(new Uint8Array()),
    ],
    run: snappy,
    // Three bytes put out 64 at most; nothing more is built than what was claimed and proved.
    most: (length) => 64 * length + 64,
    shortRuns: 1_000,
  },
  {
    name: 'rlp',
    shape: 'rlp',
    seeds: () => [
      encode([1n, utf8('dog'), [], [[1n, 2n], utf8('x'.repeat(70))]]),
      ...blocks().map(encodeBlock),
      ...blocks().map(({ body }) => encodeBody(body)),
      encodeTransaction(signedTx()),
      encode(Array.from({ length: 200 }, (_, i) => BigInt(i))),
    ],
    run: (input) => {
      let units = 0;
      let errors = 0;
      let last: unknown;
      for (const schema of schemas()) {
        try {
          units += counted(scanWork(input, schema, 'fuzz'));
          decode(input, schema, 'fuzz');
        } catch (error) {
          last = error;
          errors++;
        }
      }
      if (errors === schemas().length) throw last;
      return units;
    },
    most: (length) => 8 * (length + 500),
    shortRuns: 600,
  },
  {
    name: 'hello',
    shape: 'rlp',
    seeds: () => [hello(), encodeDisconnect(4)],
    run: (input) => {
      helloFields(input);
      for (const code of [0, 1, 2]) {
        try {
          helloIn(newMsg(code, input));
        } catch (error) {
          if (code === 0) continue;
          throw error;
        }
      }
      return undefined;
    },
    shortRuns: 300,
  },
  {
    name: 'disconnect',
    shape: 'rlp',
    seeds: () => [0, 4, 16, 2 ** 40].map(encodeDisconnect).concat(Uint8Array.of(4)),
    run: (input) => {
      disconnectFields(input);
      const reason = decodeDisconnect(input);
      if (!Number.isSafeInteger(reason) || reason < 0) throw new Violation(`${reason}`);
      encodeDisconnect(reason);
      return undefined;
    },
    shortRuns: 300,
  },
  {
    name: 'status',
    shape: 'rlp',
    seeds: () => [status()],
    run: (input) => {
      const { td } = decodeStatus(newMsg(statusMsg, input));
      if (td >= 2n ** 100n) throw new Violation(`td ${td}`);
      return undefined;
    },
    shortRuns: 300,
  },
  {
    name: 'block',
    shape: 'rlp',
    seeds: () => [
      ...blocks().map(encodeBlock),
      ...blocks().map(({ header }) => encodeHeader(header)),
    ],
    run: (input) => {
      const block = readBlock(input);
      // Built when they are looked at: what the schema has passed can be.
      if (block.body.transactions.length + block.body.uncles.length < 0) return 0;
      // What is read is written again to the byte, or it was another.
      if (
        Buffer.compare(
          encodeBlock(block),
          input.subarray(0, encodeBlock(block).length),
        ) !== 0
      )
        throw new Violation('another block is written');
      return undefined;
    },
    shortRuns: 300,
  },
  {
    name: 'transaction',
    shape: 'rlp',
    seeds: () =>
      [signedTx(), signedTx({ chainId: null, data: utf8('data') })].map(
        encodeTransaction,
      ),
    run: (input) => {
      const tx = decodeTransaction(decode(input, transactionSchema, 'transaction'));
      const again = encodeTransaction(tx);
      if (Buffer.compare(again, input.subarray(0, again.length)) !== 0)
        throw new Violation('another transaction is written');
      return undefined;
    },
    shortRuns: 300,
  },
  {
    name: 'fields',
    shape: 'bytes',
    seeds: () => [hello(), new Uint8Array(64)],
    // What a page shows of any bytes covers them once, in order.
    run: (input) => {
      for (const fields of [
        helloFields(input),
        frameFields(input),
        packetFields(input),
      ]) {
        let end = 0;
        for (const span of fields) {
          if (span.start !== end || span.end < end)
            throw new Violation('a gap, or twice');
          end = span.end;
        }
        if (end !== input.length)
          throw new Violation(`${end} of ${input.length} bytes`);
      }
      return undefined;
    },
  },
];
