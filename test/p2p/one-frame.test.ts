/** What `docs/reference/one-frame.md` says of the way of a frame, over RLPX in memory. */
import { expect, it } from 'vitest';
import { Done } from '../../impl/csp/done.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { DeadlineExceeded, type NetConn } from '../../impl/net/net-conn.ts';
import { pipe } from '../../impl/net/pipe.ts';
import { frameWriteTimeoutMs } from '../../impl/p2p/base-protocol.ts';
import type { Transport } from '../../impl/p2p/conn.ts';
import { newMsg } from '../../impl/p2p/message.ts';
import { Peer } from '../../impl/p2p/peer.ts';
import type { Protocol } from '../../impl/p2p/protocol.ts';
import { ReadBudget } from '../../impl/p2p/rlpx/read-budget.ts';
import { newRLPX } from '../../impl/p2p/rlpx/transport.ts';
import { simulate } from '../../impl/sim/simulate.ts';
import { helloConn, makeProtocol, readAll } from '../helpers/peers.ts';
import { attempt, helloOf, keyA, keyB, nodeOf, run, together } from './rlpx/helpers.ts';

/** Bytes in which Snappy finds nothing to repeat. */
const hundred = Uint8Array.from({ length: 100 }, (_, i) => i * 7);
/** What they are on the wire, with one byte of code. */
const frameLength = 160;
const tenMiB = 10 * 1024 * 1024;

interface Meeting {
  readonly remote: Transport;
  /** Our end of the line. */
  readonly fd: NetConn;
  readonly peer: Peer;
  readonly budget: ReadBudget;
  readonly end: () => Promise<void>;
}

/** A peer that runs one protocol, and the transport of its remote. */
async function meet(protocol: Protocol): Promise<Meeting> {
  const budget = new ReadBudget();
  const [theirs, fd] = pipe();
  const [remote, ours] = await together(
    async () => {
      const named = await newRLPX(theirs).doEncHandshake(keyA, nodeOf(keyB));
      return (await named.doProtoHandshake(helloOf(keyA))).messages;
    },
    async () => {
      const fresh = newRLPX(fd, { readBudget: budget });
      const named = await fresh.doEncHandshake(keyB, undefined);
      return (await named.doProtoHandshake(helloOf(keyB))).messages;
    },
  );
  const peer = new Peer(helloConn(ours, [protocol], { fd }), [protocol]);
  const wg = new WaitGroup();
  wg.go('run', async () => {
    await peer.run();
  });
  await sleep(1); // until every task of the peer waits
  return {
    remote,
    fd,
    peer,
    budget,
    end: async () => {
      await peer.disconnect(0);
      await remote.close(undefined);
      await wg.wait();
    },
  };
}

/** Takes one message, and the next ones when `mayGoOn` says so. */
function slow(sizes: number[], mayGoOn: Done): Protocol {
  return makeProtocol(async (_peer, rw) => {
    await rw.readMsg();
    await mayGoOn.wait();
    for (;;) sizes.push((await rw.readMsg()).size);
  });
}

it('wakes three tasks for a message and its answer, each once', async () => {
  const answers = makeProtocol(async (peer, rw) => {
    await rw.readMsg();
    await rw.writeMsg(newMsg(1, hundred));
    await readAll(peer, rw);
  });
  const { trace, outcome } = await simulate({ record: true }, async () => {
    const { remote, end } = await meet(answers);
    runtime().tracer?.emit('event', { v: 'begin' });
    await remote.writeMsg(newMsg(16, hundred));
    await remote.readMsg();
    await sleep(1);
    runtime().tracer?.emit('event', { v: 'end' });
    await end();
  });
  expect(outcome.status).toBe('done');
  const events = trace?.events ?? [];
  const ours = events
    .slice(
      events.findIndex(({ v }) => v === 'begin'),
      events.findIndex(({ v }) => v === 'end'),
    )
    .filter(({ k }) => k !== 'main');
  const woken = ours.flatMap(({ e, k }) => (e === 'wake' ? [k] : []));
  expect(woken).toEqual(['readLoop', 'a/1', 'run']);
  // The protocol waits for neither the token, nor the lock, nor the kernel.
  const passed = ours.flatMap(({ e, k, ch }) => (e === 'send' ? [[k, ch]] : []));
  expect(passed).toEqual([
    ['readLoop', 'a.in'],
    ['a/1', 'write lock'],
    ['a/1', 'writeErr'],
    ['run', 'writeStart'],
  ]);
});

it('keeps one message in hand and the others sealed while a protocol works', () =>
  run(async () => {
    const sizes: number[] = [];
    const mayGoOn = new Done('go on');
    const { remote, fd, peer, end } = await meet(slow(sizes, mayGoOn));
    for (let i = 0; i < 11; i++) await remote.writeMsg(newMsg(16, hundred));
    await sleep(1);

    const channel = peer.running.get('a')?.in;
    expect(channel?.length).toBe(0);
    expect(channel?.isReady()).toBe(true); // `readLoop` stands there with the second
    expect(fd.peek(65_536).length).toBe(9 * frameLength);

    mayGoOn.close();
    await sleep(1);
    expect(sizes).toEqual(Array.from({ length: 10 }, () => 100));
    await end();
  }));

it('takes no more than the line holds of a large frame that nobody waits for', () =>
  run(async () => {
    const sizes: number[] = [];
    const mayGoOn = new Done('go on');
    const { remote, fd, budget, end } = await meet(slow(sizes, mayGoOn));
    const total = budget.free;
    for (let i = 0; i < 11; i++) await remote.writeMsg(newMsg(16, hundred));
    const began = runtime().now();
    const sent = await attempt(() => remote.writeMsg(newMsg(16, random(tenMiB))));

    expect(sent).toMatchObject({ error: expect.any(DeadlineExceeded) as unknown });
    expect(sent.at - began).toBe(frameWriteTimeoutMs);
    expect(fd.peek(1 << 20).length).toBe(65_536); // of which 1,440 are the nine
    expect(budget.free).toBe(total);
    mayGoOn.close();
    await sleep(1);
    expect(sizes).toHaveLength(10); // what came whole is read
    await end();
  }));

it('reads the large frame, piece by piece, when its turn comes', () =>
  run(async () => {
    const sizes: number[] = [];
    const mayGoOn = new Done('go on');
    const { remote, budget, end } = await meet(slow(sizes, mayGoOn));
    const total = budget.free;
    await remote.writeMsg(newMsg(16, hundred));
    const wg = new WaitGroup();
    wg.go('writer', () => remote.writeMsg(newMsg(16, random(tenMiB))));
    await sleep(1_000);
    mayGoOn.close();
    await wg.wait();
    await sleep(1);
    expect(sizes).toEqual([tenMiB]);
    // `readLoop` has asked for the next message: what the last one held is given back.
    expect(budget.free).toBe(total);
    await end();
  }));

/** Bytes that do not compress: the same in each run. */
function random(length: number): Uint8Array {
  const words = new Uint32Array(length / 4);
  let state = 1;
  for (let i = 0; i < words.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    words[i] = state;
  }
  return new Uint8Array(words.buffer);
}
