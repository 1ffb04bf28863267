/**
 * Faults that need sockets: resets, stalls of the event loop, jumps of the clock, and the
 * stop of a node in each of twelve phases. All invariants are watched in each.
 */

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { initCrypto, publicKey } from '#crypto';
import { toHex } from '../../impl/bytes.ts';
import { TxPool, type PooledTransaction } from '../../impl/core/txpool.ts';
import { Chan } from '../../impl/csp/chan.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { FullNode, type FullNodeConfig } from '../../impl/node/full-node.ts';
import { tcpNetwork } from '../../impl/node/network.ts';
import { nodeIDOf, type Node } from '../../impl/p2p/enode.ts';
import type { PeerEvent } from '../../impl/p2p/events.ts';
import { newMsg } from '../../impl/p2p/message.ts';
import type { Protocol } from '../../impl/p2p/protocol.ts';
import { newRLPX } from '../../impl/p2p/rlpx/transport.ts';
import { Server } from '../../impl/p2p/server.ts';
import { signedTx, testGenesis } from '../helpers/blocks.ts';
import {
  shakingHands,
  Watch,
  WatchedProcess,
  watchChain,
} from '../helpers/invariants.ts';
import { makeProtocol, readAll } from '../helpers/peers.ts';
import { visit, type Phase } from '../soak/visitors.ts';

const isLong = process.env['PEERWALK_ALL'] !== undefined;

beforeAll(initCrypto);

let here: WatchedProcess;
beforeEach(() => {
  here = new WatchedProcess().start();
});
afterEach(async () => {
  const broken = here.broken();
  for (let turn = 0; turn < 500 && handles() > 0; turn++) await turnOfTheLoop();
  const { timers } = here;
  here.stop();
  expect(broken).toEqual([]);
  expect([handles(), timers]).toEqual([0, 0]);
});

/** I-8: sockets and listeners of this process that are open. */
function handles(): number {
  return process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP'))
    .length;
}

const turnOfTheLoop = (): Promise<void> =>
  new Promise((resolve) => setImmediate(resolve));

/** Until it is so. What never is ends by the test's time-out. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1));
}

interface Watched {
  readonly node: FullNode;
  readonly watch: Watch;
  readonly events: PeerEvent[];
}

const genesis = testGenesis;

async function startNode(config: Partial<FullNodeConfig> = {}): Promise<Watched> {
  const watch = new Watch(tcpNetwork);
  const node = new FullNode({
    privateKey: runtime().randomBytes(32),
    genesis: genesis(),
    networkId: 1337n,
    network: watch.network,
    name: 'peerwalk/faults',
    listen: { host: '127.0.0.1', port: 0 },
    syncTickMs: 20,
    enableMsgEvents: true,
    ...config,
  });
  watch.attach(node.server);
  const events: PeerEvent[] = [];
  node.server.feed.subscribe((event) => events.push(event));
  await node.start();
  return { node, watch, events };
}

/** Stops it, and again; afterwards nothing is left, and its port is free. */
async function stopped({ node, watch }: Watched): Promise<void> {
  const { port = 0 } = node.server;
  const goesBack = watchChain(node.chain);
  await Promise.all([node.stop(), node.stop()]);
  await node.stop();
  expect(await watch.broken('stopped')).toEqual([]);
  expect(goesBack()).toEqual([]);
  expect(node.eth.wg.names).toEqual([]);
  const again = createServer().listen(port, '127.0.0.1');
  await once(again, 'listening');
  await new Promise((resolve) => again.close(resolve));
}

const dropsOf = (events: readonly PeerEvent[]): number[] =>
  events.flatMap((event) => (event.type === 'drop' ? [event.reason] : []));

/** A server of one protocol, over RLPX and TCP. */
async function startServer(
  run: Protocol['run'],
  handshakeTimeoutMs = 5_000,
): Promise<{ server: Server; watch: Watch; events: PeerEvent[] }> {
  const privateKey = runtime().randomBytes(32);
  const watch = new Watch(tcpNetwork);
  const server = new Server({
    privateKey,
    self: nodeIDOf(toHex(publicKey(privateKey))),
    name: 'peerwalk/faults',
    protocols: [makeProtocol(run, { name: 'eth', version: 63 })],
    network: watch.network,
    newTransport: (fd) => newRLPX(fd, { handshakeTimeoutMs }),
    maxPeers: 10,
    listen: { host: '127.0.0.1', port: 0 },
  });
  watch.attach(server);
  const events: PeerEvent[] = [];
  server.feed.subscribe((event) => events.push(event));
  await server.start();
  return { server, watch, events };
}

describe('F-02, a reset', () => {
  const large = newMsg(
    0,
    new Uint8Array(1 << 20).map((_, i) => (i * i) >> 3),
  );
  const pours: Protocol['run'] = async (_peer, rw) => {
    for (;;) await rw.writeMsg(large);
  };

  it.each([
    'in the first write',
    'while a write waits for room',
    'during the farewell',
  ])('ends that peer alone: %s', async (when) => {
    const protocol = when === 'during the farewell' ? readAll : pours;
    const { server, watch, events } = await startServer(protocol);
    const visitor = await visit({ server }, 'Hello');
    await until(() => watch.live.size === 1);
    if (when === 'while a write waits for room') {
      // A write that is long over, or not begun yet, waits for none.
      for (let stuck = 0; stuck < 20; stuck++) {
        await turnOfTheLoop();
        if (watch.network.writing === 0) stuck = 0;
      }
      expect(watch.network.writing).toBe(1);
    }
    if (when === 'during the farewell') {
      const [peer] = await server.peers();
      await peer?.disconnect(4);
    }
    here.lastDialed?.resetAndDestroy();
    await until(() => events.some(({ type }) => type === 'drop'));
    await until(() => watch.network.open.size === 0);
    expect(dropsOf(events)).toEqual([when === 'during the farewell' ? 4 : 1]);
    expect(await watch.broken('at rest')).toEqual([]);
    await visitor.vanish();
    await server.stop();
    expect(await watch.broken('stopped')).toEqual([]);
  });
});

describe('F-08, an event loop that stands still', () => {
  /** Nobody has a turn, and no processor works. */
  function standStill(ms: number): void {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  }

  it.each(isLong ? [1_000, 6_000] : [1_000])(
    'for %i ms costs nobody his place whose bytes came in time',
    async (ms) => {
      const { server, watch, events } = await startServer(readAll, ms / 2);
      const key = runtime().randomBytes(32);
      const { port = 0 } = server;
      const fd = await tcpNetwork.dial('127.0.0.1', port, 5_000, server.quit);
      const target = { id: server.config.self, host: '127.0.0.1', port };
      const named = await newRLPX(fd).doEncHandshake(key, target);
      // From a callback of the poll phase: what `setImmediate` runs comes before the next.
      await promisify(stat)('.');
      const write = fd.write.bind(fd);
      fd.write = async (bytes) => {
        const written = write(bytes);
        // Hello is in the kernel at the end of this turn; then the deadline passes.
        setImmediate(() => {
          standStill(ms);
        });
        await written;
      };
      const hello = {
        version: 5,
        name: 'late',
        caps: server.config.protocols,
        listenPort: 0,
      };
      const { messages } = await named.doProtoHandshake({
        ...hello,
        id: publicKey(key),
      });
      fd.write = write;
      await until(() => events.length > 0);
      expect(events.map(({ type }) => type)).toEqual(['add']);
      await messages.close(undefined);
      await until(() => watch.live.size === 0);
      expect(await watch.broken('at rest')).toEqual([]);
      await server.stop();
    },
  );
});

describe('F-09, a wall clock that jumps', () => {
  it('an hour forth and two back ends no peer, no handshake and no dial', async () => {
    const { now } = Date;
    let aheadMs = 0;
    vi.spyOn(Date, 'now').mockImplementation(() => now() + aheadMs);
    try {
      const node = await startNode();
      const silent = await silentListener();
      await node.node.server.addPeer(silent.node);
      await silent.called.recv();
      const peer = await visit(node.node, 'Status');
      const comer = await visit(node.node, 'auth');
      for (const hours of [1, -2, 1]) {
        aheadMs += hours * 3_600_000;
        // Timers and what they would end have their turn.
        for (let turn = 0; turn < 10; turn++) await turnOfTheLoop();
        // Longer than the grace that a deadline gives after a stall.
        await new Promise((resolve) => setTimeout(resolve, 300));
        expect(node.watch.live.size).toBe(1);
        expect(shakingHands(node.node.server)).toBe(1);
        expect(node.events.map(({ type }) => type)).not.toContain('drop');
        expect(node.events.map(({ type }) => type)).not.toContain('dial-error');
      }
      await Promise.all([stopped(node), peer.listen(), comer.listen()]);
      await silent.close();
    } finally {
      vi.restoreAllMocks();
    }
  });
});

describe.skipIf(!isLong)('F-14, no file descriptor left', () => {
  // A process of its own: the limit is the process's.
  const script = `
    import { openSync, closeSync } from 'node:fs';
    import { connect } from 'node:net';
    import { once } from 'node:events';
    import { Done } from './impl/csp/done.ts';
    import { listenTCP } from './impl/net/tcp.ts';
    import { Acceptor } from './impl/p2p/accept.ts';
    const listener = await listenTCP('127.0.0.1', 0);
    let accepted = 0;
    const acceptor = new Acceptor(listener, new Done('quit'), () => {});
    (async () => {
      for (let fd = await acceptor.next(); fd; fd = await acceptor.next()) {
        await fd.close();
        accepted++;
      }
    })();
    // The caller's socket is made first: a dial needs a descriptor as well.
    const held = [];
    try { for (;;) held.push(openSync('/dev/null')); } catch {}
    closeSync(held.pop());
    const refused = connect(listener.port, '127.0.0.1');
    refused.on('error', () => {});
    await once(refused, 'close');
    const during = accepted;
    for (const fd of held) closeSync(fd);
    const served = connect(listener.port, '127.0.0.1');
    served.on('error', () => {});
    served.resume();
    await once(served, 'close');
    console.log(JSON.stringify({ during, after: accepted }));
    await listener.close();
  `;

  it('is no end of the listener: it serves again when there are some', async () => {
    const command = `ulimit -n 60; exec node --import tsx --input-type=module -e "$1"`;
    const run = promisify(execFile);
    const { stdout } = await run('bash', ['-c', command, 'bash', script]);
    expect(JSON.parse(stdout)).toEqual({ during: 0, after: 1 });
  });
});

/** Takes calls and says nothing. */
async function silentListener(): Promise<{
  readonly node: Node;
  readonly called: Chan<Socket>;
  close(): Promise<void>;
}> {
  const server = createServer({ pauseOnConnect: true });
  const called = new Chan<Socket>('called', 16);
  const sockets: Socket[] = [];
  server.on('connection', (socket) => {
    socket.on('error', () => undefined); // what it suffers is not our matter
    sockets.push(socket);
    called.trySend(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const id = nodeIDOf(toHex(publicKey(runtime().randomBytes(32))));
  return {
    node: { id, host: '127.0.0.1', port },
    called,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface StopPhase {
  readonly name: string;
  /** Brings the node there. What it returns waits until the node has gone. */
  readonly enter: (watched: Watched) => Promise<(() => Promise<void>) | undefined>;
  readonly pool?: boolean;
}

const as =
  (phase: Phase): StopPhase['enter'] =>
  async ({ node }) => {
    const visitor = await visit(node, phase);
    return () => visitor.listen();
  };

/** The run loop does not come to its n-th answer. */
const held =
  (n: number): StopPhase['enter'] =>
  async ({ node }) => {
    const { server } = node;
    let answers = 0;
    let isHeld = false;
    const answer = server.answer.bind(server);
    server.answer = async (conn, refusal) => {
      if (++answers === n) {
        isHeld = true;
        await server.quit.wait();
      }
      await answer(conn, refusal);
    };
    const visiting = visit(node, 'Hello').catch(() => undefined);
    await until(() => isHeld);
    return async () => (await visiting)?.listen();
  };

const twelve: readonly StopPhase[] = [
  { name: 'listening', enter: () => Promise.resolve(undefined) },
  { name: 'accepted', enter: as('connected') },
  { name: 'half an auth read', enter: as('half an auth') },
  { name: 'ack and Hello sent, no Hello read', enter: as('auth') },
  { name: 'checkpoint 1', enter: held(1) },
  { name: 'checkpoint 2', enter: held(2) },
  {
    name: 'a peer that starts',
    enter: async ({ node, watch }) => {
      const visiting = visit(node, 'Hello').catch(() => undefined);
      const began = new Chan<undefined>('began', 1);
      node.server.feed.subscribe(
        ({ type }) => type === 'add' && began.trySend(undefined),
      );
      if (watch.live.size === 0) await began.recv();
      return async () => (await visiting)?.listen();
    },
  },
  { name: 'Status sent, none read', enter: as('Hello') },
  { name: 'a quiet peer', enter: as('Status') },
  {
    name: 'a request without an answer',
    enter: async ({ node, events }) => {
      const visitor = await visit(node, 'Status', { td: 1n << 90n });
      await until(() =>
        events.some((event) => event.type === 'msgsend' && event.code === 3),
      );
      return () => visitor.listen();
    },
  },
  {
    name: 'a write that nobody takes',
    pool: true,
    enter: async ({ node, watch }) => {
      const visitor = await visit(node, 'Status');
      // In the same write for fifty turns: the kernel is full.
      for (let turns = 0; turns < 50; turns++) {
        if (watch.network.writing === 0) turns = 0;
        await turnOfTheLoop();
      }
      return () => visitor.vanish();
    },
  },
  {
    name: 'dialing: a call taken, and no word said',
    enter: async ({ node }) => {
      const silent = await silentListener();
      await node.server.addPeer(silent.node);
      await silent.called.recv();
      return () => silent.close();
    },
  },
];

/** More than the kernel holds of a connection that nobody reads; proved once for all. */
let large: readonly PooledTransaction[] = [];
function fillPool({ chain, txPool }: FullNode): void {
  if (large.length === 0) {
    const pool = new TxPool(chain);
    for (let n = 0; n < 40; n++) {
      const data = runtime().randomBytes(31_000);
      // Ten of an account.
      const key = new Uint8Array(32).fill(1 + Math.floor(n / 10));
      pool.add(signedTx({ nonce: BigInt(n % 10), key, data, gasLimit: 4_000_000n }));
    }
    const waiting = pool.waiting();
    expect(waiting).toHaveLength(40);
    large = Array.from({ length: 9 }, () => waiting).flat(); // 11 MB
  }
  txPool.waiting = () => large;
}

const rounds = 5;

describe('F-07, over TCP', () => {
  it.each(twelve)(
    `a node that is stopped ${rounds} times in this phase leaves nothing behind: $name`,
    async ({ enter, pool = false }) => {
      for (let round = 0; round < rounds; round++) {
        const watched = await startNode();
        if (pool) fillPool(watched.node);
        const leave = await enter(watched);
        if (pool) {
          await stopped(watched);
          await leave?.();
        } else {
          await Promise.all([stopped(watched), leave?.()]);
        }
      }
    },
    // I-8. A farewell that nobody reads is given 1 s, and a handshake 5. All else that may
    // end a wait takes 15 s or more, and five times that does not fit in here.
    60_000,
  );
});
