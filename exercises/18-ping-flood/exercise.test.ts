import { describe, expect, it } from 'vitest';
import { Chan } from '#impl/csp/chan.ts';
import { runtime } from '#impl/csp/runtime.ts';
import { sleep } from '#impl/csp/timer.ts';
import { WaitGroup } from '#impl/csp/wait-group.ts';
import { pipe } from '#impl/net/pipe.ts';
import { asError } from '#impl/p2p/as-error.ts';
import { discMsg, pingMsg, pongMsg } from '#impl/p2p/base-protocol.ts';
import type { HelloConn } from '#impl/p2p/conn.ts';
import { nodeIDOf } from '#impl/p2p/enode.ts';
import { newMsg, sendItems, type Msg, type MsgReadWriter } from '#impl/p2p/message.ts';
import { Peer } from '#impl/p2p/peer.ts';
import type { Protocol } from '#impl/p2p/protocol.ts';
import { encodeDisconnect } from '#impl/p2p/rlpx/disconnect.ts';
import { PlainTransport } from '#impl/sim/plain-transport.ts';
import { PongTaskPeer } from '#impl/sim/quirks/pong-tasks.ts';
import { isMistake } from '#kit/mistake.ts';
import { runTasks, type Finished } from '#kit/run-tasks.ts';
import { moment } from '#kit/steps.ts';
import { answering, attack, type Answering, type PingedPeer } from './exercise.ts';

/** A peer that answers Pings in the reader's way, and counts. */
class MendedPeer extends Peer {
  /** `onPing` was called so often, and so many of the calls are over. */
  called = 0;
  taken = 0;
  pongs = 0;
  readonly reported: string[] = [];
  /** What the reader's tasks threw. */
  readonly thrown: string[] = [];
  #answers: Answering | undefined;

  override async handle(msg: Msg): Promise<void> {
    if (msg.code !== pingMsg) return super.handle(msg);
    this.#answers ??= answering(this.#pinged());
    this.called++;
    await this.#answers.onPing();
    this.taken++;
  }

  #pinged(): PingedPeer {
    return {
      go: (name, task) => {
        this.wg.go(name, async () => {
          try {
            await task();
          } catch (error) {
            if (isMistake(error)) throw error;
            this.thrown.push(asError(error).message);
          }
        });
      },
      sendPong: async () => {
        await sendItems(this.writer, pongMsg);
        this.pongs++;
      },
      closed: this.closed,
      report: (error) => {
        if (isMistake(error)) throw error;
        this.reported.push(String(asError(error)));
        this.protoErr.trySend(asError(error));
      },
    };
  }
}

/** The other end of the line. */
class Remote implements MsgReadWriter {
  readonly transport: PlainTransport;
  sent = 0;
  /** Codes that were read, in order. */
  readonly read: number[] = [];

  constructor(transport: PlainTransport) {
    this.transport = transport;
  }

  async writeMsg(msg: Msg): Promise<void> {
    if (this.sent === 1_000) throw new Error('that was the last of 1,000 messages');
    this.sent++;
    await this.transport.writeMsg(msg);
  }

  async readMsg(): Promise<Msg> {
    const msg = await this.transport.readMsg();
    this.read.push(msg.code);
    return msg;
  }

  /** Reads until the line is over. */
  async readAll(): Promise<void> {
    try {
      for (;;) await this.readMsg();
    } catch {
      // the line is over
    }
  }
}

interface Meeting<P extends Peer> {
  readonly peer: P;
  readonly remote: Remote;
  /** Codes that the peer's protocol got, and when. */
  readonly got: string[];
  /** When the peer was over. */
  endedAtMs: number | undefined;
  readonly go: (name: string, task: () => Promise<void>) => void;
}

const [idA, idB] = ['11', '22'].map((byte) => nodeIDOf(byte.repeat(64)));

/** A peer that runs, and its remote, with a line of so many bytes between them. */
function meet<P extends Peer>(
  make: new (conn: HelloConn, protocols: readonly Protocol[]) => P,
  capacity = 512,
): Meeting<P> {
  if (idA === undefined || idB === undefined) throw new Error('two ids');
  const [near, far] = pipe({ capacity });
  const got: string[] = [];
  const run: Protocol['run'] = async (_peer, rw) => {
    for (;;) {
      const { code } = await rw.readMsg();
      got.push(`message ${code} at ${runtime().now()} ms`);
    }
  };
  const conn: HelloConn = {
    fd: near,
    transport: new PlainTransport(near, idA),
    flags: { inbound: true, staticDialed: false, trusted: false },
    id: idB,
    caps: [{ name: 'note', version: 1 }],
    name: 'victim',
    cont: new Chan('cont'),
  };
  const peer = new make(conn, [{ name: 'note', version: 1, length: 4, run }]);
  const tasks = new WaitGroup();
  const remote = new Remote(new PlainTransport(far, idB));
  const meeting: Meeting<P> = {
    ...{ peer, remote, got, endedAtMs: undefined },
    go: (name, task) => {
      tasks.go(name, task);
    },
  };
  meeting.go('runPeer', async () => {
    await peer.run();
    meeting.endedAtMs = runtime().now();
  });
  return meeting;
}

const maxSteps = 100_000;
const ping = async (remote: Remote, times = 1): Promise<void> => {
  for (let i = 0; i < times; i++) await sendItems(remote, pingMsg);
};

/** Lets the reader's attack go for ten seconds, and looks each second. */
async function underAttack<P extends Peer>(
  make: new (conn: HelloConn, protocols: readonly Protocol[]) => P,
  look: (peer: P) => number,
): Promise<{ readonly most: number; readonly sent: number; readonly over: boolean }> {
  const { value } = await runTasks(
    async () => {
      const meeting = meet(make);
      let mistake: Error | undefined;
      meeting.go('attack', async () => {
        try {
          await attack(meeting.remote);
        } catch (error) {
          // That the victim or the 1,000 messages have come to an end is no fault.
          if (isMistake(error)) mistake = error;
        }
      });
      let most = 0;
      for (let second = 0; second < 10; second++) {
        await sleep(second === 0 ? 1 : 999);
        if (mistake !== undefined) throw mistake;
        most = Math.max(most, look(meeting.peer));
      }
      moment('the tasks of the victim are counted');
      const { endedAtMs, remote } = meeting;
      return { most, sent: remote.sent, over: endedAtMs !== undefined };
    },
    { maxSteps },
  );
  return value;
}

/** `readLoop`, `pingLoop` and the protocol. */
const ofEveryPeer = 3;

/** A Ping that was dropped counts as well: it was taken, and its Pong never comes. */
function expectFewWithoutPong(count: number, flood: string): void {
  const few = count <= 32 ? 'at most 32' : `${count}`;
  const rule = 'none may be dropped, so what is too much waits in `onPing`';
  expect(few, `${flood}; Pings that were taken and have no Pong (${rule})`).toBe(
    'at most 32',
  );
}

describe('attack', () => {
  it('makes 500 tasks wait in a node of 2018', async () => {
    const { most, sent, over } = await underAttack(
      PongTaskPeer,
      ({ pongs }) => pongs.names.length,
    );
    expect(over, 'the peer was over within ten seconds').toBe(false);
    const enough = most >= 500 ? 'at least 500' : `${most}`;
    expect(enough, `${sent} messages were sent; tasks that wait to write a Pong`).toBe(
      'at least 500',
    );
  });

  it('makes no 500 tasks any more after the cure', async () => {
    let mostTasks = 0;
    const { most, sent } = await underAttack(MendedPeer, ({ wg, taken, pongs }) => {
      mostTasks = Math.max(mostTasks, wg.names.length - ofEveryPeer);
      return taken - pongs;
    });
    const flood = `${sent} messages were sent`;
    const tasks = mostTasks <= 32 ? 'at most 32' : `${mostTasks}`;
    expect(tasks, `${flood}; tasks, besides the three of every peer`).toBe(
      'at most 32',
    );
    expectFewWithoutPong(most, flood);
  });
});

describe('answering, a remote that reads', () => {
  it.each([
    [1, 0],
    [16, 0],
    [17, 0],
    [100, 15],
  ])('gets a Pong for each of %i Pings', async (times, lateS) => {
    const { value } = await runTasks(
      async () => {
        const { remote, go } = meet(MendedPeer);
        go('pings', () => asLongAsItLasts(() => ping(remote, times)));
        await sleep(lateS * 1_000);
        go('reads', () => remote.readAll());
        await sleep(1_000);
        return remote.read.filter((code) => code === pongMsg).length;
      },
      { maxSteps },
    );
    const late = lateS === 0 ? '' : `, and it began to read after ${lateS} s`;
    expect(value, `${times} Pings came${late}; Pongs within a second`).toBe(times);
  });

  it('gets a Pong each time it asks, five minutes long', async () => {
    const { value } = await runTasks(
      async () => {
        const { remote, go } = meet(MendedPeer);
        go('reads', () => remote.readAll());
        for (let nth = 0; nth < 20; nth++) {
          await ping(remote);
          await sleep(15_000);
        }
        return remote.read.filter((code) => code === pongMsg).length;
      },
      { maxSteps },
    );
    expect(value, 'a Ping every 15 s, 20 of them; Pongs').toBe(20);
  });
});

/** What the remote writes until the victim is over, or its line. */
async function asLongAsItLasts(writes: () => Promise<void>): Promise<void> {
  try {
    await writes();
  } catch {
    // it is over
  }
}

/** Pings without end, from a remote that reads nothing. */
const flood = (remote: Remote): Promise<void> =>
  asLongAsItLasts(() => ping(remote, 200));

describe('answering, a remote that reads nothing', () => {
  it('has few Pings waiting, and few tasks', async () => {
    const { value } = await runTasks(
      async () => {
        const { peer, remote, go } = meet(MendedPeer);
        go('flood', () => flood(remote));
        await sleep(5_000);
        return { waiting: peer.taken - peer.pongs, tasks: peer.wg.names.length };
      },
      { maxSteps },
    );
    const { waiting, tasks } = value;
    expectFewWithoutPong(waiting, 'a flood came');
    const alive = tasks <= 35 ? 'at most 32' : `${tasks - ofEveryPeer}`;
    expect(alive, 'tasks, besides the three that every peer has').toBe('at most 32');
    const known = tasks > ofEveryPeer ? 'knows it' : 'does not know it';
    expect(
      known,
      'a task waits to write a Pong (`peer.go` starts one that the peer knows); the peer',
    ).toBe('knows it');
  });

  it('does not hold up the message behind its Ping', async () => {
    const { value } = await runTasks(async () => {
      const { remote, got } = meet(MendedPeer, 24);
      await ping(remote, 4);
      await remote.writeMsg(newMsg(17, Uint8Array.of(0xc0)));
      await sleep(3_000);
      return got;
    });
    expect(
      value,
      'four Pings, for whose Pongs the line has no room, and a message; the protocol got',
    ).toEqual(['message 1 at 0 ms']);
  });

  it('is heard when it says Disconnect behind ten Pings', async () => {
    const { value } = await runTasks(async () => {
      const meeting = meet(MendedPeer, 24);
      const { remote } = meeting;
      meeting.go('leaves', () =>
        asLongAsItLasts(async () => {
          await ping(remote, 10);
          await remote.writeMsg(newMsg(discMsg, encodeDisconnect(4)));
        }),
      );
      await sleep(3_000);
      return meeting.endedAtMs;
    });
    const end = value === undefined ? 'not over' : `over after ${value} ms`;
    expect(
      end,
      'ten Pings, for whose Pongs the line has no room, and a Disconnect; three seconds later the peer is',
    ).toBe('over after 1000 ms');
  });

  it('costs the peer its line after 20 s, and leaves no task behind', async () => {
    const { value, left } = await runTasks(
      async () => {
        const meeting = meet(MendedPeer, 64);
        meeting.go('flood', () => flood(meeting.remote));
        await sleep(25_000);
        const { peer, endedAtMs } = meeting;
        const { reported, thrown } = peer;
        return { endedAtMs, reported, thrown };
      },
      { maxSteps },
    );
    const end = value.endedAtMs === undefined ? 'not over' : `${value.endedAtMs} ms`;
    expect(value.thrown, 'thrown by a task, for nobody to hear').toEqual([]);
    const [first = 'nothing', ...more] = value.reported;
    const reported = more.length === 0 ? first : `${more.length + 1} errors`;
    expect(reported, 'the write of a Pong fails; reported').toBe(
      'DeadlineExceeded: write: i/o timeout',
    );
    expect(inWords(left), 'tasks that are left').toEqual([]);
    expect(end, 'the write of a Pong fails at 20 s; the peer is over at').toBe(
      '20000 ms',
    );
  });
});

function inWords(left: Finished<unknown>['left']): string[] {
  return left.map(({ task, on }) => `${task} waits for ${on}`);
}

describe('answering, when the peer ends', () => {
  it.each([
    ['while it waits for a Ping', 1, 512],
    ['while a Pong waits, and Pings behind it', 40, 24],
  ])('leaves no task behind: %s', async (_, times, capacity) => {
    const { value, left } = await runTasks(
      async () => {
        const meeting = meet(MendedPeer, capacity);
        const { peer, remote } = meeting;
        meeting.go('pings', () => asLongAsItLasts(() => ping(remote, times)));
        await sleep(700);
        await peer.disconnect(8);
        await sleep(3_000);
        return meeting.endedAtMs;
      },
      { maxSteps },
    );
    expect(
      inWords(left),
      'somebody asked at 700 ms; tasks left three seconds later',
    ).toEqual([]);
    expect(value !== undefined, 'the peer is over').toBe(true);
  });
});
