/** Strangers who come to a node over TCP, go some way, and leave in one of many ways. */

import { publicKey } from '#crypto';
import { runtime } from '../../impl/csp/runtime.ts';
import { encodeStatus } from '../../impl/eth/protocol.ts';
import { hashHeader } from '../../impl/core/header.ts';
import type { NetConn } from '../../impl/net/net-conn.ts';
import { dialTCP } from '../../impl/net/tcp.ts';
import { pingMsg, pongMsg } from '../../impl/p2p/base-protocol.ts';
import type { EncTransport, Transport } from '../../impl/p2p/conn.ts';
import type { FullNode } from '../../impl/node/full-node.ts';
import { parseEnode } from '../../impl/p2p/enode.ts';
import { newMsg, sendItems, type Msg } from '../../impl/p2p/message.ts';
import { DiscError } from '../../impl/p2p/peer-error.ts';
import { newRLPX } from '../../impl/p2p/rlpx/transport.ts';

/** How far they go. */
export const phases = ['connected', 'half an auth', 'auth', 'Hello', 'Status'] as const;
export type Phase = (typeof phases)[number];

export interface Visitor {
  readonly fd: NetConn;
  /** After Hello. */
  readonly transport: Transport | undefined;
  /** Reads, and answers Pings, until the node ends the connection; then it is closed. */
  listen(): Promise<void>;
  /** Says goodbye, and waits until the line is closed. */
  leave(): Promise<void>;
  /** Cuts the line. */
  vanish(): Promise<void>;
}

/** What a visitor has to know of who is visited. */
export interface Host {
  readonly server: Pick<FullNode['server'], 'enode'>;
  readonly chain?: FullNode['chain'];
}

export interface VisitOptions {
  /** The total difficulty that the visitor claims. Default: the node's own. */
  readonly td?: bigint;
}

/** @throws {Error} the node ended it on the way; nothing is left open */
export async function visit(
  node: Host,
  phase: Phase,
  options: VisitOptions = {},
): Promise<Visitor> {
  const target = parseEnode(node.server.enode ?? '');
  const fd = await dialTCP(target.host, target.port);
  const rlpx = newRLPX(fd);
  let transport: Transport | undefined;
  try {
    if (phase === 'half an auth') await fd.write(Uint8Array.of(1, 0x80, 4));
    if (phases.indexOf(phase) >= phases.indexOf('auth')) {
      const privateKey = runtime().randomBytes(32);
      const named = await rlpx.doEncHandshake(privateKey, target);
      if (phase !== 'auth') transport = await sayHello(named, privateKey);
    }
    if (phase === 'Status' && transport !== undefined) {
      await exchangeStatus(node, transport, options);
    }
  } catch (error) {
    await fd.close();
    throw error;
  }
  const listen = async (): Promise<void> => {
    try {
      for (;;) {
        const msg = await (transport?.readMsg() ?? fd.readFull(1));
        if (transport !== undefined && 'code' in msg) await pong(transport, msg);
      }
    } catch {
      // Closed there, or here.
      await fd.close();
    }
  };
  return {
    fd,
    transport,
    listen,
    leave: () => rlpx.close(new DiscError(8)),
    vanish: () => fd.close(),
  };
}

async function sayHello(named: EncTransport, key: Uint8Array): Promise<Transport> {
  const caps = [{ name: 'eth', version: 63 }];
  const hello = {
    version: 5,
    name: 'visitor',
    caps,
    listenPort: 0,
    id: publicKey(key),
  };
  return (await named.doProtoHandshake(hello)).messages;
}

/** Answers a Ping, whatever else it is asked. */
export async function pong(transport: Transport, { code }: Msg): Promise<void> {
  if (code === pingMsg) await sendItems(transport, pongMsg);
}

const statusCode = 16;

async function exchangeStatus(
  { chain }: Host,
  transport: Transport,
  options: VisitOptions,
): Promise<Msg> {
  if (chain === undefined) throw new TypeError('a Status needs a chain');
  const status = encodeStatus({
    protocolVersion: 63,
    networkId: 1337n,
    td: options.td ?? chain.currentTd,
    head: hashHeader(chain.currentHeader),
    genesis: chain.genesisHash,
  });
  await transport.writeMsg(newMsg(statusCode, status));
  for (;;) {
    const msg = await transport.readMsg();
    if (msg.code === statusCode) return msg;
  }
}
