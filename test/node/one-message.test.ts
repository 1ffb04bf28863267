/**
 * A message to one peer is as much work in a node of forty peers as in one of two. Counted
 * by the engine: how often each function of the node, and each block in it, runs.
 */

import type { Profiler } from 'node:inspector';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { initCrypto, publicKey } from '#crypto';

import { hashHeader } from '../../impl/core/header.ts';
import { MemoryNetwork } from '../../impl/net/memory.ts';
import { FullNode } from '../../impl/node/full-node.ts';
import {
  blockHeadersMsg,
  encodeGetBlockHeaders,
  encodeStatus,
  getBlockHeadersMsg,
  statusMsg,
} from '../../impl/eth/protocol.ts';
import { pingMsg, pongMsg } from '../../impl/p2p/base-protocol.ts';
import type { Transport } from '../../impl/p2p/conn.ts';
import { parseEnode } from '../../impl/p2p/enode.ts';
import { newMsg, sendItems } from '../../impl/p2p/message.ts';
import { newRLPX } from '../../impl/p2p/rlpx/transport.ts';
import { simulate } from '../../impl/sim/simulate.ts';
import { childrenOf, extend, testGenesis, testKey } from '../helpers/blocks.ts';

beforeAll(initCrypto);

const networkId = 1337n;
const ethCode = (code: number): number => 16 + code;
const target = { host: '10.0.0.1', port: 30_303 };

/** What ran, and how often: `p2p/peer.ts Peer.handle`. */
type Runs = Readonly<Record<string, number>>;

/**
 * From before the code is loaded: a function that was compiled earlier has no count for its
 * loops, and a call that was compiled away has none at all.
 */
const counting = await vi.hoisted(async () => {
  const { Session } = await import('node:inspector');
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--no-opt');
  setFlagsFromString('--no-maglev');
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  const precisely = { callCount: true, detailed: true };
  session.post('Profiler.startPreciseCoverage', precisely);
  return session;
});

afterAll(() => {
  counting.disconnect();
});

/** Of the node's own code, since the last call. The simulation below it is left out. */
function runsSince(): Runs {
  let scripts: readonly Profiler.ScriptCoverage[] = [];
  counting.post('Profiler.takePreciseCoverage', (error, { result }) => {
    if (error !== null) throw error;
    scripts = result;
  });
  const runs: Record<string, number> = {};
  for (const { url, functions } of scripts) {
    const [, file] =
      /\/impl\/((?:core|crypto|csp|eth|net|p2p|rlp)\/.*)$/.exec(url) ?? [];
    if (file === undefined) continue;
    for (const { functionName, ranges } of functions) {
      const times = ranges.reduce((sum, { count }) => sum + count, 0);
      const name = `${file} ${functionName}`;
      if (times > 0) runs[name] = (runs[name] ?? 0) + times;
    }
  }
  return runs;
}

/** Somebody whom the node knows as a peer of eth/63. */
async function join(
  network: MemoryNetwork,
  node: FullNode,
  n: number,
): Promise<Transport> {
  const privateKey = testKey(n);
  const fd = await network.dial(target.host, target.port);
  const named = await newRLPX(fd).doEncHandshake(
    privateKey,
    parseEnode(node.server.enode ?? ''),
  );
  const hello = {
    version: 5,
    name: 'somebody',
    listenPort: 0,
    id: publicKey(privateKey),
  };
  const caps = [{ name: 'eth', version: 63 }];
  const { messages } = await named.doProtoHandshake({ ...hello, caps });
  const { chain } = node;
  const status = encodeStatus({
    protocolVersion: 63,
    networkId,
    td: chain.currentTd,
    head: hashHeader(chain.currentHeader),
    genesis: chain.genesisHash,
  });
  await messages.writeMsg(newMsg(ethCode(statusMsg), status));
  expect((await messages.readMsg()).code).toBe(ethCode(statusMsg));
  await ask(messages); // the node has registered it when it answers
  return messages;
}

async function ask(peer: Transport): Promise<void> {
  const origin = { kind: 'number', number: 1n } as const;
  const request = { origin, amount: 2n, skip: 0n, reverse: false };
  await peer.writeMsg(
    newMsg(ethCode(getBlockHeadersMsg), encodeGetBlockHeaders(request)),
  );
  expect((await peer.readMsg()).code).toBe(ethCode(blockHeadersMsg));
}

async function ping(peer: Transport): Promise<void> {
  await sendItems(peer, pingMsg);
  expect((await peer.readMsg()).code).toBe(pongMsg);
}

/** What one exchange with one of `peers` makes run. */
async function workOf(
  peers: number,
  exchange: (peer: Transport) => Promise<void>,
): Promise<Runs> {
  const genesis = testGenesis();
  const blocks = childrenOf(genesis.block, 3);
  const { outcome } = await simulate({ schedule: '' }, async () => {
    const network = new MemoryNetwork();
    const node = new FullNode({
      privateKey: testKey(1),
      genesis,
      networkId,
      network,
      name: 'peerwalk/test',
      listen: target,
      maxPeers: 100,
    });
    extend(node.chain, blocks);
    await node.start();
    const others: Transport[] = [];
    for (let n = 2; n < peers + 2; n++) others.push(await join(network, node, n));
    expect(node.eth.peers.length).toBe(peers);
    const [peer] = others;
    if (peer === undefined) throw new Error('nobody came');
    await exchange(peer); // what is made once has been made
    runsSince();
    await exchange(peer);
    return runsSince();
  });
  if (outcome.status === 'threw') throw outcome.error;
  if (outcome.status !== 'done') throw new Error(outcome.status);
  return outcome.value;
}

describe('one message', () => {
  it.each([
    ['a request of eth', ask, 'eth/handle-msg.ts'],
    ['a Ping', ping, 'p2p/peer.ts handle'],
  ])('is as much work with forty peers as with two: %s', async (_, exchange, part) => {
    const few = await workOf(2, exchange);
    expect(Object.keys(few).filter((name) => name.startsWith(part))).not.toEqual([]);
    expect(await workOf(40, exchange)).toEqual(few);
  });
});
