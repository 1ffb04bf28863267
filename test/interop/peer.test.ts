import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { initCrypto, publicKey } from '#crypto';
import { toHex } from '../../impl/bytes.ts';
import type { Block } from '../../impl/core/block.ts';
import { hashHeader } from '../../impl/core/header.ts';
import { tcpNetwork } from '../../impl/node/network.ts';
import { type Node, nodeIDOf, parseEnode } from '../../impl/p2p/enode.ts';
import { newRLPX } from '../../impl/p2p/rlpx/transport.ts';
import { Server } from '../../impl/p2p/server.ts';
import { testGenesis, testKey } from '../helpers/blocks.ts';
import { gethChain } from '../helpers/chain.ts';
import { ethereumjs } from './ethereumjs.ts';
import { closeAll, closeLater, gethBlocks, next, ours, theirs } from './nodes.ts';
import { probe, type ProbeOptions } from './probe.ts';
import { ProbeFailure } from './probe-session.ts';

beforeAll(initCrypto);
afterEach(closeAll);

/** What the probe says of a node, and the failure that ends it. */
async function met(
  node: Node,
  options: Partial<ProbeOptions> = {},
): Promise<{ said: Record<string, string>; failure: string | undefined }> {
  const said: Record<string, string> = {};
  const tell = (what: string, text: string): void => {
    said[what] = text;
  };
  try {
    await probe({ node, staySeconds: 0, tell, ...options });
    return { said, failure: undefined };
  } catch (error) {
    if (!(error instanceof ProbeFailure)) throw error;
    expect(error.message).not.toContain('\n');
    return { said, failure: error.message };
  }
}

const head = '0x8558f423450e084f4d4b74e1fecc5a984e0ebcd04bb28c0b6508322de489f76e';
const genesisHash =
  '0xae48666e0580b5608743edefff72530b6070e5bb0905ce1d63587451419b13b9';

describe('probe', () => {
  it.each([62, 63] as const)('meets our node on eth/%i', async (version) => {
    const us = await ours({ ethVersions: [version], blocks: gethBlocks().slice(1) });
    expect(await met(us.enode)).toEqual({
      failure: undefined,
      said: {
        hello: `peerwalk/test, p2p v5 (Snappy), offers eth/${version}`,
        status: `eth/${version}, network 1337, td 8514065, head ${head}, genesis ${genesisHash}`,
        head: `block 63, ${head}`,
        headers: 'blocks 63 to 56: each is the parent of the one before',
        bodies: '8, 78 transactions: each fits its header',
        heard: '2 BlockHeaders, 1 BlockBodies',
        pings: '0 came and were answered',
        left: 'with reason 0, disconnect requested',
      },
    });
    expect(await next(us.events, 'drop')).toMatchObject({
      reason: 0,
      remoteRequested: true,
    });
  });

  it('meets a library, as a node whose chain is at its genesis', async () => {
    const them = await theirs(ethereumjs);
    const { said, failure } = await met(them.node, { genesis: gethChain().genesis });
    expect(failure).toBeUndefined();
    expect(said['head']).toBe(`block 63, ${head}`);
    const { bestHash } = await them.statuses.recv();
    expect(`0x${toHex(bestHash)}`, 'what we say of ourselves').toBe(genesisHash);
  });

  it('meets a node that has a genesis alone', async () => {
    const { said, failure } = await met((await ours()).enode);
    expect(failure).toBeUndefined();
    expect(said['headers']).toBe('blocks 0 to 0: each is the parent of the one before');
  });

  it('names both genesis blocks when they differ', async () => {
    const { enode } = await ours();
    const { failure } = await met(enode, { genesis: testGenesis() });
    const own = hashHeader(testGenesis().block.header);
    expect(failure).toBe(
      `another genesis: theirs is ${genesisHash}, that of the file is 0x${own}`,
    );
  });

  it('names the versions of a node that speaks later ones', async () => {
    const later = [66, 68].map((version) => ({
      name: 'eth',
      version,
      length: 17,
      run: () => Promise.resolve(),
    }));
    const { failure } = await met(await serverOf(later));
    expect(failure).toBe(
      'no version of eth in common: it offers eth/66 eth/68, we speak eth/63 and eth/62 (clients of today speak later versions only)',
    );
  });

  it.each([
    {
      what: 'is full',
      node: async () => (await ours({ maxPeers: 0 })).enode,
      says: /^it left instead of Hello, with reason 4, too many peers: it is full/,
    },
    {
      what: 'is not there',
      node: async () => ({ ...(await ours()).enode, port: 1 }),
      says: /^127\.0\.0\.1:1: refused: nobody listens there$/,
    },
    {
      what: 'has another key',
      node: async () => ({ ...(await ours()).enode, id: idOf(testKey(98)) }),
      says: /^no keys were agreed on \(EOF\): most likely the id in the enode is not that/,
    },
    {
      what: 'leaves in the middle',
      node: async () => {
        const them = await theirs(ethereumjs, { leavesWith: 8 });
        return them.node;
      },
      says: /^it left in the middle, with reason 8, client quitting$/,
    },
    {
      what: 'does not know its own head',
      node: () => serves([], gethBlocks()),
      says: /^it does not know 0x8558f423\w+, which its Status calls its head$/,
    },
    {
      what: 'leaves out a header',
      node: () => serves([...gethBlocks().slice(0, 60), ...gethBlocks().slice(61)]),
      says: /^its headers: chain: block 61: non-contiguous/,
    },
    {
      what: 'has the headers of its last three blocks',
      node: () => serves(gethBlocks().slice(61), gethBlocks()),
      says: /^of 8 headers it has sent 3$/,
    },
    {
      what: 'sends the body of another block',
      node: () => serves(gethBlocks().map(withWrongBody)),
      says: /^its bodies: chain: block 60: too-many-transactions/,
    },
  ])('says so when the node $what', async ({ node, says }) => {
    expect((await met(await node())).failure).toMatch(says);
  });
});

/** A node of theirs with these blocks behind the genesis. */
async function serves(
  blocks: readonly Block[],
  tells: readonly Block[] = blocks,
): Promise<Node> {
  const [genesis] = gethBlocks();
  if (genesis === undefined) throw new TypeError('no genesis');
  const all = blocks[0] === undefined ? [genesis] : blocks;
  const genesisHash = hashHeader(genesis.header);
  return (await theirs(ethereumjs, { blocks: all, tells, genesisHash })).node;
}

function withWrongBody(block: Block, index: number, blocks: readonly Block[]): Block {
  const other = index === 60 ? blocks[59] : undefined;
  return other === undefined ? block : { ...block, body: other.body };
}

async function serverOf(
  protocols: ConstructorParameters<typeof Server>[0]['protocols'],
): Promise<Node> {
  const privateKey = testKey(97);
  const server = new Server({
    privateKey,
    self: idOf(privateKey),
    name: 'later',
    protocols,
    network: tcpNetwork,
    newTransport: (fd) => newRLPX(fd),
    maxPeers: 5,
    listen: { host: '127.0.0.1', port: 0 },
  });
  await server.start();
  closeLater(() => server.stop());
  return parseEnode(server.enode ?? '');
}

function idOf(privateKey: Uint8Array): Node['id'] {
  return nodeIDOf(toHex(publicKey(privateKey)));
}
