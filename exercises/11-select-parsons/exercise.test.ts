import { describe, expect, it } from 'vitest';
import { Chan } from '#impl/csp/chan.ts';
import { Done } from '#impl/csp/done.ts';
import { runtime } from '#impl/csp/runtime.ts';
import { recv, select, type Cases, type Chosen } from '#impl/csp/select.ts';
import { sleep, Timer } from '#impl/csp/timer.ts';
import { WaitGroup } from '#impl/csp/wait-group.ts';
import {
  ConnClosed,
  DeadlineExceeded,
  EndOfStream,
  type NetConn,
} from '#impl/net/net-conn.ts';
import { discMsg } from '#impl/p2p/base-protocol.ts';
import type { Transport } from '#impl/p2p/conn.ts';
import { nodeIDOf } from '#impl/p2p/enode.ts';
import { newMsg, type Msg } from '#impl/p2p/message.ts';
import {
  DiscError,
  discNetworkError,
  discReasonText,
  PeerError,
} from '#impl/p2p/peer-error.ts';
import { Peer, type PeerEnd } from '#impl/p2p/peer.ts';
import type { Protocol } from '#impl/p2p/protocol.ts';
import { encodeDisconnect } from '#impl/p2p/rlpx/disconnect.ts';
import { Prng } from '#impl/sim/prng.ts';
import type { BlockedTask } from '#impl/sim/simulate.ts';
import { compileParsons } from '#kit/parsons.ts';
import { runTasks } from '#kit/run-tasks.ts';
import { blanks, order } from './exercise.ts';
import { puzzle } from './lines.ts';

type Run = (peer: Peer) => Promise<PeerEnd | undefined>;

/** A line to a remote that takes notes. What comes from the remote is put in `coming`. */
class FakeTransport implements Transport {
  readonly coming = new Chan<Msg | Error>('the next message', 8);
  readonly heard: string[] = [];
  writeError: Error | undefined;
  farewellMs = 0;
  /** Writes that were under way at the same time, at most. */
  mostWrites = 0;
  #writes = 0;
  readonly #closed = new Done('transport closed');

  async readMsg(): Promise<Msg> {
    const event = await select({
      came: recv(this.coming),
      closed: recv(this.#closed),
    });
    if (event.case === 'closed') throw new ConnClosed('read');
    if (event.value instanceof Error) throw event.value;
    return event.value;
  }

  async writeMsg({ code }: Msg): Promise<void> {
    this.mostWrites = Math.max(this.mostWrites, ++this.#writes);
    await sleep(1);
    this.#writes -= 1;
    if (this.writeError !== undefined) throw this.writeError;
    this.heard.push(`message ${code}`);
  }

  async close(error: unknown): Promise<void> {
    if (error instanceof DiscError && error.reason !== discNetworkError) {
      await sleep(this.farewellMs);
      this.heard.push(disconnect(error.reason));
    }
    this.#closed.close();
  }

  doEncHandshake(): Promise<never> {
    return Promise.reject(new Error('it was done before'));
  }

  doProtoHandshake(): Promise<never> {
    return this.doEncHandshake();
  }
}

const noAddress: NetConn = {
  remoteAddr: '10.0.0.2:40404',
  localAddr: '10.0.0.1:30303',
  peek: () => new Uint8Array(),
  consume: () => undefined,
  fill: () => Promise.reject(new ConnClosed('read')),
  readFull: () => Promise.reject(new ConnClosed('read')),
  write: () => Promise.reject(new ConnClosed('write')),
  setReadDeadline: () => undefined,
  setWriteDeadline: () => undefined,
  close: () => Promise.resolve(),
};

/** A peer that notices what no order of the lines should do. */
class WatchedPeer extends Peer {
  /** In words. The first is told, before all that comes of it. */
  readonly mistakes: string[] = []; // BOUNDED by the lines: each is noted once
  #readers = 0;
  #reports = 0;

  override readLoop(): Promise<void> {
    this.#readers += 1;
    if (this.#readers > 1) {
      this.note('`readLoop` was started again: the tasks of a peer are started once');
    }
    return super.readLoop();
  }

  /** What a line that does not belong to `run` asks for. */
  writeLoop(): Promise<void> {
    this.note(
      '`writeLoop` was started, and no peer has one. A protocol that wants to write takes the token of `writeStart` and writes itself',
    );
    return Promise.resolve();
  }

  /** `select`, as `run` sees it. */
  readonly select = async <C extends Cases>(cases: C): Promise<Chosen<C>> => {
    if (this.closed.closed) {
      this.note('`closed` was closed, and `run` still waits for a cause to end');
    }
    const event = await select(cases);
    if (event.case === 'writeErr') this.#reports += 1;
    if (this.#reports === maxReports) {
      this.note(
        `\`run\` has taken ${maxReports} reports from \`writeErr\`, and goes on. Only six messages were written here. A report says that a write is over: who has not written puts none in`,
      );
      expect.fail('it would go on for ever');
    }
    return event;
  };

  note(mistake: string): void {
    if (!this.mistakes.includes(mistake)) this.mistakes.push(mistake);
  }
}

/** More than any story here has writes. */
const maxReports = 100;

function peerOver(transport: Transport, protocols: readonly Protocol[]): WatchedPeer {
  return new WatchedPeer(
    {
      fd: noAddress,
      transport,
      flags: { inbound: true, staticDialed: false, trusted: false },
      id: nodeIDOf('22'.repeat(64)),
      cont: new Chan('cont'),
      caps: protocols,
      name: 'remote',
    },
    protocols,
  );
}

type RunProtocol = Protocol['run'];
/** What happens to the peer; runs beside `run`. */
/** An end that a protocol foresees: a plain Error would be a fault of the node, and logged. */
class OtherChain extends Error {}

type Story = (peer: Peer, line: FakeTransport) => Promise<void>;

const protocol = (name: string, run: RunProtocol): Protocol => {
  return { name, version: 1, length: 5, run };
};
/** Reads until its peer ends. */
const reads: RunProtocol = async (_peer, rw) => {
  for (;;) await rw.readMsg();
};
const untroubled: Story = () => Promise.resolve();
/** Puts what a remote says on the line. */
const says =
  (what: Msg | Error): Story =>
  (_peer, line) =>
    line.coming.send(what);
const asks =
  (reason: number): Story =>
  (peer) =>
    peer.disconnect(reason);

const empty = new Uint8Array();
const aWriteFails = 'a write fails';
const failsToWrite: Story = (_peer, line) => {
  line.writeError = new DeadlineExceeded('write');
  return Promise.resolve();
};

interface Seen {
  readonly heard: readonly string[];
  readonly end: PeerEnd | undefined;
  readonly endedAtMs: number | undefined;
  /** Tasks of the peer that lived when it was looked at last. */
  readonly alive: readonly string[];
  /** For messages: why it ended, or who waits for what. */
  readonly note: string;
}

/** Before the first Ping of a quiet line, which is due after 15 s. */
const watchedMs = 12_000;

/** Lets a peer live, and looks at it when `run` is over, or after 12 s. */
async function watch(
  protocols: readonly Protocol[],
  story: Story,
  schedule = '',
): Promise<Seen> {
  let mistakes: readonly string[] = [];
  try {
    const { value, left } = await runTasks(
      async () => {
        const line = new FakeTransport();
        const peer = peerOver(line, protocols);
        mistakes = peer.mistakes;
        const scope = { ...puzzle.scope, select: peer.select };
        const run = compileParsons({ ...puzzle, scope }, { order, blanks }) as Run;
        const over = new Done('run is over');
        const wg = new WaitGroup();
        let end: PeerEnd | undefined;
        wg.go('run', async () => {
          try {
            end = await run(peer);
          } catch (error) {
            const why = explained(error);
            if (why !== undefined) expect.fail(why);
            throw error;
          } finally {
            over.close();
          }
        });
        wg.go('story', () => story(peer, line));
        const late = new Timer('it is late', watchedMs);
        const event = await select({ over: recv(over), late: recv(late) });
        const endedAtMs = event.case === 'over' ? runtime().now() : undefined;
        return { heard: [...line.heard], end, endedAtMs, alive: peer.wg.names };
      },
      { schedule },
    );
    expectNoMistake(mistakes);
    return { ...value, note: noteOn(value, left) };
  } catch (error) {
    expectNoMistake(mistakes); // it says more than what came of it
    throw error;
  }
}

function expectNoMistake([mistake]: readonly string[]): void {
  if (mistake !== undefined) expect.fail(mistake);
}

/** In terms of the lines, what V8 says in its own; undefined for other errors. */
function explained(error: unknown): string | undefined {
  const known = error instanceof TypeError || error instanceof ReferenceError;
  if (!known || !/\bend\b|undefined/.test(error.message)) return undefined;
  return `\`run\` uses \`end\` where it has no value yet. A case of the loop gives it one, and then the loop is over (“${error.message}”)`;
}

/** How a wait for other tasks begins. */
const tasksEnd = 'wait for ';

/** In sentences, what became of `run`. */
function noteOn(
  { end, endedAtMs }: Pick<Seen, 'end' | 'endedAtMs'>,
  left: readonly BlockedTask[],
): string {
  if (endedAtMs !== undefined) {
    const cause =
      end === undefined ? '' : `, and the first cause was “${end.error.message}”`;
    return `\`run\` was over at ${endedAtMs} ms${cause}.`;
  }
  const others = left.filter(({ task }) => task !== 'run');
  const waiting = others.map(({ task, on }) => `${task} (${on})`).join(', ');
  const on = left.find(({ task }) => task === 'run')?.on ?? 'a turn';
  const what = on.startsWith(tasksEnd)
    ? ` for the end of ${on.slice(tasksEnd.length)}`
    : ` (${on})`;
  return `After 12 s \`run\` still waits${what}. ${
    waiting === '' ? 'No other task is there.' : `Others that wait: ${waiting}.`
  }`;
}

/** First in, first out, and some orders of tasks that are drawn. */
const random = new Prng('select-parsons');
const schedules = Array.from({ length: 6 }, (_, i) =>
  Array.from({ length: i === 0 ? 0 : 60 }, () => random.below(3)).join(''),
);

function expectHeard({ heard, endedAtMs, note }: Seen, expected: string): void {
  expect(inWords(heard), `${note} From it, the remote has heard`).toBe(expected);
  expect(endedAtMs === undefined ? 'waiting' : 'over', `${note} In the end it is`).toBe(
    'over',
  );
}

function expectEnd({ end }: Seen, reason: number, who: string): void {
  const given =
    end === undefined
      ? '`run` gives nothing back'
      : `reason ${end.reason}, ${end.remoteRequested ? 'the remote' : 'we'} began`;
  expect(given, 'what `run` gives back').toBe(`reason ${reason}, ${who} began`);
}

function inWords(things: readonly string[]): string {
  return things.length === 0 ? 'nothing' : things.join(', ');
}

function disconnect(reason: number): string {
  const text = discReasonText(reason);
  return `Disconnect ${reason}${text.startsWith('unknown') ? '' : `, “${text}”`}`;
}

/** Reasons with a name, then any, but for “network error”: that one is never told. */
const reasons = [8, 4, 0, 3, ...Array.from({ length: 2 }, () => 2 + random.below(250))];

describe('Peer.run', () => {
  it('tells the remote the reason that the node asks for', async () => {
    for (const [i, reason] of reasons.entries()) {
      const seen = await watch([protocol('eth', reads)], asks(reason), schedules[i]);
      expectHeard(seen, disconnect(reason));
      expectEnd(seen, reason, 'we');
    }
  });

  it('echoes the reason of a remote that disconnects', async () => {
    for (const [i, reason] of reasons.entries()) {
      const leaves = says(newMsg(discMsg, encodeDisconnect(reason)));
      const seen = await watch([protocol('eth', reads)], leaves, schedules[i]);
      expectHeard(seen, disconnect(reason));
      expectEnd(seen, reason, 'the remote');
    }
  });

  it('tells the remote why a protocol has ended', async () => {
    const endings: readonly [RunProtocol, number][] = [
      [() => Promise.reject(new OtherChain('the genesis blocks differ')), 16],
      [() => Promise.resolve(), 8],
      [() => Promise.reject(new PeerError('invalid-msg')), 2],
    ];
    for (const schedule of schedules.slice(0, 3)) {
      for (const [ends, reason] of endings) {
        const protocols = [protocol('eth', reads), protocol('les', ends)];
        const seen = await watch(protocols, untroubled, schedule);
        expectHeard(seen, disconnect(reason));
        expectEnd(seen, reason, 'we');
      }
    }
  });

  it('lets the next writer write, and goes on', async () => {
    const writesThree: RunProtocol = async (peer, rw) => {
      for (let i = 0; i < 3; i++) await rw.writeMsg(newMsg(0, empty));
      await reads(peer, rw);
    };
    for (const schedule of schedules) {
      const protocols = [protocol('eth', writesThree), protocol('les', writesThree)];
      let token = '';
      let mostWrites = 0;
      const later: Story = async (peer, line) => {
        await sleep(5_000);
        ({ mostWrites } = line);
        if (peer.writeStart.length === 0) {
          token = 'after 5 s no token was in `writeStart`, and nobody was writing; ';
        }
        await peer.disconnect(8);
      };
      const seen = await watch(protocols, later, schedule);
      const isMessage = (what: string): boolean => what.startsWith('message');
      const written = seen.heard.filter(isMessage).length;
      expect(
        written,
        `two protocols write three messages each; ${token}messages that the remote has got after 5 s`,
      ).toBe(6);
      expect(
        mostWrites,
        'two protocols write three messages each; writes that were under way at the same time, at most',
      ).toBe(1);
      const heard = seen.heard.filter((what) => !isMessage(what));
      expectHeard({ ...seen, heard }, disconnect(8));
    }
  });

  it.each<[string, Story]>([
    ['the line breaks', says(new EndOfStream())],
    ['a code belongs to no protocol', says(newMsg(33, empty))],
    [aWriteFails, failsToWrite],
  ])('says nothing when %s', async (trouble, story) => {
    const writes: RunProtocol = async (peer, rw) => {
      await sleep(10);
      // It tells nobody that its write failed.
      if (trouble === aWriteFails) await hushed(rw.writeMsg(newMsg(0, empty)));
      await reads(peer, rw);
    };
    for (const schedule of schedules) {
      const seen = await watch([protocol('eth', writes)], story, schedule);
      expectHeard(seen, 'nothing');
      expectEnd(seen, discNetworkError, 'we');
    }
  });

  it('hands on no message once it has decided', async () => {
    const taken: string[] = [];
    const notes: RunProtocol = async (_peer, rw) => {
      for (;;) taken.push(`message ${(await rw.readMsg()).code}`);
    };
    for (const schedule of schedules) {
      const lateMessage: Story = async (peer, line) => {
        line.farewellMs = 500;
        await peer.disconnect(8);
        await sleep(100);
        await line.coming.send(newMsg(16, empty));
      };
      const seen = await watch([protocol('eth', notes)], lateMessage, schedule);
      expect(inWords(taken), 'what the protocol got during the farewell').toBe(
        'nothing',
      );
      expectHeard(seen, disconnect(8));
    }
  });

  it('is not over before its tasks are', async () => {
    const slow: RunProtocol = async (peer, rw) => {
      await hushed(reads(peer, rw));
      await sleep(3_000);
    };
    const leaves = says(newMsg(discMsg, encodeDisconnect(8)));
    const endings: readonly [string, Story][] = [
      ['we leave', asks(8)],
      ['the remote has left', leaves],
    ];
    for (const schedule of schedules) {
      for (const [ending, story] of endings) {
        const seen = await watch([protocol('eth', slow)], story, schedule);
        expectHeard(seen, disconnect(8));
        const alive = `${ending}; tasks that live on after \`run\``;
        expect(inWords(seen.alive), alive).toBe('nothing');
        expect(seen.endedAtMs, `${ending}; when \`run\` is over, in ms`).toBe(3_000);
      }
    }
  });

  it('has no line that does nothing', () => {
    compileParsons(puzzle, { order, blanks }); // no order yet, and there is nothing to judge
    const useless = order.flatMap((id) => idle[id] ?? []);
    expect(inWords(useless), 'lines that do nothing where they stand').toBe('nothing');
    const twice = order.filter((id, at) => order.indexOf(id) !== at);
    expect(inWords(twice), 'lines that stand there twice').toBe('nothing');
  });
});

/** Lines that do not belong to `run`, where they do it no harm. */
const idle: Readonly<Record<string, string>> = {
  ask: '`peer.disconnect`: whoever calls it hands `run` a cause. `run` has one, and takes no other',
  'told-already':
    '`if (end.remoteRequested)`: a remote that has left changes nothing there',
  writer: '`writeLoop`: no peer has one, and `run` does not come by there',
};

async function hushed(task: Promise<void>): Promise<void> {
  try {
    await task;
  } catch {
    // Whoever calls this does not care.
  }
}
