/** Blocks that peers announce or send: fetched, proved, inserted and passed on. */
import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import { runtime } from '../../impl/csp/runtime.ts';
import { atOnce } from '../../impl/csp/slices.ts';
import { sleep } from '../../impl/csp/timer.ts';
import type { WaitGroup } from '../../impl/csp/wait-group.ts';
import {
  type Block,
  encodeBlock,
  encodeBody,
  hashBlock,
  readBlock,
} from '../../impl/core/block.ts';
import { type Hash, hashBytes } from '../../impl/core/hash.ts';
import { encodeHeader } from '../../impl/core/header.ts';
import { broadcastBlock } from '../../impl/eth/broadcast-blocks.ts';
import {
  firstOf,
  hashesCodec,
  newBlockCodec,
  newBlockHashesCodec,
  readMsg,
} from '../../impl/eth/codecs.ts';
import type { ProtocolManager } from '../../impl/eth/handler.ts';
import {
  blockBodiesMsg,
  blockHeadersMsg,
  decodeGetBlockHeaders,
  getBlockBodiesMsg,
  getBlockHeadersMsg,
  newBlockHashesMsg,
  newBlockMsg,
} from '../../impl/eth/protocol.ts';
import { newMsg } from '../../impl/p2p/message.ts';
import { encode, encodeList } from '../../impl/rlp/encode.ts';
import { childOf, childrenOf, signedTx, testGenesis } from '../helpers/blocks.ts';
import { chainOf, LinkClosed, Remote, statusOf, withManager } from './harness.ts';
import { startServing } from './server.ts';

beforeAll(initCrypto);

const root = (): Block => testGenesis().block;
const withTx = (parent = root(), nonce = 0n): Block =>
  childOf(parent, { txs: [signedTx({ nonce })] });

const announcement = (...blocks: readonly Block[]): Uint8Array =>
  encode(blocks.map((b) => [hashBytes(hashBlock(b)), b.header.number]));
const newBlock = (block: Block, td = 1n): Uint8Array =>
  encodeList([encodeBlock(block), encode(td)]);

interface Heard {
  readonly at: number;
  readonly what: string;
  readonly hashes: readonly Hash[];
}

interface Listener {
  readonly remote: Remote;
  readonly heard: Heard[];
}

interface Answers {
  readonly header?: 'other' | 'silence' | 'none';
  readonly body?: 'other' | 'silence';
}

/** A remote that hears what it is told, and answers for `block`. */
async function listener(
  manager: ProtocolManager,
  wg: WaitGroup,
  id: string,
  block?: Block,
  { header, body }: Answers = {},
): Promise<Listener> {
  const remote = new Remote(manager, wg, { ids: [id, 'aa'] });
  const heard: Heard[] = [];
  await remote.shake(statusOf(chainOf()));
  await sleep(1); // registered
  wg.go(`remote ${id}`, async () => {
    try {
      for (;;) {
        const msg = await remote.read();
        const note = (what: string, hashes: readonly Hash[]): void => {
          heard.push({ at: runtime().now(), what, hashes });
        };
        if (msg.code === getBlockHeadersMsg) {
          const { origin, amount } = decodeGetBlockHeaders(msg);
          note(`headers ${amount}`, origin.kind === 'hash' ? [origin.hash] : []);
          if (header === 'silence' || block === undefined) continue;
          const other = header === 'other' ? childOf(block) : block;
          const answer = header === 'none' ? [] : [encodeHeader(other.header)];
          await remote.send(blockHeadersMsg, encodeList(answer));
        } else if (msg.code === getBlockBodiesMsg) {
          note('bodies', [...firstOf(atOnce(readMsg(msg, hashesCodec)), 9)]);
          if (body === 'silence' || block === undefined) continue;
          const other = body === 'other' ? childOf(block) : block;
          await remote.send(blockBodiesMsg, encodeList([encodeBody(other.body)]));
        } else if (msg.code === newBlockMsg) {
          const { data, td } = atOnce(readMsg(msg, newBlockCodec));
          note(`block, td ${td}`, [hashBlock(readBlock(data))]);
        } else if (msg.code === newBlockHashesMsg) {
          const all = atOnce(readMsg(msg, newBlockHashesCodec));
          note(
            'hashes',
            Array.from(all, ({ hash }) => hash),
          );
        }
      }
    } catch (error) {
      if (!(error instanceof LinkClosed)) throw error;
    }
  });
  return { remote, heard };
}

const nothing = { announced: 0, fetching: 0, queued: 0, peers: 0 };

describe('an announced block', () => {
  it('is asked for half a second later, header and body, and goes into the chain', async () => {
    const block = withTx();
    const hash = hashBlock(block);
    await withManager({}, async (manager, wg) => {
      const { remote, heard } = await listener(manager, wg, 'b1', block);
      const before = runtime().now();
      await remote.send(newBlockHashesMsg, announcement(block));
      await sleep(499);
      expect(heard).toEqual([]);
      await sleep(2);
      expect(heard).toEqual([
        { at: before + 500, what: 'headers 1', hashes: [hash] },
        { at: before + 500, what: 'bodies', hashes: [hash] },
      ]);
      expect(hashBlock(manager.chain.currentBlock)).toBe(hash);
      expect(manager.acceptTxs).toBe(true);
      expect(manager.fetcher.counts).toEqual(nothing);
    });
  });

  it('is asked of one peer, however many have announced it', async () => {
    const block = withTx();
    const asked = new Set<string>();
    for (let seed = 0; seed < 12; seed++) {
      await withManager(
        {},
        async (manager, wg) => {
          const all: Listener[] = [];
          for (const id of ['b1', 'b2', 'b3']) {
            all.push(await listener(manager, wg, id, block));
          }
          for (const { remote } of all) {
            await remote.send(newBlockHashesMsg, announcement(block));
          }
          await sleep(600);
          const queries = all.map(({ heard }) => heard.length);
          expect(queries.toSorted()).toEqual([0, 0, 2]);
          asked.add(String(queries));
          expect(manager.fetcher.counts).toEqual(nothing);
        },
        `announced ${seed}`,
      );
    }
    expect(asked.size).toBe(3); // any of them
  });

  it('that comes by itself meanwhile is not asked for', async () => {
    const block = withTx();
    await withManager({}, async (manager, wg) => {
      const { remote, heard } = await listener(manager, wg, 'b1', block);
      await remote.send(newBlockHashesMsg, announcement(block));
      await sleep(300);
      await remote.send(newBlockMsg, newBlock(block));
      await sleep(1);
      expect(manager.fetcher.counts).toEqual(nothing);
      await sleep(10_000);
      expect(heard).toEqual([]);
      expect(hashBlock(manager.chain.currentBlock)).toBe(hashBlock(block));
      expect(manager.fetcher.counts).toEqual(nothing);
    });
  });

  it.each<[string, Answers]>([
    ['another header', { header: 'other' }],
    ['a wrong body', { body: 'other' }],
    ['no header in five seconds', { header: 'silence' }],
    ['no body in five seconds', { body: 'silence' }],
  ])(
    'for which %s comes costs the peer its place, and not the hash',
    async (_, lie) => {
      const block = withTx();
      await withManager({}, async (manager, wg) => {
        const liar = await listener(manager, wg, 'b1', block, lie);
        await liar.remote.send(newBlockHashesMsg, announcement(block));
        await sleep(5_600);
        expect(liar.remote.end).toMatchObject({ reason: 3 });
        expect(manager.chain.currentHeader.number).toBe(0n);
        expect(manager.fetcher.counts).toEqual(nothing);
        const honest = await listener(manager, wg, 'b2', block);
        await honest.remote.send(newBlockHashesMsg, announcement(block));
        await sleep(600);
        expect(hashBlock(manager.chain.currentBlock)).toBe(hashBlock(block));
      });
    },
  );

  it('that its peer has no more is forgotten, and the peer stays', async () => {
    const block = withTx();
    await withManager({}, async (manager, wg) => {
      const { remote } = await listener(manager, wg, 'b1', block, { header: 'none' });
      await remote.send(newBlockHashesMsg, announcement(block));
      await sleep(6_000);
      expect(remote.end).toBeUndefined();
      expect(manager.fetcher.counts).toEqual(nothing);
    });
  });

  it('is one of at most 256 of its peer, seven below to 32 above the head', async () => {
    const chain = chainOf(childrenOf(root(), 20));
    const fake = (i: number): Uint8Array => {
      const hash = new Uint8Array(32);
      new DataView(hash.buffer).setUint32(0, i + 1);
      return hash;
    };
    await withManager({ chain }, async (manager, wg) => {
      const { remote } = await listener(manager, wg, 'b1');
      const numbers = [12n, 13n, 52n, 53n, 1n << 63n];
      const edges = numbers.map((number, i) => [fake(1000 + i), number]);
      await remote.send(newBlockHashesMsg, encode(edges));
      await sleep(1);
      expect(manager.fetcher.counts.announced).toBe(2); // 13 and 52
      const many = Array.from({ length: 400 }, (_, i) => [fake(i), 21n]);
      await remote.send(newBlockHashesMsg, encode(many.slice(0, 200)));
      await remote.send(newBlockHashesMsg, encode(many.slice(200)));
      await sleep(1);
      expect(manager.fetcher.counts.announced).toBe(256);
      // Another peer has places of its own.
      const other = await listener(manager, wg, 'b2');
      await other.remote.send(newBlockHashesMsg, encode(many.slice(300)));
      await sleep(1);
      expect(manager.fetcher.counts).toMatchObject({ announced: 356, peers: 2 });
    });
  });
});

describe('a block that is sent', () => {
  it('waits for those below it, and they go in one after the other', async () => {
    const blocks = childrenOf(root(), 5, (i) => ({
      txs: [signedTx({ nonce: BigInt(i) })],
    }));
    await withManager({}, async (manager, wg) => {
      const { remote } = await listener(manager, wg, 'b1');
      for (const block of blocks.slice(1).toReversed()) {
        await remote.send(newBlockMsg, newBlock(block));
      }
      await sleep(1);
      expect(manager.chain.currentHeader.number).toBe(0n);
      expect(manager.fetcher.counts.queued).toBe(4);
      await remote.send(newBlockMsg, newBlock(blocks[0] as Block));
      await sleep(1);
      expect(manager.chain.currentHeader.number).toBe(5n);
      expect(manager.fetcher.counts).toEqual(nothing);
    });
  });

  it('is one of at most 64 of its peer that wait', async () => {
    await withManager({}, async (manager, wg) => {
      const { remote } = await listener(manager, wg, 'b1');
      const parent = childOf(root());
      for (let i = 0; i < 70; i++) {
        const block = childOf(parent, { extra: Uint8Array.of(i) });
        await remote.send(newBlockMsg, newBlock(block));
      }
      await sleep(1);
      expect(manager.fetcher.counts.queued).toBe(64);
    });
  });

  it('waits with all others in 64 MiB, and one that can go in needs no room', async () => {
    // Four megabytes less 2,000 in one transaction; nobody has the parent of any.
    const first = childOf(childOf(root()), {
      header: { gasUsed: 2n ** 40n, gasLimit: 2n ** 40n },
      txs: [signedTx({ data: new Uint8Array(4 * 1024 * 1024 - 2000) })],
    });
    const full = Array.from({ length: 17 }, (_, i) => ({
      ...first,
      header: { ...first.header, extra: Uint8Array.of(i) },
    }));
    await withManager({}, async (manager, wg) => {
      // What waits stays when who sent it has left.
      for (const [id, blocks] of [
        ['b1', full.slice(0, 10)],
        ['b2', full.slice(10)],
      ] as const) {
        const { remote } = await listener(manager, wg, id);
        for (const block of blocks) await remote.send(newBlockMsg, newBlock(block));
        await sleep(1);
        remote.side.close(0, undefined);
        await sleep(1);
      }
      expect(manager.fetcher.counts.queued).toBe(16);
      const { remote } = await listener(manager, wg, 'b3');
      const next = childOf(root(), {
        header: { gasUsed: 1_000_000n },
        txs: [signedTx({ data: new Uint8Array(100_000) })],
      });
      await remote.send(newBlockMsg, newBlock(next));
      await sleep(1);
      expect(manager.chain.currentHeader.number).toBe(1n);
    });
  });

  it('with a bad header costs the peer its place, and does not spread', async () => {
    const bad = childOf(root(), { header: { gasLimit: 1n } });
    await withManager({}, async (manager, wg) => {
      const liar = await listener(manager, wg, 'b1');
      const other = await listener(manager, wg, 'b2');
      await liar.remote.send(newBlockMsg, newBlock(bad));
      await sleep(1);
      expect(liar.remote.end).toMatchObject({ reason: 3 });
      expect(other.heard).toEqual([]);
    });
  });

  it('with the body of another does not spread, and the right one does (H-90)', async () => {
    const block = withTx();
    const wrong = { ...block, body: withTx(root(), 7n).body };
    await withManager({}, async (manager, wg) => {
      const { remote } = await listener(manager, wg, 'b1');
      const other = await listener(manager, wg, 'b2');
      await remote.send(newBlockMsg, newBlock(wrong));
      await sleep(1000);
      expect(other.heard).toEqual([]);
      expect(manager.chain.currentHeader.number).toBe(0n);
      await remote.send(newBlockMsg, newBlock(block));
      await sleep(1);
      expect(other.heard).toMatchObject([{ hashes: [hashBlock(block)] }]);
      expect(hashBlock(manager.chain.currentBlock)).toBe(hashBlock(block));
    });
  });
});

describe('a peer that is gone', () => {
  it('is not waited for: what it was asked for is free again at once', async () => {
    await withManager({}, async (manager, wg) => {
      const { remote } = await listener(manager, wg, 'b1', withTx(), {
        header: 'silence',
      });
      await remote.send(newBlockHashesMsg, announcement(withTx()));
      await sleep(600);
      expect(manager.fetcher.counts).toMatchObject({ announced: 0, fetching: 1 });
      remote.side.close(0, undefined);
      await sleep(1);
      expect(manager.fetcher.counts).toMatchObject({ announced: 0, fetching: 0 });
    });
  });
});

describe('broadcastBlock', () => {
  it.each([
    [0, 0],
    [1, 1],
    [3, 1],
    [4, 2],
    [8, 2],
    [9, 3],
  ])(
    'to %i peers sends the block to %i, and its hash to the others',
    async (n, whole) => {
      const block = withTx();
      await withManager({}, async (manager, wg) => {
        const sender = await listener(manager, wg, 'aa');
        const others: Listener[] = [];
        for (let i = 0; i < n; i++) {
          others.push(await listener(manager, wg, `b${i}`));
        }
        await sender.remote.send(newBlockMsg, newBlock(block));
        await sleep(1);
        // Who sent it knows it.
        expect(sender.heard).toEqual([]);
        const td = manager.chain.currentTd;
        const heard = others.map((other) => other.heard.map(({ what }) => what));
        const blocks = heard.filter(([what]) => what === `block, td ${td}`);
        expect(blocks).toHaveLength(whole);
        expect(heard.filter(([what]) => what === 'hashes')).toHaveLength(n - whole);
        // Each hears of it once.
        expect(heard.every(({ length }) => length === 1)).toBe(true);
      });
    },
  );

  it('makes one message for all who get it', async () => {
    const block = withTx();
    await withManager({ chain: chainOf([block]) }, async (manager, wg) => {
      for (const id of ['b1', 'b2', 'b3', 'b4']) await listener(manager, wg, id);
      await sleep(1);
      const messages = new Set<unknown>();
      const peers = [...manager.peers];
      for (const peer of peers) {
        peer.queueAnnouncement = ({ msg }) => messages.add(msg);
        peer.queueBlock = ({ msg }) => messages.add(msg);
      }
      broadcastBlock({ chain: manager.chain, peers }, block, true);
      expect(messages.size).toBe(1);
      broadcastBlock({ chain: manager.chain, peers }, block, false);
      expect(messages.size).toBe(2);
    });
  });

  it('says nothing of a block whose parent it lacks, or of which it has but the hash', async () => {
    const orphan = childOf(childOf(root()));
    await withManager({}, async (manager, wg) => {
      const { heard } = await listener(manager, wg, 'b1');
      manager.broadcastBlock(orphan, true);
      manager.broadcastBlock(orphan, false);
      await sleep(1);
      expect(heard).toEqual([]);
    });
  });

  it('tells all of the new head when a synchronisation is over', async () => {
    const theirs = chainOf(childrenOf(root(), 20));
    await withManager({}, async (manager, wg) => {
      startServing(new Remote(manager, wg, { ids: ['b1', 'aa'] }), theirs, wg);
      const behind = await listener(manager, wg, 'b2');
      await sleep(10_001);
      expect(behind.heard).toEqual([
        { at: 10_000, what: 'hashes', hashes: [hashBlock(theirs.currentBlock)] },
      ]);
      await sleep(30_000);
      expect(behind.heard).toHaveLength(1);
    });
  });
});

describe('Fetcher.loop', () => {
  it('ends in every phase, and leaves nothing behind', async () => {
    const block = withTx();
    for (const ms of [0, 1, 499, 500, 501, 700]) {
      for (const answers of [{}, { header: 'silence' }, { body: 'silence' }] as const) {
        for (let seed = 0; seed < 4; seed++) {
          await withManager(
            {},
            async (manager, wg) => {
              const { remote } = await listener(manager, wg, 'b1', block, answers);
              await remote.send(newBlockHashesMsg, announcement(block));
              await remote.side.rw.writeMsg(
                newMsg(newBlockMsg, newBlock(withTx(block))),
              );
              await sleep(ms);
            },
            `fetcher ends ${seed}`,
          );
        }
      }
    }
  });
});
