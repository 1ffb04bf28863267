import { describe, expect, it } from 'vitest';
import { Done } from '#impl/csp/done.ts';
import { runtime } from '#impl/csp/runtime.ts';
import { sleep } from '#impl/csp/timer.ts';
import { WaitGroup } from '#impl/csp/wait-group.ts';
import { hashOf, type Hash } from '#impl/core/hash.ts';
import { EthError } from '#impl/eth/errors.ts';
import {
  decodeStatus,
  encodeStatus,
  statusMsg,
  type StatusData,
} from '#impl/eth/protocol.ts';
import { ConnClosed } from '#impl/net/net-conn.ts';
import { newMsg, type Msg, type MsgReadWriter } from '#impl/p2p/message.ts';
import { msgPipe } from '#impl/p2p/msg-pipe.ts';
import { DiscError } from '#impl/p2p/peer-error.ts';
import { Prng } from '#impl/sim/prng.ts';
import { simulate } from '#impl/sim/simulate.ts';
import { isMistake } from '#kit/mistake.ts';
import { Blocked, ForeignWait, runTasks, StepLimit } from '#kit/run-tasks.ts';
import { about, moment } from '#kit/steps.ts';
import { handshake } from './exercise.ts';

const hashes = new Prng('E27 hashes');
const someHash = (): Hash => hashOf(hashes.bytes(32));

const genesis = hashes.bytes(32);
const ours: StatusData = {
  protocolVersion: 63,
  networkId: 1n,
  td: 17_179_869_184n,
  head: someHash(),
  genesis: hashOf(genesis),
};
/** A node of our chain that is eight blocks ahead of us. */
const theirs: StatusData = { ...ours, td: 17_180_917_760n, head: someHash() };
const otherGenesis = someHash();
/** Ours, but for its last bit. */
const nearGenesis = hashOf(genesis.with(31, (genesis[31] ?? 0) ^ 1));

/** The first whole number after which a double knows only every other one. */
const beyondDoubles = 2n ** 53n;

const inMessage = (status: StatusData): Msg => newMsg(statusMsg, encodeStatus(status));
const fits = inMessage(theirs);

// What the remote does. Its end of the pipe has no room: who writes waits for a reader.
type Remote = (rw: MsgReadWriter) => Promise<unknown>;
const sends = (msg: Msg, afterMs = 0): Remote => {
  return async (rw) => {
    await sleep(afterMs);
    await rw.writeMsg(msg);
  };
};
const reads: Remote = (rw) => rw.readMsg();
const pauses = (ms: number): Remote => {
  return () => sleep(ms);
};
const inOrder = (...steps: readonly Remote[]): Remote => {
  return async (rw) => {
    for (const step of steps) await step(rw);
  };
};
const doesNothing: Remote = () => sleep(0);

/** What has come of a handshake. */
interface Meeting {
  /** In words. */
  readonly end: string;
  readonly atMs: number;
  readonly status: StatusData | undefined;
  /** What `setHead` was told, in words. */
  readonly heads: string;
  /** What the remote has read. */
  readonly heard: readonly Msg[];
  /** How often `handshake` has asked for a message, and how often it has written one. */
  readonly used: { reads: number; writes: number };
  /** When the last thing happened, the remote's own pauses included. */
  readonly quietAtMs: number;
  /** Tasks that are alive when the peer is over and nothing can happen any more. */
  readonly left: readonly string[];
  /** Tasks among them that `peer.wg` does not know. */
  readonly unknown: readonly string[];
}

interface Line {
  readonly ours: MsgReadWriter;
  readonly remote: MsgReadWriter;
  close(): void;
}

interface Ending {
  readonly words: string;
  readonly status: StatusData | undefined;
  readonly atMs: number;
}

const theEnd = (words: string): string => `the handshake is over: ${words}`;

const neverEnded: Ending = {
  words: 'the handshake never ended',
  status: undefined,
  atMs: Infinity,
};

function pipeLine(): Line {
  const [here, there] = msgPipe();
  return { ours: here, remote: there, close: () => here.close() };
}

/** In the node these are methods: taken out of their object, they do not find it. */
function expectOwner(owner: object, called: unknown, name: string): void {
  if (called === owner) return;
  throw new TypeError(`a method was called by itself; call it as \`${name}(…)\``);
}

/** Runs a handshake with a remote. The peer is over as soon as the handshake is. */
async function meet(
  remote: Remote,
  { status = ours, makeLine = pipeLine, hasReadLoop = false } = {},
): Promise<Meeting> {
  const heads: string[] = [];
  const heard: Msg[] = [];
  const deaths: string[] = [];
  const seen: { end?: Ending; accident?: { readonly error: unknown } } = {};
  const used = { reads: 0, writes: 0 };
  let known: () => readonly string[] = () => [];

  const run = await simulate({ schedule: '', maxSteps: 20_000 }, async () => {
    const line = makeLine();
    new WaitGroup().go('remote', async () => {
      const readMsg = async (): Promise<Msg> => {
        const msg = await line.remote.readMsg();
        heard.push(msg);
        return msg;
      };
      try {
        await remote({ readMsg, writeMsg: (msg) => line.remote.writeMsg(msg) });
      } catch {
        // The line was closed: there is nobody to talk to any more.
      }
    });
    const rw: MsgReadWriter = {
      readMsg() {
        expectOwner(rw, this, 'peer.rw.readMsg');
        used.reads += 1;
        return line.ours.readMsg();
      },
      writeMsg(msg) {
        expectOwner(rw, this, 'peer.rw.writeMsg');
        used.writes += 1;
        return line.ours.writeMsg(msg);
      },
    };
    const peer = {
      rw,
      wg: new WaitGroup((task, error) => {
        deaths.push(unheard(task, error));
      }),
      setHead(head: Hash, td: bigint) {
        expectOwner(peer, this, 'peer.setHead');
        heads.push(headAndTd(head, td));
      },
    };
    known = () => peer.wg.names;
    const over = new Done('the peer is over');
    if (hasReadLoop) peer.wg.go('readLoop', () => over.wait());
    const ends = (words: string, answer?: StatusData): void => {
      moment(theEnd(words));
      seen.end = { words, status: answer, atMs: runtime().now() };
    };
    new WaitGroup().go('eth/63', async () => {
      try {
        ends('accepted', await handshake(peer, status));
      } catch (error) {
        if (!isExpected(error)) seen.accident = { error };
        ends(inWords(error));
      }
      line.close();
      over.close();
    });
    await new Done('the end of the test').wait();
  });

  // Every fact about a handshake is about its end, if it has one.
  if (seen.end !== undefined) about(theEnd(seen.end.words), '');
  if (seen.accident !== undefined) throw seen.accident.error;
  const { outcome, failures } = run;
  if (outcome.status === 'threw') throw outcome.error;
  if (outcome.status === 'foreign-wait') throw new ForeignWait(outcome.task);
  if (outcome.status === 'step-limit') throw new StepLimit(run.steps, outcome.blocked);
  for (const { task, error } of failures) deaths.push(unheard(task, error));
  if (seen.end === undefined && deaths.length === 0) throw new Blocked(run.left);
  const { words, status: answer, atMs } = seen.end ?? neverEnded;
  return {
    end: [words, ...deaths].join('; '),
    atMs,
    status: answer,
    heads: heads.join('; ') || nothing,
    heard,
    used,
    quietAtMs: run.duration,
    left: run.left.map(({ task, on }) => `${task} waits for ${on}`),
    unknown: run.left.map(({ task }) => task).filter((task) => !known().includes(task)),
  };
}

// Several tests look at what comes of these: each is met once.
const met = new Map<Msg, Promise<Meeting>>();
const unheeded = new Map<Msg, Promise<Meeting>>();

/** The remote reads ours, and sends `msg`. */
function meetOnce(msg: Msg): Promise<Meeting> {
  return onceFor(met, msg, inOrder(reads, sends(msg)));
}

/** The remote sends `msg`, and never reads ours. */
function meetUnheeded(msg: Msg): Promise<Meeting> {
  return onceFor(unheeded, msg, sends(msg));
}

function onceFor(
  known: Map<Msg, Promise<Meeting>>,
  msg: Msg,
  remote: Remote,
): Promise<Meeting> {
  const meeting = known.get(msg) ?? meet(remote);
  known.set(msg, meeting);
  return meeting;
}

const nothing = 'nothing';

function inMs(ms: number): string {
  return ms === Infinity ? 'never' : `${ms} ms`;
}

function headAndTd(head: Hash, td: bigint): string {
  return `head ${head.slice(0, 8)}…, td ${td}`;
}

function unheard(task: string, error: unknown): string {
  return `the task ${task} threw ${inWords(error)}, which nobody heard`;
}

function isExpected(error: unknown): boolean {
  return [EthError, DiscError, ConnClosed].some((known) => error instanceof known);
}

function inWords(error: unknown): string {
  if (error instanceof EthError) return `EthError ${error.code}`;
  if (error instanceof DiscError) return `DiscError “${error.message}”`;
  return error instanceof Error ? `${error.name} “${error.message}”` : String(error);
}

const refused = {
  genesis: 'EthError genesis-block-mismatch',
  network: 'EthError network-id-mismatch',
  version: 'EthError protocol-version-mismatch',
  noStatus: 'EthError no-status-msg',
  tooLarge: 'EthError msg-too-large',
  undecodable: 'EthError decode',
  late: 'DiscError “read timeout”',
};

describe('handshake, when theirs fits', () => {
  it('sends our Status, as message 0', async () => {
    const { heard } = await meetOnce(fits);
    expect(heard.length, 'messages that the remote has read').toBe(1);
    expect(heard[0]?.code, 'the code of our first message').toBe(0);
    expect(heard.map(decodeStatus), 'what it says').toEqual([ours]);
  });

  it('writes one message, and reads one: the next is for somebody else', async () => {
    const twice = inOrder(reads, sends(fits), pauses(700), sends(fits), reads);
    const { end, used } = await meet(twice);
    expect(end, 'what came of it').toBe('accepted');
    expect(used, 'what it asked of the line').toEqual({ reads: 1, writes: 1 });
  });

  it('accepts a remote that reads ours first and sends after', async () => {
    const { end, atMs } = await meet(inOrder(reads, pauses(700), sends(fits)));
    expect(end, 'what came of it').toBe('accepted');
    expect(inMs(atMs), 'theirs came after 700 ms; the handshake was over at').toBe(
      inMs(700),
    );
  });

  it('accepts a remote that sends first and reads ours after', async () => {
    const { end, atMs } = await meet(inOrder(sends(fits), pauses(700), reads));
    expect(end, 'what came of it').toBe('accepted');
    expect(inMs(atMs), 'ours was read after 700 ms; the handshake was over at').toBe(
      inMs(700),
    );
  });

  it('gives back their Status and remembers what they have', async () => {
    const { status, heads } = await meetOnce(fits);
    expect(status, 'the Status that handshake returned').toEqual(theirs);
    expect(heads, 'what `setHead` was told').toBe(headAndTd(theirs.head, theirs.td));
  });

  it('believes any head and td, on any network and chain', async () => {
    const random = new Prng('E27');
    const hash = (): Hash => hashOf(random.bytes(32));
    for (let round = 0; round < 10; round++) {
      const status: StatusData = {
        protocolVersion: 62 + random.below(2),
        networkId: beyondDoubles + BigInt(random.below(5_000)),
        td: beyondDoubles * BigInt(random.uint32()),
        head: hash(),
        genesis: hash(),
      };
      const td = round === 0 ? 0n : beyondDoubles * BigInt(random.uint32()) + 1n;
      const answer = { ...status, head: hash(), td };
      const order = [reads, sends(inMessage(answer))];
      if (random.below(2) === 0) order.reverse();
      const meeting = await meet(inOrder(...order), { status });
      expect(meeting.end, `theirs has td ${td}; what came of it`).toBe('accepted');
      expect(meeting.heard.map(decodeStatus), 'what ours says').toEqual([status]);
      expect(meeting.status, 'the Status that handshake returned').toEqual(answer);
      expect(meeting.heads, 'what `setHead` was told').toBe(
        headAndTd(answer.head, answer.td),
      );
    }
  });
});

/** Refuses to be unpacked. */
const tooLarge: Msg = {
  code: statusMsg,
  size: 10 * 1024 * 1024 + 1,
  get payload(): Uint8Array {
    throw new TypeError('the payload of a message that is too large was touched');
  },
};

type Refusal = readonly [what: string, msg: Msg, end: string];
const refusals: readonly Refusal[] = [
  ['a first message that is no Status', newMsg(0x10, fits.payload), refused.noStatus],
  ['a message of more than 10 MiB', tooLarge, refused.tooLarge],
  ['bytes that are no Status', newMsg(0, Uint8Array.of(0xc1, 5)), refused.undecodable],
  ['another genesis', inMessage({ ...theirs, genesis: otherGenesis }), refused.genesis],
  ['another network', inMessage({ ...theirs, networkId: 2n }), refused.network],
  ['another version', inMessage({ ...theirs, protocolVersion: 62 }), refused.version],
  ['a later version', inMessage({ ...theirs, protocolVersion: 64 }), refused.version],
  [
    'a genesis that differs in its last bit',
    inMessage({ ...theirs, genesis: nearGenesis }),
    refused.genesis,
  ],
];

describe('handshake, when theirs does not fit', () => {
  it.each(refusals)('refuses %s', async (what, msg, refusal) => {
    const { end } = await meetOnce(msg);
    expect(end, `the remote reads ours, and then sends ${what}`).toBe(refusal);
  });

  it('tells networks apart that are one number to a double', async () => {
    const status = { ...ours, networkId: beyondDoubles };
    const other = { ...theirs, networkId: beyondDoubles + 1n };
    const { end } = await meet(inOrder(reads, sends(inMessage(other))), { status });
    expect(end, `ours is ${status.networkId}, theirs ${other.networkId}`).toBe(
      refused.network,
    );
  });

  it('names the genesis first, then the network, then the version', async () => {
    for (let wrong = 1; wrong < 8; wrong++) {
      const [genesis, network, version] = [wrong & 4, wrong & 2, wrong & 1];
      const status: StatusData = {
        ...theirs,
        ...(genesis ? { genesis: otherGenesis } : {}),
        ...(network ? { networkId: 0n } : {}),
        ...(version ? { protocolVersion: 62 } : {}),
      };
      const first = genesis ? 'genesis' : network ? 'network' : 'version';
      const { end } = await meet(inOrder(reads, sends(inMessage(status))));
      const parts = [
        genesis && 'genesis',
        network && 'network id',
        version && 'version',
      ];
      expect(end, `wrong is: ${parts.filter(Boolean).join(', ')}`).toBe(refused[first]);
    }
  });

  it('reads a message of 10 MiB, as it is not larger than that', async () => {
    const msg: Msg = { code: 0, size: tooLarge.size - 1, payload: Uint8Array.of(0xc0) };
    const { end } = await meet(inOrder(reads, sends(msg)));
    expect(end, 'the remote sent 10 MiB that are no Status').toBe(refused.undecodable);
  });

  it('refuses what is no Status, however large or broken it is', async () => {
    const large: Msg = { code: 3, size: tooLarge.size, payload: new Uint8Array() };
    const packed: Msg = {
      ...large,
      size: 3,
      get payload(): Uint8Array {
        throw new TypeError('the payload of a message that is no Status was touched');
      },
    };
    for (const msg of [large, packed, newMsg(3, new Uint8Array())]) {
      const { end } = await meet(inOrder(reads, sends(msg)));
      expect(end, 'the remote sent message 3').toBe(refused.noStatus);
    }
  });

  it.each(refusals)(
    'refuses %s from a remote that never reads ours',
    async (...row) => {
      const [, msg, refusal] = row;
      const { end, atMs } = await meetUnheeded(msg);
      expect(end, 'what came of it').toBe(refusal);
      expect(inMs(atMs), 'theirs came at 0 ms; the handshake was over at').toBe(
        inMs(0),
      );
    },
  );

  it('remembers nothing of a remote that it refuses', async () => {
    for (const [what, msg] of refusals) {
      const { heads } = await meetOnce(msg);
      expect(heads, `the remote sent ${what}; \`setHead\` was told`).toBe(nothing);
    }
  });
});

describe('handshake, when the remote is slow', () => {
  it.each<[string, Remote]>([
    ['does nothing', doesNothing],
    ['reads ours and sends nothing', reads],
    ['sends its own and never reads ours', sends(fits)],
    ['sends its own after 5,001 ms', inOrder(reads, sends(fits, 5_001))],
    [
      'reads after 3 s and sends 3 s later',
      inOrder(pauses(3_000), reads, sends(fits, 3_000)),
    ],
    [
      'sends after 3 s and reads 3 s later',
      inOrder(sends(fits, 3_000), pauses(3_000), reads),
    ],
  ])('gives up 5 s after the start on one that %s', async (what, remote) => {
    const { end, atMs, heads } = await meet(remote);
    expect(end, `the remote ${what}`).toBe(refused.late);
    expect(inMs(atMs), `the remote ${what}; it was over at`).toBe(inMs(5_000));
    expect(heads, 'what `setHead` was told').toBe(nothing);
  });

  it('has patience until then', async () => {
    const { end, atMs } = await meet(inOrder(sends(fits, 2_500), pauses(2_499), reads));
    const said = 'theirs came at 2,500 ms, ours was read at 4,999 ms';
    expect(end, `${said}; what came of it`).toBe('accepted');
    expect(inMs(atMs), `${said}; it was over at`).toBe(inMs(4_999));
  });
});

/** A line on which reading, or writing, breaks after 700 ms. The other one waits. */
const broken = (operation: 'read' | 'write'): (() => Line) => {
  return () => {
    const line = pipeLine();
    const breaks = async (): Promise<never> => {
      await sleep(700);
      throw new ConnClosed(operation);
    };
    const { ours } = line;
    return {
      ...line,
      ours: {
        readMsg: () => (operation === 'read' ? breaks() : ours.readMsg()),
        writeMsg: (msg) => (operation === 'write' ? breaks() : ours.writeMsg(msg)),
      },
    };
  };
};

describe('handshake, when the line breaks', () => {
  it.each(['read', 'write'] as const)(
    'throws what a %s throws, at once',
    async (what) => {
      const { end, atMs, heads } = await meet(doesNothing, { makeLine: broken(what) });
      expect(end, `a ${what} failed`).toBe(`ConnClosed “${what}: connection closed”`);
      expect(inMs(atMs), `a ${what} failed at 700 ms; the handshake was over at`).toBe(
        inMs(700),
      );
      expect(heads, 'what `setHead` was told').toBe(nothing);
    },
  );

  it('does not accept a remote that our Status cannot reach', async () => {
    const { end } = await meet(sends(fits), { makeLine: broken('write') });
    expect(end, 'theirs came, and ours could not be written').toBe(
      'ConnClosed “write: connection closed”',
    );
  });
});

/** A line that does not close: whoever reads or writes there goes on. */
function openLine(): Line {
  return { ...pipeLine(), close: () => undefined };
}

/** Lets our write and our read end in one moment: when the remote sends `msg`. */
function bothAtOnce(msg: Msg): Line {
  const open = new Done('the line opens');
  const wait = async (): Promise<Msg> => {
    await open.wait();
    return msg;
  };
  const opens = (): void => {
    open.close();
  };
  return {
    ours: { readMsg: wait, writeMsg: () => open.wait() },
    remote: {
      readMsg: wait,
      writeMsg: () => {
        opens();
        return Promise.resolve();
      },
    },
    close: opens,
  };
}

describe('handshake, when both ends of it come in one moment', () => {
  it.each([
    ['theirs fits', fits, 'accepted'],
    ['theirs is of another genesis', refusals[3]?.[1] ?? fits, refused.genesis],
  ])('misses neither, if %s', async (_, msg, expected) => {
    const makeLine = (): Line => bothAtOnce(msg);
    const { end, atMs } = await meet(sends(msg, 1_000), { makeLine });
    const said = 'after 1 s ours is written and theirs read, in the same moment';
    expect(`${end}, at ${atMs} ms`, said).toBe(`${expected}, at 1000 ms`);
  });
});

interface Together {
  readonly remote: Remote;
  readonly end: string;
}

/** When each sends its own, and how long after it reads ours. The second does not. */
const together: readonly Together[] = [
  [1_000, 2_000],
  [2_000, Infinity],
  [2_500, 200],
].map(([sendsAt = 0, readsAfter = 0]) => {
  const head = someHash();
  const sending = sends(inMessage({ ...theirs, head }), sendsAt);
  const isDeaf = readsAfter === Infinity;
  const remote = isDeaf ? sending : inOrder(sending, pauses(readsAfter), reads);
  const end = isDeaf
    ? `${refused.late} at 5000 ms`
    : `head ${head.slice(0, 8)}… at ${sendsAt + readsAfter} ms`;
  return { remote, end };
});

describe('handshake, when its peer is not alone', () => {
  it('keeps apart what three remotes say at once', async () => {
    const ends = together.map(() => 'no end');
    await runTasks(async () => {
      const all = new WaitGroup();
      for (const [nth, { remote }] of together.entries()) {
        const line = pipeLine();
        const peer = { rw: line.ours, wg: new WaitGroup(), setHead: () => undefined };
        all.go(`remote ${nth + 1}`, async () => {
          await remote(line.remote).catch(() => undefined); // closed: nobody is there any more
        });
        all.go(`eth/63 of peer ${nth + 1}`, async () => {
          let end: string;
          try {
            const { head } = await handshake(peer, ours);
            end = `head ${head.slice(0, 8)}…`;
          } catch (error) {
            if (isMistake(error)) throw error;
            end = inWords(error);
          }
          ends[nth] = `${end} at ${runtime().now()} ms`;
          line.close();
        });
      }
      await all.wait();
    });
    const said =
      'three handshakes begin at 0 ms, each with its own remote; they end with';
    expect(ends.join('; '), said).toBe(together.map(({ end }) => end).join('; '));
  });

  it('waits for no other task of the peer', async () => {
    const options = { hasReadLoop: true };
    const { end } = await meet(inOrder(reads, sends(fits)), options);
    expect(end, 'the peer has a task that lives on; what came of it').toBe('accepted');
  });
});

/** First that it was over: a clock that is still needed is no clock that runs on. */
function expectQuiet(
  { end, atMs, quietAtMs }: Meeting,
  what: string,
  overAtMs: number,
): void {
  const over = `${what}; the handshake was over (${end}) at`;
  expect(inMs(atMs), over).toBe(inMs(overAtMs));
  const words = `${over} ${inMs(overAtMs)}, and its timer ran on. All was quiet at`;
  expect(inMs(quietAtMs), words).toBe(inMs(overAtMs));
}

describe('handshake, when it is over', () => {
  it('has stopped its clock after success', async () => {
    expectQuiet(await meetOnce(fits), 'theirs fits', 0);
  });

  it('has stopped its clock after a refusal', async () => {
    for (const [what, msg] of refusals) {
      expectQuiet(await meetOnce(msg), `the remote sends ${what} at 0 ms`, 0);
    }
  });

  it('has stopped its clock after the line broke', async () => {
    for (const what of ['read', 'write'] as const) {
      const meeting = await meet(doesNothing, { makeLine: broken(what) });
      expectQuiet(meeting, `a ${what} failed at 700 ms`, 700);
    }
  });

  it('leaves no task behind once the peer has ended', async () => {
    const remotes: [string, () => Promise<Meeting>][] = [
      ['that fits', () => meetOnce(fits)],
      ['that does nothing', () => meet(doesNothing)],
      ['that only reads', () => meet(reads)],
      ['that only sends', () => meetUnheeded(fits)],
      ...refusals.flatMap(([what, msg]): [string, () => Promise<Meeting>][] => [
        [`that sends ${what}, and does not read`, () => meetUnheeded(msg)],
        [`that sends ${what}`, () => meetOnce(msg)],
      ]),
    ];
    for (const [what, meeting] of remotes) {
      const { left } = await meeting();
      const never = left.join('; ') || 'none';
      expect(never, `a remote ${what}; tasks that never end`).toBe('none');
    }
  });

  it('remembers nothing of a remote that it has given up', async () => {
    const late = inOrder(reads, sends(fits, 5_001));
    const { end, heads } = await meet(late, { makeLine: openLine });
    expect(end, 'theirs came at 5,001 ms; what came of it').toBe(refused.late);
    expect(heads, 'what `setHead` was told, then or later').toBe(nothing);
  });

  it('has started no task that the peer does not know of', async () => {
    const { end, unknown } = await meet(doesNothing, { makeLine: openLine });
    expect(end, 'the remote does nothing; what came of it').toBe(refused.late);
    expect(unknown, 'tasks that still wait, and are not in `peer.wg`').toEqual([]);
  });
});
