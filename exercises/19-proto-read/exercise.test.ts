import { describe, expect, it } from 'vitest';
import { Chan } from '#impl/csp/chan.ts';
import { Done } from '#impl/csp/done.ts';
import { runtime } from '#impl/csp/runtime.ts';
import { sleep } from '#impl/csp/timer.ts';
import { WaitGroup } from '#impl/csp/wait-group.ts';
import { EndOfStream } from '#impl/net/net-conn.ts';
import { newMsg, type Msg } from '#impl/p2p/message.ts';
import { Prng } from '#impl/sim/prng.ts';
import { runTasks, type Finished } from '#kit/run-tasks.ts';
import { readMsg } from './exercise.ts';

/** One protocol's end of a connection, as much of it as `readMsg` needs. */
class Line {
  readonly in = new Chan<Msg>('in');
  readonly closed = new Done('closed');
  readonly offset: number;
  /** What `readMsg` gave, in the order in which it came. */
  readonly got: Msg[] = [];
  readonly #tasks = new WaitGroup();

  constructor(offset = 16) {
    this.offset = offset;
  }

  /** Starts a protocol that reads `times` messages. `end` says what it hears then. */
  async read(times: number): Promise<string> {
    try {
      for (let i = 0; i < times; i++) this.got.push(await readMsg(this));
      return 'the message';
    } catch (error) {
      if (error instanceof EndOfStream) return 'EndOfStream';
      throw error; // with its line
    }
  }

  /** Something that happens at a time of its own, beside the protocol. */
  after(ms: number, what: () => unknown): void {
    this.#tasks.go('readLoop', async () => {
      await sleep(ms);
      await what();
    });
  }
}

/** A protocol reads from a line while other things happen to it. */
function read(
  happens: (line: Line) => void,
  { offset = 16, times = 1 } = {},
): Promise<Finished<{ readonly line: Line; readonly end: string }>> {
  return runTasks(async () => {
    const line = new Line(offset);
    happens(line);
    return { line, end: await line.read(times) };
  });
}

const empty = Uint8Array.of(0xc0);

const payloads = new WeakMap<object, Uint8Array>();

/** A getter works on the message that came, and on no other object. */
function payloadOf(msg: object): Uint8Array {
  const other =
    'the message that the protocol gets has borrowed the getters of the one that came, and they do not work on it';
  return payloads.get(msg) ?? expect.fail(other);
}

/** A message as it comes from the network, which notices that it is unpacked. */
class Compressed implements Msg {
  readonly code: number;
  unpacked = 0;

  constructor(code: number, payload: Uint8Array) {
    this.code = code;
    payloads.set(this, payload);
  }

  get size(): number {
    return payloadOf(this).length;
  }

  get payload(): Uint8Array {
    this.unpacked++;
    return payloadOf(this);
  }

  unpack(): undefined {
    this.unpacked++;
  }
}

function got(msg: Msg | undefined): string {
  return msg === undefined ? 'nothing' : `code ${msg.code}`;
}

describe('readMsg', () => {
  it.each([
    ['the first protocol’s first message', 16, 16, 0],
    ['the first protocol’s last message', 16, 32, 16],
    ['the second protocol’s first message', 33, 33, 0],
    ['the second protocol’s fourth message', 33, 36, 3],
    ['a message of a protocol far up', 2_000, 2_255, 255],
  ])('gives %s its own code', async (_, offset, onTheWire, own) => {
    const { value } = await read(
      (line) => line.after(0, () => line.in.send(newMsg(onTheWire, empty))),
      { offset },
    );
    expect(
      got(value.line.got[0]),
      `code ${onTheWire} on the wire, the protocol’s codes begin at ${offset}; what \`readMsg\` gave`,
    ).toBe(`code ${own}`);
  });

  it('gives any message of any protocol its own code', async () => {
    const random = new Prng('E19');
    for (let round = 0; round < 50; round++) {
      const [offset, own] = [16 + random.below(500), random.below(100)];
      const message = newMsg(offset + own, empty);
      const { value } = await read(
        (line) => line.after(0, () => line.in.send(message)),
        { offset },
      );
      expect(
        got(value.line.got[0]),
        `code ${offset + own} on the wire, the protocol’s codes begin at ${offset}; what \`readMsg\` gave`,
      ).toBe(`code ${own}`);
    }
  });

  it('gives every message once, in the order of the line', async () => {
    const { value } = await read(
      (line) => {
        line.after(0, async () => {
          for (const code of [18, 16, 17, 17]) await line.in.send(newMsg(code, empty));
        });
      },
      { times: 4 },
    );
    const codes = value.line.got.map(({ code }) => code);
    expect(codes, 'the protocol’s own codes, in order').toEqual([2, 0, 1, 1]);
  });

  it('keeps the size and the payload', async () => {
    const payload = Uint8Array.of(0xc2, 7, 9);
    const message = new Compressed(17, payload);
    const { value } = await read((line) => line.after(0, () => line.in.send(message)));
    const [got] = value.line.got;
    expect(got?.size, 'the size of the message that the protocol gets').toBe(3);
    expect(got?.payload, 'the payload that the protocol gets').toEqual(payload);
  });

  it('does not unpack the payload', async () => {
    const message = new Compressed(17, empty);
    const { value } = await read((line) => line.after(0, () => line.in.send(message)));
    const unpacked = 'times that the payload was unpacked';
    expect(message.unpacked, `${unpacked} before the protocol looked`).toBe(0);
    const [got] = value.line.got;
    expect(got?.size, 'the size that the protocol sees').toBe(1);
    expect(message.unpacked, `${unpacked} when the protocol asked for the size`).toBe(
      0,
    );
    expect(got?.payload, 'the payload that the protocol gets').toBeDefined();
    expect(got?.payload.length, 'bytes that the protocol sees').toBe(1);
  });

  it('leaves the message that came as it was', async () => {
    const message = newMsg(17, empty);
    const { value } = await read((line) => line.after(0, () => line.in.send(message)));
    expect(got(value.line.got[0]), 'code 17 came; what `readMsg` gave').toBe('code 1');
    expect(got(message), 'the message that came, afterwards').toBe('code 17');
  });

  it('returns a message that it has taken, though the peer ends in that moment', async () => {
    const { value } = await read((line) =>
      line.after(700, () => {
        line.in.trySend(newMsg(18, empty));
        line.closed.close();
      }),
    );
    expect(
      value.end,
      'a message was taken at 700 ms, and then the peer ended; the read gave',
    ).toBe('the message');
    expect(value.line.got[0]?.code, 'its code').toBe(2);
  });

  it('takes one message, and leaves the next to the next read', async () => {
    const { value } = await runTasks(async () => {
      const line = new Line();
      line.after(0, () => line.in.send(newMsg(16, empty)));
      await line.read(1);
      const taken = line.in.trySend(newMsg(17, empty));
      line.after(0, () => line.in.send(newMsg(18, empty)));
      await line.read(1);
      return { taken, codes: line.got.map(({ code }) => code) };
    });
    expect(value.taken, 'nobody was reading, and a message was taken').toBe(false);
    expect(value.codes, 'two reads; codes that came').toEqual([0, 2]);
  });

  it('waits as long as no message comes, and takes it when it comes', async () => {
    const { value, duration } = await read((line) =>
      line.after(60_000.5, () => line.in.send(newMsg(16, empty))),
    );
    expect(value.end, 'a message came after a minute; the protocol heard').toBe(
      'the message',
    );
    expect(duration, 'the message came at this time; it was taken at').toBe(60_000.5);
  });

  it('hears EndOfStream when the peer ends while it waits', async () => {
    const { value, duration } = await read((line) =>
      line.after(700, () => line.closed.close()),
    );
    expect(value.end, 'the peer ended after 700 ms; the protocol heard').toBe(
      'EndOfStream',
    );
    expect(duration, 'the peer ended at this time; the protocol heard of it at').toBe(
      700,
    );
  });

  it('hears EndOfStream when the peer has ended already', async () => {
    const { value } = await read((line) => line.closed.close());
    expect(value.end, 'the peer was over; the protocol heard').toBe('EndOfStream');
  });

  it('still hears EndOfStream when it asks again', async () => {
    const { value } = await runTasks(async () => {
      const line = new Line();
      line.closed.close();
      return [await line.read(1), await line.read(1), await line.read(1)];
    });
    expect(value, 'the peer was over; three reads heard').toEqual(
      Array(3).fill('EndOfStream'),
    );
  });

  it('takes no message after it gave up', async () => {
    const { value } = await runTasks(async () => {
      const line = new Line();
      line.after(700, () => line.closed.close());
      const end = await line.read(1);
      await sleep(1);
      return { end, taken: line.in.trySend(newMsg(16, empty)), at: runtime().now() };
    });
    expect(value.end, 'the peer ended after 700 ms; the protocol heard').toBe(
      'EndOfStream',
    );
    expect(value.taken, 'a message was taken, and nobody returned it').toBe(false);
  });

  it('leaves no task behind', async () => {
    for (const happens of [
      (line: Line) => line.after(700, () => line.in.send(newMsg(16, empty))),
      (line: Line) => line.after(700, () => line.closed.close()),
    ]) {
      const { left } = await runTasks(async () => {
        const line = new Line();
        happens(line);
        await line.read(1);
        await sleep(1);
      });
      const waiting = left.map(({ task, on }) => `${task} waits for ${on}`);
      expect(waiting, 'tasks that are left when the read is over').toEqual([]);
    }
  });
});
