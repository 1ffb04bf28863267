/** Targets that feed a whole eth service: each handler, series of messages, and answers. */

import { concatAll, readUint, writeUint } from '../../impl/bytes.ts';
import { Chain } from '../../impl/core/chain.ts';
import { encodeBlock, encodeBody, type Block } from '../../impl/core/block.ts';
import type { Genesis } from '../../impl/core/genesis.ts';
import type { Hash } from '../../impl/core/hash.ts';
import { hashHeader, encodeHeader } from '../../impl/core/header.ts';
import { encodeTransaction, type Transaction } from '../../impl/core/transaction.ts';
import { poolLimits, TxPool } from '../../impl/core/txpool.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import {
  blockBodiesMsg,
  blockHeadersMsg,
  encodeGetBlockHeaders,
  encodeHashes,
  encodeStatus,
  getBlockBodiesMsg,
  getBlockHeadersMsg,
  getNodeDataMsg,
  getReceiptsMsg,
  messageName,
  newBlockHashesMsg,
  newBlockMsg,
  nodeDataMsg,
  receiptsMsg,
  statusMsg,
  transactionsMsg,
} from '../../impl/eth/protocol.ts';
import { isFault } from '../../impl/p2p/fault.ts';
import { encode, encodeList } from '../../impl/rlp/encode.ts';
import { simulate } from '../../impl/sim/simulate.ts';
import { LinkClosed, newManager, Remote, statusOf } from '../eth/harness.ts';
import { answerOne } from '../eth/server.ts';
import {
  childrenOf,
  extend,
  signedTx,
  testGenesis,
  testKey,
} from '../helpers/blocks.ts';
import { Violation, type Target } from './engine.ts';
import { messagesIn, series, valueOf } from './targets-p2p.ts';

/** Made once: to sign and to hash for every run would be most of its time. */
let made: Made | undefined;
function world(): Made {
  return (made ??= make());
}

interface Made {
  readonly genesis: Genesis;
  readonly txs: readonly Transaction[];
  readonly blocks: readonly Block[];
  readonly longer: Chain;
}

function make(): Made {
  const genesis = testGenesis();
  const txs = [0n, 1n, 2n].map((nonce) => signedTx({ nonce, key: testKey(2) }));
  const blocks = childrenOf(genesis.block, 12, (i) => ({
    txs: i % 3 === 0 ? [signedTx({ nonce: BigInt(i) })] : [],
  }));
  const longer = new Chain(genesis);
  extend(longer, blocks);
  return { genesis, txs, blocks, longer };
}

/** Our chain has the first four blocks. */
function ourChain(): Chain {
  const { genesis, blocks } = world();
  const chain = new Chain(genesis);
  extend(chain, blocks.slice(0, 4));
  return chain;
}

type Behaviour = (remote: Remote, chain: Chain) => Promise<void>;

/** The hostile remote does its part; an honest one is answered, then all comes to an end. */
async function beside(behave: Behaviour): Promise<number> {
  const chain = ourChain();
  const txPool = new TxPool(chain);
  const before = chain.currentTd;
  const run = await simulate({ seed: '1', maxSteps: 30_000 }, async () => {
    const wg = new WaitGroup();
    const manager = newManager({ chain, txPool, syncTickMs: 400 });
    manager.acceptTxs = true;
    manager.start();
    const hostile = new Remote(manager, wg, { ids: ['bb', 'aa'] });
    wg.go('hostile', async () => {
      try {
        await behave(hostile, chain);
        for (;;) await hostile.read();
      } catch (error) {
        if (!(error instanceof LinkClosed)) throw error;
      }
    });
    await sleep(500);
    const honest = new Remote(manager, wg, { ids: ['cc', 'aa'] });
    await honest.shake(statusOf(chain, { td: 0n }));
    const query = { amount: 1n, skip: 0n, reverse: false };
    await honest.send(
      getBlockHeadersMsg,
      encodeGetBlockHeaders({ origin: { kind: 'number', number: 1n }, ...query }),
    );
    while ((await honest.read()).code !== blockHeadersMsg);
    await sleep(60_000);
    const { end } = hostile;
    const lives = honest.end === undefined;
    await manager.stop();
    await wg.wait();
    if (!lives) throw new Violation('the honest peer was dropped');
    if (end?.error instanceof Error && isFault(end.error)) throw end.error;
    if (manager.peers.length > 0) throw new Violation('a peer is still registered');
  });
  valueOf(run);
  if (chain.currentTd < before) throw new Violation('the head went back');
  if (txPool.pending().length > poolLimits.total)
    throw new Violation('too many pending');
  return run.steps;
}

/** Shakes hands, then says it. */
function saying(messages: Iterable<readonly [number, Uint8Array]>): Behaviour {
  return async (remote, chain) => {
    await remote.shake(statusOf(chain));
    for (const [code, payload] of messages) await remote.send(code, payload);
  };
}

const steps = (length: number): number => 2_000 + 4 * length;

const hashes = (): Hash[] =>
  world()
    .blocks.slice(0, 3)
    .map(({ header }) => hashHeader(header));

const queries = (): Uint8Array[] => {
  const query = { amount: 5n, skip: 1n, reverse: false };
  const [hash] = hashes();
  if (hash === undefined) throw new TypeError('there are blocks');
  return [
    encodeGetBlockHeaders({ origin: { kind: 'number', number: 2n }, ...query }),
    encodeGetBlockHeaders({ origin: { kind: 'hash', hash }, ...query, reverse: true }),
    encodeGetBlockHeaders({
      origin: { kind: 'number', number: 2n ** 64n - 1n },
      ...query,
      skip: 2n ** 64n - 1n,
    }),
  ];
};

const seedsOf: readonly (readonly [number, () => Uint8Array[]])[] = [
  [statusMsg, () => [encodeStatus(statusOf(ourChain()))]],
  [
    newBlockHashesMsg,
    () => [
      encode(
        world()
          .blocks.slice(4, 8)
          .map(({ header }) => [fromHash(header), header.number]),
      ),
    ],
  ],
  [transactionsMsg, () => [encodeList(world().txs.map(encodeTransaction))]],
  [getBlockHeadersMsg, queries],
  [
    blockHeadersMsg,
    () => [encodeList(world().blocks.map(({ header }) => encodeHeader(header)))],
  ],
  [getBlockBodiesMsg, () => [encodeHashes(hashes())]],
  [
    blockBodiesMsg,
    () => [encodeList(world().blocks.map(({ body }) => encodeBody(body)))],
  ],
  [
    newBlockMsg,
    () =>
      world()
        .blocks.slice(4, 6)
        .map((block) => encodeList([encodeBlock(block), encode(2n ** 40n)])),
  ],
  [getNodeDataMsg, () => [encodeHashes(hashes())]],
  [nodeDataMsg, () => [encode([Uint8Array.of(1)])]],
  [getReceiptsMsg, () => [encodeHashes(hashes())]],
  [receiptsMsg, () => [encode([[]])]],
];

function fromHash(header: Parameters<typeof hashHeader>[0]): Uint8Array {
  return Uint8Array.from(Buffer.from(hashHeader(header).slice(2), 'hex'));
}

const handlers = seedsOf.map(([code, seeds]): Target => ({
  name: `eth/${messageName(code)}`,
  shape: 'rlp',
  seeds,
  run: (input) => beside(saying([[code, input]])),
  most: steps,
  shortRuns: 12,
}));

/** Its Status is the input: the handshake, before there is a peer. */
const shaking: Target = {
  name: 'eth/handshake',
  shape: 'rlp',
  seeds: () => [encodeStatus(statusOf(ourChain()))],
  run: (input) => beside((remote) => remote.send(statusMsg, input)),
  most: steps,
  shortRuns: 12,
};

const sessions: Target = {
  name: 'eth/session',
  shape: 'bytes',
  seeds: () => [
    series(
      ...seedsOf
        .slice(1)
        .flatMap(([code, seeds]) => seeds().map((seed) => [code, seed] as const)),
    ),
  ],
  run: (input) => beside(saying(messagesIn(input))),
  most: (length) => 4_000 + 8 * length,
  shortRuns: 20,
};

/**
 * It claims a heavier chain and answers truly, but for one answer: the first byte says
 * which, the rest is what it sends instead.
 */
function lying(input: Uint8Array): Behaviour {
  const lie = readUint(input.length > 0 ? input : Uint8Array.of(0), 0, 1) % 8;
  return async (remote) => {
    const { longer } = world();
    await remote.shake(statusOf(longer));
    for (let answers = 0; ; answers++) {
      if (answers !== lie) {
        await answerOne(remote, longer);
        continue;
      }
      const { code } = await remote.read();
      if (code !== getBlockHeadersMsg && code !== getBlockBodiesMsg) answers--;
      else await remote.send(code + 1, input.subarray(1));
    }
  };
}

/** The true answers, each at its place. */
function trueAnswers(): Uint8Array[] {
  const { blocks } = world();
  const headers = (from: number, to: number): Uint8Array =>
    encodeList(blocks.slice(from, to).map(({ header }) => encodeHeader(header)));
  const bodies = encodeList(
    blocks
      .filter(({ body }) => body.transactions.length > 0)
      .map(({ body }) => encodeBody(body)),
  );
  return [
    [0, headers(11, 12)],
    [1, headers(0, 12)],
    [2, headers(4, 12)],
    [3, headers(4, 12)],
    [3, bodies],
    [4, bodies],
    [5, bodies],
  ].map(([at, payload]) =>
    concatAll([writeUint(Number(at), 1), payload as Uint8Array]),
  );
}

const answers: Target = {
  name: 'eth/answers',
  shape: 'rlp',
  head: 1,
  seeds: trueAnswers,
  run: (input) => beside(lying(input)),
  most: (length) => 6_000 + 8 * length,
  shortRuns: 25,
};

export const ethTargets: readonly Target[] = [...handlers, shaking, sessions, answers];
