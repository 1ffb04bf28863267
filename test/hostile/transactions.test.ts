/** Transactions: what is recovered, hashed and built for them, who waits, what is passed on. */

import { expect, vi } from 'vitest';
import * as crypto from '#crypto';
import { fromHex } from '../../impl/bytes.ts';
import { sleep } from '../../impl/csp/timer.ts';
import {
  encodeTransaction,
  hashTransaction,
  sender,
  type Transaction,
} from '../../impl/core/transaction.ts';
import { poolLimits } from '../../impl/core/txpool.ts';
import * as eth from '../../impl/eth/protocol.ts';
import { pingIntervalMs } from '../../impl/p2p/base-protocol.ts';
import { rawItems } from '../../impl/rlp/decode.ts';
import { encode, encodeList } from '../../impl/rlp/encode.ts';
import { signedTx, testChainId, testKey } from '../helpers/blocks.ts';
import { battery, type Case, type Scene, type StrangerCase } from './harness.ts';
import { ethCode, type Stranger } from './stranger.ts';
import {
  sendAndWait,
  timesHeard,
  type Visit,
  visits,
  type Work,
  workOf,
} from './work.ts';

const inPeer = { after: 'Status' } as const;
const node = { maxPeers: 6 };
const most = { asks: 65_536, holds: 1_000_000, expands: 200_000 };
const emptyList = Uint8Array.of(0xc0);
const least = Uint8Array.of(0xc9, ...new Uint8Array(9).fill(0x80));

/** A batch; the node judges so many together, and so long it waits after junk. */
const batch = 128;
const pauseMs = 200;

const list = (txs: readonly Transaction[]): Uint8Array =>
  encodeList(txs.map(encodeTransaction));

const good = signedTx();

/** An r that is no point of the curve: only an attempt to recover the key shows it. */
const noPoint = ((): bigint => {
  for (let r = 1n; ; r++) {
    try {
      sender({ ...good, r }, testChainId);
    } catch {
      return r;
    }
  }
})();

const noise = 0x9e3779b97f4a7c15f39cc0605cedc8341082276bf3a27251f86c6a11d0c18e95n;

/** Nobody's, and each another one: they do not compress well. */
const forged = (index: number): Transaction => ({
  ...good,
  r: noPoint,
  s: (BigInt(index + 1) * noise) % 2n ** 254n,
});

const forgedList = (count: number): Uint8Array =>
  list(Array.from({ length: count }, (_, i) => forged(i)));

/** The node knows the chain, so it takes transactions. */
function accepts({ node: { eth: own } }: Scene): void {
  own.acceptTxs = true;
}

function witness(scene: Scene): Promise<Stranger> {
  return scene.aside(async () => {
    const stranger = scene.stranger();
    await stranger.goTo('Status');
    stranger.listen();
    return stranger;
  });
}

/** One message of somebody who stays, and what it costs. Who listens hears nothing. */
function costs(
  title: string,
  payload: Uint8Array,
  work: Partial<Work>,
  waiting = 0,
): Visit {
  return {
    ...{ ...inPeer, title, ends: 'kept' },
    act: async (stranger, scene) => {
      accepts(scene);
      const listener = await witness(scene);
      await sleep(1); // who comes is told of what waits
      const before = scene.node.txPool.size;
      const told = timesHeard(listener, eth.transactionsMsg);
      const done = await workOf(scene, () =>
        sendAndWait(stranger, eth.transactionsMsg, payload, 100),
      );
      expect(done).toMatchObject(work);
      await sleep(pauseMs);
      expect(scene.node.txPool.size - before).toBe(waiting);
      if (waiting === 0) expect(timesHeard(listener, eth.transactionsMsg)).toBe(told);
      await listener.leave();
    },
  };
}

/** One that is refused before a key is recovered. A hash at most, for its name. */
function invalid(title: string, fields: Partial<Transaction>): Visit {
  const payload = list([{ ...good, ...fields }]);
  const keccaks = title.startsWith('32 KiB') ? 0 : 1;
  return costs(title, payload, { recoveries: 0, keccaks });
}

function noTransaction(title: string, payload: Uint8Array): Visit {
  return {
    ...{ ...inPeer, title, ends: { disconnect: 16 }, why: 'EthError decode' },
    act: async (stranger, scene) => {
      accepts(scene);
      const work = await workOf(scene, async () => {
        await stranger.send(ethCode(eth.transactionsMsg), payload);
        expect(await stranger.isLeft(10)).toBe(true);
      });
      expect(work).toMatchObject({ recoveries: 0, keccaks: 0, built: 0 });
    },
  };
}

/** Full messages of junk, without end; and an honest peer with one good transaction. */
async function floodOfJunk(scene: Scene): Promise<void> {
  accepts(scene);
  const flooder = scene.stranger();
  await flooder.goTo('Status');
  const payload = forgedList(600);
  scene.wg.go('flood', async () => {
    for (let i = 0; i < 100 && !flooder.wasCutOff; i++) {
      await flooder.send(ethCode(eth.transactionsMsg), payload);
    }
  });
  const honest = await witness(scene);
  let took = Infinity;
  const work = await workOf(scene, async () => {
    await sleep(500);
    await honest.send(ethCode(eth.transactionsMsg), list([good]));
    for (let ms = 0; ms < 500; ms += 10) {
      await sleep(10);
      if (scene.node.txPool.get(hashTransaction(good)) !== undefined)
        took = Math.min(took, ms);
    }
  });
  // A batch for each pause, and one for each end. The rest of each message is not hashed.
  const batches = 1_000 / pauseMs + 2;
  expect(work.recoveries).toBeGreaterThan(2 * batch);
  expect(work.recoveries).toBeLessThanOrEqual(batches * batch + 1);
  expect(work.built).toBeLessThanOrEqual(batches * batch + 1);
  expect(took).toBeLessThan(100);
  expect(flooder.endedAt).toBeUndefined(); // bad transactions are no breach
  await flooder.fd.close();
  await sleep(2_000); // what he has sent before is read to its end
}

/** A minute of junk, one in a message, that nobody waits for: he has gone. */
async function leavesJunkBehind(scene: Scene): Promise<void> {
  accepts(scene);
  const flooder = scene.stranger();
  await flooder.goTo('Status');
  for (let i = 0; i < 300; i++) {
    await flooder.send(ethCode(eth.transactionsMsg), list([forged(i)]));
  }
  expect(await isHere(scene, flooder)).toBe(true);
  await flooder.fd.close();
  await sleep(2 * pingIntervalMs);
  expect(await isHere(scene, flooder)).toBe(false);
}

async function isHere({ node }: Scene, { id }: Stranger): Promise<boolean> {
  return (await node.server.peers()).some((peer) => peer.id === id);
}

/** Every signature is of this account: no key needs to sign. */
async function ofOneAccount(main: () => Promise<void>): Promise<void> {
  const key = crypto.publicKey(testKey(77));
  const spy = vi.spyOn(crypto, 'recover').mockReturnValue(key);
  await main();
  spy.mockRestore();
}

function nonces(
  from: number,
  count: number,
  fields: Partial<Transaction> = {},
): Uint8Array {
  const tx = (i: number): Transaction => ({
    ...good,
    nonce: BigInt(from + i),
    ...fields,
  });
  return list(Array.from({ length: count }, (_, i) => tx(i)));
}

/** Three batches of good ones: an account has room for 80. */
const many = Array.from({ length: 3 * batch }, (_, i) =>
  signedTx({ key: testKey(10 + Math.floor(i / 64)), nonce: BigInt(i % 64) }),
);

/** So many, one after the other and from the first again: so many are hashed for their name. */
function repeated(
  title: string,
  count: number,
  txs: readonly Transaction[],
  names: number,
  fresh = 0,
): Visit {
  const payload = list(
    txs
      .concat(...Array<typeof txs>(Math.ceil(count / txs.length)).fill(txs))
      .slice(0, count),
  );
  const work = { recoveries: fresh, built: fresh, keccaks: names + 2 * fresh };
  return costs(title, payload, work, fresh);
}

/** The transactions of others that wait are there afterwards, whatever he pays. */
function crowd(
  title: string,
  messages: readonly Uint8Array[],
  expected: { readonly size: number; readonly pending: number },
): StrangerCase {
  return {
    ...{ ...inPeer, title, node, id: 'H-94', ends: 'kept' },
    most: { ...most, work: 'crowds' },
    act: async (stranger, scene) => {
      accepts(scene);
      const { txPool } = scene.node;
      expect(txPool.add(good)).toBe('added');
      await ofOneAccount(async () => {
        for (const each of messages) {
          await sendAndWait(stranger, eth.transactionsMsg, each, pauseMs + 100);
        }
      });
      expect(txPool.get(hashTransaction(good))).toBeDefined();
      const [first] = txPool.pending();
      expect(first).toEqual(good);
      const { size, pending } = expected;
      expect([txPool.size, txPool.pending().length]).toEqual([1 + size, 1 + pending]);
    },
  };
}

const { perAccountCalm, queuedPerAccount } = poolLimits;
const data = (length: number): Partial<Transaction> => ({
  ...{ data: new Uint8Array(length), gasLimit: 4_000_000n },
});
const size = encodeTransaction({ ...good, ...data(30_000) }).length - 30_000;
const nine = [...rawItems(encodeTransaction(good))];

const cases: Case[] = [
  {
    ...{ id: 'H-92', title: 'junk without end: a batch is judged, then he waits' },
    ...{ node, cuts: ['whole', 'cut at random'] as const },
    most: { ...most, work: 'junkFlood' },
    play: floodOfJunk,
  },
  {
    ...{
      id: 'H-92',
      title: 'who leaves his junk behind keeps his place for two Pings',
    },
    ...{ node, cuts: ['whole'] as const },
    most: { ...most, work: 'junkLeft' },
    play: leavesJunkBehind,
  },
  visits(
    'H-92',
    'junk: no breach, and one batch of it is judged',
    [
      costs('of which each costs a key', forgedList(400), {
        recoveries: batch,
        built: batch,
      }),
      // These are told without a key, and each costs a hash: they are junk as well.
      costs(
        'for another chain',
        list(Array.from({ length: 400 }, (_, i) => ({ ...forged(i), v: 37n }))),
        { recoveries: 0, built: batch, keccaks: batch },
      ),
      costs('without gas', nonces(0, 400, { gasLimit: 0n }), {
        ...{ recoveries: 0, built: batch, keccaks: batch },
      }),
      costs(
        'of nothing, as many as a message may have',
        encodeList(Array<Uint8Array>(131_072).fill(least)),
        {
          ...{ recoveries: 0, built: batch, keccaks: batch },
        },
      ),
      costs(
        'too large for the pool',
        list(
          Array.from({ length: 140 }, (_, i) => ({
            ...good,
            nonce: BigInt(i),
            ...data(33_000),
          })),
        ),
        {
          ...{ recoveries: 0, built: 0, keccaks: 0 },
        },
      ),
    ],
    {
      ...{ node, cuts: ['whole'] },
      most: { asks: 65_536, expands: 5_000_000, work: 'junk' },
    },
  ),
  visits(
    'H-92',
    'a quarter of junk: all are looked at, and nobody waits',
    [
      costs(
        'one of four',
        list([
          signedTx({ nonce: 1n }),
          signedTx({ nonce: 2n }),
          signedTx({ nonce: 3n }),
          forged(1),
        ]),
        {
          ...{ recoveries: 4, built: 4 },
        },
        3,
      ),
    ],
    { node },
  ),
  // geth drops the sender since v1.16.5.
  visits(
    'H-93',
    'what a message has twice is junk, and what waits already is not',
    [
      repeated('one, 1,000 times', 1_000, [good], batch, 1),
      repeated('one that waits, as often as it fits in', 80_000, [good], batch),
      repeated('two in turn', 1_000, [good, signedTx({ key: testKey(2) })], batch, 1),
      repeated('three batches, each of them once', many.length, many, 384, 384),
      repeated('all of these again, and nobody waits', many.length, many, 384),
      // The first round is known and no more. In the batch after it, each is a copy.
      repeated('all of these, again and again', 20_000, many, 384 + batch),
    ],
    { node, most: { ...most, expands: 10_000_000, work: 'repeated' } },
  ),
  // Without state an account's lowest nonce that waits is taken for its next.
  crowd(
    '100 nonces behind a gap, at any price',
    [nonces(5, 1), nonces(7, 100, { gasPrice: 2n ** 200n })],
    {
      ...{ size: 1 + queuedPerAccount, pending: 1 },
    },
  ),
  crowd(
    '100 nonces in order: 80 have a place, the next has none, and the rest is behind it',
    [nonces(5, 100)],
    {
      ...{ size: perAccountCalm + 19, pending: perAccountCalm },
    },
  ),
  visits(
    'H-96',
    'a transaction that no block takes',
    [
      invalid('32 KiB and a byte', data(32 * 1024 + 1 - size)),
      invalid('gas above the limit of a block', { gasLimit: 4_700_001n }),
      invalid('too little gas', { gasLimit: 20_999n }),
      invalid('nonce 2^64 − 1', { nonce: 2n ** 64n - 1n }),
      invalid('value 2^256', { value: 2n ** 256n }),
      invalid('price 2^256', { gasPrice: 2n ** 256n }),
      invalid('another chain', { v: 37n }),
    ],
    { node, most },
  ),
  visits('H-96', 'what is no transaction', [
    ...['', '80', 'ff', 'c101', 'c1c0'].map((hex) =>
      noTransaction(hex || 'nothing', fromHex(hex)),
    ),
    noTransaction('eight fields', encodeList([encodeList(nine.slice(1))])),
    noTransaction('ten fields', encodeList([encodeList([...nine, encode(1)])])),
    noTransaction(
      'a nonce of 9 bytes',
      encodeList([encodeList(nine.with(0, encode(new Uint8Array(9).fill(1))))]),
    ),
    noTransaction(
      'data that is a list',
      encodeList([encodeList(nine.with(5, emptyList))]),
    ),
    noTransaction(
      'behind good ones',
      encodeList([encodeTransaction(good), encodeTransaction(good), emptyList]),
    ),
  ]),
  visits(
    'H-96',
    'more transactions than a message may have',
    [noTransaction('131,073', encodeList(Array<Uint8Array>(131_073).fill(least)))],
    { cuts: ['whole'], most: { asks: 65_536, expands: 1_400_000, work: 'manyTxs' } },
  ),
];

battery('transactions', 'transactions', cases);
