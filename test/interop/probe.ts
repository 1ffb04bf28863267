/**
 * Meets any node that speaks eth/63 or eth/62 and looks at what it says: Hello, Status,
 * its head, some headers and their bodies. Then it stays for a while, and leaves.
 *
 * A node talks only to its own network, so this one says in Status what the other says.
 */

import { publicKey } from '#crypto';
import { fromHex, toHex } from '../../impl/bytes.ts';
import { Chan } from '../../impl/csp/chan.ts';
import { Done } from '../../impl/csp/done.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { EthPeer } from '../../impl/eth/peer.ts';
import * as eth from '../../impl/eth/protocol.ts';
import { errorText } from '../../impl/net/error-text.ts';
import type { NetConn } from '../../impl/net/net-conn.ts';
import { tcpNetwork } from '../../impl/node/network.ts';
import { clean } from '../../impl/node/report.ts';
import {
  baseProtocolVersion,
  pongMsg,
  snappyProtocolVersion,
} from '../../impl/p2p/base-protocol.ts';
import type { Greeting, ProtoHandshake, Transport } from '../../impl/p2p/conn.ts';
import { hostPort, type Node, nodeIDOf } from '../../impl/p2p/enode.ts';
import { Peer, type PeerEnd } from '../../impl/p2p/peer.ts';
import {
  DiscError,
  discRequested,
  type DiscReason,
  discReasonText,
  discSubprotocolError,
  discTooManyPeers,
  discUselessPeer,
} from '../../impl/p2p/peer-error.ts';
import { matchProtocols } from '../../impl/p2p/proto-rw.ts';
import type { Cap, Protocol } from '../../impl/p2p/protocol.ts';
import { newRLPX } from '../../impl/p2p/rlpx/transport.ts';
import { ProbeFailure, Session, type SessionOptions } from './probe-session.ts';

export interface ProbeOptions extends SessionOptions {
  readonly node: Node;
}

const dialTimeoutMs = 10_000;

/**
 * Resolves when the peer was met, did what it was asked, and was left.
 *
 * @throws {ProbeFailure} what stood in the way, in one line
 */
export async function probe(options: ProbeOptions): Promise<void> {
  const { node, tell } = options;
  const key = runtime().randomBytes(32);
  const fd = await dial(node);
  try {
    const { their, messages } = await greet(fd, node, key);
    await stayAsPeer(fd, their, messages, options);
  } finally {
    await fd.close();
  }
  tell('left', `with reason ${discRequested}, ${discReasonText(discRequested)}`);
}

async function dial({ host, port }: Node): Promise<NetConn> {
  const at = hostPort(host, port);
  try {
    return await tcpNetwork.dial(host, port, dialTimeoutMs, new Done('never'));
  } catch (error) {
    const text = errorText(error);
    const why = /ECONNREFUSED/.test(text) ? 'refused: nobody listens there' : text;
    throw new ProbeFailure(`${at}: ${why}`, { cause: error });
  }
}

/** Keys, and Hello. */
async function greet(fd: NetConn, node: Node, key: Uint8Array): Promise<Greeting> {
  const transport = newRLPX(fd);
  const named = await transport.doEncHandshake(key, node).catch((error: unknown) => {
    throw new ProbeFailure(
      `no keys were agreed on (${errorText(error)}): most likely the id in the enode is not that node's, or it is no node of Ethereum`,
      { cause: error },
    );
  });
  const own = nodeIDOf(toHex(publicKey(key)));
  const hello: ProtoHandshake = {
    version: baseProtocolVersion,
    name: 'peerwalk/test:peer',
    caps: eth.protocolVersions.map((version) => ({ name: eth.protocolName, version })),
    listenPort: 0,
    id: fromHex(own),
  };
  return named.doProtoHandshake(hello).catch((error: unknown) => {
    if (error instanceof DiscError) throw refusal('instead of Hello', error.reason);
    throw new ProbeFailure(`no Hello: ${errorText(error)}`, { cause: error });
  });
}

async function stayAsPeer(
  fd: NetConn,
  their: ProtoHandshake,
  messages: Transport,
  options: ProbeOptions,
): Promise<void> {
  const { node, tell } = options;
  const tasks = new WaitGroup();
  const asked = new Done('all asked');
  const protocols = eth.protocolVersions.map((version): Protocol => ({
    name: eth.protocolName,
    version,
    length: eth.protocolLength(version),
    run: async (handle, rw) => {
      await new Session(new EthPeer(version, handle, rw, tasks), options).run(tasks);
      asked.close();
      await handle.disconnect(discRequested);
    },
  }));
  const chosen = matchProtocols(protocols, their.caps).get(eth.protocolName)?.protocol;
  const offered = their.caps.slice(0, 16).map(capText).join(' ') || 'nothing';
  const snappy = their.version >= snappyProtocolVersion ? 'Snappy' : 'no Snappy';
  tell(
    'hello',
    `${clean(their.name, 120)}, p2p v${their.version} (${snappy}), offers ${offered}`,
  );
  if (chosen === undefined) {
    await messages.close(new DiscError(discUselessPeer));
    throw new ProbeFailure(
      `no version of eth in common: it offers ${offered}, we speak eth/63 and eth/62 (clients of today speak later versions only)`,
    );
  }
  const counted = new CountedTransport(messages);
  const peer = new Peer(
    {
      fd,
      transport: counted,
      flags: { inbound: false, staticDialed: true, trusted: false },
      id: node.id,
      cont: new Chan('cont'),
      caps: their.caps,
      name: their.name,
    },
    protocols,
  );
  const end = await peer.run();
  await tasks.wait();
  if (!asked.closed) throw failureOf(end);
  tell('pings', `${counted.pongs} came and were answered`);
}

/** Why the peer was lost before all was done. */
function failureOf({ error, reason, remoteRequested }: PeerEnd): ProbeFailure {
  if (error instanceof ProbeFailure) return error;
  if (remoteRequested) return refusal('in the middle', reason);
  return new ProbeFailure(`the connection broke: ${errorText(error)}`, {
    cause: error,
  });
}

function refusal(when: string, reason: DiscReason): ProbeFailure {
  const hint = hints.get(reason);
  const text = `it left ${when}, with reason ${reason}, ${discReasonText(reason)}`;
  return new ProbeFailure(hint === undefined ? text : `${text}: ${hint}`);
}

const hints: ReadonlyMap<DiscReason, string> = new Map([
  [discTooManyPeers, 'it is full; let it have more peers, or try again later'],
  [discUselessPeer, 'it has no version of eth in common with us, or no use for us'],
  [discSubprotocolError, 'something that we said in eth does not suit it'],
]);

function capText({ name, version }: Cap): string {
  return `${clean(name)}/${version}`;
}

/** Counts the pongs that go out. */
class CountedTransport implements Transport {
  pongs = 0;
  readonly #inner: Transport;

  constructor(inner: Transport) {
    this.#inner = inner;
  }

  readMsg(): ReturnType<Transport['readMsg']> {
    return this.#inner.readMsg();
  }

  async writeMsg(msg: Parameters<Transport['writeMsg']>[0]): Promise<void> {
    await this.#inner.writeMsg(msg);
    if (msg.code === pongMsg) this.pongs++;
  }

  close(error: unknown): Promise<void> {
    return this.#inner.close(error);
  }
}
