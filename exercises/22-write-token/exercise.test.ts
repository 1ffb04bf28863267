import { describe, expect, it } from 'vitest';
import { Chan } from '#impl/csp/chan.ts';
import { Done } from '#impl/csp/done.ts';
import { runtime } from '#impl/csp/runtime.ts';
import { recv, select } from '#impl/csp/select.ts';
import { sleep } from '#impl/csp/timer.ts';
import { WaitGroup } from '#impl/csp/wait-group.ts';
import { newMsg, type Msg, type MsgWriter } from '#impl/p2p/message.ts';
import { discReasonForError, PeerError } from '#impl/p2p/peer-error.ts';
import { ProtoRW, ShuttingDown, type ProtoLink } from '#impl/p2p/proto-rw.ts';
import { Prng } from '#impl/sim/prng.ts';
import { runTasks } from '#kit/run-tasks.ts';
import { about, moment } from '#kit/steps.ts';
import { writeMsg } from './exercise.ts';

const empty = Uint8Array.of(0xc0);
class LineBroken extends Error {}

/** How long the transport takes for each message. */
const writeMs = 10;
/** Longer than anybody would wait who has a limit of his own. */
const anHour = 3_600_000;

/** As the node's, with its one place; counts who tries, for a second report finds no room. */
class Reports extends Chan<Error | undefined> {
  tried = 0;

  override trySend(value: Error | undefined): boolean {
    this.tried++;
    return super.trySend(value);
  }
}

/** What the protocols of one peer share, and the transport under it. */
class Connection implements ProtoLink {
  readonly closed = new Done('closed');
  readonly writeStart = new Chan<undefined>('writeStart', 1);
  readonly writeErr = new Reports('writeErr', 1);
  /** What the transport was given, and when. */
  readonly wire: { readonly msg: Msg; readonly atMs: number }[] = [];
  /** How many protocols were writing at the same time, at most. */
  most = 0;
  /** What the next write throws; before its first wait, if `breaksAtOnce`. */
  breaks: { readonly by: unknown; readonly atOnce?: true } | undefined;
  #writing = 0;
  readonly #tasks = new WaitGroup();

  /** The transport is an object of a class: its method needs it. */
  get writer(): MsgWriter {
    return this;
  }

  writeMsg(msg: Msg): Promise<void> {
    if (!(this instanceof Connection)) {
      expect.fail('`writeMsg` of the transport was called without the transport');
    }
    moment('the transport is given a message');
    this.wire.push({ msg, atMs: runtime().now() });
    const { breaks } = this;
    if (breaks?.atOnce === true) throw breaks.by;
    return this.#write(breaks);
  }

  async #write(breaks: { readonly by: unknown } | undefined): Promise<void> {
    this.most = Math.max(this.most, ++this.#writing);
    await sleep(writeMs);
    this.#writing--;
    if (breaks !== undefined) throw breaks.by;
  }

  /** @param isFree whether the token lies in `writeStart` */
  constructor(isFree = true) {
    if (isFree) this.writeStart.trySend(undefined);
  }

  protocol(name: string, length = 4, offset = 16): ProtoRW {
    const run = (): Promise<void> => this.closed.wait();
    return new ProtoRW({ protocol: { name, version: 1, length, run }, offset }, this);
  }

  /** `Peer.run`, as far as it has to do with the token. */
  runs(): this {
    this.go('run', async () => {
      for (;;) {
        const event = await select({
          report: recv(this.writeErr),
          closed: recv(this.closed),
        });
        if (event.case === 'closed') return;
        if (event.value !== undefined) this.closed.close();
        else this.writeStart.trySend(undefined);
      }
    });
    return this;
  }

  go(name: string, task: () => Promise<void>): void {
    this.#tasks.go(name, task);
  }

  after(ms: number, what: () => unknown): void {
    this.go(`at ${ms} ms`, async () => {
      await sleep(ms);
      what();
    });
  }

  /** A protocol's task that writes one message after the other. Says how each went. */
  write(proto: ProtoRW, ...codes: readonly number[]): string[] {
    const fates: string[] = [];
    this.go(proto.protocol.name, async () => {
      for (const code of codes) fates.push(await fateOf(proto, newMsg(code, empty)));
    });
    return fates;
  }

  /** `code 16 at 0 ms` */
  get onTheWire(): string[] {
    return this.wire.map(({ msg, atMs }) => `code ${msg.code} at ${atMs} ms`);
  }

  /** Takes what lies in `writeErr`, in words. */
  get reported(): string {
    const found = this.writeErr.tryRecv();
    if (found === undefined) return 'nothing';
    if (found.value === undefined) return 'success';
    const { message } = found.value;
    const isOther = this.breaks?.by instanceof Error && this.breaks.by !== found.value;
    return `“${message}”${isOther ? ', in another error than the one that was thrown' : ''}`;
  }

  get token(): string {
    return this.writeStart.length === 1 ? 'in writeStart' : 'not in writeStart';
  }

  wait(): Promise<void> {
    return this.#tasks.wait();
  }
}

/** What the protocol hears of its write, and when. */
async function fateOf(proto: ProtoRW, msg: Msg): Promise<string> {
  const at = (what: string): string => `${what} at ${runtime().now()} ms`;
  try {
    await writeMsg(proto, msg);
    return at('written');
  } catch (error) {
    if (error instanceof ShuttingDown) return at('ShuttingDown');
    if (error instanceof PeerError) return at(`PeerError ${error.code}`);
    if (error instanceof LineBroken) return at('LineBroken');
    if (error instanceof Error) throw error;
    return at(`thrown ${String(error)}`);
  }
}

/** A message as a handler may pass it on, which notices that it is unpacked. */
class Compressed implements Msg {
  readonly code = 2;
  unpacked = 0;
  readonly #bytes = Uint8Array.of(0xc2, 7, 9);

  get size(): number {
    if (!(#bytes in this)) {
      expect.fail('another object was asked for the size, in the place of the message');
    }
    return this.#bytes.length;
  }

  get payload(): Uint8Array {
    this.unpacked++;
    return this.#bytes;
  }

  unpack(): undefined {
    this.unpacked++;
  }
}

describe('writeMsg', () => {
  it.each([
    ['the first protocol’s first message', 16, 0, 16],
    ['the first protocol’s last message', 16, 3, 19],
    ['the second protocol’s first message', 20, 0, 20],
    ['the second protocol’s third message', 20, 2, 22],
    ['a message of a protocol far up', 2_000, 1, 2_001],
  ])('writes %s under its code on the wire', async (_, offset, own, onTheWire) => {
    const { value } = await runTasks(async () => {
      const conn = new Connection();
      conn.write(conn.protocol('chat', 4, offset), own);
      await conn.wait();
      return conn;
    });
    expect(
      value.onTheWire,
      `message ${own} of a protocol whose codes begin at ${offset}; on the wire`,
    ).toEqual([`code ${onTheWire} at 0 ms`]);
  });

  it('keeps the size and the payload, and does not unpack it', async () => {
    const msg = new Compressed();
    const { value } = await runTasks(async () => {
      const conn = new Connection();
      await fateOf(conn.protocol('chat'), msg);
      return conn;
    });
    const [written] = value.wire;
    expect(msg.unpacked, 'times that the message was unpacked on the way').toBe(0);
    expect(msg.code, 'the code of the protocol’s own message, afterwards').toBe(2);
    expect(written?.msg.size, 'the size of what the transport got').toBe(3);
    expect(written?.msg.payload.length, 'bytes that the transport sees').toBe(3);
  });

  it('waits for the token before it writes', async () => {
    const { value } = await runTasks(async () => {
      const conn = new Connection(false);
      const fates = conn.write(conn.protocol('chat'), 0);
      conn.after(anHour, () => conn.writeStart.trySend(undefined));
      await conn.wait();
      return { wire: conn.onTheWire, fates };
    });
    expect(value.fates, 'there was no token for an hour; the write').toEqual([
      `written at ${anHour + writeMs} ms`,
    ]);
    expect(value.wire, 'on the wire').toEqual([`code 16 at ${anHour} ms`]);
  });

  it('holds the token until the write is over', async () => {
    const { value } = await runTasks(async () => {
      const conn = new Connection();
      conn.write(conn.protocol('chat'), 0);
      await sleep(writeMs / 2);
      return { token: conn.token, reported: conn.reported };
    });
    expect(value.token, 'while a message is being written, the token lies').toBe(
      'not in writeStart',
    );
    expect(value.reported, 'while a message is being written, reported is').toBe(
      'nothing',
    );
  });

  it('reports a write that succeeded, once, and leaves the token to run', async () => {
    const { value } = await runTasks(async () => {
      const conn = new Connection();
      const fates = conn.write(conn.protocol('chat'), 0);
      await conn.wait();
      const reports = conn.writeErr.tried;
      const [first, second] = [conn.reported, conn.reported];
      return { fates, first, second, reports, token: conn.token };
    });
    expect(value.fates, 'the protocol’s write').toEqual(['written at 10 ms']);
    expect(value.first, 'a message was written; reported is').toBe('success');
    expect(value.second, 'and after that').toBe('nothing');
    expect(value.reports, 'times that the writer has reported').toBe(1);
    expect(value.token, '`run` has not put the token back; it lies').toBe(
      'not in writeStart',
    );
  });

  it('reports a write that failed, once, and lets run decide', async () => {
    const { value } = await runTasks(async () => {
      const conn = new Connection();
      conn.breaks = { by: new LineBroken('broken pipe') };
      conn.write(conn.protocol('chat'), 0);
      await conn.wait();
      const reports = conn.writeErr.tried;
      const [first, second] = [conn.reported, conn.reported];
      return { first, second, reports, token: conn.token };
    });
    expect(value.first, 'a write failed; reported is').toBe('“broken pipe”');
    expect(value.second, 'and after that').toBe('nothing');
    expect(value.reports, 'times that the writer has reported').toBe(1);
    expect(value.token, 'a write failed; the token lies').toBe('not in writeStart');
  });

  it('lets the protocol hear what the write threw', async () => {
    const { value } = await runTasks(async () => {
      const conn = new Connection();
      conn.breaks = { by: new LineBroken('broken pipe') };
      const fates = conn.write(conn.protocol('chat'), 0);
      await conn.wait();
      return fates;
    });
    expect(value, 'the line broke; the protocol’s write').toEqual([
      'LineBroken at 10 ms',
    ]);
  });

  it('reports a write that throws before its first wait', async () => {
    const { value } = await runTasks(async () => {
      const conn = new Connection();
      conn.breaks = { by: new LineBroken('message too long'), atOnce: true };
      const fates = conn.write(conn.protocol('chat'), 0);
      await conn.wait();
      return { fates, reported: conn.reported };
    });
    expect(value.reported, 'the transport refused at once; reported is').toBe(
      '“message too long”',
    );
    expect(value.fates, 'the protocol’s write').toEqual(['LineBroken at 0 ms']);
  });

  it('does not take a failure for a success because nothing was thrown with it', async () => {
    const { value } = await runTasks(async () => {
      const conn = new Connection();
      conn.breaks = { by: undefined };
      const fates = conn.write(conn.protocol('chat'), 0);
      await conn.wait();
      return { fates, reported: conn.reported };
    });
    expect(
      value.reported,
      'the write threw `undefined`; `asError` makes an Error of it; reported is',
    ).toBe('“no Error was thrown, but undefined”');
    expect(value.fates, 'the protocol’s write').toEqual(['thrown undefined at 10 ms']);
  });

  it.each([4, 5, 255])(
    'refuses code %i of a protocol with four codes, and takes no token for it',
    async (code) => {
      const { value } = await runTasks(async () => {
        const conn = new Connection();
        const fates = conn.write(conn.protocol('chat'), code);
        await conn.wait();
        return { wire: conn.onTheWire, fates, token: conn.token, told: conn.reported };
      });
      expect(value.fates, `code ${code}, and the last one is 3; the write`).toEqual([
        'PeerError invalid-msg-code at 0 ms',
      ]);
      expect(value.wire, 'on the wire').toEqual([]);
      expect(value.token, 'the token lies').toBe('in writeStart');
      expect(value.told, 'reported is').toBe('nothing');
    },
  );

  it('refuses such a code at once, though another has the token', async () => {
    const { value } = await runTasks(async () => {
      const conn = new Connection(false);
      const fates = conn.write(conn.protocol('chat'), 4);
      let reason: number | undefined;
      conn.go('chat', async () => {
        await writeMsg(conn.protocol('chat'), newMsg(4, empty)).catch(
          (error: unknown) => {
            reason = discReasonForError(error);
          },
        );
      });
      await sleep(1);
      return { fates, reason };
    });
    expect(value.fates, 'there was no token; the write').toEqual([
      'PeerError invalid-msg-code at 0 ms',
    ]);
    expect(value.reason, 'a protocol that dies of it gives the remote reason').toBe(2);
  });

  it('hears ShuttingDown when the peer ends while it waits', async () => {
    const { value } = await runTasks(async () => {
      const conn = new Connection(false);
      const fates = conn.write(conn.protocol('chat'), 0);
      conn.after(700, () => {
        conn.closed.close();
      });
      await sleep(701);
      const taken = conn.writeStart.trySend(undefined) && conn.token;
      await sleep(writeMs);
      return { fates, taken, wire: conn.onTheWire, told: conn.reported };
    });
    expect(value.fates, 'the peer ended at 700 ms; the write').toEqual([
      'ShuttingDown at 700 ms',
    ]);
    expect(value.taken, 'a token came at 701 ms; it lies').toBe('in writeStart');
    expect(value.wire, 'on the wire').toEqual([]);
    expect(value.told, 'reported is').toBe('nothing');
  });

  it('hears ShuttingDown when the peer has ended already', async () => {
    const { value } = await runTasks(async () => {
      const conn = new Connection(false);
      conn.closed.close();
      const fates = conn.write(conn.protocol('chat'), 0, 1, 2);
      await conn.wait();
      return fates;
    });
    expect(value, 'the peer was over; three writes').toEqual(
      Array(3).fill('ShuttingDown at 0 ms'),
    );
  });

  it('writes and reports once it has the token, though the peer ends in that moment', async () => {
    const { value } = await runTasks(async () => {
      const conn = new Connection(false);
      const fates = conn.write(conn.protocol('chat'), 0);
      conn.after(700, () => {
        conn.writeStart.trySend(undefined);
        conn.closed.close();
      });
      await conn.wait();
      return { fates, wire: conn.onTheWire, told: conn.reported };
    });
    expect(value.wire, 'the token came at 700 ms, then the end; on the wire').toEqual([
      'code 16 at 700 ms',
    ]);
    expect(value.told, 'reported is').toBe('success');
    expect(value.fates, 'the write').toEqual(['written at 710 ms']);
  });

  it('reports a write that was under way when the peer ended, and does not wait for a reader', async () => {
    for (const schedule of ['', '1111']) {
      const { value } = await runTasks(
        async () => {
          const conn = new Connection();
          const fates = conn.write(conn.protocol('chat'), 0);
          conn.after(writeMs / 2, () => {
            conn.closed.close();
          });
          await conn.wait();
          return { fates, told: conn.reported };
        },
        { schedule },
      );
      expect(value.fates, 'the peer ended at 5 ms; the write').toEqual([
        'written at 10 ms',
      ]);
      expect(value.told, 'reported is').toBe('success');
    }
  });

  it('lets the protocols write in the order in which they came', async () => {
    const { value } = await runTasks(async () => {
      const conn = new Connection().runs();
      const [chat, eth] = [conn.protocol('chat', 4, 16), conn.protocol('eth', 17, 20)];
      conn.write(chat, 0, 1);
      conn.write(eth, 0);
      conn.write(eth, 1);
      await sleep(100);
      conn.closed.close();
      return conn;
    });
    expect(value.most, about('the transport is given a message', 'writers')).toBe(1);
    expect(value.onTheWire, 'chat writes twice, two tasks of eth once each').toEqual([
      'code 16 at 0 ms',
      'code 20 at 10 ms',
      'code 21 at 20 ms',
      'code 17 at 30 ms',
    ]);
  });

  it('has one writer and one token, in any order of the tasks', async () => {
    const random = new Prng('E22');
    for (let round = 0; round < 20; round++) {
      const digits = Array.from({ length: 80 }, () => random.below(4));
      const { value, left } = await runTasks(
        async () => {
          const conn = new Connection().runs();
          const fates = ['chat', 'eth', 'note'].map((name, at) =>
            conn.write(conn.protocol(name, 4, 16 + 4 * at), 0, 9, 1, 2),
          );
          await sleep(500);
          const { token } = conn;
          conn.closed.close();
          await sleep(1);
          return { conn, token, fates: fates.flat() };
        },
        { schedule: digits.join('') },
      );
      expect(value.conn.most, 'protocols that wrote at the same time, at most').toBe(1);
      expect(value.conn.wire.length, 'three protocols, three good messages each').toBe(
        9,
      );
      const refused = value.fates.filter((fate) => fate.startsWith('PeerError'));
      expect(refused.length, 'and one message each with a wrong code; refused').toBe(3);
      expect(value.token, 'when all is written, the token lies').toBe('in writeStart');
      const waiting = left.map(({ task, on }) => `${task} waits for ${on}`);
      expect(waiting, 'tasks that are left').toEqual([]);
    }
  });

  it('keeps two peers apart', async () => {
    const { value } = await runTasks(async () => {
      const conns = [new Connection(), new Connection(false)] as const;
      const fates = conns.map((conn) => conn.write(conn.protocol('chat'), 0));
      conns[1].closed.close();
      for (const conn of conns) await conn.wait();
      return { fates, reported: conns[0].reported };
    });
    expect(value.fates, 'one peer writes, the other is over; the writes').toEqual([
      ['written at 10 ms'],
      ['ShuttingDown at 0 ms'],
    ]);
    expect(value.reported, 'reported to the one that writes is').toBe('success');
  });

  it('sends everybody home when a write fails', async () => {
    const { value, left } = await runTasks(async () => {
      const conn = new Connection().runs();
      conn.breaks = { by: new LineBroken('broken pipe') };
      const fates = [
        conn.protocol('chat'),
        conn.protocol('eth'),
        conn.protocol('note'),
      ].map((proto) => conn.write(proto, 0));
      await sleep(100);
      return { fates: fates.flat(), wire: conn.wire.length };
    });
    expect(value.fates, 'the first write fails, two others wait; the writes').toEqual([
      'LineBroken at 10 ms',
      'ShuttingDown at 10 ms',
      'ShuttingDown at 10 ms',
    ]);
    expect(value.wire, 'messages that the transport was given').toBe(1);
    const waiting = left.map(({ task, on }) => `${task} waits for ${on}`);
    expect(waiting, 'tasks that are left').toEqual([]);
  });
});
