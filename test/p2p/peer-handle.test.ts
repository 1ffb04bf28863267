import { describe, expect, it } from 'vitest';
import { fromHex, utf8 } from '../../impl/bytes.ts';
import { Done } from '../../impl/csp/done.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { EndOfStream } from '../../impl/net/net-conn.ts';
import { newMsg, type Msg } from '../../impl/p2p/message.ts';
import { Peer } from '../../impl/p2p/peer.ts';
import {
  CodeOutOfRange,
  discReasonText,
  DiscError,
  ProtocolReturned,
} from '../../impl/p2p/peer-error.ts';
import type { Protocol } from '../../impl/p2p/protocol.ts';
import { explore, failureOf, finished, run } from '../helpers/explore.ts';
import { collectAtOnce } from '../helpers/garbage.ts';
import { helloConn, makeProtocol, readAll, TestPeer } from '../helpers/peers.ts';
import { linePair } from '../helpers/transports.ts';

/** A peer that is not run: `handle` is called by hand. */
function idlePeer(...protocols: Protocol[]): Peer {
  return new Peer(helloConn(linePair()[0], protocols), protocols);
}

const nothing = Uint8Array.of(0xc0);
const two = [
  makeProtocol(readAll, { name: 'a', length: 3 }),
  makeProtocol(readAll, { name: 'b', length: 2 }),
];

describe('Peer.handle', () => {
  it('hands a message to the protocol that owns the code', () =>
    run(async () => {
      const peer = idlePeer(...two);
      for (const [code, name] of [
        [16, 'a'],
        [18, 'a'],
        [19, 'b'],
        [20, 'b'],
      ] as const) {
        const reading = peer.running.get(name)?.in;
        if (reading === undefined) throw new Error('not running');
        // The hand-over has no buffer: it is over when the protocol reads.
        const handled = peer.handle(newMsg(code, nothing));
        expect(reading.tryRecv()).toMatchObject({ value: { code } });
        await handled;
      }
    }));

  it('refuses a code past the last protocol', () =>
    run(async () => {
      const peer = idlePeer(...two);
      for (const code of [21, 33, 2 ** 31]) {
        const error = await failureOf(peer.handle(newMsg(code, nothing)));
        expect(error).toBeInstanceOf(CodeOutOfRange);
        expect(String(error)).toContain(`msg code out of range: ${code}`);
      }
    }));

  it('ignores a second Hello, a Pong that nobody asked for, and reserved codes', () =>
    run(async () => {
      const peer = idlePeer(...two);
      for (const code of [0, 3, 4, 5, 9, 15]) {
        await peer.handle(newMsg(code, fromHex('ffffff')));
      }
      expect(peer.pingRecv.length).toBe(0);
    }));

  it('queues a Ping, 16 at most, and then waits', () =>
    run(async () => {
      const peer = idlePeer();
      for (let i = 0; i < 16; i++) await peer.handle(newMsg(2, nothing));
      expect(peer.pingRecv.length).toBe(16);
      const seventeenth = peer.handle(newMsg(2, nothing));
      expect(peer.pingRecv.length).toBe(16);
      peer.pingRecv.tryRecv();
      await seventeenth;
      expect(peer.pingRecv.length).toBe(16);
    }));

  it('waits for a Ping no longer than the peer lives', () =>
    run(async () => {
      const peer = idlePeer();
      for (let i = 0; i < 16; i++) await peer.handle(newMsg(2, nothing));
      const seventeenth = peer.handle(newMsg(2, nothing));
      peer.closed.close();
      await seventeenth;
    }));

  it('throws EndOfStream when the peer closes before the protocol reads', () =>
    run(async () => {
      const peer = idlePeer(...two);
      const handled = failureOf(peer.handle(newMsg(16, nothing)));
      peer.closed.close();
      expect(await handled).toBeInstanceOf(EndOfStream);
    }));

  it('throws the reason of a Disconnect, listed or bare', () =>
    run(async () => {
      const peer = idlePeer();
      for (const [payload, reason] of [
        ['c104', 4],
        ['04', 4],
        ['c180', 0],
        ['c0', 0],
        ['', 0],
        ['ff', 0],
        ['c988ffffffffffffffff', Number.MAX_SAFE_INTEGER],
      ] as const) {
        const error = await failureOf(peer.handle(newMsg(1, fromHex(payload))));
        expect(error).toBeInstanceOf(DiscError);
        expect(error, payload).toMatchObject({ reason });
      }
    }));
});

describe('Peer.getProto', () => {
  it('finds the protocol of each code, and throws for the others', () =>
    run(async () => {
      const peer = idlePeer(...two);
      const names = [16, 17, 18, 19, 20].map(
        (code) => peer.getProto(code).protocol.name,
      );
      expect(names).toEqual(['a', 'a', 'a', 'b', 'b']);
      expect(() => peer.getProto(21)).toThrow(CodeOutOfRange);
      await runtime().ready(undefined);
    }));
});

/** Reads three messages, says what they were, and returns. */
function readsThree(seen: [number, string][]): Protocol['run'] {
  return async (_peer, rw) => {
    for (let i = 0; i < 3; i++) {
      const { code, payload } = await rw.readMsg();
      seen.push([code, Buffer.from(payload).toString()]);
    }
  };
}

describe('Peer.readLoop', () => {
  it('holds no message that is handled, however long the next one takes', async () => {
    const stop = new Done('stop');
    let last: WeakRef<Msg> | undefined;
    const readMsg = async (): Promise<Msg> => {
      if (last === undefined) {
        const pong = newMsg(3, nothing);
        last = new WeakRef(pong);
        return pong;
      }
      await stop.wait();
      throw new EndOfStream();
    };
    const [line] = linePair();
    const transport = Object.assign(line, { readMsg });
    const reading = new Peer({ ...helloConn(line, []), transport }, []).readLoop();
    await runtime().pause(); // the message is handled, and the loop waits
    collectAtOnce();
    expect(last).toBeDefined();
    expect(last?.deref()).toBeUndefined();
    stop.close();
    await reading;
  });

  // geth: TestPeerProtoReadMsg
  it('gives a protocol its messages in order, under its codes (k = 2)', async () => {
    const main = async (): Promise<unknown> => {
      const seen: [number, string][] = [];
      const test = new TestPeer([makeProtocol(readsThree(seen))]).start();
      for (const [code, text] of [
        [18, 'x'],
        [20, 'y'],
        [16, 'z'],
      ] as const) {
        await test.send(code, utf8(text));
      }
      const { error, remoteRequested } = await test.over();
      return { seen, error, remoteRequested, told: test.told };
    };
    const runs = await explore(2, main, (run) => {
      expect(finished(run)).toEqual({
        seen: [
          [2, 'x'],
          [4, 'y'],
          [0, 'z'],
        ],
        error: new ProtocolReturned(),
        remoteRequested: false,
        told: [[1, 'c108']],
      });
    });
    expect(runs).toBeGreaterThan(100);
  });

  it("keeps each protocol's messages apart and in order (k = 1)", async () => {
    const main = async (): Promise<unknown> => {
      const [seenA, seenB]: [number, string][][] = [[], []];
      const keep = (seen: [number, string][]): Protocol['run'] => {
        return async (peer, rw) => {
          await readsThree(seen)(peer, rw);
          return readAll(peer, rw);
        };
      };
      const test = new TestPeer([
        makeProtocol(keep(seenA ?? []), { name: 'a', length: 3 }),
        makeProtocol(keep(seenB ?? []), { name: 'b', length: 3 }),
      ]).start();
      for (const code of [16, 19, 17, 20, 18, 21])
        await test.send(code, utf8(`${code}`));
      await sleep(1);
      await test.peer.disconnect(0);
      await test.over();
      return { seenA, seenB };
    };
    await explore(1, main, (run) => {
      expect(finished(run)).toEqual({
        seenA: [
          [0, '16'],
          [1, '17'],
          [2, '18'],
        ],
        seenB: [
          [0, '19'],
          [1, '20'],
          [2, '21'],
        ],
      });
    });
  });

  it('reads nothing more while a protocol does not take its message (F-06)', () =>
    run(async () => {
      const slow = makeProtocol(async (_peer, rw) => {
        await rw.readMsg();
        await sleep(700);
        await readAll(_peer, rw);
      });
      const test = new TestPeer([slow], { capacity: 0 }).start();
      await test.send(16);
      await test.send(17); // taken by readLoop, which now waits for the protocol
      let pingTakenAt: number | undefined;
      test.go('ping', async () => {
        await test.send(2);
        pingTakenAt = runtime().now();
      });
      await sleep(699);
      expect(pingTakenAt).toBeUndefined();
      expect(test.heard).toEqual([]);
      await sleep(1);
      await sleep(0);
      expect(pingTakenAt).toBe(700);
      expect(test.heard).toEqual([{ code: 3, payload: 'c0', at: 700 }]);
      await test.peer.disconnect(0);
      await test.over();
    }));

  it('hears a Disconnect only when the message before it is taken', () =>
    run(async () => {
      const slow = makeProtocol(async (_peer, rw) => {
        await rw.readMsg();
        await sleep(700);
        await readAll(_peer, rw);
      });
      const test = new TestPeer([slow]).start();
      for (const code of [16, 17]) await test.send(code);
      await test.sendDisconnect(4);
      const end = await test.over();
      expect(end).toMatchObject({ reason: 4, remoteRequested: true });
      expect(test.endedAt).toBe(700);
      expect(test.told).toEqual([[1, 'c104']]);
    }));

  it('does not hear a Disconnect behind a message that nobody takes', () =>
    run(async () => {
      const test = new TestPeer([makeProtocol(() => sleep(60_000))]).start();
      await test.send(16);
      await test.sendDisconnect(4);
      await sleep(50_000);
      await test.peer.disconnect(8);
      expect(await test.over()).toMatchObject({ reason: 8, remoteRequested: false });
      expect(test.told.at(-1)).toEqual([1, 'c108']);
      expect(test.line.incoming.length).toBe(1); // it lies there still
    }));

  it("does not let one protocol's messages past another that does not read", () =>
    run(async () => {
      let got = 0;
      const deaf = makeProtocol(
        async (peer) => {
          await sleep(5_000);
          await peer.disconnect(0);
        },
        { name: 'a' },
      );
      const keen = makeProtocol(
        async (_peer, rw) => {
          for (;;) {
            await rw.readMsg();
            got++;
          }
        },
        { name: 'b' },
      );
      const test = new TestPeer([deaf, keen]).start();
      await test.send(21);
      await test.send(16);
      await test.send(21);
      await test.over();
      expect(got).toBe(1);
    }));

  it('says a text for every reason from 0 to 300, and for 2^53', () =>
    run(async () => {
      const reasons = [...Array(301).keys(), 2 ** 53 - 1];
      for (const reason of reasons) {
        const test = new TestPeer([makeProtocol(readAll)]).start();
        await test.sendDisconnect(reason);
        const { error, ...end } = await test.over();
        expect(end).toEqual({ reason, remoteRequested: true });
        expect(error.message).toBe(discReasonText(reason));
        expect(error.message).not.toMatch(/undefined|^$/);
      }
      expect(discReasonText(17)).toBe('unknown disconnect reason 17');
      expect(discReasonText(13)).toBe('unknown disconnect reason 13');
      expect(discReasonText(16)).toBe('subprotocol error');
      // More bits than a number holds: the greatest that it can.
      const test = new TestPeer([]).start();
      await test.send(1, fromHex('c88720000000000000'));
      expect(await test.over()).toMatchObject({ reason: 2 ** 53 - 1 });
    }));
});
