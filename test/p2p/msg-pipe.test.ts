import { describe, expect, it } from 'vitest';
import { fromHex, toHex, utf8 } from '../../impl/bytes.ts';
import { summarize } from '../../impl/csp/seam.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { newMsg, send, sendItems, withCode, type Msg } from '../../impl/p2p/message.ts';
import { msgPipe, PipeClosed } from '../../impl/p2p/msg-pipe.ts';
import { everySeed, explore, failureOf, finished, run } from '../helpers/explore.ts';

const text = ({ code, payload }: Msg): string =>
  `${code} ${Buffer.from(payload).toString()}`;

describe('MsgPipeEnd.writeMsg', () => {
  // geth: ExampleMsgPipe
  it('brings messages over in order, both ways (k = 2)', async () => {
    const main = async (): Promise<string[][]> => {
      const [a, b] = msgPipe();
      const heard: string[][] = [[], []];
      const wg = new WaitGroup();
      for (const [i, end] of [a, b].entries()) {
        wg.go('write', async () => {
          for (const [code, word] of [
            [8, 'x'],
            [5, 'yy'],
            [3, ''],
          ] as const) {
            await end.writeMsg(newMsg(code, utf8(word)));
          }
        });
        wg.go('read', async () => {
          for (let n = 0; n < 3; n++) heard[i]?.push(text(await end.readMsg()));
        });
      }
      await wg.wait();
      return heard;
    };
    const runs = await explore(2, main, (run) => {
      expect(finished(run)).toEqual([
        ['8 x', '5 yy', '3 '],
        ['8 x', '5 yy', '3 '],
      ]);
    });
    expect(runs).toBeGreaterThan(100);
  });

  it('waits until the message is read', () =>
    run(async () => {
      const [a, b] = msgPipe();
      const wg = new WaitGroup();
      let written = false;
      wg.go('write', async () => {
        await a.writeMsg(newMsg(1, utf8('x')));
        written = true;
      });
      await sleep(10);
      expect(written).toBe(false);
      await b.readMsg();
      await wg.wait();
      expect(written).toBe(true);
    }));

  // geth: TestMsgPipeUnblockWrite
  it('fails when either end closes while it waits, in 100 rounds', async () => {
    await everySeed(
      100,
      async (seed) => {
        const [a, b] = msgPipe();
        const wg = new WaitGroup();
        let ends: unknown[] = [];
        wg.go('write', async () => {
          ends = [await failureOf(a.writeMsg(newMsg(1, utf8('x'))))];
        });
        wg.go('close', () => {
          (seed % 2 === 0 ? a : b).close();
          return Promise.resolve();
        });
        await wg.wait();
        return ends;
      },
      (run) => {
        expect(finished(run)).toEqual([new PipeClosed()]);
      },
    );
  });

  it('fails at once on a closed pipe, and so does a read', () =>
    run(async () => {
      const [a, b] = msgPipe();
      a.close();
      for (const end of [a, b]) {
        expect(await failureOf(end.writeMsg(newMsg(1, utf8('x'))))).toBeInstanceOf(
          PipeClosed,
        );
        expect(await failureOf(end.readMsg())).toBeInstanceOf(PipeClosed);
      }
    }));
});

describe('MsgPipeEnd.close', () => {
  // geth: TestMsgPipeConcurrentClose
  it('may be called by ten tasks at once', async () => {
    await everySeed(
      20,
      async () => {
        const [a, b] = msgPipe();
        const wg = new WaitGroup();
        for (let i = 0; i < 10; i++) {
          wg.go('close', () => {
            (i % 2 === 0 ? a : b).close();
            return Promise.resolve();
          });
        }
        await wg.wait();
        return failureOf(b.readMsg());
      },
      (run) => expect(finished(run)).toBeInstanceOf(PipeClosed),
    );
  });

  it('wakes a read that waits', () =>
    run(async () => {
      const [a, b] = msgPipe();
      const wg = new WaitGroup();
      let error: unknown;
      wg.go('read', async () => {
        error = await failureOf(b.readMsg());
      });
      await sleep(1);
      a.close();
      await wg.wait();
      expect(error).toBeInstanceOf(PipeClosed);
    }));
});

/** The one message that `write` writes. */
async function written(
  write: (writer: { writeMsg: (msg: Msg) => Promise<void> }) => Promise<void>,
): Promise<Msg> {
  const messages: Msg[] = [];
  await write({
    writeMsg: (msg) => {
      messages.push(msg);
      return Promise.resolve();
    },
  });
  const [only, ...others] = messages;
  if (only === undefined || others.length > 0) throw new Error('expected one message');
  return only;
}

describe('send', () => {
  it('encodes one value', async () => {
    const msg = await written((writer) => send(writer, 4, [1n, utf8('dog')]));
    expect([msg.code, toHex(msg.payload)]).toEqual([4, 'c50183646f67']);
  });
});

describe('sendItems', () => {
  it('makes one list of the items, the empty list of none', async () => {
    const items = await written((writer) =>
      sendItems(writer, 1, utf8('foo'), utf8('bar')),
    );
    expect(toHex(items.payload)).toBe('c883666f6f83626172');
    expect(toHex((await written((writer) => sendItems(writer, 2))).payload)).toBe('c0');
  });
});

describe('withCode', () => {
  it('gives the message another code and leaves its payload untouched', () => {
    let touched = 0;
    const lazy: Msg = {
      code: 16,
      size: 2,
      get payload(): Uint8Array {
        touched++;
        return fromHex('c101');
      },
    };
    const msg = withCode(lazy, 0);
    expect([msg.code, msg.size, touched]).toEqual([0, 2, 0]);
    expect(toHex(msg.payload)).toBe('c101');
    expect([touched, summarize(msg)]).toEqual([1, 'code 0, 2 bytes']);
  });
});
