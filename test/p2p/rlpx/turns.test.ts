/** What many connections do in one turn of the loop, in counted work: about a slice. */

import { describe, expect, it } from 'vitest';
import { publicKey } from '#crypto';
import { RealRuntime } from '../../../impl/csp/real.ts';
import { runtime } from '../../../impl/csp/runtime.ts';
import { pipe } from '../../../impl/net/pipe.ts';
import { newMsg } from '../../../impl/p2p/message.ts';
import { initiate } from '../../../impl/p2p/rlpx/handshake.ts';
import { newRLPX } from '../../../impl/p2p/rlpx/transport.ts';
import { connected, keyA, keyB } from './helpers.ts';

/** How much of it is done in each turn, until `all` is. */
async function perTurn(done: () => number, all: number): Promise<readonly number[]> {
  const counts: number[] = [];
  while (done() < all) {
    const before = done();
    await new Promise(setImmediate);
    counts.push(done() - before);
  }
  return counts;
}

const lines = 20;

describe('RLPX.readMsg', () => {
  it('reads about a slice of messages in a turn, over all connections', async () => {
    expect(runtime()).toBeInstanceOf(RealRuntime);
    const each = 20;
    const payload = new Uint8Array(20_000);
    let read = 0;
    const readers = [];
    for (let i = 0; i < lines; i++) {
      const { a, b } = await connected({ capacity: 2 ** 20 });
      for (let n = 0; n < each; n++) await a.writeMsg(newMsg(16, payload));
      readers.push(b);
    }
    const reading = readers.map(async (b) => {
      for (let n = 0; n < each; n++, read++) await b.readMsg();
    });
    const counts = await perTurn(() => read, lines * each);
    await Promise.all(reading);
    for (const b of readers) await b.close(undefined);
    // 440 units each, so ten are a slice. One who has paused has a turn beside who comes.
    expect(Math.max(...counts)).toBeLessThanOrEqual(20);
  });
});

describe('RLPX.doEncHandshake', () => {
  it('answers about a slice of callers in a turn', async () => {
    let answered = 0;
    const calls = [];
    const fds = [];
    for (let i = 0; i < lines; i++) {
      const [theirs, ours] = pipe();
      calls.push(initiate(theirs, keyA, publicKey(keyB)));
      fds.push([theirs, ours] as const);
    }
    await new Promise(setImmediate); // all have called
    const answers = fds.map(async ([, ours]) => {
      await newRLPX(ours).doEncHandshake(keyB, undefined);
      answered++;
    });
    const counts = await perTurn(() => answered, lines);
    await Promise.all([...answers, ...calls]);
    for (const fd of fds.flat()) await fd.close();
    // Four multiplications each, of 300 units.
    expect(Math.max(...counts)).toBeLessThanOrEqual(7);
  });
});
