import { beforeAll, describe, expect, it } from 'vitest';
import { atOnce } from '../../impl/csp/slices.ts';
import { blockHeadersCodec, readMsg } from '../../impl/eth/codecs.ts';
import { initCrypto } from '#crypto';
import { fromHex } from '../../impl/bytes.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { sleep } from '../../impl/csp/timer.ts';
import type { WaitGroup } from '../../impl/csp/wait-group.ts';
import {
  type Block,
  encodeBlock,
  encodeBody,
  hashBlock,
} from '../../impl/core/block.ts';
import { Chain } from '../../impl/core/chain.ts';
import { type Hash, hashOf } from '../../impl/core/hash.ts';
import { encodeHeader, hashHeader } from '../../impl/core/header.ts';
import {
  encodeTransaction,
  hashTransaction,
  type Transaction,
} from '../../impl/core/transaction.ts';
import { TxPool } from '../../impl/core/txpool.ts';
import { EthError } from '../../impl/eth/errors.ts';
import type {
  ProtocolManager,
  ProtocolManagerOptions,
} from '../../impl/eth/handler.ts';
import type { EthPeer } from '../../impl/eth/peer.ts';
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
  newBlockHashesMsg,
  newBlockMsg,
  nodeDataMsg,
  receiptsMsg,
  statusMsg,
  transactionsMsg,
} from '../../impl/eth/protocol.ts';
import { lateAnswerMs } from '../../impl/eth/requests.ts';
import { type Msg, newMsg } from '../../impl/p2p/message.ts';
import { encode, encodeList } from '../../impl/rlp/encode.ts';
import { rawItems } from '../../impl/rlp/decode.ts';
import {
  childOf,
  childrenOf,
  signedTx,
  testChainId,
  testGenesis,
} from '../helpers/blocks.ts';
import {
  chainOf,
  ethVectors,
  type LinkEnd,
  Remote,
  type RemoteOptions,
  statusOf,
  unpackable,
  withManager,
} from './harness.ts';

beforeAll(initCrypto);

const unknown = hashOf(new Uint8Array(32).fill(9));

/** With a remote that has shaken hands. */
function withRemote<T>(
  options: Partial<ProtocolManagerOptions>,
  main: (remote: Remote, peer: EthPeer, manager: ProtocolManager) => Promise<T>,
  remoteOptions: RemoteOptions = {},
): Promise<T> {
  return withManager(options, async (manager, wg) => {
    const { remote, peer } = await shaken(manager, wg, remoteOptions);
    return main(remote, peer, manager);
  });
}

async function shaken(
  manager: ProtocolManager,
  wg: WaitGroup,
  options: RemoteOptions = {},
): Promise<{ remote: Remote; peer: EthPeer }> {
  const remote = new Remote(manager, wg, options);
  const protocolVersion = options.version ?? 63;
  await remote.shake(statusOf(chainOf([], manager.chain.genesis), { protocolVersion }));
  await sleep(1);
  const peer = manager.peers.get(remote.near.id.slice(0, 16));
  if (peer === undefined) throw new TypeError('the peer is not registered');
  return { remote, peer };
}

/** How the connection ends after these messages. */
function endAfter(
  messages: readonly Msg[],
  options: Partial<ProtocolManagerOptions> = {},
  remoteOptions: RemoteOptions = {},
): Promise<LinkEnd> {
  return withRemote(
    options,
    async (remote) => {
      for (const msg of messages) await remote.side.rw.writeMsg(msg);
      return remote.readToEnd();
    },
    remoteOptions,
  );
}

/** The answer to one request, as raw items. */
function answerTo(
  code: number,
  payload: Uint8Array,
  options: Partial<ProtocolManagerOptions> = {},
): Promise<{ code: number; items: Uint8Array[] }> {
  return withRemote(options, async (remote) => {
    await remote.send(code, payload);
    const msg = await remote.read();
    expect(remote.end).toBeUndefined();
    return { code: msg.code, items: [...rawItems(msg.payload)] };
  });
}

/** A message whose payload must not be looked at. */
function untouchable(code: number, size = 100): Msg {
  return {
    code,
    size,
    get payload(): Uint8Array {
      throw new Error('touched');
    },
    unpack(): never {
      throw new Error('unpacked');
    },
  };
}

describe('ProtocolManager.handleMsg', () => {
  it.each([
    [
      'a second Status',
      63,
      newMsg(statusMsg, encode([])),
      'Extra status message - unco',
    ],
    ['the gap at 0x08', 63, newMsg(0x08, encode([])), 'Invalid message code - 8'],
    ['the gap at 0x0c', 63, newMsg(0x0c, encode([])), 'Invalid message code - 12'],
    ['a code past the end', 63, newMsg(0x11, encode([])), 'Invalid message code - 17'],
    [
      'GetNodeData on eth/62',
      62,
      newMsg(0x0d, encode([])),
      'Invalid message code - 13',
    ],
    ['Receipts on eth/62', 62, newMsg(0x10, encode([])), 'Invalid message code - 16'],
    ['junk', 63, newMsg(getBlockHeadersMsg, Uint8Array.of(1)), 'Invalid message - rlp'],
    ['a bad hash', 63, newMsg(getBlockBodiesMsg, encode([1])), 'Invalid message - rlp'],
    ['no list', 63, newMsg(getNodeDataMsg, encode(1)), 'Invalid message - rlp'],
  ] as const)(
    'ends the peer with 16 and the real reason on %s',
    async (_, version, msg, text) => {
      const end = await endAfter([msg], {}, { version });
      expect(end.reason).toBe(16);
      expect(end.error).toBeInstanceOf(EthError);
      expect((end.error as EthError).message).toContain(text);
    },
  );

  it('refuses a message of 10 MiB + 1 without touching it, and takes 10 MiB (H-83)', async () => {
    const size = 10 * 1024 * 1024;
    const end = await endAfter([
      untouchable(transactionsMsg, size),
      untouchable(0x02, size + 1),
    ]);
    expect(end).toMatchObject({ reason: 16, error: { code: 'msg-too-large' } });
  });

  it('waits until a large message is unpacked, before it looks', async () => {
    const seen: string[] = [];
    const { code } = await withRemote({}, async (remote) => {
      const payload = encodeGetBlockHeaders({
        origin: { kind: 'number', number: 0n },
        amount: 1n,
        skip: 0n,
        reverse: false,
      });
      await remote.side.rw.writeMsg(unpackable(getBlockHeadersMsg, payload, seen));
      return remote.read();
    });
    expect(code).toBe(blockHeadersMsg);
    expect(seen.slice(0, 3)).toEqual(['unpacking', 'unpacked', 'looked']);
  });

  it('unpacks nothing that it refuses', async () => {
    const seen: string[] = [];
    for (const code of [0x08, 0x11]) {
      await endAfter([unpackable(code, new Uint8Array(9), seen)]);
    }
    const tooLarge = new Uint8Array(10 * 1024 * 1024 + 1);
    await endAfter([unpackable(transactionsMsg, tooLarge, seen)]);
    const unasked = unpackable(blockHeadersMsg, new Uint8Array(9), seen);
    await endAfter([unasked, unasked, unasked]);
    expect(seen).toEqual([]);
  });
});

describe('GetBlockHeaders', () => {
  it('is answered from the chain, and with nothing for what is unknown', async () => {
    const chain = chainOf(childrenOf(testGenesis().block, 5));
    const ask = (number: bigint): Promise<{ code: number; items: Uint8Array[] }> =>
      answerTo(
        getBlockHeadersMsg,
        encodeGetBlockHeaders({
          origin: { kind: 'number', number },
          amount: 2n,
          skip: 1n,
          reverse: false,
        }),
        { chain },
      );
    const { code, items } = await ask(2n);
    expect(code).toBe(blockHeadersMsg);
    const [two, four] = atOnce(
      readMsg(newMsg(code, encodeList(items)), blockHeadersCodec, 2),
    );
    expect([two?.number, four?.number]).toEqual([2n, 4n]);
    expect((await ask(6n)).items).toEqual([]);
  });

  it('ten times for the last number there is leaves the peer connected (N-06)', async () => {
    await withRemote({}, async (remote) => {
      const origin = { kind: 'number', number: (1n << 64n) - 1n } as const;
      for (let i = 0; i < 10; i++) {
        const query = { origin, amount: 1n, skip: 0n, reverse: false };
        await remote.send(getBlockHeadersMsg, encodeGetBlockHeaders(query));
        expect([...rawItems((await remote.read()).payload)]).toEqual([]);
      }
      expect(remote.end).toBeUndefined();
    });
  });
});

describe('GetBlockBodies', () => {
  const bodiesOf = (blocks: readonly Block[]): Uint8Array[] =>
    blocks.map(({ body }) => encodeBody(body));

  it('is answered in order, without what is unknown', async () => {
    const blocks = childrenOf(testGenesis().block, 5, (i) => ({
      txs: [signedTx({ nonce: BigInt(i) })],
    }));
    const wanted = blocks.filter((_, i) => i % 2 === 0);
    const hashes = wanted.flatMap((block) => [unknown, hashBlock(block)]);
    const { code, items } = await answerTo(getBlockBodiesMsg, encodeHashes(hashes), {
      chain: chainOf(blocks),
    });
    expect(code).toBe(blockBodiesMsg);
    expect(items).toEqual(bodiesOf(wanted));
  });

  it.each([
    [1, 1],
    [128, 128],
    [129, 128],
  ])('of %i blocks gives %i', async (asked, given) => {
    const blocks = childrenOf(testGenesis().block, 143);
    const hashes = blocks.slice(0, asked).map(hashBlock);
    const { items } = await answerTo(getBlockBodiesMsg, encodeHashes(hashes), {
      chain: chainOf(blocks),
    });
    expect(items).toHaveLength(given);
  });

  it('ends when the answer has reached 2 MiB', async () => {
    const txs = [signedTx({ data: new Uint8Array(300_000) })];
    const blocks = childrenOf(testGenesis().block, 10, { txs });
    const { items } = await answerTo(
      getBlockBodiesMsg,
      encodeHashes(blocks.map(hashBlock)),
      { chain: chainOf(blocks) },
    );
    expect(items).toHaveLength(7); // the first that reaches it is still sent
  });

  it('looks at 256 hashes of 300,000 (H-80, V-23)', async () => {
    let lookups = 0;
    class Counting extends Chain {
      override getBody(hash: Hash): ReturnType<Chain['getBody']> {
        lookups++;
        return super.getBody(hash);
      }
    }
    const hashes = Array.from({ length: 300_000 }, () => new Uint8Array(33).fill(0xa0));
    const { items } = await answerTo(getBlockBodiesMsg, encodeList(hashes), {
      chain: new Counting(testGenesis()),
    });
    expect(items).toEqual([]);
    expect(lookups).toBe(256);
  });
});

describe('GetNodeData and GetReceipts', () => {
  it('are answered with what is here: no state, and receipts of blocks that have none', async () => {
    const block = childOf(testGenesis().block);
    const executed = childOf(block, { header: { receiptRoot: unknown } });
    const chain = chainOf([block, executed]);
    const hashes = encodeHashes([unknown, hashBlock(block), hashBlock(executed)]);
    expect(await answerTo(getNodeDataMsg, hashes, { chain })).toEqual({
      code: nodeDataMsg,
      items: [],
    });
    expect(await answerTo(getReceiptsMsg, hashes, { chain })).toEqual({
      code: receiptsMsg,
      items: [Uint8Array.of(0xc0)],
    });
  });

  it('count at most 256 receipts', async () => {
    const hash = hashBlock(testGenesis().block);
    const hashes = encodeHashes(Array.from({ length: 300 }, () => hash));
    expect((await answerTo(getReceiptsMsg, hashes)).items).toHaveLength(256);
  });
});

describe('answers that nobody asked for (H-85)', () => {
  const codes = [blockHeadersMsg, blockBodiesMsg, nodeDataMsg, receiptsMsg];

  it.each(codes)(
    'code %i: two are dropped undecoded, the third is one too many',
    async (code) => {
      await withRemote({}, async (remote) => {
        await remote.side.rw.writeMsg(untouchable(code));
        await remote.side.rw.writeMsg(untouchable(code));
        await sleep(1);
        expect(remote.end).toBeUndefined();
        await remote.side.rw.writeMsg(untouchable(code));
        expect(await remote.readToEnd()).toMatchObject({
          reason: 16,
          error: { code: 'unsolicited-response' },
        });
      });
    },
  );

  it('of all kinds are counted together', async () => {
    const end = await endAfter(codes.slice(1).map((code) => untouchable(code)));
    expect(end).toMatchObject({ error: { code: 'unsolicited-response' } });
  });

  it('are forgiven when they are late, for a minute after we gave up (N-08)', async () => {
    await withRemote({}, async (remote, peer) => {
      const requests = Array.from({ length: 5 }, () =>
        peer.requestHeaders({ kind: 'number', number: 0n }, 1),
      );
      await sleep(1);
      for (const request of requests) request.giveUp();
      await sleep(lateAnswerMs - 1);
      for (let i = 0; i < 5; i++) {
        await remote.read();
        await remote.side.rw.writeMsg(untouchable(blockHeadersMsg));
      }
      await sleep(0);
      expect(remote.end).toBeUndefined();
    });
  });

  it('are not forgiven any more after that', async () => {
    await withRemote({}, async (remote, peer) => {
      for (let i = 0; i < 3; i++) {
        peer.requestBodies([unknown]).giveUp();
        await remote.read();
      }
      await sleep(lateAnswerMs);
      for (let i = 0; i < 3; i++) {
        await remote.side.rw.writeMsg(untouchable(blockBodiesMsg));
      }
      expect(await remote.readToEnd()).toMatchObject({ reason: 16 });
    });
  });

  it('are matched to the oldest request of their kind', async () => {
    await withRemote({}, async (remote, peer, { chain }) => {
      const origin = { kind: 'number', number: 0n } as const;
      const late = peer.requestHeaders(origin, 1);
      const open = peer.requestHeaders(origin, 1);
      late.giveUp();
      const header = encodeHeader(chain.currentHeader);
      await remote.send(blockHeadersMsg, encodeList([]));
      await remote.send(blockHeadersMsg, encodeList([header]));
      expect((await open.answer.recv()).map(hashHeader)).toEqual([chain.genesisHash]);
      expect(late.answer.length).toBe(0);
    });
  });
});

describe('answers that were asked for', () => {
  it('keep no handler waiting, though nobody takes them', async () => {
    await withRemote({}, async (remote, peer, { chain }) => {
      const origin = { kind: 'number', number: 0n } as const;
      const answers = Array.from({ length: 3 }, () => peer.requestHeaders(origin, 1));
      const header = encodeHeader(chain.currentHeader);
      for (let i = 0; i < answers.length; i++) {
        await remote.read();
        await remote.send(blockHeadersMsg, encodeList([header]));
      }
      const query = { origin, amount: 1n, skip: 0n, reverse: false };
      await remote.send(getBlockHeadersMsg, encodeGetBlockHeaders(query));
      expect((await remote.read()).code).toBe(blockHeadersMsg);
      expect(answers.map(({ answer }) => answer.length)).toEqual([1, 1, 1]);
    });
  });
});

describe('NewBlock', () => {
  const newBlock = (block: Block, td: bigint): Uint8Array =>
    encodeList([encodeBlock(block), encode(td)]);

  it("makes the parent the peer's head if that has more td than it had", async () => {
    const [one, two, three] = childrenOf(testGenesis().block, 3) as [
      Block,
      Block,
      Block,
    ];
    const chain = chainOf([one, two]);
    const before = chain.currentTd;
    await withRemote({ chain }, async (remote, peer) => {
      const td = before + three.header.difficulty;
      await remote.send(newBlockMsg, newBlock(three, td));
      await sleep(1);
      expect([peer.head, peer.td]).toEqual([hashBlock(two), before]);
      // An older one changes nothing.
      await remote.send(newBlockMsg, newBlock(two, td - three.header.difficulty));
      await sleep(1);
      expect(peer.head).toBe(hashBlock(two));
      // Nor does one whose parent is as heavy.
      const twin = childOf(one, { extra: Uint8Array.of(1) });
      expect(twin.header.difficulty).toBe(two.header.difficulty);
      await remote.send(newBlockMsg, newBlock(childOf(twin), td));
      await sleep(1);
      expect(peer.head).toBe(hashBlock(two));
      // One block more than ours: no reason to ask for anything.
      expect(remote.near.rw.sent).toEqual([statusMsg]);
    });
  });

  it('starts a synchronisation if the parent has more td than our head', async () => {
    const [, , three] = childrenOf(testGenesis().block, 3) as [Block, Block, Block];
    await withRemote({}, async (remote) => {
      await remote.send(newBlockMsg, newBlock(three, 4n * 131_072n));
      expect((await remote.read()).code).toBe(getBlockHeadersMsg);
      expect(runtime().now()).toBeLessThan(1_000); // and not at a tick of the syncer
    });
  });

  it('with a body of another block is not taken, and the right one is afterwards (H-90)', async () => {
    const block = childOf(testGenesis().block);
    const other = { ...block, body: { transactions: [signedTx()], uncles: [] } };
    await withRemote({}, async (remote, peer, { chain }) => {
      await remote.send(newBlockMsg, newBlock(other, 1n << 99n));
      await sleep(1);
      expect(remote.end).toBeUndefined();
      expect(chain.hasBlock(hashBlock(block))).toBe(false);
      expect(peer.td).toBe((1n << 99n) - block.header.difficulty);
      // With a td below its difficulty, which says nothing about the block.
      await remote.send(newBlockMsg, newBlock(block, 1n));
      await sleep(1);
      expect(remote.end).toBeUndefined();
      expect(chain.hasBlock(hashBlock(block))).toBe(true);
      expect(peer.td).toBe((1n << 99n) - block.header.difficulty);
    });
  });
});

describe('NewBlockHashes', () => {
  it('are checked, and what is far away is not fetched', async () => {
    await withRemote({}, async (remote) => {
      const hashes = Array.from({ length: 300 }, () => [new Uint8Array(32), 10n ** 6n]);
      await remote.send(newBlockHashesMsg, encode(hashes));
      await sleep(1);
      expect(remote.near.rw.sent).toEqual([statusMsg]);
      expect(remote.end).toBeUndefined();
      await remote.send(newBlockHashesMsg, encode([[new Uint8Array(31), 1]]));
      await sleep(1);
      expect(remote.end).toMatchObject({ reason: 16, error: { code: 'decode' } });
    });
  });
});

describe('Transactions', () => {
  const message = (txs: readonly Transaction[]): Uint8Array =>
    encodeList(txs.map(encodeTransaction));

  it('are thrown away undecoded until the chain is in step with a peer', async () => {
    const chain = chainOf();
    const txPool = new TxPool(chain);
    await withRemote({ chain, txPool }, async (remote, _peer, manager) => {
      await remote.side.rw.writeMsg(untouchable(transactionsMsg));
      await remote.send(transactionsMsg, message([signedTx()]));
      await sleep(1);
      expect(txPool.size).toBe(0);
      manager.acceptTxs = true;
      await remote.send(transactionsMsg, message([signedTx()]));
      await sleep(1);
      expect(txPool.size).toBe(1);
      expect(remote.end).toBeUndefined();
    });
  });

  it('that are bad do not cost the peer its place, but much junk makes it wait (H-92)', async () => {
    const chain = chainOf();
    const txPool = new TxPool(chain);
    const bad = (i: number): Transaction => ({
      ...signedTx({ nonce: BigInt(i) }),
      s: (1n << 255n) + BigInt(i),
    });
    const good = Array.from({ length: 4 }, (_, i) => signedTx({ nonce: BigInt(i) }));
    await withRemote({ chain, txPool }, async (remote, _peer, manager) => {
      manager.acceptTxs = true;
      const ask = async (): Promise<number> => {
        const before = runtime().now();
        await remote.send(getNodeDataMsg, encode([]));
        await remote.read();
        return runtime().now() - before;
      };
      await remote.send(transactionsMsg, message([bad(1), ...good.slice(0, 3)]));
      expect(await ask()).toBe(0); // a quarter
      await remote.send(transactionsMsg, message([bad(2), bad(3), ...good]));
      expect(await ask()).toBe(200);
      expect(txPool.size).toBe(4);
    });
  });

  it('hold up nobody that leaves while it waits', async () => {
    const chain = chainOf();
    const options = { chain, txPool: new TxPool(chain) };
    await withRemote(options, async (remote, _peer, manager) => {
      manager.acceptTxs = true;
      await remote.send(transactionsMsg, message([{ ...signedTx(), s: 1n << 255n }]));
      await sleep(1);
      expect(manager.peers.length).toBe(1);
      remote.side.close(0, undefined);
      await sleep(1);
      expect(manager.peers.length).toBe(0);
    });
  });

  it('that are no transactions cost the peer its place', async () => {
    const chain = chainOf();
    const end = await withRemote(
      { chain, txPool: new TxPool(chain) },
      async (remote, _peer, manager) => {
        manager.acceptTxs = true;
        await remote.send(transactionsMsg, encode([[1, 2, 3]]));
        return remote.readToEnd();
      },
    );
    expect(end).toMatchObject({ reason: 16, error: { code: 'decode' } });
  });

  const vectors = ethVectors();
  it.skipIf(vectors === undefined)(
    "reach the pool: geth's TestRecvTransactions (skipped unless PEERWALK_VECTORS names the file)",
    async () => {
      const chain = chainOf(
        [],
        testGenesis({ config: { chainId: Number(testChainId) } }),
      );
      const txPool = new TxPool(chain);
      await withRemote({ chain, txPool }, async (remote, _peer, manager) => {
        manager.acceptTxs = true;
        const vector = vectors?.recvTransactions;
        await remote.send(transactionsMsg, fromHex(vector?.messagePayloadRlp ?? ''));
        await sleep(1);
        expect(txPool.pending().map(hashTransaction)).toEqual([
          vector?.transactionHash,
        ]);
      });
    },
  );
});

describe('the DAO challenge', () => {
  const genesis = (support: boolean): ReturnType<typeof testGenesis> =>
    testGenesis({ config: { chainId: 1, daoForkBlock: 1, daoForkSupport: support } });
  const forkHeader = (support: boolean): Uint8Array => {
    const extra = support
      ? new TextEncoder().encode('dao-hard-fork')
      : new Uint8Array();
    return encodeHeader(childOf(genesis(support).block, { extra }).header);
  };

  // geth's TestDAOChallenge…: which side we are on, which the remote is, what becomes of it.
  it.each([
    ['opposer', 'opposer', undefined],
    ['opposer', 'supporter', 16],
    ['supporter', 'opposer', 16],
    ['supporter', 'supporter', undefined],
  ])('we %s, they %s: reason %s', async (us, them, reason) => {
    for (const version of [62, 63] as const) {
      await withRemote(
        { chain: chainOf([], genesis(us === 'supporter')) },
        async (remote) => {
          const query = await remote.read();
          expect(query.code).toBe(getBlockHeadersMsg);
          expect(query.payload).toEqual(fromHex('c401018080'));
          const header = forkHeader(them === 'supporter');
          await remote.send(blockHeadersMsg, encodeList([header]));
          await sleep(20_000);
          expect(remote.end?.reason).toBe(reason);
        },
        { version },
      );
    }
  });

  it('drops a silent peer after 15 s with reason 3', async () => {
    const at = await withRemote(
      { chain: chainOf([], genesis(true)) },
      async (remote) => {
        const end = await remote.readToEnd();
        expect(end).toMatchObject({ reason: 3, text: 'useless peer' });
        return runtime().now();
      },
    );
    expect(at).toBe(15_000);
  });

  it.each([
    ['we have no such block either', 0, 131_072n, true],
    ['it has less td than the fork block', 1, 131_072n, true],
    ['it has as much td as the fork block', 1, 262_144n, false],
  ])('an empty answer: %s', async (_, ourBlocks, td, kept) => {
    const blocks = childrenOf(genesis(false).block, ourBlocks);
    const chain = chainOf(blocks, genesis(false));
    await withManager({ chain }, async (manager, wg) => {
      const remote = new Remote(manager, wg);
      await remote.shake(statusOf(chain, { td }));
      await remote.read();
      await remote.send(blockHeadersMsg, encodeList([]));
      await sleep(15_001);
      expect(remote.end?.reason).toBe(kept ? undefined : 3);
    });
  });

  it('is not answered by another header', async () => {
    await withRemote(
      { chain: chainOf([], genesis(false)) },
      async (remote, _, { chain }) => {
        await remote.read();
        await remote.send(
          blockHeadersMsg,
          encodeList([encodeHeader(chain.currentHeader)]),
        );
        expect(await remote.readToEnd()).toMatchObject({ reason: 3 });
      },
    );
  });

  it('is not made where no fork is configured', async () => {
    await withRemote({}, async (remote) => {
      await sleep(1);
      expect(remote.near.rw.sent).toEqual([statusMsg]);
    });
  });
});

describe('ProtocolManager.handle', () => {
  const full = { maxPeers: 1 };

  it('refuses a peer too many before any Status, with 4', async () => {
    await withManager(full, async (manager, wg) => {
      await shaken(manager, wg);
      const second = new Remote(manager, wg, { ids: ['cc', 'aa'] });
      expect(await second.readToEnd()).toMatchObject({ reason: 4 });
      expect(second.near.rw.sent).toEqual([]);
    });
  });

  it('exempts the trusted', async () => {
    await withManager(full, async (manager, wg) => {
      await shaken(manager, wg);
      await shaken(manager, wg, { ids: ['cc', 'aa'], trusted: true });
      expect(manager.peers.length).toBe(2);
    });
  });

  it('asks again after the Status: the last place goes to one of two', async () => {
    await withManager(full, async (manager, wg) => {
      const remotes = ['bb', 'cc'].map(
        (id) => new Remote(manager, wg, { ids: [id, 'aa'] }),
      );
      await sleep(1); // both are waiting for a Status
      const status = encodeStatus(statusOf(chainOf()));
      for (const remote of remotes) await remote.send(statusMsg, status);
      await sleep(1);
      expect(remotes.map(({ end }) => end?.reason).sort()).toEqual([4, undefined]);
      expect(manager.peers.length).toBe(1);
    });
  });

  it('refuses a second peer of the same id with 16, and keeps the first', async () => {
    await withManager({}, async (manager, wg) => {
      const { peer } = await shaken(manager, wg);
      const second = new Remote(manager, wg);
      await second.send(statusMsg, encodeStatus(statusOf(chainOf())));
      const end = await second.readToEnd();
      expect(end).toMatchObject({
        reason: 16,
        error: { name: 'PeerSetError', message: 'peer is already registered' },
      });
      expect(manager.peers.get(peer.id)).toBe(peer);
      expect(peer.term.closed).toBe(false);
    });
  });

  it('forgets the peer without a word, so that the real reason is heard', async () => {
    await withManager({}, async (manager, wg) => {
      const { remote, peer } = await shaken(manager, wg);
      await remote.send(statusMsg, encode([]));
      expect(await remote.readToEnd()).toMatchObject({ reason: 16 });
      expect(manager.peers.length).toBe(0);
      expect(peer.term.closed).toBe(true);
      // The same node may come back.
      await shaken(manager, wg);
    });
  });

  it('can be made to mask the reason, as geth v1.8.12 did, by replacing `leave`', async () => {
    await withManager({}, async (manager, wg) => {
      const leave = manager.leave.bind(manager);
      manager.leave = async (peer) => {
        await leave(peer);
        await peer.disconnect(3);
      };
      const { remote } = await shaken(manager, wg);
      await remote.send(statusMsg, encode([]));
      expect(await remote.readToEnd()).toMatchObject({ reason: 3 });
    });
  });

  it('offers one protocol per version, with its length', async () => {
    await withManager({}, (manager) => {
      const offered = manager.protocols().map(({ name, version, length }) => {
        return { name, version, length };
      });
      expect(offered).toEqual([
        { name: 'eth', version: 63, length: 17 },
        { name: 'eth', version: 62, length: 8 },
      ]);
      return Promise.resolve();
    });
  });

  it('tells about itself and about a peer', async () => {
    await withManager({}, async (manager, wg) => {
      const { remote } = await shaken(manager, wg);
      const [protocol] = manager.protocols();
      const { genesisHash, currentTd } = manager.chain;
      expect(protocol?.nodeInfo?.()).toEqual({
        network: 1n,
        difficulty: currentTd,
        genesis: genesisHash,
        head: genesisHash,
      });
      expect(protocol?.peerInfo?.(remote.near.id)).toEqual({
        version: 63,
        difficulty: currentTd,
        head: genesisHash,
      });
      await manager.removePeer('not there');
    });
  });
});
