import { describe, expect, it } from 'vitest';
import { Chan } from '#impl/csp/chan.ts';
import { Done } from '#impl/csp/done.ts';
import { runtime } from '#impl/csp/runtime.ts';
import { sleep } from '#impl/csp/timer.ts';
import { WaitGroup } from '#impl/csp/wait-group.ts';
import { EndOfStream } from '#impl/net/net-conn.ts';
import { newMsg, type Msg } from '#impl/p2p/message.ts';
import { DiscError } from '#impl/p2p/peer-error.ts';
import { ProtoRW } from '#impl/p2p/proto-rw.ts';
import { encodeDisconnect } from '#impl/p2p/rlpx/disconnect.ts';
import { Prng } from '#impl/sim/prng.ts';
import { runTasks } from '#kit/run-tasks.ts';
import { handle } from './exercise.ts';

/** What `getProto` throws. */
class NoOwner extends Error {}

/** A peer with running protocols, as much of it as `handle` needs. */
class TestPeer {
  readonly pingRecv = new Chan<undefined>('pingRecv', 16);
  readonly closed = new Done('closed');
  readonly protocols: readonly ProtoRW[];
  readonly #tasks = new WaitGroup();

  /** @param lengths a protocol for each: how many codes it has, from 16 on */
  constructor(...lengths: number[]) {
    let offset = 16;
    this.protocols = lengths.map((length, index) => {
      const name = 'abcdef'.charAt(index);
      const run = (): Promise<void> => this.closed.wait();
      const match = { protocol: { name, version: 1, length, run }, offset };
      offset += length;
      return new ProtoRW(match, {
        closed: this.closed,
        writeStart: new Chan('writeStart', 1),
        writeErr: new Chan('writeErr', 1),
        writer: { writeMsg: () => Promise.resolve() },
      });
    });
  }

  getProto(code: number): ProtoRW {
    const owner = this.protocols.find((proto) => proto.covers(code));
    if (owner === undefined) throw new NoOwner();
    return owner;
  }

  /** What comes of a message, in words. */
  async fateOf(msg: Msg): Promise<string> {
    try {
      await handle(this, msg);
      return 'handled';
    } catch (error) {
      if (error instanceof DiscError) return disconnect(error.reason);
      if (error instanceof EndOfStream) return 'EndOfStream';
      if (error instanceof NoOwner) return 'the error of getProto';
      throw error; // with its line
    }
  }

  /** `readLoop` brings messages, one at a time. It notes what came of each, and when. */
  bring(...messages: readonly Msg[]): Fate[] {
    const fates: Fate[] = [];
    this.go('readLoop', async () => {
      for (const msg of messages) {
        fates.push({ what: await this.fateOf(msg), atMs: runtime().now() });
      }
    });
    return fates;
  }

  /** Takes what is offered to the protocols at this moment; says to whom, and what. */
  takeOffers(): string {
    const offers = this.protocols.flatMap((proto) => {
      const taken = proto.in.tryRecv();
      return taken ? [offer(proto.protocol.name, taken.value.code)] : [];
    });
    return offers.join(', ') || nothing;
  }

  go(name: string, task: () => Promise<void>): void {
    this.#tasks.go(name, task);
  }
}

interface Fate {
  readonly what: string;
  readonly atMs: number;
}

/** A message as it comes from the network, which notices that it is unpacked. */
class Compressed implements Msg {
  readonly code: number;
  unpacked = 0;

  constructor(code: number) {
    this.code = code;
  }

  get size(): number {
    return junk.length;
  }

  get payload(): Uint8Array {
    this.unpacked++;
    return junk;
  }

  unpack(): undefined {
    this.unpacked++;
  }
}

const nothing = 'nothing to anybody';

function offer(name: string, code: number): string {
  return `code ${code} to ${name}`;
}

function inWords(fate: Fate | undefined): string {
  return fate ? `${fate.what} at ${fate.atMs} ms` : 'handle still waits';
}

function disconnect(reason: number): string {
  return `DiscError 0x${reason.toString(16).padStart(2, '0')}`;
}

/** Nobody has a reason to look into it. */
const junk = Uint8Array.of(0xff, 0xff, 0xff);
const message = (code: number): Msg => newMsg(code, junk);
const ping = message(2);
const fateOfOne = async (peer: TestPeer, msg: Msg): Promise<string> => {
  const fates = peer.bring(msg);
  await sleep(1);
  return fates[0]?.what ?? 'it still waits';
};

describe('handle, a protocol’s message', () => {
  it.each([
    ['the first code of the first protocol', 16, 'a'],
    ['the last code of the first protocol', 18, 'a'],
    ['the first code of the second protocol', 19, 'b'],
    ['the last code of the second protocol', 20, 'b'],
  ])('offers %s to its owner', async (_, code, owner) => {
    const { value } = await runTasks(async () => {
      const peer = new TestPeer(3, 2);
      const fates = peer.bring(message(code));
      await sleep(1);
      const offers = peer.takeOffers();
      await sleep(1);
      return { offers, fate: fates[0]?.what };
    });
    expect(
      value.offers,
      `a has the codes 16 to 18, b has 19 and 20; code ${code} came; \`handle\` offers`,
    ).toBe(offer(owner, code));
    expect(value.fate, 'after the protocol has taken it, it is').toBe('handled');
  });

  it('hands over the very message that came, still packed', async () => {
    const { value } = await runTasks(async () => {
      const peer = new TestPeer(3);
      const came = new Compressed(17);
      peer.bring(came);
      await sleep(1);
      const taken = peer.protocols[0]?.in.tryRecv()?.value;
      return { came, taken, unpacked: came.unpacked };
    });
    const { came, taken } = value;
    const size = `${taken?.size ?? 'no'} bytes`;
    expect(size, 'a message of 3 bytes came; the protocol gets one of').toBe('3 bytes');
    expect(value.unpacked, 'times that it was unpacked on the way').toBe(0);
    expect(taken === came, 'what the protocol gets is the message that came').toBe(
      true,
    );
  });

  it('offers a message once', async () => {
    const { value } = await runTasks(async () => {
      const peer = new TestPeer(3, 2);
      peer.bring(message(16), message(19));
      const offers: string[] = [];
      for (let i = 0; i < 4; i++) {
        await sleep(1);
        offers.push(peer.takeOffers());
      }
      return offers;
    });
    expect(
      value,
      'codes 16 and 19 came; what `handle` offers, one after the other',
    ).toEqual([offer('a', 16), offer('b', 19), nothing, nothing]);
  });

  it('finds the owner of any code, whatever protocols run', async () => {
    const random = new Prng('E14');
    for (let round = 0; round < 30; round++) {
      const lengths = Array.from(
        { length: 1 + random.below(5) },
        () => 1 + random.below(9),
      );
      const codes = lengths.reduce((sum, length) => sum + length, 0);
      const code = 16 + random.below(codes);
      const { value } = await runTasks(async () => {
        const peer = new TestPeer(...lengths);
        peer.bring(message(code));
        await sleep(1);
        return { offers: peer.takeOffers(), owner: peer.getProto(code).protocol.name };
      });
      expect(
        value.offers,
        `protocols with ${lengths.join(', ')} codes, from 16 on; code ${code} came; \`handle\` offers`,
      ).toBe(offer(value.owner, code));
    }
  });

  it('waits until the protocol takes the message', async () => {
    const { value } = await runTasks(async () => {
      const peer = new TestPeer(3);
      const fates = peer.bring(message(16));
      await sleep(59_999);
      const before = fates.length;
      await sleep(1);
      const offers = peer.takeOffers();
      await sleep(1);
      return { before, offers, fates };
    });
    expect(
      value.before,
      'messages that were handled before the protocol took one',
    ).toBe(0);
    expect(value.offers, 'after a minute `handle` offers').toBe(offer('a', 16));
    expect(inWords(value.fates[0]), 'the protocol took the message at 60000 ms').toBe(
      'handled at 60000 ms',
    );
  });

  it('hears EndOfStream when the peer is over before the protocol takes it', async () => {
    const { value } = await runTasks(async () => {
      const peer = new TestPeer(3);
      const fates = peer.bring(message(16));
      await sleep(700);
      peer.closed.close();
      await sleep(1);
      return { fates, offers: peer.takeOffers() };
    });
    expect(inWords(value.fates[0]), 'the peer was over at 700 ms').toBe(
      'EndOfStream at 700 ms',
    );
    expect(value.offers, 'after that `handle` still offers').toBe(nothing);
  });

  it('has done its work once the protocol took it, though the peer ends in that moment', async () => {
    const { value } = await runTasks(async () => {
      const peer = new TestPeer(3);
      const fates = peer.bring(message(16));
      await sleep(700);
      const offers = peer.takeOffers();
      peer.closed.close();
      await sleep(1);
      return { fates, offers };
    });
    expect(value.offers, 'at 700 ms the protocol takes').toBe(offer('a', 16));
    expect(inWords(value.fates[0]), 'then the peer ended; the message was').toBe(
      'handled at 700 ms',
    );
  });

  it.each([21, 33, 200, 2 ** 31])('has no owner for code %i', async (code) => {
    const { value } = await runTasks(() =>
      fateOfOne(new TestPeer(3, 2), message(code)),
    );
    expect(
      value,
      `the protocols have the codes 16 to 20; code ${code} came; what ended the peer`,
    ).toBe('the error of getProto');
  });
});

describe('handle, a Ping', () => {
  it('tells pingLoop, once for each', async () => {
    const { value } = await runTasks(async () => {
      const peer = new TestPeer(3);
      const fates = peer.bring(ping, ping, ping);
      await sleep(1);
      return { pongs: peer.pingRecv.length, fates: fates.map(({ what }) => what) };
    });
    expect(value.pongs, 'three Pings came; Pongs that pingLoop will send').toBe(3);
    expect(value.fates).toEqual(['handled', 'handled', 'handled']);
  });

  it('does not wait for pingLoop while there is room', async () => {
    const { value } = await runTasks(async () => {
      const peer = new TestPeer(3);
      const fates = peer.bring(...Array.from({ length: 16 }, () => ping));
      await sleep(1);
      return fates.filter(({ atMs }) => atMs === 0).length;
    });
    expect(value, 'sixteen Pings came; handled at once').toBe(16);
  });

  it('waits for room, so that no Ping goes without its Pong', async () => {
    const { value } = await runTasks(async () => {
      const peer = new TestPeer(3);
      const fates = peer.bring(...Array.from({ length: 17 }, () => ping));
      await sleep(60_000.5); // who looks again every so many milliseconds is late
      const before = fates.length;
      let pongs = 0;
      for (let turn = 0; turn < 20; turn++) {
        if (peer.pingRecv.tryRecv() !== undefined) pongs++;
        await sleep(100);
      }
      return { before, pongs, last: fates.at(-1) };
    });
    expect(value.before, 'seventeen Pings came, pingLoop was busy; handled').toBe(16);
    expect(value.pongs, 'Pongs that pingLoop sends when it has time').toBe(17);
    expect(
      inWords(value.last),
      'pingLoop had time at 60000.5 ms; the last Ping was',
    ).toBe('handled at 60000.5 ms');
  });

  it('waits for room no longer than the peer lives', async () => {
    const { value } = await runTasks(async () => {
      const peer = new TestPeer(3);
      const fates = peer.bring(...Array.from({ length: 17 }, () => ping));
      await sleep(700);
      peer.closed.close();
      await sleep(1);
      return { ended: fates.length, last: fates.at(-1) };
    });
    expect(value.ended, 'the peer was over; Pings whose handling had ended').toBe(17);
    expect(inWords(value.last), 'the peer was over at 700 ms; the last Ping was').toBe(
      'handled at 700 ms',
    );
  });
});

describe('handle, a Disconnect', () => {
  it.each([
    ['reason 4, too many peers', [0xc1, 0x04], 0x04],
    ['reason 0, disconnect requested', [0xc1, 0x80], 0x00],
    ['reason 4 without its list', [0x04], 0x04],
    ['a reason that nobody knows', [0xc1, 0x11], 0x11],
    ['no reason at all', [0xc0], 0x00],
  ])('ends the peer with %s', async (_, payload, reason) => {
    const msg = newMsg(1, Uint8Array.from(payload));
    const { value } = await runTasks(() => fateOfOne(new TestPeer(3), msg));
    expect(value, 'what ended the peer').toBe(disconnect(reason));
  });

  it('ends the peer with whatever reason the remote gives', async () => {
    const random = new Prng('E14 reasons');
    for (let round = 0; round < 20; round++) {
      const reason = random.below(1_000);
      const msg = newMsg(1, encodeDisconnect(reason));
      const { value } = await runTasks(() => fateOfOne(new TestPeer(3), msg));
      expect(value, 'what ended the peer').toBe(disconnect(reason));
    }
  });
});

describe('handle, when the peer is over already', () => {
  it.each([
    ['returns after a Ping', 2, 'handled'],
    ['throws the reason of a Disconnect', 1, disconnect(4)],
    ['ignores what it ignores', 3, 'handled'],
    ['throws EndOfStream for a protocol’s message', 16, 'EndOfStream'],
  ])('%s', async (_, code, fate) => {
    const { value } = await runTasks(() => {
      const peer = new TestPeer(3);
      peer.closed.close();
      return fateOfOne(peer, newMsg(code, Uint8Array.of(0xc1, 4)));
    });
    expect(value, `the peer was over, and code ${code} came; it is`).toBe(fate);
  });
});

const ignored: readonly (readonly [what: string, code: number])[] = [
  ['a second Hello', 0x00],
  ['a Pong', 0x03],
  ...Array.from({ length: 12 }, (_, i) => [`code ${4 + i}`, 4 + i] as const),
];

describe('handle, when it is over', () => {
  it.each([
    ['a Ping', 2],
    ['a Disconnect', 1],
    ['a second Hello', 0],
    ['a protocol’s message', 16],
    ['a message without an owner', 200],
  ])('leaves no task behind after %s', async (_, code) => {
    const { left } = await runTasks(async () => {
      const peer = new TestPeer(3);
      peer.bring(newMsg(code, Uint8Array.of(0xc1, 4)));
      await sleep(1);
      peer.takeOffers();
      await sleep(1);
    });
    const waiting = left.map(({ task, on }) => `${task} waits for ${on}`);
    expect(waiting, 'tasks that are left').toEqual([]);
  });
});

describe('handle, the codes that it ignores', () => {
  it.each(ignored)('lets the peer live on after %s', async (what, code) => {
    const { value } = await runTasks(async () => {
      const peer = new TestPeer(3);
      const msg = new Compressed(code);
      const fate = await fateOfOne(peer, msg);
      const offers = peer.takeOffers();
      return { fate, offers, pongs: peer.pingRecv.length, unpacked: msg.unpacked };
    });
    expect(value.fate, `${what} came; it is`).toBe('handled');
    expect(value.offers, `${what} came; \`handle\` offers`).toBe(nothing);
    expect(value.pongs, 'Pongs that pingLoop will send').toBe(0);
    expect(value.unpacked, 'times that it was unpacked, for nobody').toBe(0);
  });
});
