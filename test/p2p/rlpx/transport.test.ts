import { describe, expect, it } from 'vitest';
import { createFrameCrypto, publicKey } from '#crypto';
import { concat, fromHex, toHex, utf8 } from '../../../impl/bytes.ts';
import { runtime } from '../../../impl/csp/runtime.ts';
import { sleep } from '../../../impl/csp/timer.ts';
import { WaitGroup } from '../../../impl/csp/wait-group.ts';
import {
  ConnClosed,
  DeadlineExceeded,
  EndOfStream,
} from '../../../impl/net/net-conn.ts';
import type { NetConn } from '../../../impl/net/net-conn.ts';
import type { EncTransport, Transport } from '../../../impl/p2p/conn.ts';
import { pipe } from '../../../impl/net/pipe.ts';
import { newMsg, sendItems, type Msg } from '../../../impl/p2p/message.ts';
import { DiscError, discQuitting } from '../../../impl/p2p/peer-error.ts';
import {
  decodeDisconnect,
  encodeDisconnect,
} from '../../../impl/p2p/rlpx/disconnect.ts';
import { FrameRW, headerLength, maxFrameSize } from '../../../impl/p2p/rlpx/frame.ts';
import { initiate, receive } from '../../../impl/p2p/rlpx/handshake.ts';
import { encodeHello } from '../../../impl/p2p/rlpx/hello.ts';
import { compress } from '../../../impl/p2p/rlpx/snappy-encoder.ts';
import { newRLPX } from '../../../impl/p2p/rlpx/transport.ts';
import { simulate } from '../../../impl/sim/simulate.ts';
import { atOnce } from '../../helpers/at-once.ts';
import {
  attempt,
  connected,
  failureOf,
  helloOf,
  keyA,
  keyB,
  nodeOf,
  RawPeer,
  run,
  segmentations,
  together,
  withHelloDone,
  withRawPeer,
} from './helpers.ts';

const timedOut = expect.objectContaining({ name: 'DeadlineExceeded' }) as unknown;
const cutOff = expect.objectContaining({ name: 'ConnClosed' }) as unknown;

/** Ends a test: both ends of the line. */
async function hangUp(
  ...conns: readonly { close(error: undefined): Promise<void> }[]
): Promise<void> {
  for (const conn of conns) await conn.close(undefined);
}

/** Bytes that come one by one, `ms` apart, until the line breaks. */
async function trickle(fd: NetConn, bytes: Uint8Array, ms: number): Promise<void> {
  for (const byte of bytes) {
    await sleep(ms);
    const result = await attempt(() => fd.write(Uint8Array.of(byte)));
    if ('error' in result) return;
  }
}

describe('RLPX', () => {
  it('meets another over a line: both handshakes, then messages both ways', async () => {
    await run(async () => {
      const { a, b } = await connected();
      await sendItems(a, 16, utf8('hello'));
      const msg = await b.readMsg();
      expect(msg).toMatchObject({ code: 16, size: 7 });
      expect(toHex(msg.payload)).toBe('c68568656c6c6f');
      await sendItems(b, 2);
      expect(await a.readMsg()).toMatchObject({ code: 2, size: 1 });
      await together(
        () => a.close(undefined),
        () => b.close(undefined),
      );
    });
  });

  it('exchanges Hello, and hears a Disconnect as a message', async () => {
    await run(async () => {
      const fds = pipe();
      const a = newRLPX(fds[0]);
      const b = newRLPX(fds[1]);
      const helloA = helloOf(keyA, { name: 'a', caps: [{ name: 'a', version: 0 }] });
      const helloB = helloOf(keyB, { name: 'b', caps: [{ name: 'b', version: 1 }] });
      const [namedB, namedA] = await together(
        () => a.doEncHandshake(keyA, nodeOf(keyB)),
        () => b.doEncHandshake(keyB, undefined),
      );
      expect(namedB.id).toBe(nodeOf(keyB).id);
      expect(namedA.id).toBe(nodeOf(keyA).id);
      const [helloFromB, helloFromA] = await together(
        () => namedB.doProtoHandshake(helloA),
        () => namedA.doProtoHandshake(helloB),
      );
      expect(helloFromB.their).toEqual(helloB);
      expect(helloFromA.their).toEqual(helloA);
      const [, reason] = await together(
        () => a.close(new DiscError(discQuitting)),
        async () => {
          const msg = await helloFromA.messages.readMsg();
          await b.close(undefined);
          expect(msg.code).toBe(1);
          return decodeDisconnect(msg.payload);
        },
      );
      expect(reason).toBe(discQuitting);
    });
  });

  it('says in a trace what passes, by name and with its bytes', async () => {
    const { trace } = await simulate({ record: true }, async () => {
      const { a, b } = await connected();
      await sendItems(a, 2);
      await b.readMsg();
      await sendItems(a, 16);
      await b.readMsg();
      await together(
        () => a.close(new DiscError(4)),
        async () => {
          await b.readMsg();
          await b.close(undefined);
        },
      );
    });
    const said = (kind: string): string[] =>
      (trace?.events ?? []).flatMap(({ e, v = '' }) => (e === kind ? [v] : []));
    const size = encodeHello(helloOf(keyA)).length;
    expect(said('msg').toSorted()).toEqual(
      [
        ...['in', 'out'].flatMap((way) => [
          ...[`${way} Hello, ${size} bytes`, `${way} Hello, ${size} bytes`],
          `${way} Ping, 1 bytes`,
          `${way} code 16, 1 bytes`,
          `${way} Disconnect, 2 bytes`,
        ]),
      ].toSorted(),
    );
    const packets = said('event').filter((text) => /\b(?:auth|ack),/.test(text));
    expect(packets.map((text) => text.replace(/\d+/, 'N')).toSorted()).toEqual([
      'in ack, N bytes',
      'in auth, N bytes',
      'out ack, N bytes',
      'out auth, N bytes',
    ]);
    const named = trace?.events.filter(({ e }) => e === 'msg') ?? [];
    expect(named.every(({ b }) => b !== undefined)).toBe(true);
    expect(trace?.bytes).toContain('c104');
  });
});

describe('newRLPX', () => {
  it.each(['nothing', 'half an auth', 'one byte every 100 ms'])(
    'gives a caller that sends %s 5 s',
    async (what) => {
      const { value, duration } = await run(async () => {
        const [raw, fd] = pipe();
        const ours = newRLPX(fd);
        const [error] = await together(
          async () => {
            const failure = await failureOf(() => ours.doEncHandshake(keyB, undefined));
            const at = runtime().now();
            await ours.close(failure);
            return { failure, at };
          },
          async () => {
            if (what === 'half an auth') await raw.write(fromHex('018000'));
            if (what.startsWith('one'))
              await trickle(raw, fromHex('0180' + '00'.repeat(99)), 100);
          },
        );
        await raw.close();
        return error;
      });
      expect(value.failure).toBeInstanceOf(DeadlineExceeded);
      expect(value.at).toBe(5000);
      expect(duration).toBeLessThanOrEqual(5100);
    },
  );

  it.each(['nothing', 'half an ack', 'one byte every 100 ms'])(
    'gives a node that answers its call with %s 5 s',
    async (what) => {
      await run(async () => {
        const [raw, fd] = pipe();
        const ours = newRLPX(fd);
        await together(
          async () => {
            const result = await attempt(() => ours.doEncHandshake(keyA, nodeOf(keyB)));
            expect(result).toMatchObject({
              error: timedOut,
              at: 5000,
            });
            await ours.close(undefined);
          },
          async () => {
            if (what === 'half an ack') await raw.write(fromHex('013000'));
            if (what.startsWith('one'))
              await trickle(raw, fromHex('0130' + '00'.repeat(99)), 100);
          },
        );
        await raw.close();
      });
    },
  );

  it('does not give Hello 5 s of its own', async () => {
    await run(async () => {
      const [raw, fd] = pipe();
      const ours = newRLPX(fd);
      await together(
        async () => {
          const named = await ours.doEncHandshake(keyB, undefined);
          expect(runtime().now()).toBe(3000);
          const result = await attempt(() => named.doProtoHandshake(helloOf(keyB)));
          expect(result).toMatchObject({
            error: timedOut,
            at: 5000,
          });
          await ours.close(undefined);
        },
        async () => {
          await sleep(3000);
          await initiate(raw, keyA, publicKey(keyB));
        },
      );
      await raw.close();
    });
  });

  it('does not give a Hello 5 s anew with each byte of it', async () => {
    await run(async () => {
      const { ours, raw } = await withRawPeer();
      const [result] = await together(
        async () => {
          const outcome = await attempt(() => ours.doProtoHandshake(helloOf(keyB)));
          await ours.close(undefined);
          return outcome;
        },
        () => trickle(raw.fd, raw.seal(0, encodeHello(helloOf(keyA))), 100),
      );
      expect(result).toMatchObject({ error: timedOut, at: 5000 });
      await raw.fd.close();
    });
  });

  it('counts the writing of our Hello in', async () => {
    await run(async () => {
      // The remote reads nothing after ack, and its Hello comes at once.
      const { ours, raw } = await withRawPeer({ capacity: 300 });
      await raw.send(0, encodeHello(helloOf(keyA)));
      const hello = helloOf(keyB, { name: 'n'.repeat(600) });
      const result = await attempt(() => ours.doProtoHandshake(hello));
      expect(result).toMatchObject({
        error: { name: 'HandshakeError', code: 'write-failed' },
        at: 5000,
      });
      await hangUp(ours, raw.fd);
    });
  });

  it('takes another time-out', async () => {
    await run(async () => {
      const [raw, fd] = pipe();
      const ours = newRLPX(fd, { handshakeTimeoutMs: 70 });
      const result = await attempt(() => ours.doEncHandshake(keyB, undefined));
      expect(result).toMatchObject({ error: timedOut, at: 70 });
      await hangUp(ours, raw);
    });
  });
});

describe('RLPX.doProtoHandshake', () => {
  it('prefers what the remote says to what became of our Hello', async () => {
    await run(async () => {
      const { ours, raw } = await withRawPeer({ capacity: 300 });
      // Refused, and the line is cut while our Hello is half out.
      const hello = helloOf(keyB, { name: 'n'.repeat(600) });
      const [error] = await together(
        () => failureOf(() => ours.doProtoHandshake(hello)),
        async () => {
          await raw.send(1, encodeDisconnect(4));
          await sleep(100);
          await raw.fd.close();
        },
      );
      expect(error).toMatchObject({ name: 'DiscError', reason: 4 });
      await hangUp(ours);
    });
  });

  it('leaves no task behind when reading fails', async () => {
    // `run` asserts that no task is left.
    await run(async () => {
      const { ours, raw } = await withRawPeer();
      await raw.fd.write(new Uint8Array(32));
      const error = await failureOf(() => ours.doProtoHandshake(helloOf(keyB)));
      expect(error).toMatchObject({ name: 'FrameError', code: 'bad-header-mac' });
      await hangUp(ours, raw.fd);
    });
  });

  it.each([2050, 0xfffff0, 0xffffff])(
    'refuses a first frame of %i bytes when its header is in',
    async (size) => {
      await run(async () => {
        const { ours, raw } = await withRawPeer();
        await raw.fd.write(raw.seal(0, new Uint8Array(size - 1)).subarray(0, 32));
        const result = await attempt(() => ours.doProtoHandshake(helloOf(keyB)));
        expect(result).toMatchObject({
          error: { name: 'FrameError', code: 'too-big' },
          at: 0,
        });
        // Perhaps our Hello went out before; after it, the line ends without a word.
        const line = { ours, raw };
        const frames = await heard(line, 'error' in result ? result.error : undefined);
        expect(frames.filter((frame) => !frame.startsWith('0:'))).toEqual([]);
      });
    },
  );

  it('takes a Hello of 2048 bytes', async () => {
    await run(async () => {
      const { ours, raw } = await withRawPeer();
      const hello = encodeHello(helloOf(keyA));
      await raw.send(0, concat(hello, new Uint8Array(2048 - hello.length)));
      const { their } = await ours.doProtoHandshake(helloOf(keyB));
      expect(their).toEqual(helloOf(keyA));
      await hangUp(ours, raw.fd);
    });
  });

  it('reads Hello and the next message from one segment', async () => {
    await run(async () => {
      const { ours, raw } = await withRawPeer();
      const hello = raw.seal(0, encodeHello(helloOf(keyA)));
      const next = raw.seal(16, compress(fromHex('c0')));
      await raw.fd.write(concat(hello, next));
      const { messages } = await ours.doProtoHandshake(helloOf(keyB));
      expect(await messages.readMsg()).toMatchObject({ code: 16, size: 1 });
      await hangUp(ours, raw.fd);
    });
  });

  it('waits for no frame that is here, and for one that is not', async () => {
    await run(async () => {
      const { a, b, fds } = await connected();
      let waits = 0;
      const fill = fds[1].fill.bind(fds[1]);
      fds[1].fill = (length) => {
        waits++;
        return fill(length);
      };
      for (let i = 0; i < 10; i++) await sendItems(a, 16, utf8('here'));
      for (let i = 0; i < 10; i++) await b.readMsg();
      expect(waits).toBe(0);
      await together(
        () => b.readMsg(),
        async () => {
          await sleep(1);
          await sendItems(a, 16, utf8('late'));
        },
      );
      expect(waits).toBe(1);
      await hangUp(a, b);
    });
  });

  it('reads ack and the first frames from one segment', async () => {
    await run(async () => {
      const [fdA, fdB] = pipe();
      const ours = newRLPX(fdA);
      // The recipient's ack is held back until its Hello is there.
      const held: Uint8Array[] = [];
      const holding: NetConn = Object.create(fdB, {
        write: {
          value: (bytes: Uint8Array) => {
            held.push(bytes);
            return Promise.resolve();
          },
        },
        readFull: { value: (length: number) => fdB.readFull(length) },
      }) as NetConn; // the rest is never called
      const [{ their }] = await together(
        async () => {
          const named = await ours.doEncHandshake(keyA, nodeOf(keyB));
          return named.doProtoHandshake(helloOf(keyA));
        },
        async () => {
          const { secrets } = await receive(holding, keyB);
          const frames = new FrameRW(createFrameCrypto(secrets));
          held.push(atOnce(frames.seal(0, encodeHello(helloOf(keyB)))));
          await fdB.write(concat(...held));
        },
      );
      expect(their).toEqual(helloOf(keyB));
      await hangUp(ours, fdB);
    });
  });
});

describe('RLPX.readMsg', () => {
  it('comes to the same verdict however the bytes are cut', async () => {
    const bodies: readonly (readonly [string, (raw: RawPeer) => Uint8Array])[] = [
      ['good', (raw) => raw.seal(16, compress(new Uint8Array(500)))],
      ['bad-header-mac', (raw) => raw.seal(16, compress(fromHex('c0'))).with(3, 0)],
      ['bad-frame-mac', (raw) => raw.seal(16, compress(fromHex('c0'))).with(50, 0)],
      ['bad-length', (raw) => raw.seal(16, fromHex('c0'))],
      ['too-big', (raw) => raw.seal(2, compress(new Uint8Array(2049)))],
    ];
    for (const [verdict, make] of bodies) {
      for (const cut of [0, 1, 2]) {
        await run(async () => {
          const { ours, raw } = await withHelloDone();
          const pieces = segmentations(make(raw))[cut] ?? [];
          const [result] = await together(
            () => attempt(() => ours.readMsg()),
            async () => {
              for (const piece of pieces) await raw.fd.write(piece);
            },
          );
          if ('error' in result) expect(result.error).toMatchObject({ code: verdict });
          else expect(verdict).toBe('good');
          await hangUp(ours, raw.fd);
        });
      }
    }
  });

  it('gives a message 30 s from the moment that it is asked for', async () => {
    await run(async () => {
      const { ours, raw } = await withHelloDone();
      const error = await attempt(() => ours.readMsg());
      expect(error).toMatchObject({ error: timedOut, at: 30_000 });
      await hangUp(ours, raw.fd);
    });
  });

  it('gives the next message 30 s anew', async () => {
    await run(async () => {
      const { ours, raw } = await withHelloDone();
      await together(
        async () => {
          for (let i = 0; i < 3; i++) await ours.readMsg();
        },
        async () => {
          for (let i = 0; i < 3; i++) {
            await sleep(20_000);
            await raw.send(3, fromHex('0100c0'));
          }
        },
      );
      expect(runtime().now()).toBe(60_000);
      await hangUp(ours, raw.fd);
    });
  });

  it('gives 16 MiB that come one byte a second no more than these 30 s', async () => {
    await run(async () => {
      const { ours, raw } = await withHelloDone();
      const frame = raw.seal(16, new Uint8Array(maxFrameSize - 1));
      await together(
        async () => {
          const result = await attempt(() => ours.readMsg());
          expect(result).toMatchObject({
            error: timedOut,
            at: 30_000,
          });
          await ours.close(undefined);
        },
        async () => {
          await raw.fd.write(frame.subarray(0, headerLength));
          await trickle(raw.fd, frame.subarray(headerLength, headerLength + 60), 1000);
        },
      );
      await raw.fd.close();
    });
  });

  it.each([0, 16, 32, 40, 63])(
    'ends when the remote does, %i bytes into a frame; no word follows',
    async (length) => {
      await run(async () => {
        const { ours, raw } = await withHelloDone();
        await raw.fd.write(raw.seal(16, fromHex('0100c0')).subarray(0, length));
        await raw.fd.close();
        const error = await failureOf(() => ours.readMsg());
        expect(error).toBeInstanceOf(EndOfStream);
        expect(await failureOf(() => ours.readMsg())).toMatchObject({
          code: 'poisoned',
        });
        await ours.close(error);
      });
    },
  );
});

describe('RLPX.writeMsg', () => {
  it('refuses what fits no frame, and the line lives on', async () => {
    await run(async () => {
      const { a, b } = await connected();
      const tooBig = newMsg(16, new Uint8Array(maxFrameSize + 1));
      expect(await failureOf(() => a.writeMsg(tooBig))).toMatchObject({
        name: 'FrameError',
        code: 'too-big',
        message: expect.stringContaining('message length >= 16MB') as string,
      });
      await sendItems(a, 17);
      expect(await b.readMsg()).toMatchObject({ code: 17 });
      await hangUp(a, b);
    });
  });

  it('gives up after 20 s, and writes nothing more', async () => {
    await run(async () => {
      const { ours, raw } = await withHelloDone({}, { capacity: 600 });
      await sleep(1000);
      const big = newMsg(16, runtime().randomBytes(5000));
      const result = await attempt(() => ours.writeMsg(big));
      expect(result).toMatchObject({ error: timedOut, at: 21_000 });
      const next = await failureOf(() => sendItems(ours, 16));
      expect(next).toMatchObject({ name: 'FrameError', code: 'poisoned' });
      // Half a frame is out: a Disconnect after it could not be read.
      const before = runtime().now();
      await ours.close(new DiscError(2));
      expect(runtime().now()).toBe(before);
      await hangUp(raw.fd);
    });
  });

  it('lets one frame out at a time, in the order of the calls', async () => {
    for (let seed = 0; seed < 20; seed++) {
      await run(
        async () => {
          const { a, b } = await connected({ capacity: 700 });
          const asked: string[] = [];
          const writers = new WaitGroup();
          for (let writer = 0; writer < 5; writer++) {
            writers.go(`writer ${writer}`, async () => {
              for (let n = 0; n < 6; n++) {
                const text = utf8(`${writer}.${n}`);
                asked.push(`${writer}.${n}`);
                // Some fit into the pipe, some stop half way.
                const filler = runtime().randomBytes(
                  (writer * 7 + n * 13) % 5 === 0 ? 900 : 9,
                );
                await sendItems(a, 16, text, filler);
              }
            });
          }
          const got: string[] = [];
          for (let i = 0; i < 30; i++) {
            const { payload } = await b.readMsg();
            const at = payload.findIndex((byte, i) => byte === 0x83 && i < 5);
            got.push(new TextDecoder().decode(payload.subarray(at + 1, at + 4)));
          }
          await writers.wait();
          expect(got).toEqual(asked);
          await together(
            () => a.close(undefined),
            () => b.close(undefined),
          );
        },
        { seed: `writers ${seed}` },
      );
    }
  });

  it('leaves when the transport closes, whether it waits for its turn or for room', async () => {
    await run(async () => {
      const { ours, raw } = await withHelloDone({}, { capacity: 600 });
      const ended: unknown[] = [];
      const writers = new WaitGroup();
      for (let i = 0; i < 3; i++) {
        writers.go(`writer ${i}`, async () => {
          const big = newMsg(16, runtime().randomBytes(5000));
          ended.push(await failureOf(() => ours.writeMsg(big)));
        });
      }
      await sleep(10);
      await ours.close(new DiscError(8));
      await writers.wait();
      expect(ended).toHaveLength(3);
      for (const error of ended) expect(error).toBeInstanceOf(ConnClosed);
      expect(await failureOf(() => sendItems(ours, 16))).toBeInstanceOf(ConnClosed);
      await hangUp(raw.fd);
    });
  });
});

/** What a raw remote still gets after our `close`: frames, then the end. */
async function heard(
  { ours, raw }: { ours: EncTransport | Transport; raw: RawPeer },
  error: unknown,
): Promise<string[]> {
  const [, frames] = await together(
    () => ours.close(error),
    async () => {
      const frames: string[] = [];
      for (;;) {
        const next = await attempt(() => raw.receive());
        if ('error' in next) {
          expect(next.error).toBeInstanceOf(EndOfStream);
          break;
        }
        frames.push(`${next.value.code}:${toHex(next.value.data)}`);
      }
      await raw.fd.close();
      return frames;
    },
  );
  return frames;
}

describe('RLPX.writeMsg, when both compress', () => {
  it('compresses every message but Hello', async () => {
    await run(async () => {
      const { ours, raw } = await withHelloDone();
      for (let code = 0; code < 40; code++) {
        await ours.writeMsg(newMsg(code, fromHex('c0')));
        const frame = await raw.receive();
        expect(frame.code).toBe(code);
        expect(toHex(frame.data), `${code}`).toBe(code === 0 ? 'c0' : '0100c0');
      }
      await hangUp(ours, raw.fd);
    });
  });
});

describe('RLPX.close', () => {
  it('says nothing before the encryption handshake is over', async () => {
    await run(async () => {
      const [raw, fd] = pipe();
      const ours = newRLPX(fd);
      await ours.close(new DiscError(4));
      expect(await failureOf(() => raw.readFull(1))).toBeInstanceOf(EndOfStream);
      await raw.close();
    });
  });

  it('sends a plain Disconnect before our Hello', async () => {
    await run(async () => {
      expect(await heard(await withRawPeer(), new DiscError(4))).toEqual(['1:c104']);
    });
  });

  it('sends a compressed Disconnect after both Hellos', async () => {
    await run(async () => {
      expect(await heard(await withHelloDone(), new DiscError(9))).toEqual([
        '1:0204c109',
      ]);
    });
  });

  it('sends a plain Disconnect to a remote of version 4', async () => {
    await run(async () => {
      const line = await withHelloDone({ version: 4 });
      expect(await heard(line, new DiscError(0))).toEqual(['1:c180']);
    });
  });

  it('sends a compressed Disconnect after our Hello to a remote whose Hello it refuses', async () => {
    await run(async () => {
      const line = await withRawPeer();
      await line.raw.send(0, encodeHello(helloOf(keyA, { id: new Uint8Array(64) })));
      const error = await failureOf(() => line.ours.doProtoHandshake(helloOf(keyB)));
      expect(error).toMatchObject({ name: 'DiscError', reason: 7 });
      const [hello, disconnect, ...rest] = await heard(line, error);
      expect(hello?.startsWith('0:')).toBe(true);
      // The remote has our Hello, of version 5: it reads no other form than this.
      expect(disconnect).toBe('1:0204c107');
      expect(rest).toEqual([]);
    });
  });

  it('is understood by a remote like us in every phase', async () => {
    await run(async () => {
      // b refuses a's Hello for its id; a has accepted b's Hello by then.
      const fds = pipe();
      const a = newRLPX(fds[0]);
      const b = newRLPX(fds[1]);
      const [reason] = await together(
        async () => {
          const named = await a.doEncHandshake(keyA, nodeOf(keyB));
          const wrongID = helloOf(keyA, { id: new Uint8Array(64) });
          const { messages } = await named.doProtoHandshake(wrongID);
          const msg = await messages.readMsg();
          await a.close(undefined);
          return decodeDisconnect(msg.payload);
        },
        async () => {
          const named = await b.doEncHandshake(keyB, undefined);
          await b.close(await failureOf(() => named.doProtoHandshake(helloOf(keyB))));
        },
      );
      expect(reason).toBe(7);
    });
  });

  it('does not echo a Disconnect that came instead of Hello', async () => {
    await run(async () => {
      const line = await withRawPeer();
      await line.raw.send(1, encodeDisconnect(4));
      const error = await failureOf(() => line.ours.doProtoHandshake(helloOf(keyB)));
      expect(error).toMatchObject({ name: 'DiscError', reason: 4 });
      const frames = await heard(line, error);
      expect(frames.map((frame) => frame.slice(0, 2))).toEqual(['0:']); // our Hello
    });
  });

  it.each([
    ['network error', new DiscError(1)],
    ['another error', new EndOfStream()],
    ['no error', undefined],
  ])('closes at once and in silence for %s', async (_what, error) => {
    await run(async () => {
      const line = await withHelloDone();
      const before = runtime().now();
      await line.ours.close(error);
      expect(runtime().now()).toBe(before);
      expect(await failureOf(() => line.raw.fd.readFull(1))).toBeInstanceOf(
        EndOfStream,
      );
      await hangUp(line.raw.fd);
    });
  });

  it('tells the reason that it is given, whichever of 0 to 20 but 1', async () => {
    await run(async () => {
      for (let reason = 0; reason <= 20; reason++) {
        const line = await withHelloDone({ version: 4 });
        const frames = await heard(line, new DiscError(reason));
        const payload = toHex(encodeDisconnect(reason));
        expect(frames).toEqual(reason === 1 ? [] : [`1:${payload}`]);
      }
    });
  });

  it('says nothing after a frame that failed', async () => {
    await run(async () => {
      const line = await withHelloDone();
      await line.raw.fd.write(new Uint8Array(32));
      expect(await failureOf(() => line.ours.readMsg())).toMatchObject({
        code: 'bad-header-mac',
      });
      expect(await heard(line, new DiscError(2))).toEqual([]);
    });
  });

  it('lingers 1 s for a remote that does not close', async () => {
    await run(async () => {
      const { ours, raw } = await withHelloDone();
      const before = runtime().now();
      await ours.close(new DiscError(8));
      expect(runtime().now()).toBe(before + 1000);
      expect(await raw.receive()).toMatchObject({ code: 1 });
      await hangUp(raw.fd);
    });
  });

  it('takes nearly 2 s if the farewell waits for its turn, and nobody answers it', async () => {
    await run(async () => {
      const { ours, raw } = await withHelloDone({}, { capacity: 600 });
      const before = runtime().now();
      const [, closedAt] = await together(
        () =>
          together(
            () => ours.writeMsg(newMsg(16, runtime().randomBytes(5000))),
            async () => {
              await sleep(990);
              expect(await raw.receive()).toMatchObject({ code: 16 });
              expect(await raw.receive()).toMatchObject({ code: 1 });
            },
          ),
        async () => {
          await sleep(10);
          await ours.close(new DiscError(8));
          return runtime().now() - before;
        },
      );
      expect(closedAt).toBe(1990);
      await hangUp(raw.fd);
    });
  });

  it('waits no more than 1 s behind a write in progress', async () => {
    await run(async () => {
      const { ours, raw } = await withHelloDone({}, { capacity: 600 });
      await sleep(500);
      const [write, closedAt] = await together(
        () => attempt(() => ours.writeMsg(newMsg(16, runtime().randomBytes(5000)))),
        async () => {
          await sleep(10);
          await ours.close(new DiscError(8));
          return runtime().now();
        },
      );
      expect(closedAt).toBe(1510);
      expect(write).toMatchObject({ error: cutOff });
      await hangUp(raw.fd);
    });
  });

  it('gets the turn back from a writer that had it at that moment', async () => {
    const ends = new Set<string>();
    for (let order = 0; order < 20; order++) {
      const options = order === 0 ? { schedule: '' } : { seed: `turn ${order}` };
      await run(async () => {
        const line = await withHelloDone();
        const start = runtime().now();
        const writer = new WaitGroup();
        writer.go('writer', async () => {
          const result = await attempt(() => sendItems(line.ours, 16));
          ends.add('error' in result ? 'too late' : 'written');
          if ('error' in result) expect(result.error).toBeInstanceOf(ConnClosed);
        });
        const frames = await heard(line, new DiscError(8));
        await writer.wait();
        // The Disconnect waits neither for a lock that nobody holds nor in vain.
        expect(frames.at(-1)).toBe('1:0204c108');
        expect(runtime().now()).toBe(start);
      }, options);
    }
    expect([...ends].toSorted()).toEqual(['too late', 'written']);
  });

  it('sends the Disconnect after a write that ends within this second', async () => {
    await run(async () => {
      const { ours, raw } = await withHelloDone({}, { capacity: 600 });
      const data = runtime().randomBytes(5000);
      const group = new WaitGroup();
      group.go('writer', () => ours.writeMsg(newMsg(16, data)));
      await sleep(10);
      group.go('closer', () => ours.close(new DiscError(8)));
      await sleep(900);
      expect(await raw.receive()).toMatchObject({ code: 16 });
      expect(await raw.receive()).toMatchObject({ code: 1, data: fromHex('0204c108') });
      await raw.fd.close();
      await group.wait();
    });
  });

  it('gives the Disconnect the rest of this second, and not a new one', async () => {
    await run(async () => {
      const { ours, raw } = await withHelloDone({}, { capacity: 600 });
      const start = runtime().now();
      const frame = 48 + 16 * Math.ceil((1 + compress(new Uint8Array(1)).length) / 16);
      // The pipe is full of frames but for a few bytes: the Disconnect stops half way.
      for (let room = 600; room > frame; room -= frame) await sendItems(ours, 16);
      await ours.close(new DiscError(8));
      expect(runtime().now()).toBe(start + 1000);
      await hangUp(raw.fd);
    });
  });

  it('ends a handshake that is in progress', async () => {
    await run(async () => {
      const [raw, fd] = pipe();
      const ours = newRLPX(fd);
      const [error] = await together(
        () => failureOf(() => ours.doEncHandshake(keyB, undefined)),
        async () => {
          await sleep(100);
          await ours.close(new DiscError(8));
        },
      );
      expect(error).toBeInstanceOf(ConnClosed);
      expect(runtime().now()).toBe(100);
      await raw.close();
    });
  });

  it('closes once: a second call waits for the first', async () => {
    await run(async () => {
      const { ours, raw } = await withHelloDone();
      const start = runtime().now();
      const [, second] = await together(
        () => ours.close(new DiscError(8)),
        async () => {
          await sleep(1);
          await ours.close(new DiscError(2));
          return runtime().now();
        },
      );
      expect(second).toBe(start + 1000);
      expect(await raw.receive()).toMatchObject({ data: fromHex('0204c108') });
      expect(await failureOf(() => raw.fd.readFull(1))).toBeInstanceOf(EndOfStream);
      await hangUp(raw.fd);
    });
  });

  it('wakes a read that waits', async () => {
    await run(async () => {
      const { ours, raw } = await withHelloDone();
      const [error] = await together(
        () => failureOf(() => ours.readMsg()),
        async () => {
          await sleep(100);
          await ours.close(undefined);
        },
      );
      expect(error).toBeInstanceOf(ConnClosed);
      await hangUp(raw.fd);
    });
  });

  it('takes a close in the moment in which a message comes for a close', async () => {
    // Not in a simulation: there a task is not interrupted between two of its own steps.
    const ends = new Set<string>();
    for (const isHere of [true, false]) {
      for (let steps = 0; steps < 12; steps++) {
        const { ours, raw } = await withHelloDone();
        if (isHere) await raw.send(16, compress(new Uint8Array(9)));
        const reading = attempt(() => ours.readMsg());
        const sending = isHere || raw.send(16, compress(new Uint8Array(9)));
        for (let i = 0; i < steps; i++) await Promise.resolve();
        await ours.close(undefined);
        await sending;
        const end = await reading;
        if ('error' in end) expect(end.error).toBeInstanceOf(ConnClosed);
        ends.add('error' in end ? 'closed' : 'read');
        await hangUp(raw.fd);
      }
    }
    expect([...ends].toSorted()).toEqual(['closed', 'read']);
  });
});

describe('Msg of RLPX', () => {
  it('goes to both forms of Disconnect, bare or in a list, compressed or not', async () => {
    for (const data of ['04', 'c104', '010004', '0204c104']) {
      await run(async () => {
        const { ours, raw } = await withHelloDone();
        await raw.send(1, fromHex(data));
        const msg: Msg = await ours.readMsg();
        expect(decodeDisconnect(msg.payload)).toBe(4);
        await hangUp(ours, raw.fd);
      });
      await run(async () => {
        const { ours, raw } = await withRawPeer();
        await raw.send(1, fromHex(data));
        const error = await failureOf(() => ours.doProtoHandshake(helloOf(keyB)));
        expect(error).toMatchObject({ name: 'DiscError', reason: 4 });
        await hangUp(ours, raw.fd);
      });
    }
  });
});
