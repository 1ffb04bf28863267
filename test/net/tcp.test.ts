import { once } from 'node:events';
import { connect, createServer, Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, vi } from 'vitest';
import { Done } from '../../impl/csp/done.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { sleep } from '../../impl/csp/timer.ts';
import {
  AcceptFailed,
  ConnClosed,
  DeadlineExceeded,
  EndOfStream,
  type NetConn,
  QueueFull,
} from '../../impl/net/net-conn.ts';
import { dialTCP, Listener, listenTCP } from '../../impl/net/tcp.ts';
import { failureOf, pattern, serialOnTheWall, together } from './grounds.ts';

/** A connection of ours whose other side is a bare socket, for bad manners. */
async function withRawPeer(
  body: (conn: NetConn, peer: Socket) => Promise<void>,
): Promise<void> {
  const listener = await listenTCP('127.0.0.1', 0);
  const peer = connect({
    host: '127.0.0.1',
    port: listener.port,
    allowHalfOpen: true,
    noDelay: true,
  });
  peer.on('error', () => undefined); // what the peer suffers is not our matter
  const conn = await listener.accept();
  try {
    await body(conn, peer);
  } finally {
    peer.destroy();
    await conn.close();
    await listener.close();
  }
}

/** Handles and timers that keep the process alive, by kind. */
function resources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) {
    if (!/^(?:TCP|Timeout|Immediate)/.test(kind)) continue;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** What `resources` settles on once closed handles have left the event loop. */
async function restingResources(): Promise<Record<string, number>> {
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  return resources();
}

describe('dialTCP', () => {
  it('throws ConnClosed when nobody listens there', async () => {
    const listener = await listenTCP('127.0.0.1', 0);
    await listener.close();
    const error = await failureOf(dialTCP('127.0.0.1', listener.port));
    expect(error).toBeInstanceOf(ConnClosed);
    expect(error).toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  });

  it('throws DeadlineExceeded when nobody answers, and ends at once on stop', async () => {
    // A thread that listens and then sleeps: its kernel takes a few connections, and
    // leaves the next without an answer.
    const worker = new Worker(
      `const { parentPort } = require('node:worker_threads');
       const server = require('node:net').createServer();
       server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
         parentPort.postMessage(server.address().port);
         Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
       });`,
      { eval: true },
    );
    const [port] = (await once(worker, 'message')) as [number];
    const fillers = [1, 2, 3].map(() => connect(port, '127.0.0.1'));
    for (const socket of fillers) socket.on('error', () => undefined);
    await new Promise(setImmediate);
    try {
      const error = await failureOf(dialTCP('127.0.0.1', port, { timeoutMs: 50 }));
      expect(error).toBeInstanceOf(DeadlineExceeded);

      const stop = new Done('stop');
      const dialing = failureOf(dialTCP('127.0.0.1', port, { stop }));
      await new Promise(setImmediate);
      stop.close();
      // One turn of the loop: no clock has a part in it.
      const turn = new Promise(setImmediate).then(() => 'it still waits');
      expect(await Promise.race([dialing, turn])).toBeInstanceOf(ConnClosed);
    } finally {
      for (const socket of fillers) socket.destroy();
      await worker.terminate();
    }
  });

  it('does not begin once stopped', async () => {
    const stop = new Done('stop');
    stop.close();
    const before = resources();
    const dialling = failureOf(dialTCP('127.0.0.1', 1, { stop }));
    expect(resources()).toEqual(before);
    expect(await dialling).toBeInstanceOf(ConnClosed);
  });

  it('leaves no timer behind', async () => {
    const before = resources();
    const listener = await listenTCP('127.0.0.1', 0);
    for (let i = 0; i < 10; i++) {
      const conn = await dialTCP('127.0.0.1', listener.port);
      await conn.close();
    }
    await listener.close();
    // The test runner has a timer of its own, or two.
    expect(resources()['Timeout'] ?? 0).toBeLessThan((before['Timeout'] ?? 0) + 3);
  });
});

describe('listenTCP', () => {
  it('throws ConnClosed for a port that is taken', async () => {
    const listener = await listenTCP('127.0.0.1', 0);
    const error = await failureOf(listenTCP('127.0.0.1', listener.port));
    expect(error).toMatchObject({ name: 'ConnClosed', cause: { code: 'EADDRINUSE' } });
    await listener.close();
  });

  it('says where it listens, and writes IPv6 addresses in brackets', async () => {
    const listener = await listenTCP('::1', 0);
    expect(listener.host).toBe('::1');
    const conn = await dialTCP('::1', listener.port);
    expect(conn.remoteAddr).toBe(`[::1]:${listener.port}`);
    await conn.close();
    await listener.close();
  });

  it('writes an IPv4 peer of an IPv6 socket as IPv4', async () => {
    const listener = await listenTCP('::', 0);
    const conn = await dialTCP('127.0.0.1', listener.port);
    const accepted = await listener.accept();
    expect(accepted.remoteAddr).toBe(conn.localAddr);
    await conn.close();
    await accepted.close();
    await listener.close();
  });
});

describe('Listener.accept', () => {
  it('gives connections in the order in which they came', async () => {
    const listener = await listenTCP('127.0.0.1', 0);
    const dialled: NetConn[] = [];
    for (let i = 0; i < 5; i++) {
      dialled.push(await dialTCP('127.0.0.1', listener.port));
    }
    for (const conn of dialled) {
      const accepted = await listener.accept();
      expect(accepted.remoteAddr).toBe(conn.localAddr);
      await accepted.close();
      await conn.close();
    }
    await listener.close();
  });

  it('throws ConnClosed after close, also to who waits already', async () => {
    const listener = await listenTCP('127.0.0.1', 0);
    await together(
      async () => expect(await failureOf(listener.accept())).toBeInstanceOf(ConnClosed),
      () => listener.close(),
    );
    expect(await failureOf(listener.accept())).toBeInstanceOf(ConnClosed);
  });

  it('reads nothing from a connection that nobody has accepted', async () => {
    const listener = await listenTCP('127.0.0.1', 0);
    const conn = await dialTCP('127.0.0.1', listener.port);
    conn.setWriteDeadline(runtime().now() + 100);
    const error = await failureOf(conn.write(new Uint8Array(40 << 20)));
    expect(error).toBeInstanceOf(DeadlineExceeded);
    await conn.close();
    await listener.close();
  });

  it('closes what is more than may wait, and serves those that waited', async () => {
    const listener = await listenTCP('127.0.0.1', 0, { maxWaiting: 2 });
    const conns: NetConn[] = [];
    for (let i = 0; i < 5; i++) conns.push(await dialTCP('127.0.0.1', listener.port));
    const [first, second, ...refused] = conns;
    for (const conn of refused) {
      // FIN or RST: both say that nobody is there.
      const error = await failureOf(conn.readFull(1));
      expect(error instanceof EndOfStream || error instanceof ConnClosed).toBe(true);
    }
    const told = await failureOf(listener.accept());
    expect(told).toMatchObject({
      name: 'AcceptFailed',
      count: 3,
      cause: new QueueFull(2),
      message: 'accept: closed at once, because 2 wait already',
    });
    for (const conn of [first, second]) {
      const accepted = await listener.accept();
      await accepted.write(pattern(3));
      expect(await conn?.readFull(3)).toEqual(pattern(3));
      await accepted.close();
    }
    for (const conn of conns) await conn.close();
    await listener.close();
  });

  it('throws errors of the system together, and goes on', async () => {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const listener = new Listener(server);
    const emfile = Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' });
    const conn = await dialTCP('127.0.0.1', listener.port);
    for (let i = 0; i < 100; i++) server.emit('error', emfile);
    const error = await failureOf(listener.accept());
    expect(error).toBeInstanceOf(AcceptFailed);
    expect(error).toMatchObject({ count: 100, cause: emfile });
    const accepted = await listener.accept();
    await conn.close();
    await accepted.close();
    // One that waits hears of the next.
    const waiting = failureOf(listener.accept());
    server.emit('error', emfile);
    expect(await waiting).toMatchObject({ name: 'AcceptFailed', count: 1 });
    await listener.close();
  });
});

describe('Listener.close', () => {
  it('frees the port at once and leaves accepted connections alone', async () => {
    const listener = await listenTCP('127.0.0.1', 0);
    const conn = await dialTCP('127.0.0.1', listener.port);
    const accepted = await listener.accept();
    await listener.close();
    const again = await listenTCP('127.0.0.1', listener.port);
    await again.close();
    await conn.write(pattern(2));
    expect(await accepted.readFull(2)).toEqual(pattern(2));
    await conn.close();
    await accepted.close();
    await listener.close();
  });

  it('ends the connections that nobody accepted', async () => {
    const listener = await listenTCP('127.0.0.1', 0);
    const conn = await dialTCP('127.0.0.1', listener.port);
    await together(
      async () => expect(await failureOf(conn.readFull(1))).toBeInstanceOf(Error),
      async () => {
        await sleep(1);
        await listener.close();
      },
    );
    await conn.close();
  });
});

describe('a TCP connection', () => {
  /** The ways in which the other side can leave. */
  const departures = {
    'ends its side': (peer: Socket) => peer.end(),
    'destroys its socket': (peer: Socket) => peer.destroy(),
    'resets the connection': (peer: Socket) => peer.resetAndDestroy(),
  };

  describe.each(Object.entries(departures))('whose peer %s', (_how, leave) => {
    it('gives what came whole before it and then fails, wherever it happens', async () => {
      const parts = [16, 16, 100, 16]; // a header, its MAC, a body, its MAC
      const total = 148;
      for (let cut = 0; cut <= total; cut += 4) {
        await withRawPeer(async (conn, peer) => {
          const errors: unknown[] = [];
          let read = 0;
          await together(
            async () => {
              for (const size of parts) {
                const error = await failureOf(conn.readFull(size));
                if (error !== undefined) break;
                read += size;
              }
              errors.push(await failureOf(conn.readFull(200)));
              errors.push(await failureOf(conn.readFull(200)));
            },
            () =>
              runtime().external(
                'leave',
                new Promise<void>((resolve) => {
                  peer.write(pattern(cut), () => {
                    leave(peer);
                    resolve();
                  });
                }),
              ),
          );
          for (const error of errors) {
            expect(error instanceof EndOfStream || error instanceof ConnClosed).toBe(
              true,
            );
          }
          // A reset may overtake bytes; an orderly end may not.
          if (leave !== departures['resets the connection']) {
            let whole = 0;
            for (const size of parts) {
              if (whole + size > cut) break;
              whole += size;
            }
            expect(read).toBe(whole);
          }
        });
      }
    });
  });

  it('still writes to a peer that ended its side', () =>
    withRawPeer(async (conn, peer) => {
      const got: Buffer[] = [];
      peer.on('data', (chunk: Buffer) => got.push(chunk));
      peer.end('last words');
      expect(await conn.readFull(10)).toHaveLength(10);
      expect(await failureOf(conn.readFull(1))).toBeInstanceOf(EndOfStream);
      const ended = once(peer, 'end');
      await conn.write(pattern(5));
      await conn.close(500);
      await ended;
      expect(Buffer.concat(got)).toEqual(Buffer.from(pattern(5)));
    }));

  it('gives the bytes that came before a reset', () =>
    withRawPeer(async (conn, peer) => {
      peer.write(pattern(20));
      expect(await conn.readFull(10)).toEqual(pattern(10));
      peer.resetAndDestroy();
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(await conn.readFull(10)).toEqual(pattern(10, 10));
      expect(await failureOf(conn.readFull(1))).toBeInstanceOf(ConnClosed);
    }));

  it('fails a write that waits when the peer resets it', () =>
    withRawPeer(async (conn, peer) => {
      peer.pause();
      await together(
        async () =>
          expect(await failureOf(conn.write(new Uint8Array(64 << 20)))).toBeInstanceOf(
            ConnClosed,
          ),
        async () => {
          await sleep(20);
          peer.resetAndDestroy();
        },
      );
      expect(await failureOf(conn.write(pattern(1)))).toBeInstanceOf(ConnClosed);
    }));

  it('sends what is written in one turn in one write to the socket', () =>
    withRawPeer(async (conn, peer) => {
      const got: Buffer[] = [];
      peer.on('data', (chunk: Buffer) => got.push(chunk));
      const write = vi.spyOn(Socket.prototype, 'write');
      for (let i = 0; i < 20; i++) await conn.write(pattern(100, 100 * i));
      await new Promise(setImmediate);
      const writes = write.mock.calls.map(([bytes]) => bytes);
      write.mockRestore();
      expect(writes).toEqual([pattern(2_000)]);
      await conn.close(500);
      expect(Buffer.concat(got)).toEqual(Buffer.from(pattern(2_000)));
    }));

  it('tells a later write of one that was taken over and failed', () =>
    withRawPeer(async (conn, peer) => {
      peer.resetAndDestroy();
      const errors: unknown[] = [];
      // The first may reach the kernel before the reset does.
      for (let i = 0; i < 5; i++) {
        errors.push(await failureOf(conn.write(pattern(10))));
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      expect(errors[0]).toBe(undefined);
      const last = errors.at(-1);
      expect(last).toBeInstanceOf(ConnClosed);
      expect((last as ConnClosed).cause).toMatchObject({ syscall: 'write' });
    }));

  it('stops the writer of small messages to a peer that reads nothing', () =>
    withRawPeer(async (conn, peer) => {
      peer.pause();
      const message = pattern(1_000);
      let error: unknown;
      let written = 0;
      while (error === undefined && written < 40 << 20) {
        conn.setWriteDeadline(runtime().now() + 100); // anew for each, as for a frame
        error = await failureOf(conn.write(message));
        written += message.length;
      }
      expect(error).toBeInstanceOf(DeadlineExceeded);
      conn.setWriteDeadline(undefined);
      expect(await failureOf(conn.write(message))).toBeInstanceOf(ConnClosed);
    }));

  it(
    'is gone within 2 s when the peer never ends its side',
    () =>
      withRawPeer(async (conn, peer) => {
        peer.resume();
        const timers: { ms: number; fire: () => void }[] = [];
        const start = vi
          .spyOn(runtime(), 'startTimer')
          .mockImplementation((ms, fire) => {
            timers.push({ ms, fire });
            return { stop: () => undefined };
          });
        const closing = conn.close(60_000);
        start.mockRestore();
        expect(timers.map(({ ms }) => ms)).toEqual([2_000]);
        timers[0]?.fire();
        await closing;
        // Nobody is there any more, and the peer learns it when it writes.
        const failed = once(peer, 'error');
        const asking = setInterval(() => peer.write('is anybody there?'), 2);
        await failed;
        clearInterval(asking);
      }),
    20_000,
  );

  it('does not judge a peer by a deadline that passed while we were busy', async () => {
    const listener = await listenTCP('127.0.0.1', 0);
    // The peer is a thread of its own: it sends while this one is busy.
    const worker = new Worker(
      `const { workerData } = require('node:worker_threads');
       const socket = require('node:net').connect(workerData, '127.0.0.1', () => {
         setTimeout(() => socket.write(Buffer.alloc(1 << 20)), 100);
       });
       socket.on('error', () => undefined);`,
      { eval: true, workerData: listener.port },
    );
    const conn = await listener.accept();
    conn.setReadDeadline(runtime().now() + 300);
    await together(
      async () => expect(await conn.readFull(1 << 20)).toHaveLength(1 << 20),
      async () => {
        await sleep(1);
        const until = runtime().now() + 600;
        while (runtime().now() < until); // the fault under test
      },
    );
    conn.setReadDeadline(runtime().now() + 20);
    expect(await failureOf(conn.readFull(1))).toBeInstanceOf(DeadlineExceeded);
    await conn.close();
    await listener.close();
    await worker.terminate();
  });

  it('is not judged before its deadline, though timers come early', () =>
    withRawPeer(async (conn) => {
      for (let round = 0; round < 50; round++) {
        const at = runtime().now() + 2.99;
        conn.setReadDeadline(at);
        expect(await failureOf(conn.readFull(1))).toBeInstanceOf(DeadlineExceeded);
        expect(runtime().now() - at).toBeGreaterThan(-1);
      }
    }));

  it('leaves nothing behind after 1,000 rounds', async () => {
    const before = await restingResources();
    const listener = await listenTCP('127.0.0.1', 0);
    for (let round = 0; round < 1000; round++) {
      const dialled = await dialTCP('127.0.0.1', listener.port);
      const accepted = await listener.accept();
      dialled.setReadDeadline(runtime().now() + 30_000);
      accepted.setWriteDeadline(runtime().now() + 20_000);
      const [first, second] =
        round % 2 === 0 ? [dialled, accepted] : [accepted, dialled];
      if (round % 3 === 0) await first.write(pattern(100));
      if (round % 5 === 0) {
        await together(
          () => first.close(2_000),
          () => second.close(),
        );
      } else {
        await first.close();
        await second.close();
      }
    }
    await listener.close();
    const after = await restingResources();
    expect(after['TCPSocketWrap']).toBe(before['TCPSocketWrap']);
    expect(after['TCPServerWrap']).toBe(before['TCPServerWrap']);
    // The test runner has a timer of its own, or two.
    expect(after['Timeout'] ?? 0).toBeLessThan((before['Timeout'] ?? 0) + 3);
  }, 60_000);

  it('runs under the serial runtime on the wall clock', () =>
    serialOnTheWall(async () => {
      const listener = await listenTCP('127.0.0.1', 0);
      await together(
        async () => {
          const conn = await dialTCP('127.0.0.1', listener.port);
          await conn.write(pattern(100_000));
          expect(await conn.readFull(3)).toEqual(pattern(3));
          await conn.close(500);
        },
        async () => {
          const conn = await listener.accept();
          expect(Buffer.compare(await conn.readFull(100_000), pattern(100_000))).toBe(
            0,
          );
          await conn.write(pattern(3));
          expect(await failureOf(conn.readFull(1))).toBeInstanceOf(EndOfStream);
          await conn.close();
          await listener.close();
        },
      );
    }));
});
