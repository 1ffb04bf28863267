/**
 * What a peer may make us do, in counted work: keccaks, bytes copied, pieces between two
 * looks at the stop signal, transactions after the end. Nothing here measures time.
 */
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { initCrypto } from '#crypto';
import { runtime } from '../../impl/csp/runtime.ts';
import { sliceUnits } from '../../impl/csp/seam.ts';
import type { Work } from '../../impl/csp/slices.ts';
import { sleep } from '../../impl/csp/timer.ts';
import {
  type Block,
  blockOf,
  type Body,
  bodyOf,
  encodeBlock,
  encodeBody,
  hashBlock,
  readBlock,
  readBody,
} from '../../impl/core/block.ts';
import { encodeHeader, type Header } from '../../impl/core/header.ts';
import { bodyRoots, deriveSha, transactionsRoot } from '../../impl/core/roots.ts';
import { encodeTransaction, type Transaction } from '../../impl/core/transaction.ts';
import { recoveryUnits, TxPool } from '../../impl/core/txpool.ts';
import { Chain } from '../../impl/core/chain.ts';
import { Importer } from '../../impl/core/chain-file.ts';
import { checkBody, checkBodyWork } from '../../impl/core/validate.ts';
import { blockBodiesCodec, readMsg } from '../../impl/eth/codecs.ts';
import {
  blockBodiesMsg,
  encodeGetBlockHeaders,
  encodeHashes,
  getBlockBodiesMsg,
  getBlockHeadersMsg,
  newBlockHashesMsg,
  newBlockMsg,
  transactionsMsg,
} from '../../impl/eth/protocol.ts';
import { newMsg } from '../../impl/p2p/message.ts';
import { rawItems } from '../../impl/rlp/decode.ts';
import { encodeList } from '../../impl/rlp/encode.ts';
import { childOf, childrenOf, signedTx, testGenesis } from '../helpers/blocks.ts';
import { chainOf, Remote, statusOf, withManager } from '../eth/harness.ts';

const counted = vi.hoisted(() => ({ keccaks: 0, encodings: 0 }));

vi.mock('#crypto', async (original) => {
  const real = await original<typeof import('#crypto')>();
  return {
    ...real,
    keccak256: (...parts: Uint8Array[]) => {
      counted.keccaks++;
      return real.keccak256(...parts);
    },
  };
});

vi.mock('../../impl/rlp/encode.ts', async (original) => {
  const real = await original<typeof import('../../impl/rlp/encode.ts')>();
  return {
    ...real,
    encode: (value: Parameters<typeof real.encode>[0]) => {
      counted.encodings++;
      return real.encode(value);
    },
  };
});

beforeAll(initCrypto);
beforeEach(() => {
  counted.keccaks = 0;
  counted.encodings = 0;
});

/** Nine empty fields: the least that has the shape of a transaction. */
const least = Uint8Array.of(0xc9, ...new Uint8Array(9).fill(0x80));

function bodyOfLeast(count: number): Uint8Array {
  const txs = encodeList(new Array<Uint8Array>(count).fill(least));
  return encodeList([txs, Uint8Array.of(0xc0)]);
}

/** A block with that body whose header says what `header` says. */
function blockWith(body: Uint8Array, header: Partial<Header> = {}): Block {
  const block = childOf(testGenesis().block, { header });
  return { header: block.header, body: readBody(body) };
}

interface Count {
  pieces: number;
  largest: number;
  units: number;
  /** Bytes that were copied, and the most of them between two yields. */
  copied: number;
  mostCopied: number;
}

/** Does the work and says how it was cut. */
function count<T>(work: Work<T>): Count & { value: T } {
  const total = { pieces: 0, largest: 0, units: 0, copied: 0, mostCopied: 0 };
  for (;;) {
    const { result: step, bytes } = copying(() => work.next());
    total.copied += bytes;
    total.mostCopied = Math.max(total.mostCopied, bytes);
    if (step.done === true) return { ...total, value: step.value };
    total.pieces++;
    total.units += step.value;
    total.largest = Math.max(total.largest, step.value);
  }
}

/** Where an array of bytes has its methods from. */
const inherited = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array;

/** Counts the bytes that are copied from one array into another meanwhile. */
function copying<T>(work: () => T): { result: T; bytes: number } {
  let bytes = 0;
  Object.assign(Uint8Array.prototype, {
    set(this: Uint8Array, ...args: Parameters<Uint8Array['set']>): void {
      bytes += args[0].length;
      inherited.set.apply(this, args);
    },
    slice(this: Uint8Array, ...args: Parameters<Uint8Array['slice']>): Uint8Array {
      const copy = inherited.slice.apply(this, args);
      bytes += copy.length;
      return copy;
    },
  });
  try {
    return { result: work(), bytes };
  } finally {
    Reflect.deleteProperty(Uint8Array.prototype, 'set');
    Reflect.deleteProperty(Uint8Array.prototype, 'slice');
  }
}

/** What may be copied at once: it takes a fraction of a millisecond. */
const mostAtOnce = 256 * 1024;

describe('a body of 131,000 least transactions', () => {
  const items = 131_000;
  const body = bodyOfLeast(items);

  it('is cut into small pieces when its shape is proved', () => {
    const answer = newMsg(blockBodiesMsg, encodeList([body]));
    const { pieces, largest, value } = count(readMsg(answer, blockBodiesCodec, 1));
    expect(value).toHaveLength(1);
    expect(pieces).toBe(Math.floor((items + 1) / 512));
    expect(largest).toBeLessThanOrEqual(sliceUnits / 4);
    expect(counted).toEqual({ keccaks: 0, encodings: 0 });
  });

  it.each([0n, 21_000n, 130_999n * 10_500n])(
    'is refused before anything is hashed if the header says %s gas',
    (gasUsed) => {
      const block = blockWith(body, { gasUsed, gasLimit: 1n << 40n });
      counted.keccaks = 0;
      const { value, pieces } = count(checkBodyWork(block));
      expect(value).toMatchObject({ code: 'too-many-transactions' });
      expect(pieces).toBe(0);
      expect(counted.keccaks).toBeLessThanOrEqual(1); // the block's name, for the error
    },
  );

  it('is hashed once, in small pieces, if the gas is there', () => {
    const block = blockWith(body, { gasUsed: 1n << 40n, gasLimit: 1n << 40n });
    const { largest, units, value } = count(checkBodyWork(block));
    expect(value).toMatchObject({ code: 'bad-tx-root' });
    expect(largest).toBeLessThanOrEqual(sliceUnits / 4);
    // As many slices as the work has units for: the yields say what is done.
    expect(units).toBeGreaterThan(items * 10);
    // A leaf of fewer than 32 bytes stands in its parent; the others are hashed.
    expect(counted.keccaks).toBe(8_741);
    counted.keccaks = 0;
    expect(checkBody(block)).toMatchObject({ code: 'bad-tx-root' });
    expect(count(bodyRoots(block.body))).toMatchObject({ pieces: 0 });
    expect(counted.keccaks).toBe(0);
  });
});

describe('the root of 131,000 items', () => {
  it('keeps none of them: a branch is hashed when the last below it has been seen', () => {
    let hashed = 0;
    function* items(): Generator<Uint8Array> {
      for (let i = 0; i < 131_000; i++) yield least;
      hashed = counted.keccaks;
    }
    count(deriveSha(items()));
    expect(counted.keccaks).toBe(8_737);
    expect(counted.keccaks - hashed).toBeLessThanOrEqual(8); // the way down to the last
  });
});

describe('a body with one transaction of 10 MiB', () => {
  const data = new Uint8Array(10 * 1024 * 1024 - 200);
  const body = (): Body => {
    const tx = encodeTransaction({ ...signedTx(), data });
    return readBody(encodeList([encodeList([tx]), Uint8Array.of(0xc0)]));
  };

  it('is hashed in small pieces, for its root and for its name', () => {
    const { header } = childOf(testGenesis().block, {
      header: { gasUsed: 1n << 40n, gasLimit: 1n << 40n },
    });
    const block = { header, body: body() };
    const root = count(checkBodyWork(block));
    expect(root.value).toMatchObject({ code: 'bad-tx-root' });
    const pool = new TxPool(chainOf());
    pool.add(signedTx());
    const name = count(pool.removeIncluded([block.body]));
    for (const { largest, pieces, units } of [root, name]) {
      expect(largest).toBeLessThanOrEqual(sliceUnits / 4);
      expect(units).toBeGreaterThan(data.length / 200);
      expect(pieces).toBeGreaterThan(100);
    }
    // Copied for the hash alone, piece by piece: neither for the leaf nor for its name.
    for (const { copied, mostCopied } of [root, name]) {
      expect(copied).toBeLessThan(data.length * 1.1);
      expect(mostCopied).toBeLessThan(70_000);
    }
    expect(count(bodyRoots(block.body)).value.txRoot).toBe(
      transactionsRoot(block.body.transactions),
    );
  });

  it('is refused before that if the header has not the gas of its bytes', () => {
    const gasUsed = BigInt(data.length) * 2n - 10_000_000n;
    const { header } = childOf(testGenesis().block, {
      header: { gasUsed, gasLimit: 1n << 40n },
    });
    const { value, pieces } = count(checkBodyWork({ header, body: body() }));
    expect(value).toMatchObject({ code: 'too-many-transactions' });
    expect(pieces).toBe(0);
  });
});

describe('a body that is the lesser part of its message', () => {
  const data = new Uint8Array(4 * 1024 * 1024);

  /** A body in its message, or a block, with as much again behind it. */
  function within(begin: readonly Uint8Array[]): Uint8Array {
    const txs = encodeList([encodeTransaction({ ...signedTx(), data })]);
    const item = encodeList([...begin, txs, Uint8Array.of(0xc0)]);
    const [first] = rawItems(encodeList([item, item, item]));
    return first ?? item;
  }

  it.each<[string, () => Work<Body | Block>]>([
    ['in BlockBodies', () => bodyOf(within([]))],
    [
      'in NewBlock',
      () => blockOf(within([encodeHeader(childOf(testGenesis().block).header)])),
    ],
  ])('is copied in pieces, which count: %s', (_, work) => {
    const { largest, units, copied, mostCopied } = count<unknown>(work());
    expect(copied).toBeGreaterThan(data.length);
    expect(mostCopied).toBeLessThanOrEqual(mostAtOnce + 1_000);
    expect(units).toBeGreaterThan(data.length / 2_000);
    expect(largest).toBeLessThanOrEqual(sliceUnits / 4);
  });
});

describe('a block of a file', () => {
  it('is put together in pieces, which count', () => {
    const tx = { ...signedTx(), data: new Uint8Array(8_000_000) };
    const genesis = testGenesis({ gasLimit: '0x10000000000' });
    const header = { gasUsed: 1n << 40n, gasLimit: 1n << 40n };
    const file = encodeBlock(childOf(genesis.block, { txs: [tx], header }));
    const importer = new Importer(new Chain(genesis));
    const counts: Count[] = [];
    const take = (bytes: Uint8Array): void => {
      counts.push(count(importer.take(bytes)));
    };
    for (let at = 0; at < file.length; at += mostAtOnce) {
      take(file.subarray(at, at + mostAtOnce));
    }
    importer.take(undefined);
    expect(importer.result).toEqual({ imported: 1, known: 0 });
    const sum = counts.reduce((total, { copied }) => total + copied, 0);
    expect(sum).toBeGreaterThan(file.length);
    for (const { mostCopied } of counts) {
      expect(mostCopied).toBeLessThanOrEqual(mostAtOnce + 1_000);
    }
  });
});

describe('a body with 150 transactions of 64 KiB', () => {
  it('costs what its bytes do, although there are few', () => {
    const tx = encodeTransaction({ ...signedTx(), data: new Uint8Array(65_000) });
    const txs = encodeList(new Array<Uint8Array>(150).fill(tx));
    const body = encodeList([txs, Uint8Array.of(0xc0)]);
    const block = blockWith(body, { gasUsed: 1n << 40n, gasLimit: 1n << 40n });
    const pool = new TxPool(chainOf());
    pool.add(signedTx());
    for (const work of [
      () => checkBodyWork(block),
      () => pool.removeIncluded([block.body]),
    ]) {
      const { largest, units } = count<unknown>(work());
      expect(largest).toBeLessThanOrEqual(sliceUnits / 4);
      expect(units).toBeGreaterThan(body.length / 200);
    }
  });
});

describe('GetBlockBodies', () => {
  it('is answered with the bytes that came: nothing is encoded or hashed', async () => {
    const txs = [1n, 2n, 3n].map((nonce) => signedTx({ nonce }));
    const parent = testGenesis().block;
    const block = readBlock(encodeBlock(childOf(parent, { txs })));
    const chain = chainOf([block]);
    await withManager({ chain }, async (manager, wg) => {
      const remote = new Remote(manager, wg);
      await remote.shake(statusOf(chain));
      const request = encodeHashes([hashBlock(block)]);
      for (let round = 0; round < 2; round++) {
        counted.keccaks = 0;
        counted.encodings = 0;
        await remote.send(getBlockBodiesMsg, request);
        const { payload } = await remote.read();
        expect(payload).toEqual(encodeList([encodeBody(block.body)]));
        expect(counted).toEqual({ keccaks: 0, encodings: 0 });
      }
    });
  });
});

describe('GetBlockHeaders', () => {
  it('encodes a header once, however often it is asked for', async () => {
    const chain = chainOf(childrenOf(testGenesis().block, 192));
    await withManager({ chain }, async (manager, wg) => {
      const remote = new Remote(manager, wg);
      await remote.shake(statusOf(chain));
      const query = encodeGetBlockHeaders({
        origin: { kind: 'number', number: 1n },
        amount: 192n,
        skip: 0n,
        reverse: false,
      });
      counted.keccaks = 0;
      counted.encodings = 0;
      await remote.send(getBlockHeadersMsg, query);
      const { size } = await remote.read();
      expect(size).toBeGreaterThan(192 * 400);
      expect(counted).toEqual({ keccaks: 0, encodings: 0 });
    });
  });
});

describe('Transactions', () => {
  const tx = encodeTransaction;
  const bad = (i: number): Transaction => ({
    ...signedTx({ nonce: BigInt(i) }),
    s: (1n << 255n) + BigInt(i),
  });

  it('that wait already are known by their hash: one keccak, nothing built', () => {
    const pool = new TxPool(chainOf());
    const data = tx(signedTx());
    expect(pool.addEncoded(data).verdict).toBe('added');
    counted.keccaks = 0;
    const before = counted.encodings;
    const again = pool.addEncoded(data);
    expect(again.verdict).toBe('known');
    expect(again.units).toBeLessThan(10); // to build it would be 30 more
    expect(counted).toEqual({ keccaks: 1, encodings: before });
  });

  it('that are added are hashed once, and not encoded again to be sent', () => {
    const pool = new TxPool(chainOf());
    const data = tx(signedTx());
    counted.encodings = 0;
    counted.keccaks = 0;
    pool.addEncoded(data);
    // Its hash, what was signed, the address of the key.
    expect(counted.keccaks).toBe(3);
    const [waiting] = pool.pending();
    counted.encodings = 0;
    expect(waiting && tx(waiting)).toEqual(data);
    expect(counted.encodings).toBe(0);
  });

  it('of which one batch is junk end there, however many follow', async () => {
    const txPool = new TxPool(chainOf());
    const add = vi.spyOn(txPool, 'addEncoded');
    const txs = Array.from({ length: 400 }, (_, i) => tx(bad(i)));
    await withManager({ txPool }, async (manager, wg) => {
      manager.acceptTxs = true;
      const remote = new Remote(manager, wg);
      await remote.shake(statusOf(manager.chain));
      await remote.send(transactionsMsg, encodeList(txs));
      await sleep(100);
      expect(add).toHaveBeenCalledTimes(128);
      expect(remote.end).toBeUndefined();
    });
  });

  it('are left alone one slice after the node stops', async () => {
    const txPool = new TxPool(chainOf());
    let units = 0;
    const add = txPool.addEncoded.bind(txPool);
    vi.spyOn(txPool, 'addEncoded').mockImplementation((data) => {
      const result = add(data);
      units += result.units;
      return result;
    });
    const txs = Array.from({ length: 300 }, (_, i) =>
      tx(signedTx({ nonce: BigInt(i) })),
    );
    await withManager({ txPool }, async (manager, wg) => {
      manager.acceptTxs = true;
      const remote = new Remote(manager, wg);
      await remote.shake(statusOf(manager.chain));
      await remote.send(transactionsMsg, encodeList(txs));
      while (units < 3 * sliceUnits) await runtime().pause();
      const before = { units, at: runtime().now() };
      await manager.stop();
      expect(units - before.units).toBeLessThanOrEqual(sliceUnits + recoveryUnits);
      expect(units).toBeLessThan(txs.length * recoveryUnits * 0.5);
      expect(runtime().now() - before.at).toBeLessThanOrEqual(2_000);
    });
  });
});

describe('a message that takes many slices to prove', () => {
  const bodies = encodeList([bodyOfLeast(100_000)]);
  const newBlock = (): Uint8Array => {
    const { header } = childOf(testGenesis().block);
    const [txs = least] = rawItems(bodyOfLeast(100_000));
    const block = encodeList([encodeHeader(header), txs, Uint8Array.of(0xc0)]);
    return encodeList([block, Uint8Array.of(0x01)]);
  };
  const announcement = encodeList([
    Uint8Array.of(0xa0, ...new Uint8Array(32)),
    Uint8Array.of(0x01),
  ]);

  it.each<[string, number, () => Uint8Array]>([
    ['BlockBodies', blockBodiesMsg, () => bodies],
    ['NewBlock', newBlockMsg, newBlock],
    [
      'NewBlockHashes',
      newBlockHashesMsg,
      () => encodeList(new Array<Uint8Array>(100_000).fill(announcement)),
    ],
  ])('is left at the next border once the node stops: %s', async (_, code, payload) => {
    await withManager({}, async (manager, wg) => {
      const remote = new Remote(manager, wg);
      await remote.shake(statusOf(manager.chain));
      await sleep(1);
      const [peer] = manager.peers;
      peer?.requestBodies([hashBlock(childOf(testGenesis().block))]);
      const pause = vi.spyOn(runtime(), 'pause');
      await remote.send(code, payload());
      while (pause.mock.calls.length < 3) await runtime().ready(undefined);
      const before = { pauses: pause.mock.calls.length, at: runtime().now() };
      await manager.stop();
      expect(pause.mock.calls.length - before.pauses).toBeLessThanOrEqual(1);
      expect(runtime().now() - before.at).toBeLessThanOrEqual(2_000);
    });
  });
});
