/** Every request of eth/62 and eth/63 and its answer, asked by us and asked by them. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../impl/bytes.ts';
import { type Block, encodeBody } from '../../impl/core/block.ts';
import { type Hash, hashBytes, hashOf, keccakHash } from '../../impl/core/hash.ts';
import { hashHeader } from '../../impl/core/header.ts';
import * as eth from '../../impl/eth/protocol.ts';
import { encode, type RlpValue } from '../../impl/rlp/encode.ts';
import { newMsg } from '../../impl/p2p/message.ts';
import type { Library, Nested } from './library.ts';
import {
  closeAll,
  type Dialer,
  type Ends,
  gethBlocks,
  meet,
  ours,
  theirs,
  combinations,
} from './nodes.ts';
import type { TheirNode } from './their-node.ts';

interface HeaderCase {
  readonly what: string;
  /** A block number, as itself or as the hash of that block. */
  readonly from: { readonly number: number } | { readonly hashOf: number };
  readonly amount: number;
  readonly skip?: number;
  readonly reverse?: true;
  /** The blocks whose headers are the answer. */
  readonly answer: readonly number[];
}

const wholeChain = Array.from({ length: 64 }, (_, number) => number);

const headerCases: readonly HeaderCase[] = [
  { what: 'five by number', from: { number: 1 }, amount: 5, answer: [1, 2, 3, 4, 5] },
  { what: 'the genesis', from: { number: 0 }, amount: 1, answer: [0] },
  {
    what: 'every third',
    from: { number: 0 },
    amount: 4,
    skip: 2,
    answer: [0, 3, 6, 9],
  },
  {
    what: 'backwards',
    from: { number: 10 },
    amount: 3,
    reverse: true,
    answer: [10, 9, 8],
  },
  {
    what: 'backwards up to the genesis',
    from: { number: 2 },
    amount: 5,
    reverse: true,
    answer: [2, 1, 0],
  },
  {
    what: 'backwards with gaps, as the search for an ancestor asks',
    from: { number: 60 },
    amount: 9,
    skip: 19,
    reverse: true,
    answer: [60, 40, 20, 0],
  },
  { what: 'by hash', from: { hashOf: 7 }, amount: 3, answer: [7, 8, 9] },
  {
    what: 'by hash, with gaps',
    from: { hashOf: 7 },
    amount: 3,
    skip: 9,
    answer: [7, 17, 27],
  },
  {
    what: 'by hash, backwards with gaps',
    from: { hashOf: 63 },
    amount: 3,
    skip: 9,
    reverse: true,
    answer: [63, 53, 43],
  },
  {
    what: 'all there are, of 192',
    from: { number: 0 },
    amount: 192,
    answer: wholeChain,
  },
  { what: 'up to the head', from: { number: 62 }, amount: 5, answer: [62, 63] },
  { what: 'beyond the head', from: { number: 64 }, amount: 1, answer: [] },
  { what: 'none', from: { number: 1 }, amount: 0, answer: [] },
  { what: 'by a hash of nothing', from: { hashOf: -1 }, amount: 1, answer: [] },
];

/** A hash that no block has. */
const unknown = hashOf(new Uint8Array(32).fill(1));

/** Not those of the blocks: to the wire they are lists and bytes. */
const receipt = [
  1,
  21_000n,
  new Uint8Array(256),
  [[new Uint8Array(20), [], fromHex('beef')]],
];
const stateNode = encode([fromHex('20aa'), fromHex('01')]);

export function requestSuite(library: Library): void {
  describe.each(combinations)(
    'on eth/$version, $dialer dial',
    ({ version, dialer }) => {
      requestsOver(library, version, dialer);
    },
  );
}

function requestsOver(library: Library, version: eth.EthVersion, dialer: Dialer): void {
  let blocks: readonly Block[];
  let them: TheirNode;
  let ends: Ends;

  beforeAll(async () => {
    blocks = gethBlocks();
    const [first, second] = [hashAt(blocks, 1), hashAt(blocks, 2)];
    them = await theirs(library, {
      versions: [version],
      blocks,
      state: new Map([[keccakHash(stateNode), stateNode]]),
      receipts: new Map<Hash, RlpValue>([
        [first, [receipt, receipt]],
        [second, []],
      ]),
    });
    const us = await ours({ ethVersions: [version], blocks: blocks.slice(1) });
    ends = await meet(us, them, dialer);
  });
  afterAll(closeAll);

  /** What they are answered, as encoded items. */
  async function theyAsk(
    code: number,
    query: RlpValue,
    answerCode: number,
  ): Promise<string[]> {
    ends.peer.send(code, query);
    const { code: got, payload } = await them.heard.recv();
    expect(got).toBe(answerCode);
    return items(payload);
  }

  it('agrees on the version, and each names itself', () => {
    expect([ends.peer.version, ends.ethPeer.version]).toEqual([version, version]);
    expect(ends.peer.hello).toMatchObject({
      clientId: 'peerwalk/test',
      protocolVersion: 5,
    });
    expect(ends.ethPeer.handle.name).toMatch(/^ethereumjs-devp2p\//);
  });

  it('answers their ping', async () => {
    await expect(ends.peer.ping()).resolves.toBeUndefined();
  });

  it.each(headerCases)('headers: $what; we ask', async (each) => {
    const { from, amount, skip = 0, reverse = false, answer } = each;
    const origin: eth.HashOrNumber =
      'number' in from
        ? { kind: 'number', number: BigInt(from.number) }
        : { kind: 'hash', hash: hashAt(blocks, from.hashOf) };
    const request = ends.ethPeer.requestHeaders(origin, amount, { skip, reverse });
    const headers = await request.answer.recv();
    expect(headers.map(hashHeader)).toEqual(answer.map((n) => hashAt(blocks, n)));
  });

  it.each(headerCases)('headers: $what; they ask', async (each) => {
    const { from, amount, skip = 0, reverse = false, answer } = each;
    const origin =
      'number' in from ? from.number : hashBytes(hashAt(blocks, from.hashOf));
    const query = [origin, amount, skip, reverse ? 1 : 0];
    const headers = await theyAsk(eth.getBlockHeadersMsg, query, eth.blockHeadersMsg);
    const hashes = headers.map((header) => keccakHash(fromHex(header)));
    expect(hashes).toEqual(answer.map((n) => hashAt(blocks, n)));
  });

  // Unknown hashes are left out, the rest keeps the order of the question.
  const asked = [1, -1, 63, 2, 0];
  const answered = asked.filter((number) => number >= 0);

  it('bodies; we ask', async () => {
    const hashes = asked.map((number) => hashAt(blocks, number));
    const bodies = await ends.ethPeer.requestBodies(hashes).answer.recv();
    expect(bodies.map(toHex)).toEqual(answered.map((number) => bodyAt(blocks, number)));
  });

  it('bodies; they ask', async () => {
    const query = asked.map((number) => hashBytes(hashAt(blocks, number)));
    const bodies = await theyAsk(eth.getBlockBodiesMsg, query, eth.blockBodiesMsg);
    expect(bodies).toEqual(answered.map((number) => bodyAt(blocks, number)));
  });

  if (version === 62) return;

  it('node data; we ask', async () => {
    const request = ends.ethPeer.requests.open('state', 2);
    const query = eth.encodeHashes([unknown, keccakHash(stateNode)]);
    await ends.ethPeer.rw.writeMsg(newMsg(eth.getNodeDataMsg, query));
    const nodes = await request.answer.recv();
    expect(nodes.map(toHex)).toEqual([toHex(encode(stateNode))]);
  });

  it('node data; they ask, and there is none here', async () => {
    const query = [hashBytes(keccakHash(stateNode))];
    expect(await theyAsk(eth.getNodeDataMsg, query, eth.nodeDataMsg)).toEqual([]);
  });

  it('receipts; we ask', async () => {
    const request = ends.ethPeer.requests.open('receipts', 3);
    const query = [hashAt(blocks, 1), unknown, hashAt(blocks, 2)];
    await ends.ethPeer.rw.writeMsg(newMsg(eth.getReceiptsMsg, eth.encodeHashes(query)));
    const receipts = await request.answer.recv();
    expect(receipts.map(toHex)).toEqual([toHex(encode([receipt, receipt])), 'c0']);
  });

  it('receipts; they ask, and hear of blocks without transactions alone', async () => {
    const empty = blocks.filter(({ body }) => body.transactions.length === 0);
    expect(empty.length).toBeGreaterThan(0);
    const query = blocks.map(({ header }) => hashBytes(hashHeader(header)));
    const receipts = await theyAsk(eth.getReceiptsMsg, query, eth.receiptsMsg);
    expect(receipts).toEqual(empty.map(() => 'c0'));
  });
}

function hashAt(blocks: readonly Block[], number: number): Hash {
  const block = blocks[number];
  return block === undefined ? unknown : hashHeader(block.header);
}

function bodyAt(blocks: readonly Block[], number: number): string {
  const block = blocks[number];
  if (block === undefined) throw new RangeError(`no block ${number}`);
  return toHex(encodeBody(block.body));
}

/** The items of a list, each encoded again. */
function items(payload: Nested): string[] {
  if (payload instanceof Uint8Array) throw new TypeError('an answer is a list');
  return payload.map((item) => toHex(encode(item)));
}
