/**
 * A server at its end, and one that strikes its peers off too early: runs for the chapter
 * about the teardown. No keys, no eth; what the remotes hear and when, the run says.
 */

import { fromHex } from '../bytes.ts';
import { Done } from '../csp/done.ts';
import { runtime } from '../csp/runtime.ts';
import { recv, select } from '../csp/select.ts';
import { sleep, Timer } from '../csp/timer.ts';
import { WaitGroup } from '../csp/wait-group.ts';
import { MemoryNetwork } from '../net/memory.ts';
import { baseProtocolVersion, discMsg } from '../p2p/base-protocol.ts';
import type { Transport } from '../p2p/conn.ts';
import { nodeIDOf, type NodeID } from '../p2p/enode.ts';
import { newMsg } from '../p2p/message.ts';
import type { Peer } from '../p2p/peer.ts';
import { DiscError, discTooManyPeers } from '../p2p/peer-error.ts';
import type { Protocol } from '../p2p/protocol.ts';
import { decodeDisconnect, encodeDisconnect } from '../p2p/rlpx/disconnect.ts';
import { Server } from '../p2p/server.ts';
import { PlainTransport } from './plain-transport.ts';
import { simulate } from './simulate.ts';

const port = 30_303;
const host = '10.0.0.1';
const idOf = (name: string): NodeID =>
  nodeIDOf(name.charCodeAt(0).toString(16).repeat(64));

/** Its protocol looks at nothing for an hour; then it leaves. */
export const sleeperMs = 3_600_000;
const sleeps: Protocol['run'] = () => sleep(sleeperMs);
const reads: Protocol['run'] = async (_peer, rw) => {
  for (;;) await rw.readMsg();
};

/** Reports a peer as soon as its end is decided, and not when its tasks are over. */
class EarlyServer extends Server {
  readonly ends = new WaitGroup();

  override async runPeer(peer: Peer): Promise<void> {
    this.ends.go('Peer.run', async () => {
      await peer.run();
    });
    await peer.closed.wait();
    const error = new DiscError(discTooManyPeers);
    const end = { error, reason: error.reason, remoteRequested: true };
    await this.delpeer.send({ peer, end });
  }
}

function serverOf(
  Kind: typeof Server,
  network: MemoryNetwork,
  run: Protocol['run'],
): Server {
  const self = idOf('A');
  return new Kind({
    ...{ privateKey: fromHex('11'.repeat(32)), self, name: 'A', network },
    protocols: [{ name: 'note', version: 1, length: 4, run }],
    newTransport: (fd) => new PlainTransport(fd, self),
    maxPeers: 25,
    listen: { host, port },
  });
}

/** What a remote heard: the reason of a Disconnect, or nothing; and when its line ended. */
export interface Farewell {
  readonly reason: number | undefined;
  readonly atMs: number;
}

/** A remote named `name` comes through both handshakes. */
async function come(network: MemoryNetwork, name: string): Promise<Transport> {
  const id = idOf(name);
  const fd = await network.dial(host, port);
  const named = await new PlainTransport(fd, id).doEncHandshake();
  const caps = [{ name: 'note', version: 1 }];
  const hello = { version: baseProtocolVersion, name, caps, listenPort: 0 };
  return (await named.doProtoHandshake({ ...hello, id: fromHex(id) })).messages;
}

/** Reads to the end of the line. */
async function hear(line: Transport): Promise<Farewell> {
  let reason: number | undefined;
  try {
    for (;;) {
      const { code, payload } = await line.readMsg();
      if (code === discMsg) reason = decodeDisconnect(payload);
    }
  } catch {
    await line.close(undefined);
    return { reason, atMs: runtime().now() };
  }
}

export interface CameBack {
  /** What the remote heard, each time that it came. */
  readonly heard: readonly (number | undefined)[];
  /** Entries of the table after it, and tasks of protocols that are alive. */
  readonly inTable: number;
  readonly tasks: number;
  /** How long `stop` took, and how many of the tasks it left behind. */
  readonly stopMs: number;
  readonly leftByStop: number;
}

/**
 * B comes, says Disconnect 4 a second later, and comes again; A's protocol sleeps.
 *
 * @param early A strikes a peer off before its tasks are over
 */
export async function comeBack(times: number, early: boolean): Promise<CameBack> {
  let tasks = 0;
  const counted: Protocol['run'] = async (...args) => {
    tasks++;
    await sleeps(...args);
    tasks--;
  };
  const { outcome } = await simulate({ schedule: '' }, async () => {
    const network = new MemoryNetwork();
    const server = serverOf(early ? EarlyServer : Server, network, counted);
    await server.start();
    const heard: (number | undefined)[] = [];
    for (let nth = 0; nth < times; nth++) {
      let line: Transport;
      try {
        line = await come(network, 'B');
      } catch (error) {
        if (!(error instanceof DiscError)) throw error;
        heard.push(error.reason); // where Hello is due
        await sleep(2_000);
        continue;
      }
      const listening = new WaitGroup();
      listening.go('remote', async () => {
        heard.push((await hear(line)).reason);
      });
      await sleep(1_000);
      const leave = newMsg(discMsg, encodeDisconnect(discTooManyPeers));
      await line.writeMsg(leave).catch(() => undefined); // A may have said no
      await listening.wait();
      await sleep(1_000);
    }
    const inTable = (await server.peers()).length;
    const alive = tasks;
    const from = runtime().now();
    await server.stop();
    const stopMs = runtime().now() - from;
    return { heard, inTable, tasks: alive, stopMs, leftByStop: tasks };
  });
  if (outcome.status === 'threw') throw outcome.error;
  if (outcome.status !== 'done') throw new Error(outcome.status);
  return outcome.value;
}

export interface Stopped {
  /** A peer whose protocol reads. */
  readonly peer: Farewell;
  /** A connection that has not said who it is. */
  readonly stranger: Farewell;
  /** Who dials a moment later. */
  readonly late: 'refused' | 'taken';
  readonly stopMs: number;
  /** Tasks of the server that are alive when `stop` returns. */
  readonly left: readonly string[];
}

/** A has a peer, a stranger in the middle of its handshake, and is stopped after 1 s. */
export async function stopServer(): Promise<Stopped> {
  const { outcome } = await simulate({ schedule: '' }, async () => {
    const network = new MemoryNetwork();
    const server = serverOf(Server, network, reads);
    await server.start();
    const line = await come(network, 'B');
    const stranger = new PlainTransport(await network.dial(host, port), idOf('C'));
    const listening = new WaitGroup();
    const farewells = new Map<string, Farewell>();
    const isOver = new Done('the run is over');
    const listen = (name: string, to: Transport): void => {
      listening.go(name, async () => {
        farewells.set(name, await hear(to));
      });
    };
    listen('B', line);
    listen('C', stranger);
    await sleep(1_000);
    let stopMs = NaN;
    listening.go('stop', async () => {
      await server.stop();
      stopMs = runtime().now() - 1_000;
      isOver.close();
    });
    await sleep(0);
    const late = await network.dial(host, port).then(
      () => 'taken' as const,
      () => 'refused' as const,
    );
    const tooLate = new Timer('watched', 60_000);
    await select({ over: recv(isOver), tooLate: recv(tooLate) });
    tooLate.stop();
    await listening.wait();
    const [peer, other] = [farewells.get('B'), farewells.get('C')];
    if (peer === undefined || other === undefined) throw new Error('nothing heard');
    return { peer, stranger: other, late, stopMs, left: server.tasks };
  });
  if (outcome.status === 'threw') throw outcome.error;
  if (outcome.status !== 'done') throw new Error(outcome.status);
  return outcome.value;
}
