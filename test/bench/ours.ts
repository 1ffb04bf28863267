/** The one file of the bench that knows our code. */

import { initCrypto, publicKey } from '#crypto';
import { toHex } from '../../impl/bytes.ts';
import { childrenOf, type BlockOptions } from '../../impl/core/development-blocks.ts';
import { developmentGenesis } from '../../impl/core/development-genesis.ts';
import { addressOf } from '../../impl/core/hash.ts';
import { signTransaction } from '../../impl/core/transaction.ts';
import { Done } from '../../impl/csp/done.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import type { NetConn } from '../../impl/net/net-conn.ts';
import { dialTCP, listenTCP } from '../../impl/net/tcp.ts';
import { FullNode } from '../../impl/node/full-node.ts';
import { tcpNetwork } from '../../impl/node/network.ts';
import type { Transport } from '../../impl/p2p/conn.ts';
import { nodeIDOf, parseEnode, type Node } from '../../impl/p2p/enode.ts';
import { newMsg, sendItems, type MsgReadWriter } from '../../impl/p2p/message.ts';
import type { Protocol } from '../../impl/p2p/protocol.ts';
import { ReadBudget } from '../../impl/p2p/rlpx/read-budget.ts';
import { newRLPX } from '../../impl/p2p/rlpx/transport.ts';
import { Server } from '../../impl/p2p/server.ts';
import {
  host,
  protocolLength,
  protocolName,
  type Address,
  type Link,
  type Receive,
  type Stack,
} from './stack.ts';

const name = 'peerwalk/bench';
const baseLength = 16; // the codes below belong to the base protocol
const pingCode = 2;
const pingEveryMs = 10_000;

function nodeAt({ port, id }: Address): Node {
  return { id: nodeIDOf(id), host, port };
}

function linkOf(rw: MsgReadWriter, offset = 0): Link {
  return { send: (code, payload) => rw.writeMsg(newMsg(code + offset, payload)) };
}

/** Reads until the connection ends, which `readMsg` says by throwing. */
async function pump(
  rw: MsgReadWriter,
  link: Link,
  receive: Receive,
  offset = 0,
): Promise<void> {
  for (;;) {
    const msg = await rw.readMsg();
    if (msg.code < offset) continue;
    const unpacked = msg.unpack?.();
    if (unpacked !== undefined) await unpacked;
    const busy = receive(link, msg.code - offset, msg.payload);
    if (busy !== undefined) await busy;
  }
}

function benchProtocol(receive: Receive, up: (link: Link) => void): Protocol {
  return {
    name: protocolName,
    version: 1,
    length: protocolLength,
    run(_peer, rw) {
      const link = linkOf(rw);
      up(link);
      return pump(rw, link, receive); // not awaited: a frame less for each idle peer
    },
  };
}

function newServer(
  privateKey: Uint8Array,
  protocol: Protocol,
  config: { readonly maxPeers: number; readonly listens: boolean },
): Server {
  const readBudget = new ReadBudget(); // one for a node, as in FullNode
  return new Server({
    privateKey,
    self: nodeIDOf(toHex(publicKey(privateKey))),
    name,
    protocols: [protocol],
    network: tcpNetwork,
    newTransport: (fd) => newRLPX(fd, { readBudget }),
    maxPeers: config.maxPeers,
    ...(config.listens && { listen: { host, port: 0 } }),
  });
}

/** What a user of the node has: a `Server`, and a subprotocol that reads and writes. */
export async function ourStack(): Promise<Stack> {
  await initCrypto();
  return {
    async listen(maxPeers, receive, up) {
      const key = runtime().randomBytes(32);
      // A third of the places is kept for those that we dial.
      const config = { maxPeers: Math.ceil(1.5 * maxPeers) + 3, listens: true };
      const server = newServer(key, benchProtocol(receive, up), config);
      await server.start();
      return { port: server.port ?? 0, id: server.config.self };
    },
    async dialer(to, receive) {
      const key = runtime().randomBytes(32);
      let up: (link: Link) => void = () => undefined;
      let failed: (error: Error) => void = () => undefined;
      const connected = new Promise<Link>((resolve, reject) => {
        up = resolve;
        failed = reject;
      });
      const protocol = benchProtocol(receive, up);
      const server = newServer(key, protocol, { maxPeers: 3, listens: false });
      server.feed.subscribe((event) => {
        if (event.type === 'dial-error') failed(event.error);
      });
      await server.start();
      return {
        async dial() {
          await server.addPeer(nodeAt(to));
          return connected;
        },
        close: () => server.stop(),
      };
    },
  };
}

const hello = { version: 5, name, caps: [{ name: protocolName, version: 1 }] };

async function shakeHands(fd: NetConn, key: Uint8Array, to?: Node): Promise<Transport> {
  const named = await newRLPX(fd).doEncHandshake(key, to);
  const our = { ...hello, listenPort: 0, id: publicKey(key) };
  return (await named.doProtoHandshake(our)).messages;
}

/** The transport alone: handshakes and frames, no server, no peer, no protocol. */
export async function bareTransport(): Promise<Stack> {
  await initCrypto();
  const serve = async (
    rlpx: Transport,
    receive: Receive,
    link: Link,
  ): Promise<void> => {
    // A connection that is silent for 30 s is over, and nobody else pings here.
    const pings = setInterval(() => {
      sendItems(rlpx, pingCode).catch(() => undefined);
    }, pingEveryMs);
    await pump(rlpx, link, receive, baseLength).finally(() => {
      clearInterval(pings);
    });
  };
  return {
    async listen(_maxPeers, receive, up) {
      const key = runtime().randomBytes(32);
      const listener = await listenTCP(host, 0);
      const welcome = async (fd: NetConn): Promise<void> => {
        const rlpx = await shakeHands(fd, key);
        up();
        await serve(rlpx, receive, linkOf(rlpx, baseLength));
      };
      const accept = async (): Promise<void> => {
        for (;;) welcome(await listener.accept()).catch(() => undefined);
      };
      accept().catch(() => undefined); // the process ends, and with it all of this
      return { port: listener.port, id: toHex(publicKey(key)) };
    },
    dialer(to, receive) {
      const key = runtime().randomBytes(32);
      let fd: NetConn | undefined;
      return Promise.resolve({
        async dial() {
          fd = await dialTCP(host, to.port);
          const rlpx = await shakeHands(fd, key, nodeAt(to));
          const link = linkOf(rlpx, baseLength);
          serve(rlpx, receive, link).catch(() => undefined); // read until it is closed
          return link;
        },
        close: async () => fd?.close(),
      });
    },
  };
}

const networkId = 1337n;

/** @param txs transactions in every block */
export interface ChainSpec {
  readonly blocks: number;
  readonly txs: number;
}

/** Nodes that have a chain each and wait to be asked. Returns their addresses. */
export async function serveChains(specs: readonly ChainSpec[]): Promise<string[]> {
  await initCrypto();
  const genesis = developmentGenesis();
  const enodes: string[] = [];
  for (const { blocks, txs } of specs) {
    const node = new FullNode({
      privateKey: runtime().randomBytes(32),
      genesis,
      networkId,
      network: tcpNetwork,
      name,
      listen: { host, port: 0 },
    });
    const chain = childrenOf(genesis.block, blocks, transfers(txs));
    const { error } = node.chain.insertChain(chain);
    if (error !== undefined) throw error;
    await node.start();
    enodes.push(node.server.enode ?? '');
  }
  return enodes;
}

function transfers(perBlock: number): (index: number) => BlockOptions {
  const key = runtime().randomBytes(32);
  return (index) => ({
    txs: Array.from({ length: perBlock }, (_, i) =>
      signTransaction(
        {
          nonce: BigInt(index * perBlock + i),
          gasPrice: 1n,
          gasLimit: 21_000n,
          to: addressOf(new Uint8Array(20)),
          value: 1n,
          data: new Uint8Array(),
        },
        key,
        networkId,
      ),
    ),
  });
}

/** Fetches a chain into an empty node; resolves when its last block is in. */
export async function fetchChain(enode: string, blocks: number): Promise<void> {
  await initCrypto();
  const node = new FullNode({
    privateKey: runtime().randomBytes(32),
    genesis: developmentGenesis(),
    networkId,
    network: tcpNetwork,
    name,
    syncTickMs: 20, // geth's 10 s would be all that is measured
  });
  const synced = new Done('synced');
  node.chain.subscribe(({ head }) => {
    if (head.header.number >= BigInt(blocks)) synced.close();
  });
  await node.start();
  await node.server.addPeer(parseEnode(enode));
  await synced.wait();
  await node.stop();
}
