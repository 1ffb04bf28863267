import { describe, expect, it } from 'vitest';
import { runtime } from '#impl/csp/runtime.ts';
import { sleep } from '#impl/csp/timer.ts';
import { WaitGroup } from '#impl/csp/wait-group.ts';
import { asError } from '#impl/p2p/as-error.ts';
import { discMsg } from '#impl/p2p/base-protocol.ts';
import { sendItems, type Msg, type MsgWriter } from '#impl/p2p/message.ts';
import type { Protocol } from '#impl/p2p/protocol.ts';
import { connOver, Line } from '#impl/sim/one-peer.ts';
import { reasonTexts, TellingPeer } from '#impl/sim/quirks/reason-table.ts';
import { simulate } from '#impl/sim/simulate.ts';
import { Blocked, ForeignWait, StepLimit } from '#kit/run-tasks.ts';
import { attack, reasonText } from './exercise.ts';

/** The same node, with the reader's words. */
class MendedPeer extends TellingPeer {
  override textOf(reason: bigint): string {
    return reasonText(reason);
  }
}

/** What the remote writes reaches the victim, and is counted. */
class Writer implements MsgWriter {
  sent = 0;
  readonly #line: Line;

  constructor(line: Line) {
    this.#line = line;
  }

  async writeMsg(msg: Msg): Promise<void> {
    this.sent++;
    this.#line.incoming.trySend(msg);
    await runtime().pause();
  }
}

interface Seen {
  /** What nobody caught. In the node of 2018 the process ends with it. */
  readonly crash: string | undefined;
  readonly sent: number;
  /** What those who listen heard of the end; undefined: no end. */
  readonly dropText: string | undefined;
}

const reads: Protocol['run'] = async (_peer, rw) => {
  for (;;) await rw.readMsg();
};
const protocols = [{ name: 'note', version: 1, length: 4, run: reads }];

/** A node with one peer, which does `act`. */
async function watch(
  Kind: typeof TellingPeer,
  act: (line: MsgWriter) => Promise<void>,
): Promise<Seen> {
  let unsolved: Error | undefined;
  const { outcome, failures, steps } = await simulate(
    { schedule: '', maxSteps: 2_000 },
    async () => {
      const line = new Line();
      const peer = new Kind(connOver(line, protocols), protocols);
      const tasks = new WaitGroup();
      tasks.go('runPeer', async () => {
        await peer.run();
      });
      const writer = new Writer(line);
      tasks.go('remote', async () => {
        try {
          await act(writer);
        } catch (error) {
          unsolved = asError(error);
        }
      });
      await sleep(1_000);
      return { sent: writer.sent, dropText: peer.dropText };
    },
  );
  if (unsolved !== undefined) throw unsolved;
  if (outcome.status === 'threw') throw outcome.error;
  if (outcome.status === 'foreign-wait') throw new ForeignWait(outcome.task);
  if (outcome.status === 'step-limit') throw new StepLimit(steps, outcome.blocked);
  if (outcome.status !== 'done') throw new Blocked(outcome.blocked);
  const [failure] = failures;
  const crash =
    failure === undefined
      ? undefined
      : `${failure.task}: ${failure.error instanceof Error ? failure.error.message : ''}`;
  return { ...outcome.value, crash };
}

/** Says goodbye with this number. */
const leaves =
  (reason: bigint) =>
  (line: MsgWriter): Promise<void> =>
    sendItems(line, discMsg, reason);

const large = [2n ** 63n, 2n ** 63n + 17n, 2n ** 64n - 2n, 2n ** 64n - 1n];
const between = [2n ** 31n, 2n ** 32n + 4n, 2n ** 53n + 1n, 2n ** 63n - 1n];
const named = reasonTexts.flatMap((text, reason) => (text === '' ? [] : [reason]));

function textOf(reason: bigint): string {
  try {
    const text: unknown = reasonText(reason);
    return typeof text === 'string' ? text : `no text, but ${typeof text}`;
  } catch (error) {
    expect.fail(
      `reasonText(${reason}) throws “${error instanceof Error ? error.message : 'something'}”`,
    );
  }
}

/** Between thousands, as people of many countries write them. */
const separators = /(\d)[.,’'_\s](?=\d{3})/g;

function expectNumberIn(reason: bigint): void {
  const text = textOf(reason);
  if (text.replaceAll(separators, '$1').includes(`${reason}`)) return;
  expect.fail(
    `the text of reason ${reason} is “${text}”: every digit of ${reason} should be in it`,
  );
}

describe('attack', () => {
  it('ends the process of a node of 2018', async () => {
    const { crash, sent, dropText } = await watch(TellingPeer, attack);
    const lives =
      dropText === undefined
        ? 'alive, and so is the peer'
        : `alive, and says of the peer “${dropText}”`;
    const dead = crash?.includes('index out of range') === true;
    expect(
      dead ? 'dead' : crash === undefined ? lives : `dead of something else, ${crash}`,
      `after ${sent} ${sent === 1 ? 'message' : 'messages'}, the process is`,
    ).toBe('dead');
  });

  it('needs one message', async () => {
    const { sent } = await watch(TellingPeer, attack);
    expect(sent, 'messages that were sent').toBe(1);
  });

  it('ends nothing but its own peer after the cure', async () => {
    const { crash, dropText } = await watch(MendedPeer, attack);
    expect(crash ?? 'none', 'errors that nobody has caught').toBe('none');
    expect(dropText ?? 'nothing', 'those who listen have heard').not.toBe('nothing');
  });
});

describe('reasonText', () => {
  it('keeps the words of every reason that has a name', () => {
    for (const reason of named) {
      expect(textOf(BigInt(reason)), `the words for ${reason}`).toBe(
        reasonTexts[reason],
      );
    }
  });

  it('has words for 12 to 15, which have no name', () => {
    for (const reason of [12n, 13n, 14n, 15n]) expectNumberIn(reason);
  });

  it('has words for every number from 0 to 300', () => {
    for (let reason = 0; reason <= 300; reason++) {
      if (named.includes(reason)) textOf(BigInt(reason));
      else expectNumberIn(BigInt(reason));
    }
  });

  it('has words for numbers that need more than 63 bits', () => {
    for (const reason of [...between, ...large]) expectNumberIn(reason);
  });

  it('says of no unknown reason what it says of a known one', () => {
    const known = named.map((reason) => textOf(BigInt(reason)));
    for (const reason of [12n, 17n, 18n, 256n, 300n, ...between, ...large]) {
      const text = textOf(reason);
      const same = known.indexOf(text);
      expect(
        same === -1 ? 'no known one' : `${named[same]}`,
        `“${text}” is the text of ${reason}, and of`,
      ).toBe('no known one');
    }
  });

  it.each([0n, 4n, 13n, 16n, 17n, 18n, 255n, 300n, ...large])(
    'lets a node live whose peer leaves with %s',
    async (reason) => {
      const { crash, dropText } = await watch(MendedPeer, leaves(reason));
      expect(crash ?? 'none', 'errors that nobody has caught').toBe('none');
      expect(dropText, 'of the end, those who listen hear').toBe(textOf(reason));
    },
  );
});
