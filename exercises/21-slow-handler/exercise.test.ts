import { describe, expect, it } from 'vitest';
import { Chan } from '#impl/csp/chan.ts';
import { Done } from '#impl/csp/done.ts';
import { runtime } from '#impl/csp/runtime.ts';
import { sleep } from '#impl/csp/timer.ts';
import { WaitGroup } from '#impl/csp/wait-group.ts';
import { EndOfStream } from '#impl/net/net-conn.ts';
import {
  baseProtocolLength,
  discMsg,
  pingMsg,
  pongMsg,
} from '#impl/p2p/base-protocol.ts';
import { newMsg, type Msg } from '#impl/p2p/message.ts';
import { Peer, type PeerEnd } from '#impl/p2p/peer.ts';
import type { Protocol } from '#impl/p2p/protocol.ts';
import { encodeDisconnect } from '#impl/p2p/rlpx/disconnect.ts';
import { connOver, Line } from '#impl/sim/one-peer.ts';
import { Prng } from '#impl/sim/prng.ts';
import { runTasks } from '#kit/run-tasks.ts';
import { about, moment } from '#kit/steps.ts';
import { handingOver, type HandingOver } from './exercise.ts';

/** A line that counts what `readLoop` takes from it. */
class CountedLine extends Line {
  read = 0;

  override async readMsg(): Promise<Msg> {
    const msg = await super.readMsg();
    this.read++;
    return msg;
  }
}

/** A peer that hands over in the reader's way. */
class MendedPeer extends Peer {
  #handing: HandingOver | undefined;

  override async handle(msg: Msg): Promise<void> {
    if (msg.code < baseProtocolLength) return super.handle(msg);
    this.#handing ??= handingOver({
      go: (name, task) => {
        this.#go(name, task);
      },
      closed: this.closed,
    });
    await this.#handing.handOver(this.getProto(msg.code), msg);
  }

  #go(name: string, task: () => Promise<void>): void {
    this.wg.go(name, async () => {
      try {
        await task();
      } catch (error) {
        if (!(error instanceof EndOfStream)) throw error;
        expect.fail(
          `your task “${name}” has thrown EndOfStream. Nobody waits for it: what a task throws is a fault of the node. A task that has to end returns`,
        );
      }
    });
  }
}

/** What a protocol took. */
interface Taken {
  readonly who: string;
  readonly msg: Msg;
  readonly atMs: number;
}

/** How long a handler is busy with a message, by the protocol's own code. */
type Handler = (code: number) => number;

/** A peer with chat/1 (codes 16 to 19) and eth/63 (20 to 36), and its remote. */
class Meeting {
  readonly line = new CountedLine();
  readonly taken: Taken[] = []; // BOUNDED by the run
  readonly peer: MendedPeer;
  end: PeerEnd | undefined;
  /** Tasks that were alive when the run was over. */
  alive = 0;
  /** When the protocols were told to leave. */
  closedAtMs: number | undefined;
  readonly #tasks = new WaitGroup();

  constructor(busy: { readonly eth?: Handler; readonly chat?: Handler }) {
    const protocols = [
      this.#protocol('chat', 1, 4, busy.chat),
      this.#protocol('eth', 63, 17, busy.eth),
    ];
    this.peer = new MendedPeer(connOver(this.line, protocols), protocols);
    this.#tasks.go('runPeer', async () => {
      this.end = await this.peer.run();
    });
    this.#tasks.go('watch', async () => {
      await this.peer.closed.wait();
      this.closedAtMs = runtime().now();
    });
  }

  #protocol(name: string, version: number, length: number, busy?: Handler): Protocol {
    const run: Protocol['run'] = async (_peer, rw) => {
      for (;;) {
        const msg = await rw.readMsg();
        this.taken.push({ who: name, msg, atMs: runtime().now() });
        const ms = busy?.(msg.code) ?? 0;
        if (ms > 0) await sleep(ms);
      }
    };
    return { name, version, length, run };
  }

  /** The remote sends these, as fast as the line takes them. */
  send(...messages: Msg[]): void {
    this.#tasks.go('remote', async () => {
      for (const msg of messages) await this.line.incoming.send(msg);
    });
  }

  /** Own codes of what a protocol took, in order. */
  codesOf(who: string): number[] {
    return this.taken.filter((one) => one.who === who).map(({ msg }) => msg.code);
  }

  /** `eth 1 at 0 ms`, one after the other. */
  get inWords(): string[] {
    return this.taken.map(({ who, msg, atMs }) => `${who} ${msg.code} at ${atMs} ms`);
  }

  get pongs(): number {
    return this.line.heard.filter(({ code }) => code === pongMsg).length;
  }
}

const payload = Uint8Array.of(0xc0);
const chat = (code: number): Msg => newMsg(16 + code, payload);
const eth = (code: number): Msg => newMsg(20 + code, payload);
const ping = newMsg(pingMsg, payload);
const leaves = newMsg(discMsg, encodeDisconnect(4));
const slow: Handler = () => 700;
const stuck: Handler = () => 1_000_000;
const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** A run of 2,000 ms, by default. */
async function meet(
  busy: { readonly eth?: Handler; readonly chat?: Handler },
  happens: (meeting: Meeting) => Promise<void> | void,
  ms = 2_000,
  schedule = '',
): Promise<Meeting> {
  const run = async (): Promise<Meeting> => {
    const meeting = new Meeting(busy);
    await happens(meeting);
    await sleep(ms);
    return meeting;
  };
  const over = await runTasks(run, { maxSteps: 40_000, schedule });
  over.value.alive = over.left.length;
  return over.value;
}

describe('handingOver, what is for others', () => {
  it.each([
    ['a second message', 2],
    ['eight messages that wait', 9],
  ])('lets a Disconnect pass %s for a busy eth', async (_, count) => {
    const meeting = await meet({ eth: slow }, async (one) => {
      one.send(...many(count, eth));
      await sleep(100);
      one.send(leaves);
      await sleep(100);
      moment('100 ms after the Disconnect was sent');
    });
    const seen =
      meeting.closedAtMs === undefined
        ? 'not seen'
        : `seen at ${meeting.closedAtMs} ms`;
    expect(
      seen,
      about(
        '100 ms after the Disconnect was sent',
        `${count} messages for eth, 700 ms each; Disconnect 4, sent at 100 ms, is`,
      ),
    ).toBe('seen at 100 ms');
  });

  it('lets a Ping pass, and its Pong goes out', async () => {
    const meeting = await meet(
      { eth: stuck },
      (one) => one.send(...many(9, eth), ping),
      100,
    );
    expect(meeting.pongs, 'nine messages for a busy eth, and a Ping; Pongs').toBe(1);
  });

  it('lets a message of another protocol pass', async () => {
    const meeting = await meet(
      { eth: stuck },
      (one) => one.send(...many(9, eth), chat(2)),
      100,
    );
    const chats = meeting.inWords.filter((words) => words.startsWith('chat'));
    expect(
      chats.join() || 'nothing',
      'nine messages for a busy eth, and code 2 for chat; chat took within 100 ms',
    ).toBe('chat 2 at 0 ms');
  });

  it('has room for eight messages of each protocol, however many there are', async () => {
    const { value } = await runTasks(async () => {
      const tasks = new WaitGroup();
      const handing = handingOver({
        go: (name, task) => {
          tasks.go(name, task);
        },
        closed: new Done('closed'),
      });
      const protos = many(6, (index) => ({ in: new Chan<Msg>(`p${index}.in`) }));
      let passed = 0;
      tasks.go('readLoop', async () => {
        for (const proto of protos) {
          for (const msg of many(8, eth)) await handing.handOver(proto, msg);
          passed++;
        }
      });
      await sleep(1);
      return passed;
    });
    expect(
      value,
      'six busy protocols, eight messages for each; protocols whose messages all passed',
    ).toBe(6);
  });

  it('hands an idle protocol its message at once', async () => {
    const meeting = await meet({}, async (one) => {
      await sleep(700.5);
      one.send(eth(3));
    });
    expect(meeting.inWords, 'the message came at 700.5 ms').toEqual([
      'eth 3 at 700.5 ms',
    ]);
  });
});

const allInOrder = 'all of them, in order';

/** In words: two lists of a hundred codes look alike. */
function compared(taken: readonly number[], sent: readonly number[]): string {
  if (taken.length > sent.length)
    return `${taken.length}, and ${sent.length} were sent`;
  const at = sent.findIndex((code, i) => taken[i] !== code);
  if (at === -1) return allInOrder;
  return at === taken.length
    ? `${at} of ${sent.length}: message ${at + 1} is the first that is missing`
    : `in place ${at + 1} code ${taken[at]}, where code ${sent[at]} was sent`;
}

describe('handingOver, nothing lost or turned around', () => {
  it('gives each protocol every message once, in the order of the line', async () => {
    const random = new Prng('E21');
    const sent = many(120, () =>
      random.below(3) === 0 ? chat(random.below(4)) : eth(random.below(17)),
    );
    const ofEth = sent.filter(({ code }) => code >= 20).map(({ code }) => code - 20);
    const ofChat = sent.filter(({ code }) => code < 20).map(({ code }) => code - 16);
    const busy = { eth: () => 5, chat: () => 3 };
    const meeting = await meet(busy, (one) => one.send(...sent));
    expect(ofChat.length * ofEth.length, 'both protocols were sent to').toBeGreaterThan(
      0,
    );
    expect(compared(meeting.codesOf('eth'), ofEth), 'what eth took').toBe(allInOrder);
    expect(compared(meeting.codesOf('chat'), ofChat), 'what chat took').toBe(
      allInOrder,
    );
  });

  it('keeps the order in any order of the tasks', async () => {
    const random = new Prng('E21, orders');
    const codes = many(16, (index) => index);
    for (let round = 0; round < 3; round++) {
      const schedule = many(200, () => random.below(4)).join('');
      const meeting = await meet(
        {},
        (one) => one.send(...codes.map(eth)),
        10,
        schedule,
      );
      expect(
        compared(meeting.codesOf('eth'), codes),
        '16 messages for an eth that is quick; what it took',
      ).toBe(allInOrder);
    }
  });

  it('lets no code overtake another of the same protocol', async () => {
    const codes = [7, 1, 1, 7, 0, 1];
    const meeting = await meet({ eth: (code) => (code === 7 ? 700 : 1) }, (one) =>
      one.send(...codes.map(eth)),
    );
    expect(
      meeting.codesOf('eth'),
      'message 7 takes eth 700 ms, the others 1; what eth took, own codes',
    ).toEqual(codes);
  });

  it('hands over the very message that came, still packed', async () => {
    const { value } = await runTasks(async () => {
      const closed = new Done('closed');
      const proto = { in: new Chan<Msg>('eth.in') };
      const tasks = new WaitGroup();
      const handing = handingOver({
        go: (name, task) => {
          tasks.go(name, task);
        },
        closed,
      });
      let unpacked = 0;
      const came: Msg = {
        code: 23,
        size: 1,
        get payload() {
          unpacked++;
          return payload;
        },
        unpack() {
          unpacked++;
          return undefined;
        },
      };
      tasks.go('readLoop', () => handing.handOver(proto, came));
      const taken = await proto.in.recv();
      const took =
        taken === came ? 'the very message that came' : 'another object in its place';
      return { took, unpacked };
    });
    expect(value.took, 'the protocol took').toBe('the very message that came');
    expect(value.unpacked, 'times that it was unpacked on the way').toBe(0);
  });
});

describe('handingOver, the bound', () => {
  it('lets no more than 32 messages of a protocol wait', async () => {
    const meeting = await meet({ eth: stuck }, (one) =>
      one.send(...many(200, () => eth(1))),
    );
    // One is in the handler, and one in the hands of `readLoop`.
    const waiting = meeting.line.read - 2;
    expect(
      waiting <= 32 ? 'at most 32' : `${waiting}`,
      '200 messages for a busy eth; messages that wait with you',
    ).toBe('at most 32');
  });

  it('reads on when the protocol takes again', async () => {
    const codes = many(100, (index) => index % 17);
    const meeting = await meet({ eth: (code) => (code === 0 ? 50 : 1) }, (one) =>
      one.send(...codes.map(eth)),
    );
    const taken = compared(meeting.codesOf('eth'), codes);
    expect(taken, '100 messages for a busy eth; taken').toBe(allInOrder);
  });

  it('has no task for each message', async () => {
    const meeting = await meet({ eth: stuck, chat: stuck }, (one) =>
      one.send(...many(200, (index) => (index % 2 === 0 ? eth(1) : chat(1)))),
    );
    // 64 messages may wait, and each may have a task. The peer has seven of its own.
    const { alive } = meeting;
    expect(
      alive <= 80 ? 'at most 80' : `${alive}`,
      '200 messages for two busy protocols; tasks, those of the peer among them',
    ).toBe('at most 80');
  });
});

describe('handingOver, the end', () => {
  it('throws EndOfStream where it waits, when the peer is over', async () => {
    const { value } = await runTasks(async () => {
      const closed = new Done('closed');
      const proto = { in: new Chan<Msg>('eth.in') };
      const tasks = new WaitGroup();
      const handing = handingOver({
        go: (name, task) => {
          tasks.go(name, task);
        },
        closed,
      });
      let end = 'it still waits';
      tasks.go('readLoop', async () => {
        try {
          for (let i = 0; i < 100; i++) await handing.handOver(proto, eth(1));
          end = 'nothing: it never waited';
        } catch (error) {
          const name = error instanceof EndOfStream ? 'EndOfStream' : String(error);
          end = `${name} at ${runtime().now()} ms`;
        }
      });
      await sleep(700);
      closed.close();
      await sleep(1);
      const offered = proto.in.tryRecv() === undefined ? 'nothing' : 'a message';
      return { end, offered };
    });
    expect(value.end, 'the peer was over at 700 ms; `handOver` threw').toBe(
      'EndOfStream at 700 ms',
    );
    expect(value.offered, 'the peer was over; on `eth.in`, you still offer').toBe(
      'nothing',
    );
  });

  it('is the end of one peer, and not of another', async () => {
    const { value } = await runTasks(async () => {
      const [first, second] = [new Meeting({ eth: slow }), new Meeting({ eth: slow })];
      first.send(...many(3, eth));
      second.send(...many(2, eth));
      await sleep(100);
      second.send(leaves);
      await sleep(2_000);
      return { first: first.codesOf('eth'), second: second.codesOf('eth') };
    });
    expect(value.first, 'a peer that stays sent three; its eth took').toEqual([
      0, 1, 2,
    ]);
    expect(value.second, 'a peer that left at 100 ms sent two; its eth took').toEqual([
      0,
    ]);
  });

  it('hands over nothing more, and leaves no task', async () => {
    const { value, left } = await runTasks(async () => {
      const meeting = new Meeting({ eth: slow });
      meeting.send(...many(6, eth));
      await sleep(100);
      meeting.send(leaves);
      await sleep(5_000);
      return meeting;
    });
    expect(
      value.codesOf('eth'),
      'a message takes 700 ms, the remote leaves at 100 ms; eth took',
    ).toEqual([0]);
    const waiting = left.map(({ task, on }) => `${task} waits for ${on}`);
    expect(waiting, 'tasks that are left').toEqual([]);
    expect(value.end?.reason, 'the peer ended with reason').toBe(4);
  });
});
